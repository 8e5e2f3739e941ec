"""Packs the table of networks from CSV files: ranges with AS number and organisation, ranges with
country.

The files are those of the npm packages `@ip-location-db/asn` and `@ip-location-db/asn-country`
(CC BY 4.0:
RouteViews, DB-IP, NRO): `first address, last address, AS number, organisation` and `first, last,
country`.
"""

import csv
import hashlib
import ipaddress
import json
import lzma
import sys
from array import array
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sovscan.errors import DataError
from sovscan.knowledge.networks import ABOUT, HALF_BITS, MAGIC, PACKED, About

ATTRIBUTION = (
    "Contains data of routeviews.org, of DB-IP.com (https://db-ip.com) and of nro.net,"
    " each CC BY 4.0, as merged and modified by ip-location-db; repacked by sovscan."
)


@dataclass(frozen=True, slots=True)
class Range:
    """Addresses from first to last (IPv6: their upper halves) and what is said of them."""

    first: int
    last: int
    said: str


def pack(
    networks: Iterable[Path],
    countries: Iterable[Path],
    folder: Path,
    built_from: str,
    data_date: date,
) -> About:
    """Build the table and put it in place of the old one, which stays untouched on any failure."""
    texts: dict[int, str] = {}
    by_version: dict[int, list[Range]] = defaultdict(list)
    for path in networks:
        for version, found, row in _rows(path, 4, _as_number):
            texts.setdefault(int(found.said), " ".join(row[3].split()))
            by_version[version].append(found)
    if not texts:
        raise DataError(
            ["the files of networks are empty"], "Name the CSV files of @ip-location-db"
        )
    seats = _seats(by_version, countries)
    numbers = sorted(texts)
    index = {str(number): place for place, number in enumerate(numbers, 1)}
    starts4, held4 = _columns(by_version[4], index, "I")
    starts6, held6 = _columns(by_version[6], index, "Q")
    lines = "\n".join(f"{seats.get(str(number), '--')} {texts[number]}" for number in numbers)
    parts = (starts4, held4, starts6, held6, _planes(array("I", numbers)), lines.encode())
    body = MAGIC + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    packed = lzma.compress(body, preset=9 | lzma.PRESET_EXTREME)
    about = About(
        built_from=built_from,
        data_date=data_date,
        attribution=ATTRIBUTION,
        licence="CC-BY-4.0",
        ranges_v4=len(by_version[4]),
        ranges_v6=len(by_version[6]),
        networks=len(numbers),
        sha256=hashlib.sha256(packed).hexdigest(),
    )
    _put(folder, packed, about)
    return about


def _rows(
    path: Path, width: int, said: Callable[[str], str]
) -> Iterator[tuple[int, Range, list[str]]]:
    """The rows of a file with the IP version and the range of each."""
    with path.open(newline="", encoding="utf-8") as lines:
        reader = csv.reader(lines)
        try:
            for row in reader:
                version, first, last = _bounds(row, width)
                yield version, Range(first, last, said(row[2])), row
        except (ValueError, csv.Error) as error:
            raise DataError([f"{path.name}:{reader.line_num}  {error}"]) from error


def _bounds(row: list[str], width: int) -> tuple[int, int, int]:
    if len(row) != width:
        raise ValueError(f"has {len(row)} columns instead of {width}")
    first, last = ipaddress.ip_address(row[0]), ipaddress.ip_address(row[1])
    if first.version != last.version or int(first) > int(last):
        raise ValueError(f"is no range ({first} to {last})")
    shift = HALF_BITS if first.version == 6 else 0
    return first.version, int(first) >> shift, int(last) >> shift


def _as_number(text: str) -> str:
    if not 0 < int(text) < 1 << 32:
        raise ValueError(f"has no AS number ({text})")
    return str(int(text))


def _seats(by_version: dict[int, list[Range]], countries: Iterable[Path]) -> dict[str, str]:
    """Each network's country: the one of most of its IPv4 space, or of most IPv6 ranges where it
    has none.
    """
    lists: dict[int, list[tuple[int, int, str]]] = defaultdict(list)
    for path in countries:
        for version, found, _ in _rows(path, 3, str.strip):
            lists[version].append((found.first, found.last, found.said))
    weights: dict[str, Counter[str]] = defaultdict(Counter)
    for version, ranges in sorted(by_version.items(), reverse=True):
        located = sorted(lists[version])
        firsts = [first for first, _, _ in located]
        for each in ranges:
            place = bisect_right(firsts, each.first) - 1
            if place >= 0 and each.first <= located[place][1]:
                weights[each.said][located[place][2]] += (
                    each.last - each.first + 1 if version == 4 else 1
                )
    return {
        number: max(sorted(counts), key=counts.__getitem__) for number, counts in weights.items()
    }


def _columns(ranges: list[Range], index: dict[str, int], code: str) -> tuple[bytes, bytes]:
    """Starts as differences, and whose each stretch is; neighbours of one network are one
    stretch."""
    starts, held = [0], [0]
    for each in sorted(ranges, key=lambda each: each.first):
        first = max(each.first, starts[-1])  # a /64 that two ranges share stays the first one's
        if first > each.last:
            continue
        for start, owner in ((first, index[each.said]), (each.last + 1, 0)):
            if starts[-1] == start:
                held[-1] = owner
            elif held[-1] != owner:
                starts.append(start)
                held.append(owner)
            if len(held) > 1 and held[-1] == held[-2]:
                starts.pop()
                held.pop()
    limit = 1 << (8 * array(code).itemsize)
    deltas = array(code, (b - a for a, b in zip([0, *starts], starts, strict=False) if b < limit))
    return _planes(deltas), _planes(array("I", held[: len(deltas)]))


def _planes(numbers: "array[int]") -> bytes:
    raw, width = numbers.tobytes(), numbers.itemsize
    return b"".join(raw[plane::width] for plane in range(width))


def _put(folder: Path, packed: bytes, about: About) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [
        "# Address -> AS -> organisation. Made by `sovscan networks update`; not edited by hand.",
        *(f"{key} = {_toml(getattr(about, key))}" for key in About.__slots__),
    ]
    for name, data in ((PACKED, packed), (ABOUT, ("\n".join(lines) + "\n").encode())):
        fresh = folder / f"{name}.new"
        fresh.write_bytes(data)
        fresh.replace(folder / name)


def _toml(value: str | int | date) -> str:
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


if sys.byteorder != "little":  # pragma: no cover
    raise ImportError("the packed table is little-endian; this machine is not")

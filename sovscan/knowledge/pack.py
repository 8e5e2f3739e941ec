"""Packs a routing feed into the table of networks."""

import hashlib
import json
import lzma
import sys
from array import array
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sovscan.errors import DataError
from sovscan.knowledge.feeds import NOBODY, Feed, Range, read_feed
from sovscan.knowledge.networks import ABOUT, MAGIC, PACKED, About


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the files come from: a line that names them, the day of their data, whom to thank."""

    built_from: str
    data_date: date
    attribution: str
    licence: str


def pack(paths: Iterable[Path], folder: Path, origin: Origin) -> About:
    """Build the table and put it in place of the old one, which stays untouched on any failure."""
    feed = read_feed(paths)
    held = {each.said for ranges in feed.origins.values() for each in ranges} - {str(NOBODY)}
    if not held:
        raise DataError(
            ["the files place no address"], "Name the files of a routing feed; the old table stays."
        )
    seats = {**_seats(feed), **feed.seats}
    numbers = sorted(map(int, held))
    index = {str(number): place for place, number in enumerate(numbers, 1)} | {str(NOBODY): 0}
    starts4, held4 = _columns(feed.origins[4], index, "I")
    starts6, held6 = _columns(feed.origins[6], index, "Q")
    lines = "\n".join(f"{seats.get(n, '--')} {feed.names.get(n, '')}" for n in numbers)
    parts = (starts4, held4, starts6, held6, _planes(array("I", numbers)), lines.encode())
    body = MAGIC + b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    packed = lzma.compress(body, preset=9 | lzma.PRESET_EXTREME)
    about = About(
        built_from=origin.built_from,
        data_date=origin.data_date,
        attribution=origin.attribution,
        licence=origin.licence,
        ranges_v4=len(feed.origins[4]),
        ranges_v6=len(feed.origins[6]),
        networks=len(numbers),
        sha256=hashlib.sha256(packed).hexdigest(),
    )
    _put(folder, packed, about)
    return about


def _seats(feed: Feed) -> dict[int, str]:
    """Each network's country: the one of most of its IPv4 space, or of most IPv6 ranges where it
    has none.
    """
    weights: dict[int, Counter[str]] = defaultdict(Counter)
    for version, ranges in sorted(feed.origins.items(), reverse=True):
        located = sorted(feed.located[version], key=lambda each: (each.first, each.last))
        firsts = [each.first for each in located]
        for each in ranges:
            place = bisect_right(firsts, each.first) - 1
            if place >= 0 and each.first <= located[place].last:
                weights[int(each.said)][located[place].said] += (
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

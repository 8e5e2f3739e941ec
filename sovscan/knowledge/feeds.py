"""Routing feeds: files that say who originates which addresses, in the forms in which they are
published.

- ranges, CSV: `first, last, AS number, organisation`, and `first, last, country` (ip-location-db)
- RIS dump: `AS number, prefix, peers that see it`, tabs (RIPE NCC, riswhoisdump)
- prefix to AS: `prefix, length, AS number`, tabs, several as `1_2` or `1,2` (RouteViews, CAIDA)
- AS names: `AS number, a space, name, a comma, country` (RIPE NCC, asn.txt)

Each may be packed with gzip. What a file is, its first line shows.
"""

import csv
import gzip
import ipaddress
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sovscan.errors import DataError
from sovscan.knowledge.networks import HALF_BITS

ENOUGH_PEERS = 10
"""What fewer peers of the route collectors see is a leak or a mistake, not an origin."""
NOBODY = 0
LONGEST_LINE = 1000
MOST_LINES = 8_000_000
"""Bounds on a file that came from outside."""

_NAMED = re.compile(r"^(\d+) (.*?)(?:, ([A-Z]{2}))?$")


@dataclass(frozen=True, slots=True)
class Range:
    """Addresses from first to last (IPv6: their upper halves) and what is said of them."""

    first: int
    last: int
    said: str


@dataclass(slots=True)
class Feed:
    """What the files say together: origins and countries of ranges by IP version, names and
    countries of networks, and votes for prefixes that have several origins.
    """

    origins: dict[int, list[Range]] = field(default_factory=lambda: defaultdict(list))
    located: dict[int, list[Range]] = field(default_factory=lambda: defaultdict(list))
    names: dict[int, str] = field(default_factory=dict)
    seats: dict[int, str] = field(default_factory=dict)
    votes: dict[tuple[int, int, int], Counter[int]] = field(
        default_factory=lambda: defaultdict(Counter)
    )


def read_feed(paths: Iterable[Path]) -> Feed:
    """All files together. Raises DataError with file and line where one cannot be read."""
    feed = Feed()
    for path in paths:
        number = 0
        try:
            reader = None
            for number, line in _lines(path):  # noqa: B007 - told in the fault
                reader = reader or _reader_for(line)
                reader(feed, line)
        except (ValueError, OSError, EOFError, csv.Error) as error:
            raise DataError([f"{path.name}:{number}  {error}"], "The old table stays.") from error
    for version, ranges in _elected(feed).items():
        feed.origins[version].extend(flatten(ranges))
    return feed


def flatten(ranges: Iterable[Range]) -> Iterator[Range]:
    """Nested ranges side by side: each address belongs to the smallest range that holds it."""
    open_ranges: list[Range] = []
    cursor = 0
    for each in (*sorted(ranges, key=lambda r: (r.first, -r.last)), None):
        while open_ranges and (each is None or open_ranges[-1].last < each.first):
            top = open_ranges.pop()
            if cursor <= top.last:
                yield Range(cursor, top.last, top.said)
                cursor = top.last + 1
        if each is None:
            return
        if open_ranges and cursor < each.first:
            yield Range(cursor, each.first - 1, open_ranges[-1].said)
        cursor = each.first
        open_ranges.append(each)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that say something, each with its number; gzip or plain."""
    with path.open("rb") as start:
        packed = start.read(2) == b"\x1f\x8b"
    with (gzip.open if packed else open)(path, "rt", encoding="utf-8", newline="") as lines:
        bounded = iter(partial(lines.readline, LONGEST_LINE), "")
        for number, line in enumerate(bounded, 1):
            if number > MOST_LINES or len(line) == LONGEST_LINE:
                raise ValueError("is longer than any routing feed")
            if line.strip() and not line.startswith(("%", "#")):
                yield number, line.rstrip("\r\n")


def _reader_for(line: str) -> Callable[[Feed, str], None]:
    """By the shape of the first line."""
    cells = line.split("\t")
    if len(cells) == 3:
        return _ris_line if "/" in cells[1] else _prefix_line
    if _NAMED.match(line.strip()) and "\t" not in line:
        return _name_line
    return _origin_line if len(_cells(line)) == 4 else _country_line


def _origin_line(feed: Feed, line: str) -> None:
    first_text, last_text, number_text, organisation = _cells(line, 4)
    version, first, last = _bounds(first_text, last_text)
    number = _number(number_text)
    feed.names.setdefault(number, " ".join(organisation.split()))
    feed.origins[version].append(Range(first, last, str(number)))


def _country_line(feed: Feed, line: str) -> None:
    first_text, last_text, country = _cells(line, 3)
    version, first, last = _bounds(first_text, last_text)
    feed.located[version].append(Range(first, last, country.strip()))


def _ris_line(feed: Feed, line: str) -> None:
    origin, prefix, peers = line.split("\t")
    if int(peers) >= ENOUGH_PEERS and "{" not in origin:
        _vote(feed, prefix, origin, int(peers))


def _prefix_line(feed: Feed, line: str) -> None:
    address, length, origins = line.split("\t")
    for origin in re.split("[_,]", origins.strip("{}")):
        _vote(feed, f"{address}/{length}", origin, 1)


def _vote(feed: Feed, prefix: str, origin: str, votes: int) -> None:
    network = ipaddress.ip_network(prefix)
    shift = HALF_BITS if network.version == 6 else 0
    if 0 < network.prefixlen <= network.max_prefixlen - shift:
        first, last = int(network.network_address), int(network.broadcast_address)
        feed.votes[network.version, first >> shift, last >> shift][_number(origin)] += votes


def _name_line(feed: Feed, line: str) -> None:
    found = _NAMED.match(line)
    if found is None:
        raise ValueError("is no AS number with its name")
    number = int(found[1])
    feed.names[number] = " ".join(found[2].split())
    if found[3] and found[3] != "ZZ":
        feed.seats[number] = found[3]


def _elected(feed: Feed) -> dict[int, list[Range]]:
    """Each prefix with the origin that most see; nobody's where two are seen alike."""
    found: dict[int, list[Range]] = defaultdict(list)
    for (version, first, last), counts in feed.votes.items():
        (best, most), *others = counts.most_common(2)
        origin = NOBODY if others and others[0][1] == most else best
        found[version].append(Range(first, last, str(origin)))
    return found


def _cells(line: str, width: int | None = None) -> list[str]:
    row = next(csv.reader([line], strict=True))
    if width is not None and len(row) != width:
        raise ValueError(f"has {len(row)} columns instead of {width}")
    return row


def _bounds(first_text: str, last_text: str) -> tuple[int, int, int]:
    first, last = ipaddress.ip_address(first_text), ipaddress.ip_address(last_text)
    if first.version != last.version or int(first) > int(last):
        raise ValueError(f"is no range ({first} to {last})")
    shift = HALF_BITS if first.version == 6 else 0
    return first.version, int(first) >> shift, int(last) >> shift


def _number(text: str) -> int:
    if not text.strip().isdigit() or not 0 < int(text) < 1 << 32:
        raise ValueError(f"has no AS number ({text})")
    return int(text)

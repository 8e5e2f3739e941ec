"""Address to origin AS to organisation: a packed table, searched by bisection.

The table says who originates an address, not who runs the machine. The organisation's text is the
registry's;
it is shown and never matched.
"""

import hashlib
import lzma
from array import array
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path
from typing import TypeVar

import cattrs
import tomli

from sovscan.core.names import parsed_address
from sovscan.core.registry import Network
from sovscan.errors import DataError, UsageError
from sovscan.knowledge.read import converter

PACKED = "table.xz"
ABOUT = "about.toml"
SOURCES = "sources.toml"
Value = TypeVar("Value")

MAGIC = b"sovscan-networks-1\n"
OLD_AFTER = timedelta(days=180)
HALF_BITS = 64
"""IPv6 is kept by its upper half: nothing longer than a /64 is routed on its own account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """Where a table comes from: the day of its data, sources, attribution, and how much it
    holds."""

    built_from: str
    data_date: date
    attribution: str
    licence: str
    ranges_v4: int
    ranges_v6: int
    networks: int
    sha256: str

    def is_old(self, today: date) -> bool:
        """Older than 180 days: addresses move, and the answer may be wrong."""
        return today - self.data_date > OLD_AFTER


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A published routing feed: its files, whom to thank, and the page that describes it."""

    id: str
    title: str
    files: tuple[str, ...]
    attribution: str
    licence: str
    source: str
    checked: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The feeds that the table can be made from; the first is the usual one."""

    sources: tuple[Source, ...]

    def named(self, wanted: str | None) -> Source:
        """The source of this id, or the usual one."""
        for each in self.sources:
            if wanted in {None, each.id}:
                return each
        known = ", ".join(each.id for each in self.sources)
        raise UsageError(f"there is no source {wanted!r}", f"Choose one of: {known}")


class MissingTable:
    """Stands in where there is no table: the scan runs, and places no address."""

    name = "none"
    available = False
    numbers: frozenset[int] = frozenset()
    countries: frozenset[str] = frozenset()

    def lookup(self, address: str) -> Network | None:
        """No table, no answer."""
        return None


class PackedTable:
    """Ranges by their first address, each up to the next; network 0 means that nobody originates
    the range.
    """

    available = True

    def __init__(self, packed: bytes) -> None:
        self.name = hashlib.sha256(packed).hexdigest()
        try:
            self._read(lzma.decompress(packed))
        except (lzma.LZMAError, IndexError, ValueError) as error:
            raise DataError(
                [f"{PACKED}  is damaged: {error}"], "Run: sovscan networks update"
            ) from error

    def _read(self, body: bytes) -> None:
        if not body.startswith(MAGIC):
            raise DataError(
                [f"{PACKED}  is no table of networks of this version"],
                "Run: sovscan networks update",
            )
        parts = _parts(body[len(MAGIC) :])
        texts = parts[5].decode("utf-8").split("\n")
        numbers = _unpacked("I", parts[4])
        self._networks: list[Network | None] = [None]
        for number, text in zip(numbers, texts, strict=True):
            country, _, organisation = text.partition(" ")
            self._networks.append(Network(number, organisation, country.replace("-", "")))
        self._v4 = array("I", accumulate(_unpacked("I", parts[0])))
        self._v4_network = _unpacked("I", parts[1])
        self._v6 = array("Q", accumulate(_unpacked("Q", parts[2])))
        self._v6_network = _unpacked("I", parts[3])

    @property
    def numbers(self) -> frozenset[int]:
        """The AS numbers that the table knows."""
        return frozenset(network.asn for network in self._networks if network is not None)

    @property
    def countries(self) -> frozenset[str]:
        """The countries (ISO 3166-1 alpha-2) in which it knows a network."""
        return frozenset(network.country for network in self._networks if network is not None)

    def lookup(self, address: str) -> Network | None:
        """The network that originates this address; None where nobody does or the text is no
        address.
        """
        try:
            parsed = parsed_address(address)
        except ValueError:
            return None
        if parsed.version == 4:
            return self._at(self._v4, self._v4_network, int(parsed))
        mapped = parsed.ipv4_mapped
        if mapped is not None:
            return self._at(self._v4, self._v4_network, int(mapped))
        return self._at(self._v6, self._v6_network, int(parsed) >> HALF_BITS)

    def _at(self, starts: Sequence[int], networks: Sequence[int], value: int) -> Network | None:
        place = bisect_right(starts, value) - 1
        return self._networks[networks[place]] if place >= 0 else None


def open_table(folder: Path) -> PackedTable | MissingTable:
    """The table of a folder, or its stand-in where there is none."""
    path = folder / PACKED
    return PackedTable(path.read_bytes()) if path.is_file() else MissingTable()


def read_about(folder: Path) -> About | None:
    """What the folder says of its table."""
    path = folder / ABOUT
    return _read(path, About, "Run: sovscan networks update") if path.is_file() else None


def read_sources(folder: Path) -> Sources:
    """Where the table can be made from."""
    return _read(folder / SOURCES, Sources, "Mend it, or restore the one that came with the tool.")


def _read(path: Path, kind: type[Value], hint: str) -> Value:
    try:
        return converter().structure(tomli.loads(path.read_text(encoding="utf-8")), kind)
    except (OSError, cattrs.BaseValidationError, tomli.TOMLDecodeError) as error:
        raise DataError([f"{path}  cannot be read: {error}"], hint) from error


def _parts(body: bytes) -> list[bytes]:
    """Six parts, each behind its length: deltas and networks of IPv4, of IPv6, AS numbers,
    texts."""
    parts, place = [], 0
    while place < len(body):
        length = int.from_bytes(body[place : place + 4], "big")
        parts.append(body[place + 4 : place + 4 + length])
        place += 4 + length
    return parts


def _unpacked(code: str, planes: bytes) -> "array[int]":
    """Numbers from byte planes: all highest bytes first, as they compress best."""
    numbers = array(code)
    width = numbers.itemsize
    count = len(planes) // width
    woven = bytearray(len(planes))
    for plane in range(width):
        woven[plane::width] = planes[plane * count : (plane + 1) * count]
    numbers.frombytes(bytes(woven))
    return numbers

"""Which header fields of an answer are kept, and how much of each. Pure.

Fields change with every answer: ids, cache states, cookies, nonces. A fact is the same every night
unless the world changed, so of such a field no more is kept than what stays the same.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from types import MappingProxyType

from sovscan.collect.web.text import fact, steady

Headers = tuple[tuple[str, str], ...]
"""Fields as they came: name in lower case, value."""


class Much(Enum):
    """How much of a field is kept: that it is there, the first word of its value (of a cookie, its
    name), or its value.
    """

    NAME = "name"
    WORD = "word"
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Kept:
    """How much of a field is kept; a value that begins as one of `known` (lower case) keeps that
    beginning as it is.
    """

    much: Much
    known: tuple[str, ...] = ()


GENERAL: Mapping[str, Kept] = MappingProxyType(
    {
        "server": Kept(Much.VALUE),
        "via": Kept(Much.VALUE),
        "x-powered-by": Kept(Much.VALUE),
        "x-generator": Kept(Much.VALUE),
        "set-cookie": Kept(Much.WORD),
        "server-timing": Kept(Much.WORD),
    }
)
"""The fields by which any server makes itself known."""

_WORD = re.compile(r"[^\s;,=]*=?")


def kept_headers(lines: Iterable[str]) -> Mapping[str, Kept]:
    """The fields to keep where rules ask for these beginnings of header lines (`name: value`): the
    general ones, and each that a rule names, with its value only where a rule asks for that.
    """
    asked: dict[str, set[str]] = defaultdict(set)
    for line in lines:
        name, _, value = line.partition(":")
        asked[name].add(value.strip().lower())
    kept = dict(GENERAL)
    for name, values in asked.items():
        known = tuple(sorted(values - {""}, key=lambda value: (-len(value), value)))
        general = GENERAL.get(name, Kept(Much.VALUE if known else Much.NAME))
        kept[name] = replace(general, known=known)
    return kept


def header_facts(headers: Headers, kept: Mapping[str, Kept]) -> Iterator[str]:
    """The kept fields, each as far as it is kept."""
    for name, value in headers:
        if name in kept:
            yield fact("header", f"{name}: {_shown(value, kept[name])}")


def _shown(value: str, kept: Kept) -> str:
    if kept.much is Much.NAME:
        return ""
    if kept.much is Much.WORD:
        found = _WORD.match(value)
        value = found[0] if found else ""
    lowered = value.lower()
    known = next((each for each in kept.known if lowered.startswith(each)), "")
    return value[: len(known)] + steady(value[len(known) :])

"""What a registry's answer says, as short texts `key value` that stay the same from night to night.
Pure.

Read: the network's name, the organisation that it is registered to, country, range and origins. Not
read, and never kept: contacts, persons, addresses of any kind, remarks, dates (RFC 9083 holds all
of them). A name counts as an organisation's only where its card says so (`kind` is `org`, RFC 6350
section 6.1.4): a registrant may be a person.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, summarize_address_range
from itertools import islice
from typing import Any

from sovscan.collect.rdap.subjects import Kind, Subject

MOST_TEXT = 500
MOST_OF_A_KEY = 16
"""Answers of one key; with six keys, three of which come once, less than fifty in all."""
MOST_RANGES = 8
"""CIDRs that a range is written in; one that needs more is written `first-last`."""
OBJECTS: Mapping[Kind, str] = {
    Kind.IPV4: "ip network",
    Kind.IPV6: "ip network",
    Kind.NUMBER: "autnum",
}
_ORIGIN_MEMBER = re.compile("[a-z0-9]+_[a-z0-9_]*autnums?", re.ASCII | re.IGNORECASE)
"""Members by which registries tell the origins of a network: RFC 9083 has none, and each has its
own extension, whose name comes before the first underscore (RFC 9083 section 2.1).
"""
_ORIGIN = re.compile("(?:AS)?([0-9]{1,10})", re.ASCII | re.IGNORECASE)
_COUNTRY = re.compile("[A-Za-z]{2}", re.ASCII)


class MalformedError(ValueError):
    """No answer to what was asked, whatever it is."""


def read(asked: Subject, data: bytes, registry: str | None) -> tuple[tuple[str, ...], bool]:
    """The answers, sorted, and whether something had to be cut. Raises MalformedError."""
    body = _body(data)
    if body.get("objectClassName") != OBJECTS[asked.kind]:
        raise MalformedError("is of another class")
    pairs = {*_said(asked, body), *([("registry", registry)] if registry else [])}
    kept = _bounded(pairs)
    texts = [written(key, value) for key, value in kept]
    cut = len(kept) < len(pairs) or any(was_cut for _, was_cut in texts)
    return tuple(sorted({text for text, _ in texts})), cut


def written(key: str, value: str) -> tuple[str, bool]:
    """A pair as a text of bounded length that any terminal, page and file stands, and whether it
    was cut. What is not printable, and the backslash, stands as `\\DDD` for each octet of UTF-8.
    """
    text, left = f"{key} ", MOST_TEXT - len(key) - 1
    for character in value:
        piece = _escaped(character)
        if len(piece) > left:
            return text, True
        text += piece
        left -= len(piece)
    return text, False


def _bounded(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The first few of each key."""
    counted: Counter[str] = Counter()
    kept = []
    for key, value in sorted(pairs):
        counted[key] += 1
        if counted[key] <= MOST_OF_A_KEY:
            kept.append((key, value))
    return kept


def _escaped(character: str) -> str:
    if character.isprintable() and character != "\\":
        return character
    octets = character.encode("utf-8", "surrogatepass")
    return "".join(f"\\{octet:03d}" for octet in octets)


def _body(data: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise MalformedError("is no JSON") from error
    if not isinstance(body, dict):
        raise MalformedError("is no object")
    return body


def _said(asked: Subject, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    spans = _number_span if asked.kind is Kind.NUMBER else _address_span
    yield from spans(asked, body)
    yield from _named("holder", body.get("name"))
    for party in _organisations(body):
        yield from _named("organisation", party)
    country = body.get("country")
    if isinstance(country, str) and _COUNTRY.fullmatch(country):
        yield "country", country.upper()


def _named(key: str, name: object) -> Iterator[tuple[str, str]]:
    """A name, where it is one and no mail address."""
    if isinstance(name, str) and name.strip() and "@" not in name:
        yield key, name.strip()


def _organisations(body: Mapping[str, Any]) -> Iterator[object]:
    """The names of the registrants that are organisations."""
    for entity in _sequence(body.get("entities")):
        if not isinstance(entity, dict) or "registrant" not in _sequence(entity.get("roles")):
            continue
        card = _card(entity.get("vcardArray"))
        if card.get("kind") == "org":
            yield card.get("fn")


def _card(array: object) -> Mapping[str, object]:
    """The first value of each property of a jCard (RFC 7095 section 3.3)."""
    found: dict[str, object] = {}
    match array:
        case ["vcard", list() as properties]:
            for each in properties:
                match each:
                    case [str() as name, _, str(), value, *_]:
                        found.setdefault(name.lower(), value)
    return found


def _number_span(asked: Subject, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    first = _number(body.get("startAutnum"), asked.number)
    last = _number(body.get("endAutnum"), asked.number)
    if not first <= asked.number <= last:
        raise MalformedError("is about other numbers")
    yield "asn", str(asked.number)
    if first != last:
        yield "range", f"{first}-{last}"


def _address_span(asked: Subject, body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for origin in _origins(body):
        yield "asn", str(origin)
    first, last = (_address(asked, body.get(key)) for key in ("startAddress", "endAddress"))
    if first is None or last is None:
        return
    if not int(first) <= asked.number <= int(last):
        raise MalformedError("is about other addresses")
    ranges = list(islice(summarize_address_range(first, last), MOST_RANGES + 1))
    if len(ranges) > MOST_RANGES:
        yield "range", f"{first}-{last}"
    else:
        yield from (("range", str(each)) for each in ranges)


def _origins(body: Mapping[str, Any]) -> set[int]:
    """The AS numbers from which the registry says that the network is originated."""
    found = set()
    for member, value in body.items():
        if not _ORIGIN_MEMBER.fullmatch(member):
            continue
        for each in value if isinstance(value, list) else [value]:
            told = _ORIGIN.fullmatch(str(each)) if isinstance(each, int | str) else None
            if told and 0 < int(told[1]) < 1 << 32:
                found.add(int(told[1]))
    return found


def _address(asked: Subject, text: object) -> Any:
    """An address of the kind that was asked about, or None: the rest of an answer may still be
    read.
    """
    if not isinstance(text, str):
        return None
    try:
        address = ip_address(text.partition("/")[0])
    except ValueError:
        return None
    wanted = IPv4Address if asked.kind is Kind.IPV4 else IPv6Address
    return address if isinstance(address, wanted) else None


def _number(value: object, instead: int) -> int:
    """An AS number, or another one where it is none."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 32:
        return value
    return instead


def _sequence(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

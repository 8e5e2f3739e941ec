"""Which registry's server knows a subject: the lists that IANA publishes (RFC 9224). Pure."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from sovscan.collect.rdap.subjects import Kind
from sovscan.core.names import within

MOST_ENTRIES = 20_000
NAMES: Mapping[str, str] = {
    "afrinic.net": "afrinic",
    "apnic.net": "apnic",
    "arin.net": "arin",
    "lacnic.net": "lacnic",
    "ripe.net": "ripencc",
}
"""The regional registries by their domains, named as their common statistics files name them."""


@dataclass(frozen=True, slots=True)
class Service:
    """The numbers from `first` to `last` are known at this base URL; it ends in a slash."""

    first: int
    last: int
    base: str


def read_services(kind: Kind, data: bytes) -> tuple[Service, ...]:
    """The services of a list. Raises ValueError where it is none; entries that cannot be read are
    left out, as RFC 9224 section 3 wants it of what a later version may add.
    """
    try:
        services = json.loads(data)["services"]
    except (KeyError, TypeError, RecursionError) as error:
        raise ValueError("is no list of services") from error
    if not isinstance(services, list):
        raise ValueError("is no list of services")
    found = tuple(_read(kind, services))
    if not found:
        raise ValueError("names no service")
    return found


def base_for(services: tuple[Service, ...], number: int) -> str | None:
    """The base URL of the narrowest service that holds this number (RFC 9224 section 5)."""
    holding = [each for each in services if each.first <= number <= each.last]
    return min(holding, key=lambda each: each.last - each.first).base if holding else None


def registry_of(host: str) -> str | None:
    """The regional registry that runs this host, where it is one of the five."""
    return next((name for domain, name in NAMES.items() if within(host.lower(), domain)), None)


def _read(kind: Kind, services: list[Any]) -> Iterator[Service]:
    left = MOST_ENTRIES
    for service in services:
        match service:
            case [list() as entries, list() as urls, *_]:
                base = _base(urls)
            case _:
                continue
        for entry in entries[:left]:
            span = _span(kind, entry)
            if span:
                yield Service(*span, base)
        left = max(0, left - len(entries))


def _base(urls: list[Any]) -> str:
    """The URL that is asked: by HTTPS where there is one."""
    texts = sorted((url for url in urls if isinstance(url, str)), key=_is_plain)
    return texts[0].rstrip("/") + "/" if texts else ""


def _is_plain(url: str) -> bool:
    return not url.lower().startswith("https:")


def _span(kind: Kind, entry: object) -> tuple[int, int] | None:
    if not isinstance(entry, str):
        return None
    try:
        if kind is Kind.NUMBER:
            first, _, last = entry.partition("-")
            return int(first), int(last or first)
        network = ip_network(entry)
    except ValueError:
        return None
    fits = network.version == (4 if kind is Kind.IPV4 else 6)
    return (int(network[0]), int(network[-1])) if fits else None

"""Domain names as text: boundaries, suffixes, parents (RFC 1034, RFC 9499)."""

import ipaddress
from collections.abc import Iterator
from functools import lru_cache

from sovscan.core.model import DomainName

NEVER = frozenset({"invalid", "localhost", "local"})
"""Top-level domains that hold no public host (RFC 6761, RFC 6762)."""


def canonical(name: str) -> DomainName:
    """Lower case, without the trailing dot; the root stays "."."""
    lowered = name.strip().lower()
    return DomainName(lowered.rstrip(".") or lowered[:1])


def within(name: str, zone: str) -> bool:
    """Is `name` the zone itself or below it, on a label boundary?"""
    return name == zone or name.endswith("." + zone)


def suffixes(name: str) -> Iterator[str]:
    """The name and its parents, longest first: a.b.c, b.c, c."""
    while name:
        yield name
        name = name.partition(".")[2]


def parents(name: str, top: str) -> Iterator[DomainName]:
    """The names above `name`, up to and including `top`; nothing where `name` is not below
    `top`."""
    if within(name, top):
        yield from (
            DomainName(parent)
            for parent in suffixes(name)
            if parent != name and within(parent, top)
        )


def is_host_name(name: str) -> bool:
    """May a host of this name exist in the public DNS? None does at the root, without a dot, or
    under the names set apart (RFC 6761).
    """
    return "." in name.strip(".") and name.rpartition(".")[2] not in NEVER


def may_take_mail(host: str) -> bool:
    """May an MX record name this host? Not a null MX (RFC 7505), not an address where a name
    belongs (RFC 5321), not a name that can never exist (RFC 6761).
    """
    return host != "." and not is_address(host) and not within(host, "invalid")


@lru_cache(maxsize=4096)
def parsed_address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IP address that a text writes. Raises ValueError. The same text is often asked again."""
    return ipaddress.IPv6Address(text) if ":" in text else ipaddress.IPv4Address(text)


def is_address(text: str) -> bool:
    """Is this an IP address literal?"""
    try:
        parsed_address(text)
    except ValueError:
        return False
    return True

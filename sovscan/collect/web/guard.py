"""May this address be contacted? Only what is global unicast, whatever the DNS or a redirect says.

A scan connects to addresses that strangers choose; none of them may lead it into the network that
it runs in (server-side request forgery). Pure: the registries are written out, since what Python's
`is_global` says differs from version to version; it is asked as well.
"""

import ipaddress
from functools import lru_cache
from typing import TypeAlias

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_FORBIDDEN_V4 = tuple(
    ipaddress.IPv4Network(each)
    for each in (
        "0.0.0.0/8",  # this network (RFC 791); Linux connects 0.0.0.0 to itself
        "10.0.0.0/8",  # private (RFC 1918)
        "100.64.0.0/10",  # shared by carriers (RFC 6598); metadata of some clouds
        "127.0.0.0/8",  # loopback (RFC 1122)
        "168.63.129.16/32",  # a cloud's metadata on a public address
        "169.254.0.0/16",  # link-local (RFC 3927); metadata of most clouds
        "172.16.0.0/12",  # private (RFC 1918)
        "192.0.0.0/24",  # protocol assignments (RFC 6890); metadata of some clouds
        "192.0.2.0/24",  # documentation (RFC 5737)
        "192.88.99.0/24",  # 6to4 relays, withdrawn (RFC 7526)
        "192.168.0.0/16",  # private (RFC 1918)
        "198.18.0.0/15",  # benchmarking (RFC 2544)
        "198.51.100.0/24",  # documentation (RFC 5737)
        "203.0.113.0/24",  # documentation (RFC 5737)
        "224.0.0.0/4",  # multicast (RFC 5771)
        "240.0.0.0/4",  # reserved (RFC 1112), and broadcast
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
"""All that is given out as global unicast (RFC 4291); the unique local, link-local, site-local and
multicast ranges lie outside it."""

_FORBIDDEN_V6 = tuple(
    ipaddress.IPv6Network(each)
    for each in (
        "2001::/23",  # protocol assignments (RFC 2928): Teredo, benchmarking, ORCHID
        "2001:db8::/32",  # documentation (RFC 3849)
        "3fff::/20",  # documentation (RFC 9637)
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""The well-known prefix of translators (RFC 6052); that for local use (RFC 8215) is no global
unicast."""


@lru_cache(maxsize=4096)
def may_contact(text: str, *, allow_loopback: bool = False) -> bool:
    """Whether a connection to this address may be opened. What is no plain address may not."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.scope_id is not None:
        return False
    return (allow_loopback and address.is_loopback) or _is_public(address)


def _is_public(address: Address) -> bool:
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not any(address in each for each in _FORBIDDEN_V4)
    embedded = _embedded(address)
    if embedded is not None:
        return _is_public(embedded)
    return (
        address.is_global
        and address in _GLOBAL_V6
        and not any(address in each for each in _FORBIDDEN_V6)
    )


def _embedded(address: ipaddress.IPv6Address) -> ipaddress.IPv4Address | None:
    """The IPv4 address that a packet to this IPv6 address would be handed on to: v4-mapped and
    v4-compatible (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056).
    """
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address in _NAT64 or int(address) >> 32 == 0:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return None

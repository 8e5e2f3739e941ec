"""What may be asked of the registries: addresses and AS numbers that the world routes. Pure."""

import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address

from sovscan.core.model import DomainName, Question

RDAP = "RDAP"
"""The type of a question to a registry; its name is an address, or `as` and a number."""

_NUMBER = re.compile(r"as(0|[1-9][0-9]{0,9})", re.ASCII)
_UNICAST = IPv6Network("2000::/3")
"""All that IANA has given out as global unicast (RFC 4291 section 2.4)."""
_SPECIAL = (
    IPv4Network("192.0.0.0/24"),  # protocol assignments (RFC 6890)
    IPv4Network("192.88.99.0/24"),  # 6to4 relays, given up (RFC 7526)
    IPv6Network("2001::/23"),  # protocol assignments, Teredo among them (RFC 2928, RFC 4380)
    IPv6Network("2001:db8::/32"),  # documentation (RFC 3849)
    IPv6Network("2002::/16"),  # 6to4: an IPv4 address in disguise (RFC 7526)
    IPv6Network("3fff::/20"),  # documentation (RFC 9637)
)
"""What the standard library of some versions of Python takes for global, and is not."""
_SPECIAL_NUMBERS = (
    range(1),  # RFC 7607
    range(23456, 23457),  # stands for a number of four octets (RFC 6793)
    range(64496, 65552),  # documentation, private, last (RFC 5398, RFC 6996, RFC 7300)
    range(65552, 131072),  # reserved by IANA
    range(4_200_000_000, 1 << 32),  # private, last (RFC 6996, RFC 7300)
)


class Kind(StrEnum):
    """What is asked about, named as IANA names its list of the registries for it (RFC 9224)."""

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    NUMBER = "asn"


@dataclass(frozen=True, slots=True)
class Subject:
    """An address or AS number as a number, in canonical text, and where a registry keeps it (a
    path, RFC 9082 section 3.1). `is_public` is False for what nobody may route: it is not asked.
    """

    kind: Kind
    number: int
    text: str
    path: str
    is_public: bool


def subject(name: str) -> Subject:
    """The subject that a question's name writes. Raises ValueError where it writes none."""
    numbered = _NUMBER.fullmatch(name.lower())
    if numbered:
        number = int(numbered[1])
        if number >= 1 << 32:
            raise ValueError(f"{name!r} is no AS number")
        public = not any(number in special for special in _SPECIAL_NUMBERS)
        return Subject(Kind.NUMBER, number, f"as{number}", f"autnum/{number}", public)
    address = ip_address(name)
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        raise ValueError(f"{name!r} is an address of one machine's interface")
    kind = Kind.IPV4 if address.version == 4 else Kind.IPV6
    return Subject(kind, int(address), str(address), f"ip/{address}", is_public(str(address)))


def is_public(text: str) -> bool:
    """Is this the address of one machine that the whole world may reach? False for no address."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    odd = address.is_multicast or address.is_reserved or any(address in net for net in _SPECIAL)
    return address.is_global and not odd


def rdap_question(found: Subject) -> Question:
    """The question about this subject."""
    return Question(DomainName(found.text), RDAP)

"""What a name server says of a zone when it is asked directly, and what that says of it. Pure.

Read by our own codec, and by dnspython where a message is not written the usual way.
"""

import struct
from dataclasses import dataclass

import dns.exception
import dns.message
import dns.rdatatype
import dns.rrset

from sovscan.collect.delegation.terms import AUTHORITATIVE, FAILED, LAME, REFUSED
from sovscan.collect.dns.rdata import RENDERERS, TYPES, Unusual, read_name
from sovscan.collect.dns.reading import rcode_name
from sovscan.collect.dns.wire import FLAG_AA, FLAG_RA, FLAG_TC, IN, Reply
from sovscan.core.names import canonical, within

NS, SOA = TYPES["NS"], TYPES["SOA"]
_RECORD = struct.Struct("!HHIH")


@dataclass(frozen=True, slots=True)
class Told:
    """An answer about a zone. `code`: NOERROR, REFUSED ...; `named`: the NS hosts of the zone in
    the answer section, `referred` those in the authority section; `denied_by`: the owner of the SOA
    beside an absence (RFC 2308), empty where there is none.
    """

    code: str
    is_authoritative: bool
    offers_recursion: bool
    is_cut: bool
    has_soa: bool
    named: tuple[str, ...]
    referred: tuple[str, ...]
    denied_by: str

    @property
    def is_direct(self) -> bool:
        """Would only a server itself answer so? It says that it is authoritative, or refers
        downwards and offers no recursion. Whoever answers in the stead of others (a resolver to
        which all questions are led astray) says neither.
        """
        return self.is_authoritative or bool(self.referred and not self.offers_recursion)


def told(data: bytes, zone: str) -> Told | None:
    """What a message says of a zone; None for what is none."""
    try:
        return _by_codec(data, zone)
    except Unusual:
        pass
    try:
        return _by_dnspython(dns.message.from_wire(data), zone)
    except (dns.exception.DNSException, ValueError):
        return None


def state_of(said: Told, zone: str) -> str:
    """What an answer to the question for a zone's SOA says of the server that gave it. Lame is who
    is named as a server of the zone and is none (RFC 9499 section 7).
    """
    if said.code == "REFUSED":
        return REFUSED
    if said.code not in {"NOERROR", "NXDOMAIN"}:
        return f"{FAILED} {said.code}"
    if not said.is_authoritative:
        return LAME
    if said.has_soa:
        return AUTHORITATIVE
    if said.denied_by and said.denied_by != zone and _is_above(said.denied_by, zone):
        return LAME
    return f"{FAILED} NO-SOA"


def named_by_parent(said: Told) -> tuple[str, ...]:
    """The servers of the zone that an answer of its parent names; none where it is no answer of the
    parent's own: a resolver's memory holds what the zone says of itself.
    """
    if said.code != "NOERROR" or not said.is_direct:
        return ()
    return said.named if said.is_authoritative and said.named else said.referred


def _is_above(name: str, zone: str) -> bool:
    return name == "." or within(zone, name)


class _Message(Reply):
    """A reply whose authority section is read, too."""

    __slots__ = ("_beside_it",)

    def __init__(self, data: bytes) -> None:
        self._beside_it: list[int] = []
        super().__init__(data)

    def _beside(self, at: int, *, in_authority: bool) -> int:
        if in_authority:
            self._beside_it.append(at)
        return super()._beside(at, in_authority=in_authority)

    def authority(self, rtype: int) -> list[tuple[str, str]]:
        """Owner and text of each record of this type in the authority section."""
        found = []
        for at in self._beside_it:
            owner, place = read_name(self._data, at)
            kind, rclass, _, length = _RECORD.unpack_from(self._data, place)
            if (kind, rclass) == (rtype, IN):
                start = place + _RECORD.size
                found.append((owner, RENDERERS[rtype](self._data, start, length)))
        return found


def _by_codec(data: bytes, zone: str) -> Told:
    message = _Message(data)
    try:
        named = message.find(zone, NS)
        return Told(
            rcode_name(message.rcode),
            bool(message.flags & FLAG_AA),
            bool(message.flags & FLAG_RA),
            bool(message.flags & FLAG_TC),
            message.find(zone, SOA) is not None,
            tuple(sorted(set(named[1]))) if named else (),
            tuple(sorted({host for owner, host in message.authority(NS) if owner == zone})),
            next((owner for owner, _ in message.authority(SOA)), ""),
        )
    except (IndexError, struct.error) as error:
        raise Unusual("ends too early") from error


def _by_dnspython(message: dns.message.Message, zone: str) -> Told:
    flags = int(message.flags)
    denials = [each for each in message.authority if each.rdtype == dns.rdatatype.SOA]
    return Told(
        rcode_name(int(message.rcode())),
        bool(flags & FLAG_AA),
        bool(flags & FLAG_RA),
        bool(flags & FLAG_TC),
        any(_is_of(each, zone, dns.rdatatype.SOA) for each in message.answer),
        _hosts(message.answer, zone),
        _hosts(message.authority, zone),
        canonical(denials[0].name.to_text()) if denials else "",
    )


def _hosts(section: list[dns.rrset.RRset], zone: str) -> tuple[str, ...]:
    sets = [each for each in section if _is_of(each, zone, dns.rdatatype.NS)]
    return tuple(sorted({canonical(record.to_text()) for each in sets for record in each}))


def _is_of(rrset: dns.rrset.RRset, zone: str, rtype: dns.rdatatype.RdataType) -> bool:
    return rrset.rdtype == rtype and bool(rrset) and canonical(rrset.name.to_text()) == zone

"""dnspython's reading of a response, in the shape of our own: for whatever is not written the usual
way.
"""

from collections.abc import Callable

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rrset

from sovscan.collect.dns.rdata import Unusual, printable
from sovscan.collect.dns.wire import sane_ttl
from sovscan.core.names import canonical


class OracleReply:
    """As `wire.Reply`, and slower. Raises Unusual where the message is broken."""

    def __init__(self, data: bytes) -> None:
        try:
            message = dns.message.from_wire(data)
        except (dns.exception.DNSException, ValueError) as error:
            raise Unusual(f"is no DNS message ({type(error).__name__})") from error
        self.flags = int(message.flags)
        self.rcode = int(message.rcode())
        self.negative_ttl = _negative_ttl(message)
        self._sets: dict[tuple[str, int], dns.rrset.RRset] = {
            (canonical(rrset.name.to_text()), int(rrset.rdtype)): rrset
            for rrset in message.answer
            if rrset and rrset.rdclass == dns.rdataclass.IN
        }

    @property
    def is_empty(self) -> bool:
        """Is there nothing in the answer section?"""
        return not self._sets

    def find(self, owner: str, rtype: int) -> tuple[int, list[str]] | None:
        """TTL (s) and the texts of a record set, or None."""
        try:
            written = canonical(dns.name.from_text(owner).to_text())
            rrset = self._sets.get((written, rtype))
            if rrset is None:
                return None
            read = _READERS.get(rtype, dns.rdata.Rdata.to_text)
            return rrset.ttl, [read(rdata) for rdata in rrset]
        except (dns.exception.DNSException, ValueError) as error:
            raise Unusual("cannot be written as text") from error


def _negative_ttl(message: dns.message.Message) -> int | None:
    """RFC 2308 section 5: the lesser of the SOA's TTL and its last field."""
    for rrset in message.authority:
        if rrset and rrset.rdtype == dns.rdatatype.SOA:
            return min(sane_ttl(rrset.ttl), sane_ttl(int(rrset[0].to_text().split()[-1])))
    return None


def _target(rdata: dns.rdata.Rdata) -> str:
    return canonical(rdata.to_text())


def _with_target(rdata: dns.rdata.Rdata) -> str:
    """The numbers of an MX or SRV record, and its target."""
    numbers, _, host = rdata.to_text().rpartition(" ")
    return f"{numbers} {canonical(host)}"


def _authority(rdata: dns.rdata.Rdata) -> str:
    primary, mailbox = rdata.to_text().split()[:2]
    return f"{canonical(primary)} {canonical(mailbox)}"


def _text(rdata: dns.rdata.Rdata) -> str:
    assert isinstance(rdata, dns.rdtypes.ANY.TXT.TXT)
    return printable(b"".join(rdata.strings))


_READERS: dict[int, Callable[[dns.rdata.Rdata], str]] = {
    dns.rdatatype.MX: _with_target,
    dns.rdatatype.SRV: _with_target,
    dns.rdatatype.NS: _target,
    dns.rdatatype.CNAME: _target,
    dns.rdatatype.PTR: _target,
    dns.rdatatype.SOA: _authority,
    dns.rdatatype.TXT: _text,
}

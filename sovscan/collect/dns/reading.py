"""A DNS response to an observation: bounded, canonical, and with nothing dropped in silence."""

from collections.abc import Callable
from dataclasses import replace

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rdtypes.ANY.TXT
import dns.rrset

from sovscan.core.model import DomainName, Fault, Observation, Outcome, Provenance, Question
from sovscan.core.names import canonical

MAX_ALIASES = 12
"""CNAME records followed in one answer; a longer chain is a fault of the zone."""

MAX_RECORDS = 300
MAX_TEXT = 8192
"""Records of one answer, and characters of one record, that are kept. A cut answer says so in its
detail."""

CUT = "CUT"

RESOLVER_FAULTS = {dns.rcode.REFUSED, dns.rcode.FORMERR, dns.rcode.NOTIMP, dns.rcode.NOTAUTH}


def observe(
    question: Question, response: dns.message.Message, provenance: Provenance
) -> Observation:
    """What a response says of a question. Only NOERROR and NXDOMAIN say anything; all else is a
    failure.
    """
    rcode = response.rcode()
    if rcode not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        fault = Fault.RESOLVER if rcode in RESOLVER_FAULTS else Fault.ZONE
        return failure(question, dns.rcode.to_text(rcode), fault, provenance)
    if not response.flags & (dns.flags.RA | dns.flags.AA):
        return failure(question, "NO-RECURSION", Fault.RESOLVER, provenance)
    if response.flags & dns.flags.TC:
        return failure(question, "TRUNCATED", Fault.RESOLVER, provenance)
    aliases, rrset = _follow(response, question)
    if len(aliases) > MAX_ALIASES:
        return failure(question, "ALIAS-LOOP", Fault.ZONE, provenance)
    if rrset is None:
        detail = "NXDOMAIN" if rcode == dns.rcode.NXDOMAIN else "NODATA"
        return Observation(question, Outcome.ABSENT, (), aliases, detail, Fault.NONE, provenance)
    answers, cut = _answers(rrset, question.type)
    seen = replace(provenance, ttl=rrset.ttl)
    return Observation(
        question, Outcome.SEEN, answers, aliases, CUT if cut else "", Fault.NONE, seen
    )


def failure(question: Question, detail: str, fault: Fault, provenance: Provenance) -> Observation:
    """A question without an answer, and whose fault that was."""
    return Observation(question, Outcome.FAILED, (), (), detail, fault, provenance)


def _follow(
    response: dns.message.Message, question: Question
) -> tuple[tuple[DomainName, ...], dns.rrset.RRset | None]:
    """The aliases from the question's name to its record set, if there is one."""
    by_owner = {
        (canonical(rrset.name.to_text()), rrset.rdtype): rrset
        for rrset in response.answer
        if rrset and rrset.rdclass == dns.rdataclass.IN
    }
    wanted = dns.rdatatype.from_text(question.type)
    name = canonical(dns.name.from_text(question.name).to_text())
    aliases: list[DomainName] = []
    while len(aliases) <= MAX_ALIASES:
        found = by_owner.get((name, wanted))
        if found is not None:
            return tuple(aliases), found
        alias = by_owner.get((name, dns.rdatatype.CNAME))
        if alias is None:
            return tuple(aliases), None
        name = canonical(alias[0].target.to_text())
        aliases.append(name)
    return tuple(aliases), None


def _answers(rrset: dns.rrset.RRset, rtype: str) -> tuple[tuple[str, ...], bool]:
    """The record data in presentation form, sorted, each once; and whether something had to be
    cut."""
    read = _READERS.get(rtype, _plain)
    texts = sorted({read(rdata) for rdata in rrset})
    cut = len(texts) > MAX_RECORDS or any(len(text) > MAX_TEXT for text in texts)
    return tuple(text[:MAX_TEXT] for text in texts[:MAX_RECORDS]), cut


def _plain(rdata: dns.rdata.Rdata) -> str:
    return rdata.to_text()


def _target(rdata: dns.rdata.Rdata) -> str:
    return canonical(rdata.to_text())


def _exchange(rdata: dns.rdata.Rdata) -> str:
    preference, _, host = rdata.to_text().partition(" ")
    return f"{preference} {canonical(host)}"


def _service(rdata: dns.rdata.Rdata) -> str:
    numbers, _, host = rdata.to_text().rpartition(" ")
    return f"{numbers} {canonical(host)}"


def _authority(rdata: dns.rdata.Rdata) -> str:
    """Primary server and responsible mailbox; serial and timers tell nothing of providers, and
    change every day.
    """
    mname, rname = rdata.to_text().split()[:2]
    return f"{canonical(mname)} {canonical(rname)}"


def _text(rdata: dns.rdata.Rdata) -> str:
    """The strings of a TXT record joined (RFC 7208 section 3.3); bytes beyond printable ASCII as
    \\DDD (RFC 1035).
    """
    assert isinstance(rdata, dns.rdtypes.ANY.TXT.TXT)
    joined = b"".join(rdata.strings)
    return "".join(
        chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\{byte:03d}" for byte in joined
    )


_READERS: dict[str, Callable[[dns.rdata.Rdata], str]] = {
    "MX": _exchange,
    "NS": _target,
    "CNAME": _target,
    "PTR": _target,
    "SRV": _service,
    "SOA": _authority,
    "TXT": _text,
}

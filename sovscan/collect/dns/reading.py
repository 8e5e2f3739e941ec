"""A DNS response to an observation: bounded, canonical, and with nothing dropped in silence."""

from typing import Protocol

import dns.rcode

from sovscan.collect.dns.oracle import OracleReply
from sovscan.collect.dns.rdata import TYPES, Unusual
from sovscan.collect.dns.wire import (
    CNAME,
    FLAG_AA,
    FLAG_AD,
    FLAG_RA,
    FLAG_TC,
    Reply,
)
from sovscan.core.model import DomainName, Fault, Observation, Outcome, Provenance, Question

MAX_ALIASES = 12
"""CNAME records followed in one answer; a longer chain is a fault of the zone."""

MAX_RECORDS = 300
MAX_TEXT = 8192
"""Records of one answer, and characters of one record, that are kept. A cut answer says so in its
detail."""

CUT = "CUT"
MALFORMED = "MALFORMED"

RESOLVER_FAULTS = {
    dns.rcode.REFUSED,
    dns.rcode.FORMERR,
    dns.rcode.NOTIMP,
    dns.rcode.NOTAUTH,
    dns.rcode.BADVERS,
    dns.rcode.BADCOOKIE,
}


class Said(Protocol):
    """What a response says, whoever read it."""

    flags: int
    rcode: int
    negative_ttl: int | None

    @property
    def is_empty(self) -> bool:
        """Is there nothing in the answer section?"""

    def find(self, owner: str, rtype: int) -> tuple[int, list[str]] | None:
        """TTL (s) and the texts of a record set of the answer section."""


def read(question: Question, data: bytes, provenance: Provenance) -> Observation:
    """The observation that a response of the wire makes, read by our own codec or by dnspython."""
    try:
        return observe(question, Reply(data), provenance)
    except Unusual:
        pass
    try:
        return observe(question, OracleReply(data), provenance)
    except Unusual:
        return failure(question, MALFORMED, Fault.RESOLVER, provenance)


def observe(question: Question, reply: Said, provenance: Provenance) -> Observation:
    """What a response says of a question. Only NOERROR and NXDOMAIN say anything; all else is a
    failure.
    """
    if reply.rcode not in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        fault = Fault.RESOLVER if reply.rcode in RESOLVER_FAULTS else Fault.ZONE
        return failure(question, rcode_name(reply.rcode), fault, provenance)
    if not reply.flags & (FLAG_RA | FLAG_AA):
        return failure(question, "NO-RECURSION", Fault.RESOLVER, provenance)
    if reply.flags & FLAG_TC:
        return failure(question, "TRUNCATED", Fault.RESOLVER, provenance)
    aliases, found = _follow(reply, question)
    if len(aliases) > MAX_ALIASES:
        return failure(question, "ALIAS-LOOP", Fault.ZONE, provenance)
    validated = bool(reply.flags & FLAG_AD)
    if found is None:
        detail = "NXDOMAIN" if reply.rcode == dns.rcode.NXDOMAIN else "NODATA"
        absent = _with(provenance, reply.negative_ttl, validated=validated)
        return Observation(question, Outcome.ABSENT, (), aliases, detail, Fault.NONE, absent)
    ttl, texts = found
    answers, cut = _bounded(texts)
    seen = _with(provenance, ttl, validated=validated)
    return Observation(
        question, Outcome.SEEN, answers, aliases, CUT if cut else "", Fault.NONE, seen
    )


def _with(made: Provenance, ttl: int | None, *, validated: bool) -> Provenance:
    return Provenance(
        made.observed_at, made.resolver, made.transport, ttl, made.attempts, validated
    )


def failure(question: Question, detail: str, fault: Fault, provenance: Provenance) -> Observation:
    """A question without an answer, and whose fault that was."""
    return Observation(question, Outcome.FAILED, (), (), detail, fault, provenance)


def unreachable(question: Question, provenance: Provenance) -> Observation:
    """A question that was not asked, since nobody answers."""
    return Observation(
        question,
        Outcome.SKIPPED,
        detail="RESOLVER-UNREACHABLE",
        fault=Fault.NETWORK,
        provenance=provenance,
    )


def rcode_name(code: int) -> str:
    """The name of a response code, as SERVFAIL; RCODE17 where it has none."""
    text = dns.rcode.to_text(dns.rcode.Rcode(code))
    return f"RCODE{code}" if text.isdigit() else text


def _follow(
    reply: Said, question: Question
) -> tuple[tuple[DomainName, ...], tuple[int, list[str]] | None]:
    """The aliases from the question's name to its record set, if there is one."""
    if reply.is_empty:
        return (), None
    wanted = TYPES[question.type]
    name = question.name
    aliases: list[DomainName] = []
    while len(aliases) <= MAX_ALIASES:
        found = reply.find(name, wanted)
        if found is not None:
            return tuple(aliases), found
        alias = reply.find(name, CNAME)
        if alias is None:
            return tuple(aliases), None
        name = DomainName(alias[1][0])
        aliases.append(name)
    return tuple(aliases), None


def _bounded(texts: list[str]) -> tuple[tuple[str, ...], bool]:
    """Record data, sorted, each once; and whether something had to be cut."""
    found = sorted(set(texts))
    cut = len(found) > MAX_RECORDS or any(len(text) > MAX_TEXT for text in found)
    return tuple(text[:MAX_TEXT] for text in found[:MAX_RECORDS]), cut

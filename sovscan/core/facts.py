"""Reading a set of observations: answers, aliases, addresses; failed is never absent."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from sovscan.core.model import DomainName, Observation, Outcome, Question
from sovscan.core.names import canonical, parsed_address
from sovscan.core.registry import Probe

Facts: TypeAlias = Mapping[Question, Observation]
"""What was observed for one target, by question; names that many targets share appear in each."""

ADDRESS_TYPES = ("A", "AAAA")
UNANSWERED = frozenset({Outcome.FAILED, Outcome.SKIPPED})
"""Asked for, and not answered, or given up before it was asked."""


def observation(facts: Facts, name: str, rtype: str) -> Observation | None:
    """The observation of this question, or None where it was not asked."""
    key: Any = (name, rtype)  # a Question is equal to it, and takes longer to make
    return facts.get(key)


def answers(facts: Facts, name: str, rtype: str) -> tuple[str, ...]:
    """The record data seen for this question; empty where absent, failed or not asked."""
    key: Any = (name, rtype)
    found = facts.get(key)
    return found.answers if found is not None and found.outcome is Outcome.SEEN else ()


def outcome(facts: Facts, name: str, rtype: str) -> Outcome:
    """What became of this question; SKIPPED where it was not asked."""
    found = observation(facts, name, rtype)
    return found.outcome if found is not None else Outcome.SKIPPED


def addresses(facts: Facts, host: str) -> tuple[tuple[str, Question], ...]:
    """The addresses of a host with the question that gave each, IPv4 first."""
    return tuple(
        [
            (address, Question(DomainName(host), rtype))
            for rtype in ADDRESS_TYPES
            for address in answers(facts, host, rtype)
        ]
    )


def is_absent(facts: Facts, host: str) -> bool:
    """Is it known that this host has no address? A name that does not exist has none of any type
    (RFC 8020).
    """
    found = [observation(facts, host, rtype) for rtype in ADDRESS_TYPES]
    if any(each is not None and each.detail == "NXDOMAIN" for each in found):
        return True
    return all(each is not None and each.outcome is Outcome.ABSENT for each in found)


def is_failed(facts: Facts, host: str) -> bool:
    """Was a question for an address of this host not answered, so that it may have some?"""
    failed = any(outcome(facts, host, rtype) is Outcome.FAILED for rtype in ADDRESS_TYPES)
    return failed and not is_absent(facts, host)


def alias_chain(facts: Facts, name: str) -> tuple[tuple[DomainName, Question], ...]:
    """The CNAME targets met on the way to a name's addresses, each once, with the question that
    showed it.
    """
    chain: dict[DomainName, Question] = {}
    for rtype in ("CNAME", *ADDRESS_TYPES):
        found = observation(facts, name, rtype)
        targets = found.aliases if found else ()
        if rtype == "CNAME":
            targets = tuple(canonical(answer) for answer in answers(facts, name, rtype))
        for target in targets:
            chain.setdefault(target, Question(DomainName(name), rtype))
    return tuple(chain.items())


@lru_cache(maxsize=4096)
def reverse_name(address: str) -> DomainName:
    """The in-addr.arpa or ip6.arpa name of an address (RFC 1035 section 3.5, RFC 3596)."""
    return DomainName(parsed_address(address).reverse_pointer)


@dataclass(frozen=True, slots=True)
class MailExchanger:
    """One MX record (RFC 5321 section 5): the lower preference is tried first. `host` "." is a null
    MX (RFC 7505).
    """

    preference: int
    host: DomainName


def mail_exchangers(facts: Facts, domain: str) -> tuple[MailExchanger, ...]:
    """The distinct MX records of a domain, by preference and name; malformed data is left out."""
    found = set()
    for answer in answers(facts, domain, "MX"):
        preference, _, host = answer.partition(" ")
        if preference.isdigit() and host.strip():
            found.add((int(preference), canonical(host)))
    return tuple(MailExchanger(*pair) for pair in sorted(found))


def name_servers(facts: Facts, zone: str, domain: str) -> tuple[DomainName, tuple[DomainName, ...]]:
    """The zone that holds `domain`, and its NS hosts: asked at the domain, then upwards to the
    registrable `zone`.
    """
    name = domain
    while True:
        found = observation(facts, name, "NS")
        listed = answers(facts, name, "NS") if found and not found.aliases else ()  # not its own
        hosts = tuple(sorted({canonical(answer) for answer in listed}))
        if hosts or name == zone or "." not in name:
            return DomainName(name), hosts
        name = name.partition(".")[2]


@lru_cache(maxsize=1024)
def random_label(domain: str) -> str:
    """A label that nobody has below this domain: what answers at it is synthetic.

    Drawn by hashing the domain, so that an unchanged zone gives unchanged facts night after night.
    """
    return "x" + hashlib.sha256(f"no such name below {domain}".encode()).hexdigest()[:15]


def control_label(probe: Probe, domain: str) -> str:
    """The label that controls a probe: of a vendor's own name one for all bodies, asked once."""
    return random_label("" if probe.is_vendors else domain)


def is_synthetic(facts: Facts, probe: Question, domain: str) -> bool:
    """Did a wildcard make this answer up? True where the random label beside it (or at the domain)
    answers the same.

    A wildcard at the domain answers for every name below it that does not exist, however deep (RFC
    4592). Where a control was not answered, nobody can tell: then it is taken for made up.
    """
    found = facts.get(probe)
    if found is None or found.outcome is not Outcome.SEEN:
        return False
    controls = _controls(facts, probe, domain)
    return any(
        each.outcome in UNANSWERED
        or (each.outcome is Outcome.SEEN and each.answers == found.answers)
        for each in controls
    )


def is_unheard(facts: Facts, probe: Question, domain: str) -> bool:
    """Was this probe asked and not answered, or one of its controls, so that nobody can tell what
    it would say?
    """
    found = facts.get(probe)
    if found is None or found.outcome is not Outcome.SEEN:
        return found is not None and found.outcome in UNANSWERED
    return any(each.outcome in UNANSWERED for each in _controls(facts, probe, domain))


def _controls(facts: Facts, probe: Question, domain: str) -> Iterator[Observation]:
    """What was seen at the random labels beside a probe and at the domain."""
    label = random_label(domain)
    beside = f"{label}.{probe.name.partition('.')[2]}"
    for name in dict.fromkeys((beside, f"{label}.{domain}")):
        for rtype in dict.fromkeys((probe.type, "CNAME", "TXT")):
            control = observation(facts, name, rtype)
            if control is not None:
                yield control

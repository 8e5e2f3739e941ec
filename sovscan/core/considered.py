"""What was considered and not followed: each reading on which no party of its service rests, and
why.

It is told from a judgement's values, not from how the judgement was reached: what a party names as
its evidence was followed, and nothing else was. Why the rest was not is docs/rules.md.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts
from sovscan.core.model import (
    Attribution,
    Finding,
    Reason,
    Role,
    RuleId,
    Service,
    Signal,
    Strength,
    Target,
    VendorId,
)
from sovscan.core.names import may_take_mail
from sovscan.core.readings import Reading, readings
from sovscan.core.resting import OWN, Held, held, roles_beside, telling

ORDER = (
    "outvoted", "front-not-own", "outranked", "ambiguous", "not-its-own", "by-address", "leftover",
    "leads-on", "synthetic", "edge-in-front", "other-role", "soa-alone", "unusable", "weak",
    "second", "not-judged", "no-service", "no-front", "unrecognised", "same", "unused",
)  # fmt: skip
"""The codes, the most telling first."""

NEVER_ELECT = {"spf-include", "txt-token", "tenant-host"}
"""Kinds that may second a party, and elect none however strong their rule is."""
HOSTS = {"mx-host", "ns-host"}
ALIAS = "autodiscover-target"
VOICES = ("dkim-", "autodiscover-")
"""How the kinds begin that speak of a mailbox behind the front."""


@dataclass(frozen=True, slots=True)
class Considered:
    """A reading that was not followed. `vendor` and `role`: what it would show; none, where no rule
    knows it. `agrees`: a party of the service is that vendor's anyway.
    """

    service: Service
    signal: Signal
    rule: RuleId
    strength: Strength
    vendor: VendorId | None
    role: Role | None
    reason: Reason
    agrees: bool


@dataclass(frozen=True, slots=True)
class _Bench:
    """With what a reading is compared: the judgement of its service, the other readings that were
    not followed, the CNAME that speaks at autodiscover, where each alias leads, and who stands in
    front of which web name.
    """

    held: Held
    others: tuple[Reading, ...]
    alias: str
    leads: Mapping[str, str]
    fronts: Mapping[str, str]


def considered(
    target: Target, facts: Facts, knowledge: Knowledge, attributions: Iterable[Attribution]
) -> tuple[Considered, ...]:
    """All that was read and not followed, service by service, the most telling first."""
    judged = {each.service: held(each, knowledge) for each in attributions}
    mail = judged[Service.EMAIL].domains if Service.EMAIL in judged else ()
    every = readings(target, facts, knowledge, mail)
    fronts = judged[Service.CDN].by_host if Service.CDN in judged else {}
    alias = next((each.signal.value for each in reversed(every) if _speaks(each)), "")
    voices = [each.signal for each in every if each.signal.kind.startswith(VOICES)]
    leads = {str(s.question.name): s.value for s in voices if s.question.type == "CNAME"}
    found = []
    for service, resting in judged.items():
        mine = (each for each in every if each.service is service)
        others = tuple(each for each in mine if not resting.carries(each))
        bench = _Bench(resting, others, alias, leads, fronts)
        told = [_considered(each, bench) for each in others]
        found += sorted(told, key=lambda each: (ORDER.index(each.reason.code), each.agrees))
    return tuple(found)


def _considered(reading: Reading, bench: _Bench) -> Considered:
    shown = reading.vendor or (OWN if reading.is_own else "")
    return Considered(
        service=reading.service,
        signal=reading.signal,
        rule=reading.rule,
        strength=reading.strength,
        vendor=reading.vendor,
        role=reading.role,
        reason=_reason(reading, bench),
        agrees=shown in bench.held.named,
    )


def _reason(reading: Reading, bench: _Bench) -> Reason:
    asks = (_by_itself, _by_finding, _by_voice, _by_zone, _by_edge, _by_host)
    found = (reason for ask in asks if (reason := ask(reading, bench)) is not None)
    return next(found, Reason("unused"))


def _by_itself(reading: Reading, bench: _Bench) -> Reason | None:
    """What no judgement would follow."""
    signal = reading.signal
    if reading.is_synthetic:
        return Reason("synthetic")
    if signal.kind == "mx-host" and not may_take_mail(signal.value):
        return Reason("unusable")
    if signal.kind.startswith(VOICES) and signal.value in bench.leads:
        return Reason("leads-on", (("value", bench.leads[signal.value]),))
    if reading.hit is None:
        return None if reading.is_own else _unrecognised(reading, bench)
    if reading.strength is Strength.HINT or signal.kind in NEVER_ELECT:
        return Reason("weak")
    return None


def _unrecognised(reading: Reading, bench: _Bench) -> Reason:
    """No rule knows the name; what its address shows may have been followed."""
    runner = bench.held.by_host.get(reading.host)
    if runner is None or reading.signal.kind not in HOSTS:
        return Reason("unrecognised")
    return Reason("by-address", (("winner", runner),))


def _by_finding(reading: Reading, bench: _Bench) -> Reason | None:
    """The service has no party at all."""
    attribution = bench.held.attribution
    if attribution.finding is Finding.UNOBSERVED:
        return Reason("not-judged")
    if attribution.finding is Finding.NO_SERVICE:
        return Reason("no-service")
    if all(party.role is Role.SENDER for party in attribution.parties):
        return Reason("no-front")
    return None


def _by_voice(reading: Reading, bench: _Bench) -> Reason | None:
    """What speaks of a mailbox behind the front."""
    signal = reading.signal
    if not signal.kind.startswith(VOICES):
        return None
    if reading.role not in {None, Role.MAILBOX}:
        return Reason("other-role", (("role", str(reading.role)),))
    if signal.kind == "autodiscover-srv" and bench.alias:
        return Reason("leftover", (("value", bench.alias),))
    if found := bench.held.against.get((signal.kind, signal.value)):
        return Reason("outvoted", (*(("winner", each) for each in found),))
    if (reading.vendor or OWN) in bench.held.named:
        return Reason("same")
    return Reason("front-not-own") if reading.is_own and _is_open(bench) else None


def _by_zone(reading: Reading, bench: _Bench) -> Reason | None:
    """What the SOA record says of a provider."""
    if not reading.signal.kind.startswith("soa-"):
        return None
    return Reason("same") if reading.vendor in bench.held.named else Reason("soa-alone")


def _by_edge(reading: Reading, bench: _Bench) -> Reason | None:
    """What is seen of a web name whose origin somebody in front of it hides."""
    front = bench.fronts.get(reading.host)
    if front is None or reading.service is not Service.HOSTING or reading.is_own:
        return None
    return Reason("edge-in-front", (("vendor", front), ("host", reading.host)))


def _by_host(reading: Reading, bench: _Bench) -> Reason | None:
    """What a name or an address says of who runs a host, or of where it stands."""
    if reading.is_own:
        runner = bench.held.by_host.get(reading.host, OWN)
        return None if runner == OWN else Reason("not-its-own", (("winner", runner),))
    if not roles_beside(reading):
        return Reason("other-role", (("role", str(reading.role)),))
    rival = bench.held.rival(reading)
    if rival is None:
        return _without_rival(reading, bench)
    if rival.shown == reading.vendor:
        return Reason("same")
    more = telling(rival.signal.kind) - telling(reading.signal.kind)
    told = rival.signal
    if more > 0:
        return Reason(
            "outranked",
            (("winner", rival.shown), ("signal", told.kind), ("value", told.value)),
        )
    return Reason("second", (("winner", rival.shown),)) if more == 0 else None


def _without_rival(reading: Reading, bench: _Bench) -> Reason | None:
    """Nobody was followed for this host: where two vendors claim it, none is named."""
    claims = {
        str(each.vendor)
        for each in bench.others
        if each.host == reading.host
        and each.vendor
        and not each.is_synthetic
        and each.role in roles_beside(reading)
    }
    if len(claims) > 1 and str(reading.vendor) in claims:
        return Reason("ambiguous", (*(("vendor", each) for each in sorted(claims)),))
    return Reason("same") if reading.vendor in bench.held.named else None


def _speaks(reading: Reading) -> bool:
    """Is it a CNAME at autodiscover that names the body or a vendor of mailboxes?"""
    shown = reading.role is Role.MAILBOX and reading.strength is not Strength.HINT
    named = reading.is_own or shown
    return reading.signal.kind == ALIAS and named and not reading.is_synthetic


def _is_open(bench: _Bench) -> bool:
    """Is the mailbox unknown?"""
    return any(
        party.role is Role.MAILBOX and party.finding is Finding.UNKNOWN
        for party in bench.held.attribution.parties
    )

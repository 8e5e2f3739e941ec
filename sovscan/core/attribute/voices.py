"""Signals that speak of a mailbox independently of the MX: DKIM, autodiscover, and a name that a
vendor keeps for the domain.
"""

from collections import defaultdict
from dataclasses import dataclass, replace

from sovscan.core.attribute.standing import OWN_NAME, Standing
from sovscan.core.context import Knowledge
from sovscan.core.facts import UNANSWERED, Facts, is_unheard
from sovscan.core.mail_signals import client_questions, dkim_signals, mta_sts_signals
from sovscan.core.model import (
    Evidence,
    Question,
    Reason,
    Role,
    Signal,
    Strength,
    Target,
    VendorId,
)
from sovscan.core.names import within

FULL_VOICE = 2
WEAK_VOICE = 1
"""An SRV record counts half: it is often a leftover of a server long gone."""
SECOND = 0
"""That a vendor keeps a name for the domain seconds another sign: many verify a domain and keep
their mail elsewhere.
"""


@dataclass(frozen=True, slots=True)
class Voice:
    """One independent signal that names a mailbox: of a vendor, or (None) of the body itself. One
    of no weight only seconds the others.
    """

    family: str
    vendor: VendorId | None
    weight: int
    evidence: Evidence


def tally_of(voices: tuple[Voice, ...]) -> dict[VendorId | None, int]:
    """How loudly each vendor is named; a family of signals speaks once, however often it does."""
    tally: dict[VendorId | None, int] = defaultdict(int)
    for _, vendor, weight in dict.fromkeys((v.family, v.vendor, v.weight) for v in voices):
        if weight:
            tally[vendor] += weight
    return tally


def voices_of(
    target: Target,
    facts: Facts,
    knowledge: Knowledge,
    clients: tuple[Signal, ...],
    tenants: tuple[Signal, ...],
) -> tuple[Voice, ...]:
    """Who speaks; `clients` is where mail programs are sent, `tenants` what vendors keep for the
    domain. An SRV record only where no CNAME does.
    """
    dkim = tuple(
        voice
        for signal in dkim_signals(facts, target.domain, knowledge.probes)
        for voice in _vendor_voices("dkim", FULL_VOICE, signal, knowledge)
    )
    alias = tuple(signal for signal in clients if signal.kind == "autodiscover-target")
    service = tuple(signal for signal in clients if signal.kind == "autodiscover-srv")
    by_alias = _client_voices(alias, FULL_VOICE, target, knowledge)
    if not by_alias and not is_unheard(facts, client_questions(target.domain)[0], target.domain):
        by_alias = _client_voices(service, WEAK_VOICE, target, knowledge)
    first = (*dkim, *by_alias)
    named = {voice.vendor for voice in first}
    policy = (replace(each, kind="mx-host") for each in mta_sts_signals(facts, target.domain))
    seconds = (
        voice
        for family, signals in (("tenant", tenants), ("mta-sts", policy))
        for signal in signals
        for voice in _vendor_voices(family, SECOND, signal, knowledge)
    )
    return (*first, *(voice for voice in seconds if voice.vendor in named))


def unheard(target: Target, facts: Facts, knowledge: Knowledge) -> int:
    """How loud the voices may be that were not heard, since their questions or those of their
    controls were not answered.
    """
    if not any(each.outcome in UNANSWERED for each in facts.values()):
        return 0
    domain = target.domain
    alias, service = client_questions(domain)
    asked = [probe for probe in knowledge.probes if not probe.is_vendors]
    keys = [Question(probe.at(domain), probe.type) for probe in asked]
    clients = WEAK_VOICE if is_unheard(facts, service, domain) else 0
    if is_unheard(facts, alias, domain):
        clients = FULL_VOICE
    return clients + (FULL_VOICE if any(is_unheard(facts, key, domain) for key in keys) else 0)


def _client_voices(
    signals: tuple[Signal, ...], weight: int, target: Target, knowledge: Knowledge
) -> tuple[Voice, ...]:
    """Where mail programs are sent in the end: a name that is itself an alias only leads there."""
    aliases = {signal.question.name for signal in signals}
    own = tuple(
        Voice("autodiscover", None, weight, Evidence(OWN_NAME, signal, Strength.STRONG))
        for signal in signals
        if within(signal.value, target.zone) and signal.value not in aliases
    )
    named = [v for s in signals for v in _vendor_voices("autodiscover", weight, s, knowledge)]
    if own or not named or not any(signal.value in aliases for signal in signals):
        return own or tuple(named)
    return tuple(voice for voice in named if voice.vendor == named[-1].vendor)


def _vendor_voices(
    family: str, weight: int, signal: Signal, knowledge: Knowledge
) -> tuple[Voice, ...]:
    return tuple(
        Voice(family, hit.vendor.id, weight, hit.evidence(signal))
        for hit in knowledge.hits(signal, Role.MAILBOX)
        if hit.fingerprint.strength is not Strength.HINT
    )


def conflicts_with(
    chosen: VendorId | None, voices: tuple[Voice, ...], receiving: tuple[Standing, ...]
) -> tuple[Reason, ...]:
    """What speaks against the choice: other voices, and the hosts that take the mail."""
    against = tuple(dict.fromkeys(voice for voice in voices if voice.vendor != chosen))
    named = (str(chosen or "own"),)
    by_name = tuple(
        Reason(
            "contradiction",
            (
                ("says", s.vendor),
                ("signal", "mx-host"),
                ("value", s.evidence[0].signal.value),
                ("found", named[0]),
            ),
        )
        for s in receiving
        if s.vendor
    )
    return (*(objection(voice, named) for voice in against), *by_name)


def objection(voice: Voice, chosen: tuple[str, ...]) -> Reason:
    """What a voice says beside what was found; where nothing could be found, it merely says so."""
    signal = voice.evidence.signal
    said = (("says", str(voice.vendor or "own")), ("signal", signal.kind), ("value", signal.value))
    if not chosen:
        return Reason("unsettled", said)
    return Reason("contradiction", (*said, *(("found", str(vendor)) for vendor in chosen)))

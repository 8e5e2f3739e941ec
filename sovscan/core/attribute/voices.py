"""Signals that speak of a mailbox independently of the MX: DKIM, autodiscover, and a name that a
vendor keeps for the domain.
"""

from collections import defaultdict
from dataclasses import dataclass

from sovscan.core.attribute.standing import OWN_NAME
from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts
from sovscan.core.model import Evidence, Role, Signal, Strength, Target, VendorId
from sovscan.core.names import within
from sovscan.core.signals import dkim_signals, tenant_signals

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
    target: Target, facts: Facts, knowledge: Knowledge, clients: tuple[Signal, ...]
) -> tuple[Voice, ...]:
    """Who speaks; `clients` is where mail programs are sent. An SRV record only where no CNAME
    does.
    """
    dkim = tuple(
        voice
        for signal in dkim_signals(facts, target.domain, knowledge.probes)
        for voice in _vendor_voices("dkim", FULL_VOICE, signal, knowledge)
    )
    alias = tuple(signal for signal in clients if signal.kind == "autodiscover-target")
    service = tuple(signal for signal in clients if signal.kind == "autodiscover-srv")
    by_alias = _client_voices(alias, FULL_VOICE, target, knowledge)
    first = (*dkim, *(by_alias or _client_voices(service, WEAK_VOICE, target, knowledge)))
    named = {voice.vendor for voice in first}
    seconds = (
        voice
        for signal in tenant_signals(facts, target.domain, knowledge.probes)
        for voice in _vendor_voices("tenant", SECOND, signal, knowledge)
    )
    return (*first, *(voice for voice in seconds if voice.vendor in named))


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

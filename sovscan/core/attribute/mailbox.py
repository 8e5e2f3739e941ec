"""Where the mailbox is: look through the front by signals that do not depend on it.

DKIM and autodiscover speak independently of the MX. SPF, verification tokens and tenants never
elect a vendor.
"""

from collections import defaultdict
from dataclasses import dataclass

from sovscan.core.attribute.host import OWN_NAME, UNRECOGNISED, Standing
from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts
from sovscan.core.model import (
    Confidence,
    Evidence,
    Finding,
    Party,
    Reason,
    Role,
    Signal,
    Strength,
    Target,
    VendorId,
)
from sovscan.core.names import within
from sovscan.core.signals import autodiscover_signals, dkim_signals, token_signals

FULL_VOICE = 2
WEAK_VOICE = 1
"""An SRV record counts half: it is often a leftover of a server long gone."""


@dataclass(frozen=True, slots=True)
class Voice:
    """One independent signal that names a mailbox: of a vendor, or (None) of the body itself."""

    family: str
    vendor: VendorId | None
    weight: int
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The parties that hold the mailbox, and what speaks against them."""

    parties: tuple[Party, ...]
    conflicts: tuple[Reason, ...]


def find_mailbox(
    target: Target,
    facts: Facts,
    knowledge: Knowledge,
    front: tuple[Standing, ...],
    senders: tuple[Signal, ...],
) -> Mailbox:
    """The mailbox of a body whose mail comes in at `front` (the hosts of the lowest preference).
    `senders`: the names in its SPF tree, of which none elects a vendor.
    """
    clients = autodiscover_signals(facts, target.domain)
    voices = _voices(target, facts, knowledge, clients)
    tally = _tally(voices)
    receiving = tuple(
        standing
        for standing in front
        if standing.hit and standing.hit.fingerprint.role is Role.MAILBOX
    )
    if receiving and not _outvoted(receiving, tally):
        return _by_front(receiving, voices, knowledge)
    if not tally:
        return Mailbox((_unknown(target, facts, knowledge, front, (*clients, *senders)),), ())
    best = max(tally.values())
    leaders = [vendor for vendor, weight in tally.items() if weight == best]
    rivals = tuple(sorted(str(vendor or "own") for vendor in tally))
    if len(leaders) > 1:
        return _contradicted(voices, rivals)
    conflicts = _conflicts(leaders[0], voices, receiving)
    if leaders[0] is None:
        named = (*clients, *senders)
        party = _own(front, voices) or _unknown(target, facts, knowledge, front, named)
        return Mailbox((party,), conflicts)
    return Mailbox(
        (_elected(leaders[0], best, voices, front, knowledge, alone=len(tally) == 1),), conflicts
    )


def _tally(voices: tuple[Voice, ...]) -> dict[VendorId | None, int]:
    """How loudly each vendor is named; a family of signals speaks once, however often it does."""
    tally: dict[VendorId | None, int] = defaultdict(int)
    for _, vendor, weight in dict.fromkeys((v.family, v.vendor, v.weight) for v in voices):
        tally[vendor] += weight
    return tally


def _voices(
    target: Target, facts: Facts, knowledge: Knowledge, clients: tuple[Signal, ...]
) -> tuple[Voice, ...]:
    dkim = tuple(
        voice
        for signal in dkim_signals(facts, target.domain, knowledge.probes)
        for voice in _vendor_voices("dkim", FULL_VOICE, signal, knowledge)
    )
    alias = tuple(signal for signal in clients if signal.kind == "autodiscover-target")
    service = tuple(signal for signal in clients if signal.kind == "autodiscover-srv")
    by_alias = _client_voices(alias, FULL_VOICE, target, knowledge)
    return (*dkim, *(by_alias or _client_voices(service, WEAK_VOICE, target, knowledge)))


def _client_voices(
    signals: tuple[Signal, ...], weight: int, target: Target, knowledge: Knowledge
) -> tuple[Voice, ...]:
    own = tuple(
        Voice("autodiscover", None, weight, Evidence(OWN_NAME, signal, Strength.STRONG))
        for signal in signals
        if within(signal.value, target.zone)
    )
    return own or tuple(
        voice for s in signals for voice in _vendor_voices("autodiscover", weight, s, knowledge)
    )


def _vendor_voices(
    family: str, weight: int, signal: Signal, knowledge: Knowledge
) -> tuple[Voice, ...]:
    return tuple(
        Voice(family, hit.vendor.id, weight, hit.evidence(signal))
        for hit in knowledge.hits(signal, Role.MAILBOX)
        if hit.fingerprint.strength is not Strength.HINT
    )


def _outvoted(receiving: tuple[Standing, ...], tally: dict[VendorId | None, int]) -> bool:
    """Two full voices that agree on another vendor outvote an MX name that no voice supports."""
    names = {standing.vendor for standing in receiving}
    others = [
        weight for vendor, weight in tally.items() if vendor is not None and vendor not in names
    ]
    return not names & tally.keys() and max(others, default=0) >= 2 * FULL_VOICE


def _by_front(
    receiving: tuple[Standing, ...], voices: tuple[Voice, ...], knowledge: Knowledge
) -> Mailbox:
    """The MX host belongs to a vendor of mailboxes: that is where the mail goes."""
    vendors = dict.fromkeys(standing.vendor for standing in receiving if standing.vendor)
    total = sum(standing.weight for standing in receiving)
    parties = []
    for vendor in vendors:
        fronts = tuple(standing for standing in receiving if standing.vendor == vendor)
        support = tuple(
            voice for voice in voices if voice.vendor == vendor and voice.weight == FULL_VOICE
        )
        evidence = (
            *(e for standing in fronts for e in standing.evidence),
            *(voice.evidence for voice in support),
        )
        parties.append(
            Party(
                role=Role.MAILBOX,
                finding=Finding.ATTRIBUTED,
                share=sum(standing.weight for standing in fronts) / total,
                vendor=vendor,
                operator=knowledge.vendors[vendor].operator,
                platform=fronts[0].platform,
                confidence=Confidence.CONFIRMED if support else Confidence.LIKELY,
                evidence=tuple(dict.fromkeys(evidence)),
            )
        )
    against = tuple(dict.fromkeys(voice for voice in voices if voice.vendor not in vendors))
    return Mailbox(tuple(parties), tuple(_against(voice, tuple(vendors)) for voice in against))


def _elected(
    vendor: VendorId,
    weight: int,
    voices: tuple[Voice, ...],
    front: tuple[Standing, ...],
    knowledge: Knowledge,
    *,
    alone: bool,
) -> Party:
    """A vendor behind the front. One voice is enough for `likely` only behind a known filter,
    uncontradicted.
    """
    filtered = all(
        standing.hit is not None and standing.hit.fingerprint.role is Role.INBOUND
        for standing in front
    )
    sure = weight >= 2 * FULL_VOICE or (weight >= FULL_VOICE and alone and filtered)
    return Party(
        role=Role.MAILBOX,
        finding=Finding.ATTRIBUTED,
        share=1.0,
        vendor=vendor,
        operator=knowledge.vendors[vendor].operator,
        confidence=Confidence.LIKELY if sure else Confidence.POSSIBLE,
        evidence=tuple(dict.fromkeys(voice.evidence for voice in voices if voice.vendor == vendor)),
        reasons=(Reason("behind-the-front"),),
    )


def _own(front: tuple[Standing, ...], voices: tuple[Voice, ...]) -> Party | None:
    """Mail programs are sent to the body's own host; that shows an own mailbox only where the front
    is its own too.
    """
    fronts = tuple(standing for standing in front if standing.finding is Finding.OWN)
    if not fronts:
        return None
    own = tuple(voice for voice in voices if voice.vendor is None)
    held = [standing.confidence or Confidence.POSSIBLE for standing in fronts]
    if all(voice.weight < FULL_VOICE for voice in own):
        held.append(Confidence.POSSIBLE)
    evidence = (*(v.evidence for v in own), *(e for standing in fronts for e in standing.evidence))
    return Party(
        role=Role.MAILBOX,
        finding=Finding.OWN,
        share=1.0,
        platform=fronts[0].platform,
        confidence=min(held, key=lambda confidence: confidence.rank),
        evidence=tuple(dict.fromkeys(evidence)),
    )


def _contradicted(voices: tuple[Voice, ...], rivals: tuple[str, ...]) -> Mailbox:
    party = Party(
        role=Role.MAILBOX,
        finding=Finding.CONFLICTING,
        share=1.0,
        evidence=tuple(dict.fromkeys(voice.evidence for voice in voices)),
        reasons=(Reason("candidates", tuple(("vendor", rival) for rival in rivals)),),
    )
    conflicts = tuple(_against(voice, ()) for voice in dict.fromkeys(voices))
    return Mailbox((party,), conflicts)


def _unknown(
    target: Target,
    facts: Facts,
    knowledge: Knowledge,
    front: tuple[Standing, ...],
    named: tuple[Signal, ...],
) -> Party:
    """Nothing shows the mailbox. What the domain names is listed; what merely hints, as such."""
    seen = (*named, *token_signals(facts, target.domain))
    hints = tuple((signal, hit) for signal in seen for hit in knowledge.hits(signal))
    clients = tuple(s for s in seen if s.kind.startswith("autodiscover"))
    listed = (
        *(
            Evidence(UNRECOGNISED, signal, Strength.HINT)
            for signal in clients
            if not knowledge.hits(signal)
        ),
        *(hit.evidence(signal) for signal, hit in hints),
        *(e for standing in front for e in standing.evidence[:1]),
    )
    behind_filter = any(standing.hit for standing in front)
    return Party(
        role=Role.MAILBOX,
        finding=Finding.UNKNOWN,
        share=1.0,
        evidence=tuple(dict.fromkeys(listed)),
        reasons=(Reason("mailbox-behind-filter" if behind_filter else "mailbox-not-shown"),),
    )


def _conflicts(
    chosen: VendorId | None, voices: tuple[Voice, ...], receiving: tuple[Standing, ...]
) -> tuple[Reason, ...]:
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
    return (*(_against(voice, named) for voice in against), *by_name)


def _against(voice: Voice, chosen: tuple[str, ...]) -> Reason:
    """What a voice says beside what was found; where nothing could be found, it merely says so."""
    signal = voice.evidence.signal
    said = (("says", str(voice.vendor or "own")), ("signal", signal.kind), ("value", signal.value))
    if not chosen:
        return Reason("unsettled", said)
    return Reason("contradiction", (*said, *(("found", str(vendor)) for vendor in chosen)))

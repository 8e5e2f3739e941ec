"""Where the mailbox is: look through the front by signals that do not depend on it.

DKIM and autodiscover speak independently of the MX. SPF, verification tokens and tenants never
elect a vendor.
"""

from dataclasses import dataclass, replace

from sovscan.core.attribute.plain import not_answered
from sovscan.core.attribute.standing import UNRECOGNISED, Standing
from sovscan.core.attribute.voices import FULL_VOICE, SECOND, Voice, tally_of, voices_of
from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts, outcome
from sovscan.core.model import (
    Confidence,
    Evidence,
    Finding,
    Outcome,
    Party,
    Question,
    Reason,
    Role,
    Signal,
    Strength,
    Target,
    VendorId,
)
from sovscan.core.signals import (
    autodiscover_signals,
    client_questions,
    tenant_signals,
    token_signals,
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The parties that hold the mailbox, what speaks against them, and the vendors that any voice
    named.
    """

    parties: tuple[Party, ...]
    conflicts: tuple[Reason, ...]
    named: frozenset[VendorId | None] = frozenset()


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
    voices = voices_of(target, facts, knowledge, clients)
    found = _find(target, facts, knowledge, front, (*clients, *senders), voices)
    return replace(found, named=frozenset(voice.vendor for voice in voices))


def _find(
    target: Target,
    facts: Facts,
    knowledge: Knowledge,
    front: tuple[Standing, ...],
    named: tuple[Signal, ...],
    voices: tuple[Voice, ...],
) -> Mailbox:
    """By the front where that belongs to a vendor of mailboxes, else by the voices."""
    tally = tally_of(voices)
    receiving = tuple(standing for standing in front if _is_mailbox(standing))
    if (beside := _hybrid(front, receiving, voices, knowledge)) is not None:
        return beside
    if receiving and not _outvoted(receiving, tally):
        return _by_front(receiving, voices, knowledge)
    if not tally:
        return Mailbox((_unknown(target, facts, knowledge, front, named),), ())
    best = max(tally.values())
    leaders = [vendor for vendor, weight in tally.items() if weight == best]
    rivals = tuple(sorted(str(vendor or "own") for vendor in tally))
    if len(leaders) > 1:
        return _contradicted(voices, rivals)
    conflicts = _conflicts(leaders[0], voices, receiving)
    if leaders[0] is None:
        party = _own(front, voices) or _unknown(target, facts, knowledge, front, named)
        return Mailbox((party,), conflicts)
    return Mailbox(
        (_elected(leaders[0], best, voices, front, knowledge, alone=len(tally) == 1),), conflicts
    )


def _is_mailbox(standing: Standing) -> bool:
    return standing.hit is not None and standing.hit.fingerprint.role is Role.MAILBOX


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
    """A vendor behind the front. One voice is enough for `likely` only behind a known filter or
    where something seconds it, uncontradicted. Against the host that takes the mail it is possible
    at most: names stay in a zone after a move.
    """
    filtered = all(
        standing.hit is not None and standing.hit.fingerprint.role is Role.INBOUND
        for standing in front
    )
    outvoting = any(_is_mailbox(standing) for standing in front)
    seconded = any(voice.vendor == vendor and voice.weight == SECOND for voice in voices)
    enough = filtered or seconded or weight > FULL_VOICE
    sure = weight >= 2 * FULL_VOICE or (weight >= FULL_VOICE and alone and enough)
    return Party(
        role=Role.MAILBOX,
        finding=Finding.ATTRIBUTED,
        share=1.0,
        vendor=vendor,
        operator=knowledge.vendors[vendor].operator,
        confidence=Confidence.LIKELY if sure and not outvoting else Confidence.POSSIBLE,
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


def _hybrid(
    front: tuple[Standing, ...],
    receiving: tuple[Standing, ...],
    voices: tuple[Voice, ...],
    knowledge: Knowledge,
) -> Mailbox | None:
    """Own servers and one vendor's, the own ones by their front and a full voice, the vendor's by
    its front or a full voice: some mailboxes here, some there. How many of each nobody can see.
    """
    loud = {voice.vendor for voice in voices if voice.weight >= FULL_VOICE}
    named = {voice.vendor for voice in voices} | {standing.vendor for standing in receiving}
    others = [vendor for vendor in named if vendor is not None]
    own = _own(front, voices) if None in loud and len(others) == 1 else None
    if own is None or not (others[0] in loud or receiving):
        return None
    if receiving:
        [theirs] = _by_front(receiving, voices, knowledge).parties
    else:
        theirs = _elected(others[0], FULL_VOICE, voices, front, knowledge, alone=False)
    return Mailbox((_half(own), _half(theirs)), ())


def _half(party: Party) -> Party:
    reasons = (Reason("hybrid"),)
    return replace(party, share=0.5, confidence=Confidence.POSSIBLE, reasons=reasons)


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
    tenants = tenant_signals(facts, target.domain, knowledge.probes)
    seen = (*named, *tenants, *token_signals(facts, target.domain))
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
        reasons=(
            Reason("mailbox-behind-filter" if behind_filter else "mailbox-not-shown"),
            *_unanswered(target, facts, knowledge),
        ),
    )


def _unanswered(target: Target, facts: Facts, knowledge: Knowledge) -> tuple[Reason, ...]:
    """The first of the questions that might have shown the mailbox and failed: not seen is not the
    same as not there.
    """
    asked = (
        *client_questions(target.domain),
        *(Question(probe.at(target.domain), probe.type) for probe in knowledge.probes),
    )
    failed = next((each for each in asked if outcome(facts, *each) is Outcome.FAILED), None)
    return (not_answered(facts, *failed),) if failed else ()


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

"""Where the mailbox is: look through the front by signals that do not depend on it.

DKIM and autodiscover speak independently of the MX. SPF, verification tokens and tenants never
elect a vendor.
"""

from dataclasses import dataclass, replace

from sovscan.core.attribute.plain import not_answered
from sovscan.core.attribute.standing import OWN_NAME, UNRECOGNISED, Standing
from sovscan.core.attribute.voices import (
    FULL_VOICE,
    SECOND,
    Voice,
    conflicts_with,
    objection,
    tally_of,
    unheard,
    voices_of,
)
from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts, is_unheard
from sovscan.core.mail_signals import (
    CLIENT_KINDS,
    autodiscover_signals,
    client_questions,
    tenant_signals,
    token_signals,
)
from sovscan.core.model import (
    Confidence,
    Evidence,
    Finding,
    Party,
    Question,
    Reason,
    Role,
    Signal,
    Strength,
    Target,
    VendorId,
)
from sovscan.core.names import within

OUTVOTES = 2 * FULL_VOICE
"""Two full voices that agree on another vendor outvote an MX name that no voice supports."""


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The parties that hold the mailbox, what speaks against them, the vendors that any voice
    named, and at which vendors the domain was verified.
    """

    parties: tuple[Party, ...]
    conflicts: tuple[Reason, ...]
    named: frozenset[VendorId | None] = frozenset()
    verified: tuple[Signal, ...] = ()


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
    tenants = tenant_signals(facts, target.domain, knowledge.probes)
    verified = (*tenants, *token_signals(facts, target.domain))
    voices = voices_of(target, facts, knowledge, clients, tenants)
    found = _find(target, facts, knowledge, front, (*clients, *senders, *verified), voices)
    named = frozenset([voice.vendor for voice in voices])
    return replace(found, named=named, verified=verified)


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
    missed = unheard(target, facts, knowledge)
    beside = None if missed else _hybrid(front, receiving, voices, knowledge)
    if beside is not None:
        return beside
    against = _against(receiving, tally)
    if receiving and against < OUTVOTES and (not against or against + missed < OUTVOTES):
        return _by_front(receiving, voices, knowledge)
    best, second, *_ = (*sorted(tally.values(), reverse=True), 0, 0)
    settled = not missed if receiving else not missed or best > second + missed
    if not tally or not settled:  # a voice that was not heard might say otherwise
        return Mailbox((_unknown(target, facts, knowledge, front, named),), ())
    leaders = [vendor for vendor, weight in tally.items() if weight == best]
    rivals = tuple(sorted(str(vendor or "own") for vendor in tally))
    if len(leaders) > 1:
        return _contradicted(voices, rivals)
    conflicts = conflicts_with(leaders[0], voices, receiving)
    if leaders[0] is None:
        party = _own(front, voices) or _unknown(target, facts, knowledge, front, named)
        return Mailbox((party,), conflicts)
    alone = len(tally) == 1 and not missed
    party = _elected(leaders[0], best, voices, front, knowledge, alone=alone)
    return Mailbox((party,), conflicts)


def _is_mailbox(standing: Standing) -> bool:
    return standing.hit is not None and standing.hit.fingerprint.role is Role.MAILBOX


def _against(receiving: tuple[Standing, ...], tally: dict[VendorId | None, int]) -> int:
    """How loud another vendor is named than those whose hosts take the mail, where no voice
    supports these.
    """
    names = {standing.vendor for standing in receiving}
    if names & tally.keys():
        return 0
    return max([weight for vendor, weight in tally.items() if vendor is not None], default=0)


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
    return Mailbox(tuple(parties), tuple(objection(voice, tuple(vendors)) for voice in against))


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
    conflicts = tuple(objection(voice, ()) for voice in dict.fromkeys(voices))
    return Mailbox((party,), conflicts)


def _unknown(
    target: Target,
    facts: Facts,
    knowledge: Knowledge,
    front: tuple[Standing, ...],
    named: tuple[Signal, ...],
) -> Party:
    """Nothing shows the mailbox. What the domain names is listed; what merely hints, as such."""
    hints = tuple((signal, hit) for signal in named for hit in knowledge.hits(signal))
    clients = tuple(s for s in named if s.kind in CLIENT_KINDS and not knowledge.hits(s))
    listed = (
        *(
            Evidence(
                OWN_NAME if within(signal.value, target.zone) else UNRECOGNISED,
                signal,
                Strength.HINT,
            )
            for signal in clients
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
    failed = next((each for each in asked if is_unheard(facts, each, target.domain)), None)
    return (not_answered(facts, *failed),) if failed else ()

"""One body as an argument, in values: what was seen, which rule met it, who that is, who owns them,
what the law can reach, what it weighs, and what was considered and not followed. Text, JSON and
Markdown show the same.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from sovscan.core.considered import Considered, considered
from sovscan.core.context import Criteria, Knowledge
from sovscan.core.facts import Facts
from sovscan.core.jurisdiction import MEMBER_STATE_LAW
from sovscan.core.model import (
    Assessment,
    Attribution,
    Evidence,
    Finding,
    Lens,
    Observation,
    Party,
    Question,
    Reach,
    Role,
    Service,
)
from sovscan.core.registry import Fingerprint, Law
from sovscan.core.score import DIGITS, Stake, stakes


@dataclass(frozen=True, slots=True)
class Case:
    """All that an explanation draws on: the judgement, the facts and when they were seen, and the
    knowledge.
    """

    assessment: Assessment
    facts: Facts
    scan: int
    observed_at: str
    knowledge: Knowledge
    criteria: Criteria


@dataclass(frozen=True, slots=True)
class Proof:
    """A piece of evidence with its fact, and its rule where that is a vendor's."""

    evidence: Evidence
    fact: Observation | None
    rule: Fingerprint | None


@dataclass(frozen=True, slots=True)
class Holder:
    """Who controls a vendor or a platform, and the laws that reach them."""

    reach: Reach
    laws: tuple[Law, ...]


@dataclass(frozen=True, slots=True)
class Player:
    """A party, with its proofs and who holds its vendor and its platform."""

    party: Party
    proofs: tuple[Proof, ...]
    vendor: Holder | None
    platform: Holder | None


@dataclass(frozen=True, slots=True)
class Sight:
    """Through whom facts were seen as they are, and when first (UTC): from the earliest of them to
    the latest.
    """

    resolver: str
    first: str
    last: str
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Points:
    """What the service weighs in the whole, and how its parties make its number (0 to 1) through
    the headline's lens. `low` and `high` are None where the body has no such service.
    """

    weight: float
    whole: float
    stakes: tuple[Stake, ...]
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Source:
    """Where it is written what a step says. `checked` is empty where no day is kept; `opened` is
    False where nobody read the page.
    """

    what: str
    where: str
    checked: str = ""
    opened: bool = True


@dataclass(frozen=True, slots=True)
class Claim:
    """One service of the body, argued."""

    attribution: Attribution
    players: tuple[Player, ...]
    proofs: tuple[Proof, ...]
    sights: tuple[Sight, ...]
    considered: tuple[Considered, ...]
    points: Points
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Argument:
    """The whole: with what it was concluded, and service by service. `same_registry` is False where
    the registry is no longer the one that it was concluded with. `names`: of vendors, by their ids.
    """

    case: Case
    claims: tuple[Claim, ...]
    same_registry: bool
    names: dict[str, str]


def argue(case: Case, services: Collection[Service] = tuple(Service)) -> Argument:
    """The argument for these services of the body."""
    judged = case.assessment.attributions
    target, knowledge = case.assessment.target, case.knowledge
    rejected = considered(target, case.facts, knowledge, judged)
    claims = tuple(
        _claim(case, each, tuple(one for one in rejected if one.service is each.service))
        for each in judged
        if each.service in services
    )
    return Argument(
        case,
        claims,
        same_registry=case.assessment.basis.datasets == knowledge.digest,
        names={vendor.id: vendor.name for vendor in knowledge.vendors.values()},
    )


def other_policy(case: Case) -> str:
    """A policy by which the body was not judged here."""
    used = case.assessment.basis.policy
    return next((policy for policy in case.knowledge.policies if policy != used), used)


def foreign_laws(case: Case, holder: Holder) -> tuple[Law, ...]:
    """The laws of other places that reach a holder; those of the EU itself bind everybody here
    alike.
    """
    here = (MEMBER_STATE_LAW, case.assessment.target.country)
    return tuple(law for law in holder.laws if law.country not in here)


def _claim(case: Case, attribution: Attribution, rejected: tuple[Considered, ...]) -> Claim:
    players = tuple(_player(case, party) for party in attribution.parties)
    proofs = tuple(_proof(case, each) for each in attribution.evidence)
    every = (*proofs, *(proof for player in players for proof in player.proofs))
    return Claim(
        attribution=attribution,
        players=players,
        proofs=proofs,
        sights=_sights(every),
        considered=rejected,
        points=_points(case, attribution),
        sources=tuple(dict.fromkeys(_sources(players))),
    )


def _player(case: Case, party: Party) -> Player:
    def holder(reach: Reach | None) -> Holder | None:
        if reach is None:
            return None
        return Holder(reach, tuple(law for law in case.knowledge.laws if law.id in reach.laws))

    return Player(
        party,
        tuple(_proof(case, each) for each in party.evidence),
        holder(case.assessment.reach(party.vendor)),
        holder(case.assessment.reach(party.platform)),
    )


def _proof(case: Case, evidence: Evidence) -> Proof:
    fact = case.facts.get(evidence.signal.question)
    return Proof(evidence, fact, case.knowledge.rules.rule(evidence.rule))


def _sights(proofs: Iterable[Proof]) -> tuple[Sight, ...]:
    """The facts behind these proofs, each once, by who answered."""
    facts = {each.fact.question: each.fact for each in proofs if each.fact}
    made: dict[str, list[tuple[str, Question]]] = {}
    for question, fact in facts.items():
        if fact.provenance is not None:
            seen = (fact.provenance.observed_at, question)
            made.setdefault(fact.provenance.resolver, []).append(seen)
    return tuple(
        Sight(resolver, min(seen)[0], max(seen)[0], tuple(question for _, question in seen))
        for resolver, seen in made.items()
    )


def _points(case: Case, attribution: Attribution) -> Points:
    weights = case.criteria.methodology.services
    judged = case.assessment.attributions
    present = (each.service for each in judged if each.finding is not Finding.NO_SERVICE)
    held = stakes(attribution, case.assessment.reaches, case.criteria, Lens.BIG_TECH)
    known = sum(stake.weight * (stake.risk or 0) for stake in held)
    unknown = sum(stake.weight for stake in held if stake.risk is None)
    return Points(
        weight=weights[attribution.service],
        whole=sum(weights[service] for service in present),
        stakes=held,
        low=round(known, DIGITS) if held else None,
        high=round(known + unknown, DIGITS) if held else None,
    )


def _sources(players: Iterable[Player]) -> Iterator[Source]:
    scored = [player for player in players if player.party.role is not Role.SENDER]
    for player in scored:
        for proof in player.proofs:
            if proof.rule is not None:
                rule = proof.rule
                checked = str(rule.checked)
                yield Source(proof.evidence.rule, rule.source, checked, rule.opened)
    holders = {
        holder.reach.vendor: holder
        for player in scored
        for holder in (player.vendor, player.platform)
        if holder is not None
    }
    for _, holder in sorted(holders.items()):
        yield from _sources_of(holder)


def _sources_of(holder: Holder) -> Iterator[Source]:
    for link in holder.reach.chain:
        yield Source(link.entity, link.source, opened=link.opened)
        if link.held_source and link.held_source != link.source:
            yield Source(f"owner of {link.entity}", link.held_source, opened=link.held_opened)
    for law in holder.laws:
        if law.country != MEMBER_STATE_LAW:
            yield Source(law.id, law.source, str(law.checked))

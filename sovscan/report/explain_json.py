"""The argument for machines; docs/exports.md says what each key means. Values of the network stand
whole.
"""

from typing import Any

from sovscan.core.considered import Considered
from sovscan.core.model import Link, Question, Reason, Score
from sovscan.core.registry import Law
from sovscan.core.score import DIGITS, Stake
from sovscan.report.argument import Argument, Claim, Holder, Player, Points, Proof, Sight, Source
from sovscan.report.say import Voice

Row = dict[str, Any]


def explain_document(argument: Argument, voice: Voice) -> Row:
    """The whole argument as one object."""
    case = argument.case
    target, basis = case.assessment.target, case.assessment.basis
    return {
        "target": {key: getattr(target, key) for key in target.__slots__},
        "scan": case.scan,
        "observed_at": case.observed_at,
        "basis": {key: getattr(basis, key) for key in basis.__slots__},
        "same_registry": argument.same_registry,
        "services": [_claim(argument, each, voice) for each in argument.claims],
        "scores": [_score(each) for each in case.assessment.scores],
    }


def _claim(argument: Argument, claim: Claim, voice: Voice) -> Row:
    attribution, names = claim.attribution, argument.names
    return {
        "service": attribution.service.value,
        "finding": attribution.finding.value,
        "parties": [_player(argument, each, voice) for each in claim.players],
        "evidence": [_proof(argument, each) for each in claim.proofs],
        "reasons": [_reason(each, names, voice) for each in attribution.reasons],
        "conflicts": [_reason(each, names, voice) for each in attribution.conflicts],
        "considered": [_considered(argument, each, voice) for each in claim.considered],
        "points": _points(claim.points),
        "seen": [_sight(each) for each in claim.sights],
        "sources": [_source(each) for each in claim.sources],
    }


def _player(argument: Argument, player: Player, voice: Voice) -> Row:
    party = player.party
    return {
        "role": party.role.value,
        "finding": party.finding.value,
        "vendor": party.vendor,
        "vendor_name": player.vendor.reach.name if player.vendor else None,
        "operator": party.operator,
        "platform": party.platform,
        "share": party.share,
        "preference": party.preference,
        "confidence": party.confidence.value if party.confidence else None,
        "evidence": [_proof(argument, each) for each in player.proofs],
        "reach": _holder(player.vendor, voice),
        "platform_reach": _holder(player.platform, voice),
        "reasons": [_reason(each, argument.names, voice) for each in party.reasons],
    }


def _proof(argument: Argument, proof: Proof) -> Row:
    evidence, rule = proof.evidence, proof.rule
    return {
        "rule": evidence.rule,
        "strength": evidence.strength.value,
        "signal": evidence.signal.kind,
        "value": evidence.signal.value,
        "of": evidence.signal.subject,
        "fact": _fact(argument, evidence.signal.question),
        "source": rule.source if rule else None,
        "checked": str(rule.checked) if rule else None,
        "opened": rule.opened if rule else None,
    }


def _fact(argument: Argument, question: Question) -> Row:
    """A question and what came back; no outcome, where it was not asked."""
    fact = argument.case.facts.get(question)
    made = fact.provenance if fact else None
    return {
        "name": question.name,
        "type": question.type,
        "outcome": fact.outcome.value if fact else None,
        "answers": list(fact.answers) if fact else [],
        "aliases": list(fact.aliases) if fact else [],
        "detail": fact.detail if fact else None,
        "observed_at": made.observed_at if made else None,
        "resolver": made.resolver if made else None,
    }


def _holder(holder: Holder | None, voice: Voice) -> Row | None:
    if holder is None:
        return None
    reach = holder.reach
    return {
        "vendor": reach.vendor,
        "name": reach.name,
        "controller": reach.controller,
        "country": reach.country,
        "tier": reach.tier,
        "european": reach.european,
        "big_tech": reach.big_tech,
        "chain": [_link(each) for each in reach.chain],
        "laws": [_law(each) for each in holder.laws],
        "notes": [_reason(each, {}, voice) for each in reach.notes],
    }


def _link(link: Link) -> Row:
    return {key: getattr(link, key) for key in link.__slots__}


def _law(law: Law) -> Row:
    return {
        "id": law.id,
        "name": law.name,
        "country": law.country,
        "binds": law.binds.value,
        "source": law.source,
        "checked": str(law.checked),
    }


def _reason(reason: Reason, names: dict[str, str], voice: Voice) -> Row:
    """The code with its facts, as the exports show them, and the sentence."""
    facts = [list(fact) for fact in reason.facts]
    return {"code": reason.code, "facts": facts, "text": voice.reason(reason, names)}


def _considered(argument: Argument, each: Considered, voice: Voice) -> Row:
    rule = argument.case.knowledge.rules.rule(each.rule)
    return {
        "signal": each.signal.kind,
        "value": each.signal.value,
        "of": each.signal.subject,
        "fact": _fact(argument, each.signal.question),
        "rule": each.rule,
        "strength": each.strength.value,
        "vendor": each.vendor,
        "role": each.role.value if each.role else None,
        "agrees": each.agrees,
        "reason": _reason(each.reason, argument.names, voice),
        "source": rule.source if rule else None,
    }


def _points(points: Points) -> Row:
    return {
        "weight": points.weight,
        "of": points.whole,
        "stakes": [_stake(each) for each in points.stakes],
        "low": points.low,
        "high": points.high,
    }


def _stake(stake: Stake) -> Row:
    party = stake.party
    return {
        "role": party.role.value if party else None,
        "vendor": party.vendor if party else None,
        "platform": party.platform if party else None,
        "weight": round(stake.weight, DIGITS),
        "risk": stake.risk,
    }


def _sight(sight: Sight) -> Row:
    return {
        "resolver": sight.resolver,
        "first": sight.first,
        "last": sight.last,
        "facts": [{"name": each.name, "type": each.type} for each in sight.questions],
    }


def _source(source: Source) -> Row:
    return {
        "what": source.what,
        "source": source.where,
        "checked": source.checked or None,
        "opened": source.opened,
    }


def _score(score: Score) -> Row:
    return {
        "lens": score.lens.value,
        "value": score.value,
        "low": score.low,
        "high": score.high,
        "coverage": score.coverage,
        "exposure": score.exposure,
        "grade": score.grade,
        "services": [
            {key: getattr(each, key) for key in each.__slots__} for each in score.services
        ],
    }

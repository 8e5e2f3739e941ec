"""Core values to columns and back. The JSON of a column is what the exports show."""

import hashlib
import json
from typing import Any

from sovscan.core.model import (
    Attribution,
    Confidence,
    DomainName,
    EntityId,
    Evidence,
    Fault,
    Finding,
    Lens,
    Link,
    Observation,
    Outcome,
    Party,
    Provenance,
    Question,
    Reach,
    Reason,
    Role,
    RuleId,
    Score,
    Service,
    ServiceScore,
    Signal,
    Strength,
    Target,
    VendorId,
)

Row = dict[str, Any]
SHARE_DIGITS = 6


def digest(*parts: Any) -> str:
    """SHA-256 over the canonical JSON of the parts."""
    return hashlib.sha256(_json(parts).encode()).hexdigest()


def target_row(target: Target) -> Row:
    """The columns of `targets`, without digest."""
    return {
        "body": target.id, "name": target.name, "domain": target.domain, "zone": target.zone,
        "asked": target.asked,
        "country": target.country, "level": target.level, "region": target.region, "population":
        target.population,
    }  # fmt: skip


def target_from(row: Row) -> Target:
    """A row of `targets` as a value."""
    return Target(
        id=row["body"],
        name=row["name"],
        domain=DomainName(row["domain"]),
        zone=DomainName(row["zone"]),
        asked=row["asked"],
        country=row["country"],
        level=row["level"],
        region=row["region"],
        population=row["population"],
    )


def observation_row(observation: Observation) -> Row:
    """The columns of `observations` that make the fact: those that its digest covers."""
    return {
        "name": observation.question.name,
        "type": observation.question.type,
        "outcome": observation.outcome.value,
        "detail": observation.detail,
        "fault": observation.fault.value,
        "answers": _json(observation.answers),
        "aliases": _json(observation.aliases),
    }


def observation_from(row: Row) -> Observation:
    """A row of `observations` as a value."""
    return Observation(
        question=Question(DomainName(row["name"]), row["type"]),
        outcome=Outcome(row["outcome"]),
        answers=tuple(json.loads(row["answers"])),
        aliases=tuple(json.loads(row["aliases"])),
        detail=row["detail"],
        fault=Fault(row["fault"]),
        provenance=Provenance(
            row["observed_at"],
            row["resolver"],
            row["transport"],
            row["ttl"],
            row["attempts"],
            bool(row["validated"]),
        ),
    )


def attribution_row(attribution: Attribution, position: int) -> Row:
    """The columns of `attributions`."""
    return {
        "service": attribution.service.value,
        "position": position,
        "finding": attribution.finding.value,
        "reasons": _reasons(attribution.reasons),
        "conflicts": _reasons(attribution.conflicts),
        "evidence": _evidence(attribution.evidence),
    }


def party_row(service: Service, party: Party, position: int) -> Row:
    """The columns of `parties`."""
    return {
        "service": service.value,
        "position": position,
        "role": party.role.value,
        "finding": party.finding.value,
        "vendor": party.vendor,
        "operator": party.operator,
        "platform": party.platform,
        "share": round(party.share, SHARE_DIGITS),
        "confidence": party.confidence.value if party.confidence else None,
        "preference": party.preference,
        "reasons": _reasons(party.reasons),
        "evidence": _evidence(party.evidence),
    }


def attribution_from(row: Row, parties: list[Row]) -> Attribution:
    """A row of `attributions` with its rows of `parties` as a value."""
    return Attribution(
        service=Service(row["service"]),
        finding=Finding(row["finding"]),
        parties=tuple(_party_from(party) for party in parties),
        reasons=_reasons_from(row["reasons"]),
        conflicts=_reasons_from(row["conflicts"]),
        evidence=_evidence_from(row["evidence"]),
    )


def reach_row(reach: Reach) -> Row:
    """The columns of `reaches`."""
    return {
        "vendor": reach.vendor,
        "name": reach.name,
        "controller": reach.controller,
        "country": reach.country,
        "tier": reach.tier,
        "european": int(reach.european),
        "big_tech": int(reach.big_tech),
        "chain": _json(
            [{key: getattr(link, key) for key in Link.__slots__} for link in reach.chain]
        ),
        "laws": _json(reach.laws),
        "notes": _reasons(reach.notes),
    }


def reach_from(row: Row) -> Reach:
    """A row of `reaches` as a value."""
    return Reach(
        vendor=VendorId(row["vendor"]),
        name=row["name"],
        chain=tuple(Link(**link) for link in json.loads(row["chain"])),
        controller=EntityId(row["controller"]),
        country=row["country"],
        tier=row["tier"],
        european=bool(row["european"]),
        big_tech=bool(row["big_tech"]),
        laws=tuple(json.loads(row["laws"])),
        notes=_reasons_from(row["notes"]),
    )


def score_row(score: Score, position: int) -> Row:
    """The columns of `scores`."""
    services = {
        each.service.value: {
            key: getattr(each, key) for key in ServiceScore.__slots__ if key != "service"
        }
        for each in score.services
    }
    return {
        "lens": score.lens.value,
        "position": position,
        "value": score.value,
        "low": score.low,
        "high": score.high,
        "coverage": score.coverage,
        "exposure": score.exposure,
        "grade": score.grade,
        "services": _json(services),
        "reasons": _reasons(score.reasons),
    }


def score_from(row: Row) -> Score:
    """A row of `scores` as a value."""
    services = json.loads(row["services"])
    return Score(
        lens=Lens(row["lens"]),
        value=row["value"],
        low=row["low"],
        high=row["high"],
        coverage=row["coverage"],
        exposure=row["exposure"],
        grade=row["grade"],
        services=tuple(
            ServiceScore(service=Service(name), **fields) for name, fields in services.items()
        ),
        reasons=_reasons_from(row["reasons"]),
    )


def _party_from(row: Row) -> Party:
    return Party(
        role=Role(row["role"]),
        finding=Finding(row["finding"]),
        share=row["share"],
        vendor=row["vendor"],
        operator=row["operator"],
        platform=row["platform"],
        confidence=Confidence(row["confidence"]) if row["confidence"] else None,
        preference=row["preference"],
        evidence=_evidence_from(row["evidence"]),
        reasons=_reasons_from(row["reasons"]),
    )


def _reasons(reasons: tuple[Reason, ...]) -> str:
    return _json([{"code": reason.code, "facts": reason.facts} for reason in reasons])


def _reasons_from(text: str) -> tuple[Reason, ...]:
    return tuple(
        Reason(each["code"], tuple((k, v) for k, v in each["facts"])) for each in json.loads(text)
    )


def _evidence(evidence: tuple[Evidence, ...]) -> str:
    return _json(
        [
            {
                "rule": each.rule,
                "signal": each.signal.kind,
                "value": each.signal.value,
                "strength": each.strength.value,
                "of": each.signal.subject,
                "fact": f"{each.signal.question.name} {each.signal.question.type}",
            }
            for each in evidence
        ]
    )


def _evidence_from(text: str) -> tuple[Evidence, ...]:
    return tuple(_one_evidence(each) for each in json.loads(text))


def _one_evidence(each: dict[str, str]) -> Evidence:
    name, _, rtype = each["fact"].rpartition(" ")
    signal = Signal(
        each["signal"], each["value"], DomainName(each["of"]), Question(DomainName(name), rtype)
    )
    return Evidence(RuleId(each["rule"]), signal, Strength(each["strength"]))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

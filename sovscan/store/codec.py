"""Core values to columns and back. The JSON of a column is what the exports show."""

import hashlib
import json
from functools import lru_cache
from typing import Any

import msgspec

from sovscan.core.model import (
    Attribution,
    Basis,
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

TARGET = "body, name, domain, zone, asked, country, level, region, population, mail_domain"
"""The columns of `targets` that its digest covers, in the order of a Target's fields."""

FACT = "name, type, outcome, detail, fault, answers, aliases"
"""The columns of `observations` that make the fact: those that its digest covers."""

PROVENANCE = "observed_at, resolver, transport, ttl, attempts, validated"
"""The columns of `observations` that tell how the fact was seen first."""

BASIS = "tool, methodology, policy, datasets, networks, ownership_on"
"""The columns of `bases` that its digest covers, in the order of a Basis's fields."""

_OUTCOMES = {each.value: each for each in Outcome}
_FAULTS = {each.value: each for each in Fault}
NOTHING = "[]"
_NOWHERE = Provenance("", "", "none")
_encode = msgspec.json.Encoder().encode
_texts_from = msgspec.json.Decoder(tuple[str, ...]).decode
_names_from = msgspec.json.Decoder(tuple[DomainName, ...]).decode
_reasons_from = msgspec.json.Decoder(tuple[Reason, ...]).decode
_links_from = msgspec.json.Decoder(tuple[Link, ...]).decode


def digest(*parts: Any) -> bytes:
    """The first 16 octets of the SHA-256 over the JSON of the parts."""
    return cut(_encode(parts))


def cut(octets: bytes) -> bytes:
    """The first 16 octets of a SHA-256: enough that no two rows of any file share them."""
    return hashlib.sha256(octets).digest()[:16]


def text(value: Any) -> str:
    """A column's JSON."""
    return _encode(value).decode()


def fields(value: Target | Basis) -> tuple[Any, ...]:
    """The values of the columns TARGET or BASIS."""
    return tuple(getattr(value, name) for name in value.__slots__)


def fact_values(observation: Observation) -> tuple[str, ...]:
    """The values of the columns FACT."""
    return (
        *observation.question,
        str(observation.outcome),
        observation.detail,
        str(observation.fault),
        text(observation.answers) if observation.answers else NOTHING,
        text(observation.aliases) if observation.aliases else NOTHING,
    )


def provenance_values(observation: Observation, observed_at: str) -> tuple[Any, ...]:
    """The values of the columns PROVENANCE; `observed_at` where the observation does not say."""
    made = observation.provenance or _NOWHERE
    return (
        made.observed_at or observed_at,
        made.resolver,
        made.transport,
        made.ttl,
        made.attempts,
        int(made.validated),
    )


def observation_from(
    name: DomainName,
    rtype: str,
    outcome: str,
    detail: str,
    fault: str,
    answers: str,
    aliases: str,
    *made: Any,
) -> Observation:
    """The values of the columns FACT, then of those of PROVENANCE, as a value."""
    return Observation(
        Question(name, rtype),
        _OUTCOMES[outcome],
        () if answers == NOTHING else _texts_from(answers),
        () if aliases == NOTHING else _names_from(aliases),
        detail,
        _FAULTS[fault],
        _provenance_from(*made),
    )


@lru_cache(maxsize=4096)
def _provenance_from(
    observed_at: str, resolver: str, transport: str, ttl: int | None, attempts: int, validated: int
) -> Provenance:
    """Many observations have the same."""
    return Provenance(observed_at, resolver, transport, ttl, attempts, bool(validated))


def attribution_row(attribution: Attribution, position: int) -> Row:
    """The columns of `attributions`."""
    return {
        "service": attribution.service.value,
        "position": position,
        "finding": attribution.finding.value,
        "reasons": text(attribution.reasons),
        "conflicts": text(attribution.conflicts),
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
        "share": party.share,
        "confidence": party.confidence.value if party.confidence else None,
        "preference": party.preference,
        "reasons": text(party.reasons),
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
        "chain": text(reach.chain),
        "laws": text(reach.laws),
        "notes": text(reach.notes),
    }


def reach_from(row: Row) -> Reach:
    """A row of `reaches` as a value."""
    return Reach(
        vendor=VendorId(row["vendor"]),
        name=row["name"],
        chain=_links_from(row["chain"]),
        controller=EntityId(row["controller"]),
        country=row["country"],
        tier=row["tier"],
        european=bool(row["european"]),
        big_tech=bool(row["big_tech"]),
        laws=_texts_from(row["laws"]),
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
        "services": text(services),
        "reasons": text(score.reasons),
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


def _evidence(evidence: tuple[Evidence, ...]) -> str:
    return text(
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

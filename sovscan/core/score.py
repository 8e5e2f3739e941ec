"""From parties to a score. An unknown party is the interval [0, 1]: it widens the result and never
moves it.

Everything is a sum over stakes: one party's weight in the whole, and its risk through a lens, or
None for unknown.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from sovscan.core.context import Criteria
from sovscan.core.jurisdiction import OPEN_TIER
from sovscan.core.model import (
    Attribution,
    Finding,
    Lens,
    Party,
    Reach,
    Reason,
    Role,
    Score,
    Service,
    ServiceScore,
    VendorId,
)
from sovscan.core.registry import Methodology

DIGITS = 6
"""Decimals kept: enough for any reader, few enough to be the same on every machine."""

SLACK = 1e-4
"""Of thirds and sevenths, kept with six decimals, a little is always missing: that is no party."""

REMEMBERED = 4096
"""Services kept at hand: of most bodies the same few parties hold them, in the same parts."""

NAMED = (Finding.ATTRIBUTED, Finding.OWN)

Risk = float | None


class Held(NamedTuple):
    """What a score needs to know of a party: the same of party after party."""

    role: Role
    share: float
    risk: Risk
    vendor: VendorId | None
    platform: VendorId | None


class Stake(NamedTuple):
    """What one party weighs in its service. Over a service that a body has, the weights sum to 1;
    what nobody holds has no party.
    """

    weight: float
    risk: Risk
    party: Held | None


def stakes(
    attribution: Attribution, reaches: Iterable[Reach], criteria: Criteria, lens: Lens
) -> tuple[Stake, ...]:
    """The scored parties of a service. A role that nobody fills is unknown; a service that is not
    there has none.
    """
    if attribution.finding is Finding.NO_SERVICE:
        return ()
    risks = _risks(reaches, criteria, lens)
    return _stakes(attribution.service, _parties(attribution, risks), criteria.methodology)


def score(
    attributions: Iterable[Attribution], reaches: Iterable[Reach], criteria: Criteria, lens: Lens
) -> Score:
    """One body through one lens."""
    methodology = criteria.methodology
    risks = _risks(reaches, criteria, lens)
    listed = tuple(attributions)
    held = [
        _weigh(each.service, _parties(each, risks), criteria)
        for each in listed
        if each.finding is not Finding.NO_SERVICE
    ]
    services = tuple([service for service, _ in held])
    weighed = [each for _, own in held for each in own]
    low, high, coverage, known = _interval(weighed)
    value = known if known is not None and coverage >= methodology.coverage_floor else None
    exposures = [
        (s.exposure, methodology.services[s.service]) for s in services if s.exposure is not None
    ]
    return Score(
        lens=lens,
        value=_percent(value),
        low=_percent(low) or 0.0,
        high=_percent(high) or 0.0,
        coverage=round(coverage, DIGITS),
        exposure=_percent(sum(e * w for e, w in exposures) / sum(w for _, w in exposures))
        if exposures
        else None,
        grade=_grade(_percent(value), services, methodology),
        services=services,
        reasons=_reasons(listed, value, methodology),
    )


def _worse(party: Party, risks: Mapping[VendorId, Risk]) -> Risk:
    """The worse of a party's vendor and its platform. Where one of them is unknown the whole is,
    unless the other is at 1 already: it cannot get worse.
    """
    if party.platform is None:
        risk = risks[party.vendor] if party.vendor else 0.0
        return risk if risk == 1.0 or party.finding in NAMED else None
    held = [risks[vendor] for vendor in (party.vendor, party.platform) if vendor]
    if 1.0 in held:
        return 1.0
    if party.finding not in NAMED:
        return None
    known = [risk for risk in held if risk is not None]
    return max(known, default=0.0) if len(known) == len(held) else None


def _vendor_risk(reach: Reach, criteria: Criteria, lens: Lens) -> Risk:
    if lens is Lens.BIG_TECH and reach.big_tech:
        return 1.0
    if reach.tier == OPEN_TIER:
        return None
    if lens is Lens.BIG_TECH:
        return 0.0
    return 0.0 if reach.european else criteria.methodology.risk[reach.tier]


def _interval(weighed: Iterable[tuple[float, Risk]]) -> tuple[float, float, float, Risk]:
    """Low, high, coverage and the value over what is known; the widest interval where nothing
    applies.
    """
    known = reliance = unknown = 0.0
    for weight, risk in weighed:
        if risk is None:
            unknown += weight
        else:
            known += weight
            reliance += weight * risk
    whole = known + unknown
    if not whole:
        return 0.0, 1.0, 0.0, None
    return (
        reliance / whole,
        (reliance + unknown) / whole,
        known / whole,
        reliance / known if known else None,
    )


def _risks(reaches: Iterable[Reach], criteria: Criteria, lens: Lens) -> dict[VendorId, Risk]:
    return {reach.vendor: _vendor_risk(reach, criteria, lens) for reach in reaches}


def _parties(attribution: Attribution, risks: Mapping[VendorId, Risk]) -> tuple[Held, ...]:
    return tuple(
        [
            Held(each.role, each.share, _worse(each, risks), each.vendor, each.platform)
            for each in attribution.parties
        ]
    )


def _stakes(
    service: Service, parties: tuple[Held, ...], methodology: Methodology
) -> tuple[Stake, ...]:
    weights = methodology.roles[service]
    scored = [
        Stake(weights[party.role] * party.share, party.risk, party)
        for party in parties
        if party.share > 0 and weights.get(party.role)
    ]
    missing = 1.0 - sum([stake.weight for stake in scored])
    return (*scored, *((Stake(missing, None, None),) if missing > SLACK else ()))


@lru_cache(maxsize=REMEMBERED)
def _weigh(
    service: Service, parties: tuple[Held, ...], criteria: Criteria
) -> tuple[ServiceScore, tuple[tuple[float, Risk], ...]]:
    """One service's score, and its stakes: weight in the whole, and risk."""
    methodology = criteria.methodology
    own = _stakes(service, parties, methodology)
    low, high, coverage, value = _interval([(weight, risk) for weight, risk, _ in own])
    low = round(low, DIGITS)
    exposed = [each.risk for each in parties if each.role in methodology.exposed]
    exposure = max([risk for risk in exposed if risk is not None], default=None)
    groups = {(party.vendor, party.platform) for _, _, party in own if party is not None}
    scored = ServiceScore(
        service=service,
        dependency=None
        if value is None or coverage < methodology.coverage_floor
        else round(value, DIGITS),
        low=low,
        high=round(high, DIGITS),
        coverage=round(coverage, DIGITS),
        exposure=None if exposure is None else round(exposure, DIGITS),
        critical=low == 1.0 and len(groups) == 1,
    )
    whole = methodology.services[service]
    return scored, tuple([(weight * whole, risk) for weight, risk, _ in own])


def _grade(
    value: float | None, services: tuple[ServiceScore, ...], methodology: Methodology
) -> str | None:
    """The band of the value, but no better than the caps allow where essential services depend
    wholly.
    """
    if value is None:
        return None
    bands = [band.grade for band in methodology.bands]
    grade = next(band.grade for band in methodology.bands if value <= band.upto)
    caps = methodology.caps
    count = sum(each.low == 1.0 and each.service in caps.essential for each in services)
    cap = bands[0] if not count else caps.all if count == len(caps.essential) else caps.one
    return max(grade, cap, key=bands.index)


def _reasons(
    attributions: tuple[Attribution, ...], value: Risk, methodology: Methodology
) -> tuple[Reason, ...]:
    """Why a part of the weight is not in the sum: not there, not seen, or not known."""
    codes = {
        Finding.NO_SERVICE: "left-out",
        Finding.UNOBSERVED: "not-seen",
        Finding.UNKNOWN: "not-known",
    }
    named = [
        Reason(codes[attribution.finding], (("service", attribution.service.value),))
        for attribution in attributions
        if attribution.finding in codes
    ]
    floor = (
        (Reason("below-floor", (("floor", f"{methodology.coverage_floor:g}"),)),)
        if value is None
        else ()
    )
    return (*named, *floor)


def _percent(value: float | None) -> float | None:
    return None if value is None else round(100 * value, DIGITS - 2)

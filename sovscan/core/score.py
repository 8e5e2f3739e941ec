"""From parties to a score. An unknown party is the interval [0, 1]: it widens the result and never
moves it.

Everything is a sum over stakes: one party's weight in the whole, and its risk through a lens, or
None for unknown.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from sovscan.core.context import Criteria
from sovscan.core.jurisdiction import OPEN_TIER
from sovscan.core.model import (
    Attribution,
    Finding,
    Lens,
    Party,
    Reach,
    Reason,
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

Risk = float | None


@dataclass(frozen=True, slots=True)
class Stake:
    """What one party weighs. Over a service that a body has, the weights of its stakes sum to 1."""

    service: Service
    weight: float
    risk: Risk
    party: Party | None = None


def stakes(
    attribution: Attribution, methodology: Methodology, risk: Callable[[Party], Risk]
) -> tuple[Stake, ...]:
    """The scored parties of a service. A role that nobody fills is unknown; a service that is not
    there has none.
    """
    if attribution.finding is Finding.NO_SERVICE:
        return ()
    weights = methodology.roles[attribution.service]
    scored = tuple(
        Stake(attribution.service, weights[party.role] * party.share, risk(party), party)
        for party in attribution.parties
        if weights.get(party.role) and party.share > 0
    )
    missing = 1.0 - sum(stake.weight for stake in scored)
    open_stake = (Stake(attribution.service, missing, None),) if missing > SLACK else ()
    return (*scored, *open_stake)


def party_risk(
    party: Party, reaches: dict[VendorId, Reach], criteria: Criteria, lens: Lens
) -> Risk:
    """The worse of a party's vendor and its platform. Where one of them is unknown the whole is,
    unless the other is at 1 already: it cannot get worse.
    """
    held = [_vendor_risk(v, reaches, criteria, lens) for v in (party.vendor, party.platform) if v]
    if 1.0 in held:
        return 1.0
    if party.finding not in {Finding.ATTRIBUTED, Finding.OWN}:
        return None
    known = [risk for risk in held if risk is not None]
    return max(known, default=0.0) if len(known) == len(held) else None


def score(
    attributions: Iterable[Attribution], reaches: Iterable[Reach], criteria: Criteria, lens: Lens
) -> Score:
    """One body through one lens."""
    methodology = criteria.methodology
    by_vendor = {reach.vendor: reach for reach in reaches}
    listed = tuple(attributions)

    def risk(party: Party) -> Risk:
        return party_risk(party, by_vendor, criteria, lens)

    held = [(each, stakes(each, methodology, risk)) for each in listed]
    services = tuple(
        _service_score(attribution, own, methodology, risk)
        for attribution, own in held
        if attribution.finding is not Finding.NO_SERVICE
    )
    weighed = tuple(
        replace(stake, weight=stake.weight * methodology.services[stake.service])
        for _, own in held
        for stake in own
    )
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


def _vendor_risk(
    vendor: VendorId, reaches: dict[VendorId, Reach], criteria: Criteria, lens: Lens
) -> Risk:
    reach = reaches[vendor]
    if lens is Lens.BIG_TECH and reach.big_tech:
        return 1.0
    if reach.tier == OPEN_TIER:
        return None
    if lens is Lens.BIG_TECH:
        return 0.0
    return 0.0 if reach.european else criteria.methodology.risk[reach.tier]


def _interval(weighed: tuple[Stake, ...]) -> tuple[float, float, float, Risk]:
    """Low, high, coverage and the value over what is known; the widest interval where nothing
    applies.
    """
    whole = sum(stake.weight for stake in weighed)
    if not whole:
        return 0.0, 1.0, 0.0, None
    known = sum(stake.weight for stake in weighed if stake.risk is not None)
    reliance = sum(stake.weight * stake.risk for stake in weighed if stake.risk is not None)
    unknown = sum(stake.weight for stake in weighed if stake.risk is None)
    whole = known + unknown
    return (
        reliance / whole,
        (reliance + unknown) / whole,
        known / whole,
        reliance / known if known else None,
    )


def _service_score(
    attribution: Attribution,
    held: tuple[Stake, ...],
    methodology: Methodology,
    risk: Callable[[Party], Risk],
) -> ServiceScore:
    low, high, coverage, value = _interval(held)
    exposed = [risk(party) for party in attribution.parties if party.role in methodology.exposed]
    known = [each for each in exposed if each is not None]
    groups = {
        (stake.party.vendor, stake.party.platform) for stake in held if stake.party is not None
    }
    dependency = value if coverage >= methodology.coverage_floor else None
    return ServiceScore(
        service=attribution.service,
        dependency=None if dependency is None else round(dependency, DIGITS),
        low=round(low, DIGITS),
        high=round(high, DIGITS),
        coverage=round(coverage, DIGITS),
        exposure=round(max(known), DIGITS) if known else None,
        critical=round(low, DIGITS) == 1.0 and len(groups) == 1,
    )


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
    whole = {score.service for score in services if score.low == 1.0}
    count = len(whole & set(caps.essential))
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
    named = tuple(
        Reason(codes[attribution.finding], (("service", attribution.service.value),))
        for attribution in attributions
        if attribution.finding in codes
    )
    floor = (
        (Reason("below-floor", (("floor", f"{methodology.coverage_floor:g}"),)),)
        if value is None
        else ()
    )
    return (*named, *floor)


def _percent(value: float | None) -> float | None:
    return None if value is None else round(100 * value, DIGITS - 2)

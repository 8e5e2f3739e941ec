"""From parties to a score. An unknown party is the interval [0, 1]: it widens the result and never
moves it.

Everything is a sum over stakes: one party's weight in the whole, and its risk through a lens, or
None for unknown.
"""

from collections.abc import Callable, Iterable, Mapping
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


class Stake(NamedTuple):
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
    scored = [
        Stake(attribution.service, weights[party.role] * party.share, risk(party), party)
        for party in attribution.parties
        if party.share > 0 and weights.get(party.role)
    ]
    missing = 1.0 - sum([stake.weight for stake in scored])
    open_stake = (Stake(attribution.service, missing, None),) if missing > SLACK else ()
    return (*scored, *open_stake)


def party_risk(
    party: Party, reaches: dict[VendorId, Reach], criteria: Criteria, lens: Lens
) -> Risk:
    """The worse of a party's vendor and its platform. Where one of them is unknown the whole is,
    unless the other is at 1 already: it cannot get worse.
    """
    named = (vendor for vendor in (party.vendor, party.platform) if vendor)
    return _worse(party, {v: _vendor_risk(reaches[v], criteria, lens) for v in named})


def score(
    attributions: Iterable[Attribution], reaches: Iterable[Reach], criteria: Criteria, lens: Lens
) -> Score:
    """One body through one lens."""
    methodology = criteria.methodology
    risks = {reach.vendor: _vendor_risk(reach, criteria, lens) for reach in reaches}
    listed = tuple(attributions)

    def risk(party: Party) -> Risk:
        return _worse(party, risks)

    held = [
        (each, stakes(each, methodology, risk))
        for each in listed
        if each.finding is not Finding.NO_SERVICE
    ]
    services = tuple([_service_score(each, own, methodology, risk) for each, own in held])
    weighed = [
        (stake.weight * methodology.services[stake.service], stake.risk)
        for _, own in held
        for stake in own
    ]
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


def _service_score(
    attribution: Attribution,
    held: tuple[Stake, ...],
    methodology: Methodology,
    risk: Callable[[Party], Risk],
) -> ServiceScore:
    exposed = [risk(party) for party in attribution.parties if party.role in methodology.exposed]
    known = [each for each in exposed if each is not None]
    groups = {
        (stake.party.vendor, stake.party.platform) for stake in held if stake.party is not None
    }
    return _of_service(
        attribution.service,
        tuple([(stake.weight, stake.risk) for stake in held]),
        max(known) if known else None,
        len(groups) == 1,
        methodology.coverage_floor,
    )


@lru_cache(maxsize=REMEMBERED)
def _of_service(
    service: Service,
    weighed: tuple[tuple[float, Risk], ...],
    exposure: Risk,
    is_one_group: bool,
    floor: float,
) -> ServiceScore:
    low, high, coverage, value = _interval(weighed)
    low = round(low, DIGITS)
    return ServiceScore(
        service=service,
        dependency=None if value is None or coverage < floor else round(value, DIGITS),
        low=low,
        high=round(high, DIGITS),
        coverage=round(coverage, DIGITS),
        exposure=None if exposure is None else round(exposure, DIGITS),
        critical=low == 1.0 and is_one_group,
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

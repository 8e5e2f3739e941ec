"""Many bodies together: pooled reliance, who serves how many, how concentrated, and what would help
most.

A group's value is the known reliance of all its bodies over their known weight, each body
counting once (or by its
population), so that low <= value <= high holds as it does for one body. With full coverage it is
the plain mean.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from sovscan.core.model import (
    Assessment,
    Attribution,
    Finding,
    Party,
    Reach,
    Role,
    Score,
    Service,
    VendorId,
)
from sovscan.core.registry import Methodology

DECIDING = {
    Service.EMAIL: (Role.MAILBOX,),
    Service.HOSTING: (Role.OPERATOR, Role.PLATFORM),
    Service.DNS: (Role.AUTHORITATIVE,),
    Service.CDN: (Role.EDGE,),
}
"""The roles by which a body is counted under a vendor."""

OWN, UNKNOWN, NONE = "own", "unknown", "none"
"""What stands in a tally where no vendor is named."""


@dataclass(frozen=True, slots=True)
class Pool:
    """Reliance of several bodies, 0 to 100; `value` is None below the floor of coverage."""

    bodies: int
    value: float | None
    low: float
    high: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Tally:
    """How many bodies one vendor (or `own`, `unknown`, `none`) serves; `big_tech` where it is
    non-European big tech.
    """

    vendor: str
    name: str
    bodies: int
    big_tech: bool
    european: bool


@dataclass(frozen=True, slots=True)
class ServiceGroup:
    """One service over all bodies. Concentration is the Herfindahl-Hirschman index of its
    controllers, 0 to 1;
    the shares are of the bodies whose provider is known.
    """

    service: Service
    pool: Pool
    tallies: tuple[Tally, ...]
    concentration: float | None
    home_share: float | None
    european_share: float | None
    critical: int


@dataclass(frozen=True, slots=True)
class Relief:
    """The points by which the group's reliance would fall if this vendor were replaced by a
    European one.
    """

    service: Service
    vendor: VendorId
    name: str
    bodies: int
    points: float


@dataclass(frozen=True, slots=True)
class Group:
    """A group of bodies through the headline lens, with the jurisdiction lens beside it."""

    pool: Pool
    by_population: Pool | None
    jurisdiction: Pool
    services: tuple[ServiceGroup, ...]
    countries: tuple[tuple[str, Pool], ...]
    reliefs: tuple[Relief, ...]


@dataclass(slots=True)
class _Sum:
    """Known reliance, known and unknown weight, each body's own whole being 1."""

    bodies: int = 0
    weight: float = 0.0
    reliance: float = 0.0
    known: float = 0.0

    def add(self, low: float, coverage: float, weight: float = 1.0) -> None:
        self.bodies += 1
        self.weight += weight
        self.reliance += weight * low
        self.known += weight * coverage

    def pool(self, floor: float) -> Pool:
        if not self.weight:
            return Pool(self.bodies, None, 0.0, 100.0, 0.0)
        unknown = max(self.weight - self.known, 0.0)
        coverage = self.known / (self.known + unknown) if self.known + unknown else 0.0
        whole = self.known + unknown
        value = self.reliance / self.known if self.known and coverage >= floor else None
        return Pool(
            self.bodies,
            None if value is None else round(100 * value, 4),
            round(100 * self.reliance / whole, 4),
            round(100 * (self.reliance + unknown) / whole, 4),
            round(coverage, 6),
        )


@dataclass(slots=True)
class _Service:
    pooled: _Sum = field(default_factory=_Sum)
    vendors: Counter[str] = field(default_factory=Counter)
    controllers: Counter[str] = field(default_factory=Counter)
    home: int = 0
    european: int = 0
    placed: int = 0
    critical: int = 0


def summarise(assessments: Iterable[Assessment], methodology: Methodology) -> Group:
    """The group of these bodies, read once from front to back: memory does not grow with their
    number.
    """
    whole, people, other = _Sum(), _Sum(), _Sum()
    countries: dict[str, _Sum] = defaultdict(_Sum)
    services = {service: _Service() for service in Service}
    reaches: dict[VendorId, Reach] = {}
    relief: dict[tuple[Service, VendorId], float] = defaultdict(float)
    served: Counter[tuple[Service, VendorId]] = Counter()
    for assessment in assessments:
        reaches.update((reach.vendor, reach) for reach in assessment.reaches)
        _pool_body(assessment, whole, people, other, countries)
        for attribution in assessment.attributions:
            _count(assessment, attribution, services[attribution.service])
        parts = freed(assessment, methodology)
        for key, part in parts.items():
            relief[key] += part
            served[key] += 1
    floor = methodology.coverage_floor
    return Group(
        pool=whole.pool(floor),
        by_population=people.pool(floor)
        if people.bodies == whole.bodies and people.bodies
        else None,
        jurisdiction=other.pool(floor),
        services=tuple(
            _service_group(service, services[service], reaches, floor) for service in Service
        ),
        countries=tuple((country, each.pool(floor)) for country, each in sorted(countries.items())),
        reliefs=tuple(
            Relief(
                service,
                vendor,
                reaches[vendor].name,
                served[service, vendor],
                round(100 * part / whole.known, 4),
            )
            for (service, vendor), part in sorted(
                relief.items(), key=lambda item: (-item[1], item[0])
            )
            if whole.known
        ),
    )


def deciding(attribution: Attribution) -> tuple[Party, ...]:
    """The parties by which a service is called, largest share first."""
    parties = (
        party for party in attribution.parties if party.role in DECIDING[attribution.service]
    )
    return tuple(sorted(parties, key=lambda party: -party.share))


def _pool_body(
    assessment: Assessment, whole: _Sum, people: _Sum, other: _Sum, countries: dict[str, _Sum]
) -> None:
    headline, jurisdiction = assessment.scores[0], assessment.scores[1]
    _add(whole, headline)
    _add(other, jurisdiction)
    if assessment.target.country:
        _add(countries[assessment.target.country], headline)
    if assessment.target.population:
        _add(people, headline, float(assessment.target.population))


def _add(total: _Sum, score: Score, weight: float = 1.0) -> None:
    total.add(score.low / 100, score.coverage, weight)


def _count(assessment: Assessment, attribution: Attribution, total: _Service) -> None:
    score = next(
        (each for each in assessment.headline.services if each.service is attribution.service), None
    )
    if score is not None:
        total.pooled.add(score.low, score.coverage)
        total.critical += score.critical
    if attribution.finding is Finding.NO_SERVICE:
        total.vendors[NONE] += 1
        return
    party = next(iter(deciding(attribution)), None)
    label = (
        UNKNOWN
        if party is None
        else OWN
        if party.finding is Finding.OWN
        else party.vendor or UNKNOWN
    )
    total.vendors[label] += 1
    if party is None or label == UNKNOWN:
        return
    reach = assessment.reach(party.vendor)
    total.placed += 1
    total.controllers[reach.controller if reach else assessment.target.id] += 1
    total.home += reach is None or reach.country == assessment.target.country
    total.european += reach is None or reach.european


def _service_group(
    service: Service, total: _Service, reaches: dict[VendorId, Reach], floor: float
) -> ServiceGroup:
    placed = total.placed
    return ServiceGroup(
        service=service,
        pool=total.pooled.pool(floor),
        tallies=tuple(
            _tally(label, count, reaches)
            for label, count in sorted(total.vendors.items(), key=lambda i: (-i[1], i[0]))
        ),
        concentration=round(sum((n / placed) ** 2 for n in total.controllers.values()), 4)
        if placed
        else None,
        home_share=round(total.home / placed, 4) if placed else None,
        european_share=round(total.european / placed, 4) if placed else None,
        critical=total.critical,
    )


def _tally(label: str, count: int, reaches: dict[VendorId, Reach]) -> Tally:
    reach = reaches.get(VendorId(label))
    if reach is None:
        return Tally(label, label, count, big_tech=False, european=label == OWN)
    return Tally(label, reach.name, count, big_tech=reach.big_tech, european=reach.european)


def freed(
    assessment: Assessment, methodology: Methodology
) -> dict[tuple[Service, VendorId], float]:
    """The part of a body's whole weight that each big-tech vendor (or platform) holds: what
    replacing it would free.
    """
    reaches = {reach.vendor: reach for reach in assessment.reaches}
    present = [each for each in assessment.attributions if each.finding is not Finding.NO_SERVICE]
    whole = sum(methodology.services[each.service] for each in present)
    parts: dict[tuple[Service, VendorId], float] = defaultdict(float)
    for attribution in present:
        for party in attribution.parties:
            part = methodology.roles[attribution.service].get(party.role, 0.0) * party.share
            guilty = next(
                (
                    v
                    for v in (party.vendor, party.platform)
                    if v is not None and reaches[v].big_tech
                ),
                None,
            )
            if guilty is not None and part:
                parts[attribution.service, guilty] += (
                    methodology.services[attribution.service] * part / whole
                )
    return parts

"""Many bodies together: pooled bounds, tallies, concentration, and what would help most."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.core.group import Group, summarise
from sovscan.core.model import Service
from tests.conftest import TODAY, judged, the_registry

NS = "city.be NS ns1.belnet.be.\n"
MICROSOFT = NS + "city.be MX 0 city-be.mail.protection.outlook.com.\n"
GOOGLE = NS + "city.be MX 1 smtp.google.com.\n"
SWISS = NS + "city.be MX 5 mta-gw.infomaniak.ch.\n"
UNKNOWN = NS + "city.be MX 5 relay.nobody-knows.example.\n"
WORLDS = (MICROSOFT, GOOGLE, SWISS, UNKNOWN)


@pytest.fixture
def group(registry, criteria):
    def made(*worlds: str) -> Group:
        assessments = [judged(world, "city.be", registry, criteria) for world in worlds]
        return summarise(assessments, criteria.methodology)

    return made


def of(group: Group, service: Service):
    return next(each for each in group.services if each.service is service)


def test_a_group_of_one_is_that_body(group, registry, criteria):
    body = judged(MICROSOFT, "city.be", registry, criteria).headline
    pool = group(MICROSOFT).pool
    assert pool.value == pytest.approx(body.value, abs=1e-3)
    assert (pool.low, pool.high) == (
        pytest.approx(body.low, abs=1e-3),
        pytest.approx(body.high, abs=1e-3),
    )


def test_with_all_seen_the_pool_is_the_mean(group):
    both = group(MICROSOFT, SWISS).pool
    assert both.coverage == 1
    assert both.value == pytest.approx(
        (group(MICROSOFT).pool.value + group(SWISS).pool.value) / 2, abs=1e-3
    )


@settings(max_examples=30, deadline=None)
@given(st.lists(st.sampled_from(WORLDS), min_size=1, max_size=5))
def test_bounds_hold_for_a_group(worlds):
    from sovscan.core.context import Criteria

    registry = the_registry()
    criteria = Criteria(registry.policies["eea-ch"], registry.methodologies["2026-1"], TODAY)
    found = summarise(
        [judged(w, "city.be", registry, criteria) for w in worlds], criteria.methodology
    )
    for pool in (found.pool, found.jurisdiction, *(service.pool for service in found.services)):
        assert 0 <= pool.low <= pool.high <= 100
        assert pool.value is None or pool.low <= pool.value <= pool.high


def test_relief_is_the_fall_that_a_replacement_brings(group):
    before, after = group(MICROSOFT, GOOGLE), group(SWISS, GOOGLE)
    relief = next(each for each in before.reliefs if each.vendor == "microsoft-365")
    assert relief.bodies == 1
    assert relief.points == pytest.approx(before.pool.value - after.pool.value, abs=1e-2)


def test_the_tallies_count_bodies(group):
    tallies = {
        tally.vendor: tally.bodies for tally in of(group(*WORLDS, MICROSOFT), Service.EMAIL).tallies
    }
    assert tallies == {"microsoft-365": 2, "google-workspace": 1, "infomaniak": 1, "unknown": 1}


def test_concentration_is_over_controllers_that_are_known(group):
    assert of(group(MICROSOFT, MICROSOFT, UNKNOWN), Service.EMAIL).concentration == 1
    assert of(group(MICROSOFT, SWISS), Service.EMAIL).concentration == 0.5
    assert of(group(UNKNOWN), Service.EMAIL).concentration is None


def test_home_and_european_shares(group):
    mail, dns = of(group(MICROSOFT, SWISS), Service.EMAIL), of(group(MICROSOFT, SWISS), Service.DNS)
    assert (mail.home_share, mail.european_share) == (0, 0.5)
    assert (dns.home_share, dns.european_share) == (1, 1)


def test_bodies_are_weighed_by_their_people_where_those_are_told(registry, criteria):
    from dataclasses import replace

    def people(world: str, population: int | None):
        body = judged(world, "city.be", registry, criteria)
        return replace(body, target=replace(body.target, population=population))

    told = [people(MICROSOFT, 9000), people(SWISS, 1000)]
    found = summarise(told, criteria.methodology)
    alone = summarise(told[:1], criteria.methodology), summarise(told[1:2], criteria.methodology)
    weighed = 0.9 * alone[0].pool.value + 0.1 * alone[1].pool.value
    assert found.by_population.value == pytest.approx(weighed, abs=1e-2)
    unsaid = summarise([*told, people(GOOGLE, None)], criteria.methodology)
    assert unsaid.by_population is None


def test_a_body_without_a_country_counts_in_no_country(registry, criteria):
    body = judged(MICROSOFT, "city.be", registry, criteria, country=None)
    found = summarise([body], criteria.methodology)
    assert (found.pool.bodies, found.countries) == (1, ())

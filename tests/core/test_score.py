"""The score: bounds that hold for every input, and the sums of the methodology on known parties."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.core.context import Criteria
from sovscan.core.model import (
    Attribution,
    Finding,
    Lens,
    Party,
    Reach,
    Role,
    Service,
    VendorId,
)
from sovscan.core.score import score, stakes
from tests.conftest import the_registry

HOME, SWISS, BRITISH, AMERICAN, GIANT, OPEN = (
    "home",
    "swiss",
    "british",
    "american",
    "giant",
    "open",
)


def criteria(policy: str = "eea-ch") -> Criteria:
    registry = the_registry()
    return Criteria(registry.policies[policy], registry.methodologies["2026-1"], date(2026, 11, 23))


def reaches(policy: str = "eea-ch") -> tuple[Reach, ...]:
    seats = (
        (HOME, "BE"),
        (SWISS, "CH"),
        (BRITISH, "GB"),
        (AMERICAN, "US"),
        (GIANT, "US"),
        (OPEN, "NL"),
    )
    rules = criteria(policy).policy
    made = (
        Reach(
            VendorId(name),
            name,
            (),
            name,
            seat,
            rules.tier(seat, "BE"),
            rules.counts(seat, "BE"),
            big_tech=name == GIANT,
        )
        for name, seat in seats
    )
    return tuple(
        replace(reach, tier="TU", european=False) if reach.vendor == OPEN else reach
        for reach in made
    )


def party(role: Role, vendor: str | None, share: float = 1.0, platform: str | None = None) -> Party:
    finding = (
        Finding.UNKNOWN
        if vendor is None
        else Finding.OWN
        if vendor == "own"
        else Finding.ATTRIBUTED
    )
    named = None if vendor in {None, "own"} else VendorId(vendor)
    return Party(role, finding, share, named, platform=platform and VendorId(platform))


def email(mailbox: str | None, inbound: str | None, backup: str | None = HOME) -> Attribution:
    parties = (
        party(Role.INBOUND, inbound),
        party(Role.MAILBOX, mailbox),
        party(Role.BACKUP, backup, 0.0),
    )
    return Attribution(Service.EMAIL, Finding.ATTRIBUTED, parties)


def single(
    service: Service, role: Role, vendor: str | None, platform: str | None = None
) -> Attribution:
    return Attribution(service, Finding.ATTRIBUTED, (party(role, vendor, platform=platform),))


def hosting(vendor: str | None, platform: str | None = None) -> Attribution:
    return single(Service.HOSTING, Role.PLATFORM, vendor, platform)


def judge(*attributions: Attribution, lens: Lens = Lens.BIG_TECH, policy: str = "eea-ch"):
    return score(attributions, reaches(policy), criteria(policy), lens)


ROLES = {
    Service.EMAIL: (Role.INBOUND, Role.MAILBOX, Role.BACKUP, Role.SENDER),
    Service.HOSTING: (Role.PLATFORM, Role.OPERATOR),
    Service.DNS: (Role.AUTHORITATIVE,),
    Service.CDN: (Role.EDGE,),
}
vendors = st.sampled_from([HOME, SWISS, BRITISH, AMERICAN, GIANT, OPEN, "own", None])
platforms = st.sampled_from([None, None, HOME, GIANT, AMERICAN, OPEN])


@st.composite
def some_attribution(draw: st.DrawFn, service: Service) -> Attribution:
    finding = draw(st.sampled_from(list(Finding)))
    if finding in {Finding.NO_SERVICE, Finding.UNOBSERVED}:
        return Attribution(service, finding)
    parties = []
    for role in ROLES[service]:
        count = draw(st.integers(0, 3))
        share = 0.0 if role in {Role.BACKUP, Role.SENDER} else 1 / max(count, 1)
        if service is Service.HOSTING:
            share /= 2
        parties += [party(role, draw(vendors), share, draw(platforms)) for _ in range(count)]
    return Attribution(service, finding, tuple(parties))


bodies = st.tuples(*(some_attribution(service) for service in Service))


@settings(max_examples=400, deadline=None)
@given(
    body=bodies,
    lens=st.sampled_from(list(Lens)),
    policy=st.sampled_from(["eu27", "eea-ch", "europe"]),
)
def test_low_is_never_above_value_nor_value_above_high(body, lens, policy):
    found = judge(*body, lens=lens, policy=policy)
    assert 0 <= found.low <= found.high <= 100
    assert found.value is None or found.low <= found.value <= found.high
    assert 0 <= found.coverage <= 1
    assert all(s.low <= s.high and 0 <= s.coverage <= 1 for s in found.services)


@settings(max_examples=300, deadline=None)
@given(body=bodies, lens=st.sampled_from(list(Lens)), place=st.integers(0, 3), data=st.data())
def test_forgetting_a_party_only_widens_the_interval(body, lens, place, data):
    attribution = body[place]
    if not attribution.parties:
        return
    index = data.draw(st.integers(0, len(attribution.parties) - 1))
    forgotten = replace(
        attribution.parties[index], finding=Finding.UNKNOWN, vendor=None, platform=None
    )
    parties = (*attribution.parties[:index], forgotten, *attribution.parties[index + 1 :])
    before, after = (
        judge(*body, lens=lens),
        judge(*body[:place], replace(attribution, parties=parties), *body[place + 1 :], lens=lens),
    )
    assert after.low <= before.low
    assert after.high >= before.high
    assert after.coverage <= before.coverage


@settings(max_examples=200, deadline=None)
@given(body=bodies)
def test_all_that_is_known_decides_and_nothing_else(body):
    found = judge(*body)
    if found.coverage == 1:
        assert found.low == found.high == found.value


def test_the_sum_of_the_methodology():
    found = judge(
        email(GIANT, HOME),
        hosting(HOME),
        single(Service.DNS, Role.AUTHORITATIVE, GIANT),
        single(Service.CDN, Role.EDGE, HOME),
    )
    assert found.value == pytest.approx(35 * 0.7 + 20)
    assert (found.low, found.high, found.coverage) == (found.value, found.value, 1.0)


def test_a_service_that_is_not_there_is_left_out_of_the_sum():
    found = judge(email(GIANT, GIANT), hosting(HOME), Attribution(Service.CDN, Finding.NO_SERVICE))
    assert found.value == pytest.approx(100 * 35 / 65, abs=1e-3)
    assert [reason.code for reason in found.reasons] == ["left-out"]


def test_an_unknown_mailbox_leaves_the_value_to_what_is_known():
    found = judge(email(None, GIANT), hosting(HOME))
    assert found.value == pytest.approx(100 * 10.5 / 40.5, abs=1e-3)
    assert (found.low, found.high) == (
        pytest.approx(100 * 10.5 / 65, abs=1e-3),
        pytest.approx(100 * 35 / 65, abs=1e-3),
    )


def test_below_the_floor_there_is_no_value_and_no_grade():
    found = judge(email(None, GIANT), hosting(None))
    assert (found.value, found.grade) == (None, None)
    assert "below-floor" in {reason.code for reason in found.reasons}


def test_the_platform_under_a_european_vendor_counts():
    assert judge(hosting(HOME, platform=GIANT)).value == 100
    assert judge(hosting("own", platform=GIANT)).value == 100
    assert judge(hosting("own")).value == 0


def test_an_unknown_vendor_on_big_tech_is_known_to_rely_on_it():
    assert judge(hosting(None, platform=GIANT)).value == 100
    assert judge(hosting(None, platform=HOME)).value is None


def test_open_ownership_is_unknown_control():
    assert judge(hosting(OPEN)).coverage == 0


def test_a_backup_is_exposure_and_no_dependency():
    (email_score,) = judge(email(HOME, HOME, backup=GIANT)).services
    assert (email_score.dependency, email_score.exposure) == (0, 1)


@pytest.mark.parametrize(
    ("vendor", "policy", "value"),
    [
        (HOME, "eu27", 0), (SWISS, "eu27", 5), (SWISS, "eea-ch", 0), (BRITISH, "eea-ch", 40),
        (BRITISH, "europe", 0), (AMERICAN, "europe", 100), (GIANT, "eea-ch", 100),
    ],
)  # fmt: skip
def test_the_jurisdiction_lens_weighs_the_tier(vendor, policy, value):
    assert judge(hosting(vendor), lens=Lens.JURISDICTION, policy=policy).value == value


def test_the_headline_counts_big_tech_only():
    assert judge(hosting(AMERICAN)).value == 0


@pytest.mark.parametrize(
    ("attributions", "grade"),
    [
        ((email(HOME, HOME), hosting(HOME)), "A"),
        ((email(GIANT, GIANT), hosting(GIANT)), "F"),
        ((email(HOME, HOME), single(Service.DNS, Role.AUTHORITATIVE, GIANT)), "C"),
        ((hosting(GIANT), email(HOME, HOME)), "C"),
    ],
)
def test_grades_follow_the_bands(attributions, grade):
    assert judge(*attributions).grade == grade


def test_one_essential_service_wholly_dependent_caps_the_grade():
    methodology = criteria().methodology
    heavy = replace(methodology, services={**methodology.services, Service.DNS: 400})
    found = score(
        (hosting(GIANT), single(Service.DNS, Role.AUTHORITATIVE, HOME)),
        reaches(),
        replace(criteria(), methodology=heavy),
        Lens.BIG_TECH,
    )
    assert found.value < 10
    assert found.grade == "C"


def test_a_service_is_critical_only_where_one_group_alone_holds_it():
    two = Attribution(
        Service.DNS,
        Finding.ATTRIBUTED,
        (party(Role.AUTHORITATIVE, GIANT, 0.5), party(Role.AUTHORITATIVE, AMERICAN, 0.5)),
    )
    assert judge(single(Service.DNS, Role.AUTHORITATIVE, GIANT)).services[0].critical
    assert not judge(two, lens=Lens.JURISDICTION).services[0].critical


def test_rounded_shares_leave_no_unknown_remainder():
    three = tuple(party(Role.PLATFORM, HOME, 0.333333) for _ in range(3))
    found = judge(Attribution(Service.HOSTING, Finding.ATTRIBUTED, three))
    assert found.coverage == 1


def test_the_stakes_of_a_service_are_its_whole_and_tell_each_party():
    held = stakes(email(GIANT, SWISS), reaches(), criteria(), Lens.BIG_TECH)
    assert sum(each.weight for each in held) == pytest.approx(1)
    told = {each.party.vendor: each.risk for each in held if each.party and each.weight}
    assert told == {GIANT: 1.0, SWISS: 0.0}


def test_what_is_not_there_has_no_stakes_and_a_role_that_nobody_fills_an_unknown_one():
    none = Attribution(Service.CDN, Finding.NO_SERVICE)
    assert stakes(none, reaches(), criteria(), Lens.BIG_TECH) == ()
    empty = Attribution(Service.EMAIL, Finding.UNKNOWN)
    (unknown,) = stakes(empty, reaches(), criteria(), Lens.BIG_TECH)
    assert (unknown.weight, unknown.risk, unknown.party) == (1.0, None, None)

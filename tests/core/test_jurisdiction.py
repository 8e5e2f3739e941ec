"""Who controls a vendor on a day, and which laws follow."""

from dataclasses import replace
from datetime import date

import pytest

from sovscan.core.jurisdiction import reach
from sovscan.core.registry import Binding, Entity, EntityKind, Holding, Law, Owner, Vendor

SOURCE, CHECKED = "https://example.org", date(2026, 11, 23)


def entity(name: str, country: str, *owners: Owner, **more: object) -> Entity:
    return Entity(
        id=name,
        name=name,
        country=country,
        kind=EntityKind.COMPANY,
        source=SOURCE,
        checked=CHECKED,
        owners=owners,
        **more,
    )


def held(
    owner: str,
    kind: Holding = Holding.OWNS,
    share: float | None = 100,
    since: date | None = None,
    until: date | None = None,
) -> Owner:
    return Owner(
        owner=owner,
        kind=kind,
        source=SOURCE,
        checked=CHECKED,
        share=share,
        since=since,
        until=until,
    )


def law(name: str, country: str, binds: Binding, since: date | None = None) -> Law:
    return Law(
        id=name,
        name=name,
        country=country,
        binds=binds,
        reaches="abroad",
        summary="",
        citation="",
        source=SOURCE,
        checked=CHECKED,
        since=since,
    )


@pytest.fixture
def reached(registry, criteria):
    def judge(
        *entities: Entity,
        on: date = CHECKED,
        home: str | None = "NL",
        laws: tuple[Law, ...] = (),
        policy: str = "eea-ch",
    ):
        vendor = Vendor(id="v", name="V", operator=entities[0].id)
        knowledge = replace(
            registry, vendors={"v": vendor}, entities={e.id: e for e in entities}, laws=laws
        )
        return reach(
            "v", home, knowledge, replace(criteria, on=on, policy=registry.policies[policy])
        )

    return judge


def test_a_subsidiary_in_europe_is_under_its_parent_abroad(reached):
    found = reached(entity("ireland", "IE", held("parent")), entity("parent", "US"))
    assert (found.controller, found.country, found.tier, found.european) == (
        "parent",
        "US",
        "T5",
        False,
    )
    assert [link.entity for link in found.chain] == ["ireland", "parent"]


SOLD = date(2025, 6, 1)


@pytest.mark.parametrize(
    ("on", "controller"),
    [(date(2025, 5, 31), "dutch"), (SOLD, "american"), (date(2026, 1, 1), "american")],
)
def test_the_chain_is_read_on_the_day_asked_for(reached, on, controller):
    sold = entity("op", "NL", held("dutch", until=SOLD), held("american", since=SOLD))
    assert (
        reached(sold, entity("dutch", "NL"), entity("american", "US"), on=on).controller
        == controller
    )


@pytest.mark.parametrize(
    "edge",
    [
        held("us", Holding.MINORITY, 45),
        held("us", Holding.TECHNOLOGY, None),
        held("us", Holding.PLATFORM, None),
        held("us", Holding.OWNS, 50),
    ],
)
def test_what_is_no_majority_is_a_note_and_no_control(reached, edge):
    found = reached(entity("op", "NL", edge), entity("us", "US"))
    assert found.controller == "op"
    assert dict(found.notes[0].facts)["owner"] == "us"


def test_a_small_minority_is_not_worth_a_note(reached):
    assert (
        reached(entity("op", "NL", held("us", Holding.MINORITY, 10)), entity("us", "US")).notes
        == ()
    )


def test_the_tier_of_the_bodys_own_country(reached):
    assert reached(entity("op", "NL"), home="NL").tier == "T0"
    assert reached(entity("op", "NL"), home="BE").tier == "T1"
    assert reached(entity("op", "NL"), home=None).tier == "T1"


@pytest.mark.parametrize(
    ("policy", "european"), [("eu27", False), ("eea-ch", True), ("europe", True)]
)
def test_the_policy_says_whether_switzerland_is_european(reached, policy, european):
    assert reached(entity("op", "CH"), policy=policy).european is european


def test_laws_bind_by_their_link(reached):
    laws = (
        law("chain", "US", Binding.CHAIN),
        law("operator", "US", Binding.OPERATOR),
        law("top", "NL", Binding.CONTROLLER),
    )
    found = reached(entity("op", "NL", held("parent")), entity("parent", "US"), laws=laws)
    assert found.laws == ("chain",)


def test_a_law_binds_from_its_day_on(reached):
    later = law("later", "US", Binding.CHAIN, since=date(2030, 1, 1))
    assert reached(entity("op", "US"), laws=(later,)).laws == ()


def test_a_law_of_the_union_binds_members(reached):
    assert reached(entity("op", "LU"), laws=(law("eu", "EU", Binding.OPERATOR),)).laws == ("eu",)
    assert reached(entity("op", "CH"), laws=(law("eu", "EU", Binding.OPERATOR),)).laws == ()


def test_open_ownership_leaves_the_tier_unknown(reached):
    found = reached(entity("op", "NL", open_ownership=True))
    assert (found.tier, found.european) == ("TU", False)


def test_ten_owners_that_the_contract_names(registry, criteria):
    wanted = {
        "microsoft-365": "microsoft", "google-workspace": "alphabet", "amazon-web-services": "amazon",
        "cloudflare": "cloudflare", "akamai": "akamai", "fastly": "fastly", "proofpoint": "thoma-bravo",
        "barracuda": "kkr", "combell": "team-blue", "transip": "team-blue", "hetzner": "hetzner",
        "infomaniak": "infomaniak", "proximus": "proximus", "belnet": "belnet", "restena": "restena",
    }  # fmt: skip
    found = {vendor: reach(vendor, None, registry, criteria).controller for vendor in wanted}
    assert found == wanted


def test_a_state_is_no_controller_of_its_own_countrys_company_but_a_note(reached):
    state = replace(entity("state", "BE"), kind=EntityKind.PUBLIC)
    found = reached(entity("telecom", "BE", held("state", share=53.5)), state)
    assert (found.controller, found.notes[0].code) == ("telecom", "holding")


def test_a_foreign_state_is_climbed_to(reached):
    state = replace(entity("state", "CN"), kind=EntityKind.PUBLIC)
    assert reached(entity("telecom", "BE", held("state", share=53.5)), state).country == "CN"

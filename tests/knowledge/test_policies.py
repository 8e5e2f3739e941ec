"""Policies: the tier of a country, and whether it counts as European; shipped methodologies fit them."""

from dataclasses import replace
from datetime import date
from itertools import combinations

import pytest

from sovscan.core.registry import Policy

NEAR = Policy(
    id="near",
    name="Near",
    european=("T0", "T1"),
    tiers={"T1": ("BE", "NL"), "T2": ("CH",), "T5": ("US",)},
    summary="",
    source="https://policy.example",
    checked=date(2026, 11, 1),
    also=("GB",),
)


@pytest.mark.parametrize(
    ("country", "home", "tier", "counts"),
    [
        ("BE", "BE", "T0", True),
        ("NL", "BE", "T1", True),
        ("CH", "BE", "T2", False),
        ("CH", "CH", "T0", True),
        ("US", "BE", "T5", False),
        ("GB", "BE", "T4", True),
        ("VN", "BE", "T4", False),
        ("BE", None, "T1", True),
        ("US", None, "T5", False),
    ],
)
def test_a_country_has_the_tier_of_its_list_and_the_own_country_its_own(
    country, home, tier, counts
):
    assert (NEAR.tier(country, home), NEAR.counts(country, home)) == (tier, counts)


def test_the_own_country_counts_only_where_the_policy_says_so():
    assert not replace(NEAR, european=("T1",)).counts("US", "US")


@pytest.mark.parametrize(
    ("policy", "european", "foreign"),
    [
        ("eu27", "BE NL LU FR IE", "CH NO GB US CN"),
        ("eea-ch", "BE NL LU CH NO IS LI", "GB US CN CA"),
        ("europe", "BE NL LU CH NO GB", "US CN CA TR"),
    ],
)
def test_a_shipped_policy_draws_its_line(registry, policy, european, foreign):
    shipped = registry.policies[policy]
    assert [c for c in european.split() if not shipped.counts(c, "BE")] == []
    assert [c for c in foreign.split() if shipped.counts(c, "BE")] == []


def test_no_shipped_policy_puts_a_country_in_two_tiers(registry):
    for policy in registry.policies.values():
        for (_, one), (_, other) in combinations(policy.tiers.items(), 2):
            assert set(one) & set(other) == set()


def test_the_eu_has_27_members_in_every_shipped_policy(registry):
    assert {len(policy.tiers["T1"]) for policy in registry.policies.values()} == {27}


def test_every_tier_of_every_policy_has_a_risk_in_every_methodology(registry):
    for methodology in registry.methodologies.values():
        for policy in registry.policies.values():
            assert {"T0", "T4", *policy.tiers} <= set(methodology.risk)


def test_the_weights_of_a_shipped_methodology_make_a_whole(registry):
    for methodology in registry.methodologies.values():
        assert sum(methodology.services.values()) == 100
        assert set(methodology.roles) == set(methodology.services)
        assert methodology.bands[-1].upto == 100
        assert sorted(band.upto for band in methodology.bands) == [
            band.upto for band in methodology.bands
        ]

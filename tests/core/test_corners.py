"""Corners of a judgement that no case turns: no table of networks, redirects without an end, an SPF name that is all macro."""

from dataclasses import replace
from itertools import pairwise

import pytest

from sovscan.core.attribute import attribute
from sovscan.core.model import (
    Attribution,
    Finding,
    Observation,
    Outcome,
    Question,
    Role,
    Service,
)
from sovscan.demo.world import World
from sovscan.knowledge.networks import MissingTable
from tests.conftest import MADE, look, target

CITY = target("city.be")
SITE = "city.be A 88.198.1.9\nwww.city.be A 88.198.1.9\n"


def judged(registry, records: str, *pages: tuple[str, str]) -> dict[Service, Attribution]:
    """The services of a world, and of web names that lead (name, location)."""
    facts = dict(look(World(records), CITY, registry))
    for name, location in pages:
        question = Question(name, "WEB-HTTPS")
        told = (f"location {location}", "status 301")
        facts[question] = Observation(question, Outcome.SEEN, told, provenance=MADE)
    return {each.service: each for each in attribute(CITY, facts, registry)}


def codes(attribution: Attribution) -> set[str]:
    listed = (*attribution.reasons, *(r for p in attribution.parties for r in p.reasons))
    return {reason.code for reason in listed}


def test_without_a_table_no_address_is_placed_and_that_is_said(registry):
    blind = replace(registry, networks=MissingTable())
    found = judged(
        blind,
        SITE + "city.be MX 10 mx1-eu1.ppe-hosted.com.\nmx1-eu1.ppe-hosted.com A 62.209.50.9\n",
    )
    assert found[Service.HOSTING].finding is Finding.UNKNOWN
    assert "no-network-table" in codes(found[Service.HOSTING])
    (inbound,) = (p for p in found[Service.EMAIL].parties if p.role is Role.INBOUND)
    assert (inbound.vendor, inbound.platform) == ("proofpoint", None)
    assert "no-network-table" in codes(found[Service.EMAIL])


@pytest.mark.parametrize(
    "names",
    [
        ["www.city.be", "a.other.be", "b.other.be", "a.other.be"],
        ["www.city.be", *(f"n{number}.other.be" for number in range(20))],
    ],
    ids=["in-a-circle", "without-end"],
)
def test_a_redirect_that_ends_nowhere_leaves_the_name_itself(registry, names):
    pages = [(here, f"https://{there}/") for here, there in pairwise(names)]
    plain, led = judged(registry, SITE), judged(registry, SITE, *pages)
    assert led[Service.HOSTING].parties == plain[Service.HOSTING].parties
    assert {party.vendor for party in led[Service.HOSTING].parties} == {"hetzner"}


def test_an_spf_name_that_is_all_macro_names_nobody(registry):
    gateway = "city.be MX 10 mx1-eu1.ppe-hosted.com.\n"
    found = judged(registry, gateway + 'city.be TXT "v=spf1 exists:%{i}.%{d} -all"\n')
    assert not [party for party in found[Service.EMAIL].parties if party.role is Role.SENDER]
    assert "spf-delegated" in codes(found[Service.EMAIL])

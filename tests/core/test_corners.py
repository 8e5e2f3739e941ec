"""Corners of a judgement that no case turns: no table of networks, redirects without an end, names that are all macro, controls that were not seen."""

from dataclasses import replace
from itertools import pairwise

import pytest

from sovscan.core.attribute import attribute
from sovscan.core.facts import control_label
from sovscan.core.holding import View, holdings
from sovscan.core.mail_signals import followed, mta_sts_signals, tenant_signals
from sovscan.core.model import (
    Attribution,
    Finding,
    Observation,
    Outcome,
    Question,
    Role,
    Service,
)
from sovscan.core.readings import readings
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


def seen(*said: tuple[str, str, str]) -> dict[Question, Observation]:
    """Facts of (name, type, answer)."""
    questions = [(Question(name, rtype), answer) for name, rtype, answer in said]
    return {q: Observation(q, Outcome.SEEN, (answer,), provenance=MADE) for q, answer in questions}


@pytest.mark.parametrize("outcome", [Outcome.SEEN, Outcome.FAILED, None])
def test_a_vendors_name_shows_nothing_where_one_that_nobody_has_is_not_seen_to_be_missing(
    registry, outcome
):
    (probe,) = (each for each in registry.probes if each.is_vendors)
    control = Question(probe.beside(control_label(probe, "city.be"), "city.be"), probe.type)
    facts = seen((probe.at("city.be"), probe.type, "192.0.2.1"))
    if outcome is not None:
        facts[control] = Observation(control, outcome, ("192.0.2.1",), provenance=MADE)
    assert tenant_signals(facts, "city.be", registry.probes) == ()
    facts[control] = Observation(control, Outcome.ABSENT, provenance=MADE)
    (signal,) = tenant_signals(facts, "city.be", registry.probes)
    assert signal.value == probe.at("city.be")


def test_aliases_are_followed_a_few_steps_and_never_round():
    asked = Question("autodiscover.city.be", "CNAME")
    chain = [(f"n{number}.example", "CNAME", f"n{number + 1}.example.") for number in range(9)]
    met = followed(seen(*chain), "n0.example", asked, "city.be")
    assert [name for name, _ in met] == [f"n{number}.example" for number in range(len(met))]
    assert 1 < len(met) < len(chain)
    circle = seen(("a.example", "CNAME", "b.example."), ("b.example", "CNAME", "a.example."))
    assert [n for n, _ in followed(circle, "a.example", asked, "city.be")] == [
        "a.example",
        "b.example",
    ]


def test_a_policy_that_is_switched_off_names_no_host():
    question = Question("mta-sts.city.be", "MTA-STS")
    said = ("mode enforce", "mx *.mail.protection.outlook.com", "mx mx.city.be")
    facts = {question: Observation(question, Outcome.SEEN, said, provenance=MADE)}
    found = [signal.value for signal in mta_sts_signals(facts, "city.be")]
    assert found == ["mail.protection.outlook.com", "mx.city.be"]
    off = replace(facts[question], answers=("mode none", *said[1:]))
    assert mta_sts_signals({question: off}, "city.be") == ()


def test_a_key_that_bears_no_account_is_no_tenant(registry):
    account = "selector1-city-be._domainkey.city.onmicrosoft.com."
    for target_, held in ((account, 1), ("selector1._domainkey.other.onmicrosoft.com.", 0)):
        world = World(f"selector1._domainkey.city.be CNAME {target_}\ncity.be A 192.0.2.1\n")
        assert len(holdings(View.TENANT, CITY, look(world, CITY, registry), registry)) == held


def test_what_a_registry_says_of_an_address_is_a_reading_where_the_table_knows_none(registry):
    facts = dict(look(World("city.be A 192.0.2.1\n"), CITY, registry))
    facts |= seen(("192.0.2.1", "RDAP", "asn 24940"), ("88.198.1.9", "RDAP", "asn 24940"))
    read = {
        (each.signal.kind, each.signal.question.type, each.vendor)
        for each in readings(CITY, facts, registry, ())
    }
    assert ("web-address-as", "RDAP", "hetzner") in read


def test_what_parent_and_servers_say_of_a_zone_is_told_and_moves_no_party(registry):
    zone = "city.be NS ns1.belnet.be.\ncity.be NS ns2.belnet.be.\ncity.be A 192.0.2.1\n"
    plain = judged(registry, zone)[Service.DNS]
    question = Question("city.be", "DELEGATION")
    said = ("parent ns1.belnet.be", "parent ns3.belnet.be", "server ns1.belnet.be refused")
    facts = dict(look(World(zone), CITY, registry))
    facts[question] = Observation(question, Outcome.SEEN, said, provenance=MADE)
    found = next(e for e in attribute(CITY, facts, registry) if e.service is Service.DNS)
    assert found.parties == plain.parties
    assert {"delegation-differs", "lame"} <= codes(found) - codes(plain)

"""What is asked about a body, and what is not."""

import pytest

from sovscan.collect.dns.plan import plan
from sovscan.core.facts import random_label
from sovscan.core.model import Fault, Observation, Outcome
from sovscan.core.registry import Probe
from sovscan.demo.world import World
from tests.collect.helpers import absent, asked, explore, q
from tests.conftest import target

BODY = target("body.example")
APEX = "body.example. A 192.0.2.1\n"


def test_the_first_wave_asks_about_the_domain_itself_and_nothing_else(registry):
    probes = [probe for vendor in registry.vendors.values() for probe in vendor.probes]
    wanted = plan(BODY, {}, probes)
    assert {question.name for question in wanted} == {"body.example"}
    assert {"MX", "NS", "SOA", "TXT", "A", "AAAA"} <= {question.type for question in wanted}


def test_nothing_is_asked_below_a_name_that_does_not_exist():
    waves, facts = explore(World("other.example. A 192.0.2.1"), BODY)
    assert len(waves) == 1
    assert {observation.detail for observation in facts.values()} == {"NXDOMAIN"}


def test_nothing_more_is_asked_where_every_question_about_the_domain_failed():
    waves, facts = explore(World(APEX, ["body.example"]), BODY)
    assert len(waves) == 1
    assert {observation.outcome for observation in facts.values()} == {Outcome.FAILED}


@pytest.mark.parametrize("others", ["SEEN", "NODATA"])
def test_a_single_failure_at_the_domain_does_not_end_the_looking(others):
    facts = {each: absent(each) for each in plan(BODY, {}, ())}
    if others == "SEEN":
        facts[q(BODY.domain, "A")] = Observation(q(BODY.domain, "A"), Outcome.SEEN, ("192.0.2.1",))
    broken = q(BODY.domain, "CAA")
    facts[broken] = Observation(broken, Outcome.FAILED, detail="SERVFAIL", fault=Fault.ZONE)
    assert q("www.body.example", "A") in plan(BODY, facts, ())


def test_a_server_that_denies_the_name_for_one_type_only_does_not_end_the_looking():
    facts = {each: absent(each) for each in plan(BODY, {}, ())}
    exchanger = q(BODY.domain, "MX")
    facts[exchanger] = Observation(exchanger, Outcome.SEEN, ("10 mx.elsewhere.example",))
    facts[q(BODY.domain, "AAAA")] = absent(q(BODY.domain, "AAAA"), "NXDOMAIN")  # RFC 4074, 4.2
    assert q("mx.elsewhere.example", "A") in plan(BODY, facts, ())


def test_a_name_denied_for_one_type_and_empty_for_the_rest_counts_as_denied():
    facts = {each: absent(each) for each in plan(BODY, {}, ())}
    facts[q(BODY.domain, "MX")] = absent(q(BODY.domain, "MX"), "NXDOMAIN")
    assert {question.name for question in plan(BODY, facts, ())} == {BODY.domain}


@pytest.mark.parametrize("rtype", ["MX", "NS"])
def test_hosts_are_followed_to_their_addresses_and_reverse_names(rtype):
    host = "10 host.elsewhere.example." if rtype == "MX" else "host.elsewhere.example."
    world = World(
        f"body.example. {rtype} {host}\n"
        "host.elsewhere.example. A 192.0.2.7\n"
        "host.elsewhere.example. AAAA 2001:db8::7\n"
    )
    _, facts = explore(world, BODY)
    assert facts[q("host.elsewhere.example", "A")].answers == ("192.0.2.7",)
    assert facts[q("host.elsewhere.example", "AAAA")].answers == ("2001:db8::7",)
    reverse = asked(facts, "PTR")
    assert "7.2.0.192.in-addr.arpa" in reverse
    assert f"7.{'0.' * 23}8.b.d.0.1.0.0.2.ip6.arpa" in reverse


def test_a_null_mx_has_no_address_to_ask_for():
    _, facts = explore(World(APEX + "body.example. MX 0 .\n"), BODY)
    assert "." not in asked(facts, "A")


def test_web_names_policies_and_autodiscover_are_asked():
    _, facts = explore(World(APEX), BODY)
    assert {"www.body.example", "body.example"} <= asked(facts, "A") & asked(facts, "AAAA")
    assert {"_dmarc.body.example", "_mta-sts.body.example"} <= asked(facts, "TXT")
    assert "autodiscover.body.example" in asked(facts, "CNAME")
    assert "_autodiscover._tcp.body.example" in asked(facts, "SRV")


@pytest.mark.parametrize(
    ("probe", "beside"),
    [
        (Probe(name="selector1._domainkey", type="CNAME"), "{}._domainkey.body.example"),
        (Probe(name="k1._domainkey", type="TXT"), "{}._domainkey.body.example"),
        (Probe(name="_vendor._tcp", type="SRV"), "{}._tcp.body.example"),
        (Probe(name="mailto", type="CNAME"), "{}.body.example"),
    ],
    ids=["dkim-alias", "dkim-key", "service", "plain"],
)
def test_a_random_label_is_asked_beside_every_kind_of_probe(probe, beside):
    _, facts = explore(World(APEX), BODY, [probe])
    assert q(f"{probe.name}.body.example", probe.type) in facts
    assert q(beside.format(random_label("body.example")), probe.type) in facts


def test_every_probe_of_the_registry_has_its_random_label(registry):
    probes = {probe for vendor in registry.vendors.values() for probe in vendor.probes}
    _, facts = explore(World(APEX), BODY, tuple(probes))
    for probe in probes:
        label = random_label("" if probe.is_vendors else "body.example")
        parent = probe.at("body.example").partition(".")[2]
        assert q(f"{label}.{parent}", probe.type) in facts


def test_the_random_label_is_the_same_every_night_and_another_for_every_domain():
    assert explore(World(APEX), BODY) == explore(World(APEX), BODY)
    assert random_label("body.example") != random_label("other.example")


def test_the_zone_above_a_subdomain_is_looked_for_up_to_the_registrable_domain():
    body = target("a.b.c.town.be")
    world = World("a.b.c.town.be. A 192.0.2.1\ntown.be. NS ns1.host.example.\nbe. NS x.example.\n")
    _, facts = explore(world, body)
    above = {"b.c.town.be", "c.town.be", "town.be"}
    assert asked(facts, "NS") == above | {"a.b.c.town.be"}
    assert q("town.be", "SOA") in facts
    assert q("ns1.host.example", "A") in facts


def test_the_looking_for_a_zone_ends_at_the_first_name_that_has_servers():
    body = target("a.b.town.be")
    world = World(
        "a.b.town.be. A 192.0.2.1\nb.town.be. NS ns.b.example.\ntown.be. NS ns.t.example."
    )
    _, facts = explore(world, body)
    assert asked(facts, "NS") == {"a.b.town.be", "b.town.be"}
    assert "ns.t.example" not in asked(facts, "A")


def test_no_question_is_wanted_twice(registry):
    probes = [probe for vendor in registry.vendors.values() for probe in vendor.probes]
    waves, facts = explore(World(APEX + "body.example. MX 10 body.example.\n"), BODY, probes * 2)
    assert sum(map(len, waves)) == len(facts)

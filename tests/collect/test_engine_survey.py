"""The engine and a survey together: whole bodies, wildcards, and resolvers that are not there."""

from collections import Counter

import pytest

from sovscan.collect import Engine, Resolver, Server, Survey
from sovscan.collect.dns.engine import HOPELESS
from sovscan.collect.dns.probing import answers_by_tcp
from sovscan.core.facts import is_synthetic
from sovscan.core.mail_signals import autodiscover_signals, dkim_signals
from sovscan.core.model import Outcome
from sovscan.core.registry import Probe
from sovscan.demo import stage
from sovscan.demo.world import World
from tests.collect.helpers import closed_port, explore, q, udp
from tests.conftest import target

PROBES = (
    Probe(name="selector1._domainkey", type="CNAME"),
    Probe(name="google._domainkey", type="TXT"),
)
BODY = target("body.example")


def run(world: World, *bodies, probes=PROBES):
    with stage(world) as (address, port):
        engine: Resolver = Engine((Server(address, port),))
        return list(engine.run(Survey(bodies, probes)))


def test_what_the_engine_sees_is_what_the_world_holds():
    world = World(
        "body.example. MX 10 mx.body.example.\nmx.body.example. A 192.0.2.25\n"
        'body.example. TXT "v=spf1 include:a.example -all"\na.example. TXT "v=spf1 -all"\n'
        "www.body.example. CNAME web.example.\nweb.example. AAAA 2001:db8::80\n"
    )
    bodies = (BODY, target("gone.example"))
    assert {each.target: dict(each.facts) for each in run(world, *bodies)} == {
        body: explore(world, body, PROBES)[1] for body in bodies
    }


@pytest.mark.parametrize(
    "wildcard",
    [
        "*.body.example. CNAME catch.example.",
        "*.body.example. SRV 0 0 443 catch.example.",
        '*.body.example. TXT "v=DKIM1; p=abc"',
    ],
    ids=["alias", "service", "key"],
)
def test_what_a_wildcard_answers_is_known_for_synthetic(wildcard):
    [body] = run(World(f"body.example. A 192.0.2.1\n{wildcard}\n"), BODY)
    question = {
        "CNAME": q("autodiscover.body.example", "CNAME"),
        "SRV": q("_autodiscover._tcp.body.example", "SRV"),
        "TXT": q("google._domainkey.body.example", "TXT"),
    }[wildcard.split()[1]]
    assert body.facts[question].outcome is Outcome.SEEN
    assert is_synthetic(body.facts, question, BODY.domain)
    assert autodiscover_signals(body.facts, BODY.domain) == ()
    assert dkim_signals(body.facts, BODY.domain, PROBES) == ()


def test_what_stands_beside_a_wildcard_is_real():
    world = World(
        "body.example. A 192.0.2.1\n*.body.example. CNAME catch.example.\n"
        "autodiscover.body.example. CNAME real.example.\n"
    )
    [body] = run(world, BODY)
    [signal] = autodiscover_signals(body.facts, BODY.domain)
    assert signal.value == "real.example"


def test_an_unreachable_resolver_ends_soon_and_claims_nothing():
    bodies = [target(f"town{number}.be") for number in range(40)]
    engine = Engine((closed_port(),), concurrency=20, attempts=1, patience=(0.05,))
    surveyed = list(engine.run(Survey(bodies, PROBES)))
    outcomes = Counter(each.outcome for body in surveyed for each in body.facts.values())
    assert len(surveyed) == 40
    assert set(outcomes) == {Outcome.FAILED, Outcome.SKIPPED}
    assert outcomes[Outcome.FAILED] <= HOPELESS + 20


def test_a_silent_resolver_is_given_up_after_a_number_of_questions():
    bodies = [target(f"town{number}.be") for number in range(40)]
    with udp(lambda query, count: []) as server:
        engine = Engine((server,), attempts=1, patience=(0.05,))
        surveyed = list(engine.run(Survey(bodies, PROBES)))
    facts = [each for body in surveyed for each in body.facts.values()]
    assert {each.outcome for each in facts} == {Outcome.FAILED, Outcome.SKIPPED}
    assert {each.detail for each in facts} == {"TIMEOUT", "RESOLVER-UNREACHABLE"}
    assert all(each.provenance.attempts == 0 for each in facts if each.outcome is Outcome.SKIPPED)


def test_a_resolver_that_answered_once_is_not_given_up():
    bodies = [target(f"town{number}.be") for number in range(20)]
    failing = World("town0.be. A 192.0.2.1", [f"town{number}.be" for number in range(1, 20)])
    with stage(failing) as (address, port):
        engine = Engine((Server(address, port),), attempts=1)
        surveyed = list(engine.run(Survey(bodies, ())))
    facts = [each for body in surveyed for each in body.facts.values()]
    assert sum(each.detail == "SERVFAIL" for each in facts) == 19 * 9
    assert not [each for each in facts if each.outcome is Outcome.SKIPPED]


def test_bodies_come_out_while_others_are_still_open():
    bodies = [target(f"town{number}.be") for number in range(5)]
    with stage(World("")) as (address, port):
        engine = Engine((Server(address, port),), concurrency=9)
        survey = Survey(bodies, (), width=1)
        next(engine.run(survey))
        assert not survey.is_finished


def test_whether_a_server_answers_over_tcp_is_told():
    with stage(World("")) as (address, port):
        works, _, text = answers_by_tcp(Server(address, port))
    assert works
    assert f"127.0.0.1:{port}" in text
    server = closed_port()
    works, _, text = answers_by_tcp(server)
    assert not works
    assert str(server) in text

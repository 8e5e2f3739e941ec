"""The look within a whole scan: planned, asked in the engine's loop, counted and kept once."""

from sovscan.collect import Engine, Server, Survey
from sovscan.collect.delegation import DELEGATION, DelegationAsker, delegation_questions
from sovscan.core.model import Outcome
from sovscan.demo import stage
from sovscan.demo.world import World
from tests.collect.delegation.servers import AT_PARENT, authoritative, referring, serving, silent
from tests.collect.helpers import q
from tests.conftest import target

WORLD = (
    """
example. NS ns.example.
ns.example. A 127.0.0.3
"""
    + "".join(
        f"""
town{number}.example. NS ns1.town{number}.example.
town{number}.example. NS ns2.shared.test.
ns1.town{number}.example. A 127.0.0.1
"""
        for number in range(9)
    )
    + "ns2.shared.test. A 127.0.0.2\nmail.town1.example. A 192.0.2.1\n"
)


def scan(servers, bodies, **settings):
    with serving(servers) as served, stage(World(WORLD)) as (address, port):

        def opened(selector):
            usual = {"port": served.port, "allow_loopback": True, "patience": 0.3}
            return {DELEGATION: DelegationAsker(selector, **usual | settings)}

        engine = Engine((Server(address, port),), beside=opened)
        survey = Survey(bodies, (), further=delegation_questions)
        return engine, served, {each.target.domain: each.facts for each in engine.run(survey)}


def refer(came):
    zone = came.query.question[0].name.to_text(omit_final_dot=True)
    return referring(f"ns1.{zone}", zone=zone)(came)


BODIES = [target(f"town{number}.example") for number in range(9)]


def test_every_zone_is_looked_at_once_and_its_tries_are_counted():
    servers = {"127.0.0.1": authoritative, "127.0.0.2": silent, AT_PARENT: refer}
    engine, served, facts = scan(servers, [*BODIES, target("mail.town1.example")])
    for body in BODIES:
        assert facts[body.domain][q(body.domain, DELEGATION)].answers == (
            f"parent ns1.{body.domain}",
            f"server ns1.{body.domain} authoritative",
            "server ns2.shared.test silent",
        )
    assert facts["mail.town1.example"][q("town1.example", DELEGATION)].outcome is Outcome.SEEN
    assert served.count(AT_PARENT) == served.count("127.0.0.1") == 9
    assert engine.health.retries > 0
    assert not engine.health.failures


def test_a_closed_way_is_a_failure_of_the_network_and_counted():
    engine, _, facts = scan({"127.0.0.1": silent}, BODIES[:3])
    looks = [facts[body.domain][q(body.domain, DELEGATION)] for body in BODIES[:3]]
    assert {(each.outcome, each.detail) for each in looks} == {(Outcome.FAILED, "TIMEOUT")}
    assert engine.health.failures == {"TIMEOUT": 3}
    assert engine.health.faults == {"network": 3}
    assert not engine.gave_up


def test_without_the_flag_of_the_tests_nothing_on_loopback_is_asked():
    _, served, facts = scan({"127.0.0.1": authoritative}, BODIES[:1], allow_loopback=False)
    found = facts["town0.example"][q("town0.example", DELEGATION)]
    assert (found.outcome, found.detail) == (Outcome.SKIPPED, "FORBIDDEN-ADDRESS")
    assert not served.came

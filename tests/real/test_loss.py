"""Packets are lost: a few cost nothing but time; many cost answers, and never invent one."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from random import Random

import dns.message
import pytest

from sovscan.collect import Engine, Server, Survey, Surveyed
from sovscan.core.assess import assess
from sovscan.core.model import Finding, Outcome, Party, Target
from sovscan.demo import bodies
from sovscan.demo.world import World
from sovscan.targets import read_list
from tests.collect.helpers import answer, udp
from tests.conftest import BASIS

NOTHING_SAID = {Finding.UNKNOWN, Finding.UNOBSERVED}
FEW, MANY = 0.05, 0.6


def the_world() -> World:
    folder = resources.files("sovscan.demo")
    return World(
        (folder / "world.txt").read_text("utf-8"),
        (folder / "failing.txt").read_text("utf-8").split(),
    )


def thirty() -> tuple[Target, ...]:
    return read_list("demo", bodies()).targets[:30]


@contextmanager
def lossy(world: World, share: float, seed: int) -> Iterator[Server]:
    """A resolver on a bad line. Which tries are lost depends on the question and on how often it
    was asked, and not on the order in which packets happen to come.
    """
    asked: Counter[str] = Counter()

    def reply(query: dns.message.Message, count: int) -> list[bytes]:
        key = query.question[0].to_text().lower()
        asked[key] += 1
        if Random(f"{seed} {key} {asked[key]}").random() < share:
            return []
        return [world.respond(query).to_wire()]

    with udp(reply) as server:
        yield server


def surveyed(registry, share: float, seed: int = 0, **how) -> tuple[Engine, dict[str, Surveyed]]:
    with lossy(the_world(), share, seed) as server:
        engine = Engine((server,), **how)
        found = list(engine.run(Survey(thirty(), registry.probes[:4])))
    return engine, {each.target.domain: each for each in found}


@pytest.fixture(scope="module")
def lossless(registry) -> dict[str, Surveyed]:
    engine, found = surveyed(registry, 0.0)
    assert engine.health.retries == engine.health.failures.get("SERVFAIL", 0)
    return found


def said(party: Party) -> set[tuple]:
    """What is claimed of a party, claim by claim: a platform that was not seen is no other claim."""
    named = (party.vendor, party.operator, party.platform)
    whole = {(party.role, party.finding, party.vendor)}
    return whole | {(party.role, party.vendor, each) for each in named if each is not None}


def claims(found: dict[str, Surveyed], registry, criteria) -> set[tuple]:
    """Who does what for whom, and which services there are, as far as that is known."""
    made = set()
    for each in found.values():
        judged = assess(each.target, each.facts, registry, criteria, BASIS)
        for service in judged.attributions:
            if service.finding not in NOTHING_SAID:
                made.add((each.target.domain, service.service, service.finding))
            made |= {
                (each.target.domain, service.service, *claim)
                for party in service.parties
                if party.finding not in NOTHING_SAID
                for claim in said(party)
            }
    return made


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_with_few_packets_lost_nothing_is_missed(registry, criteria, lossless, seed):
    engine, found = surveyed(registry, FEW, seed, patience=(0.25, 0.5, 1.0, 3.0))
    assert engine.health.retries > 20
    assert {name: dict(each.facts) for name, each in found.items()} == {
        name: dict(each.facts) for name, each in lossless.items()
    }
    assert claims(found, registry, criteria) == claims(lossless, registry, criteria)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3, 4, 7])
def test_with_many_packets_lost_answers_fail_and_no_claim_is_new(
    registry, criteria, lossless, seed
):
    engine, found = surveyed(registry, MANY, seed, patience=(0.03, 0.03, 0.04, 0.05))
    world = the_world()
    outcomes: Counter[Outcome] = Counter()
    for each in found.values():
        for question, observation in each.facts.items():
            outcomes[observation.outcome] += 1
            if observation.outcome in {Outcome.SEEN, Outcome.ABSENT}:
                assert observation == answer(world, question)
    assert set(found) == set(lossless)
    assert outcomes[Outcome.FAILED] > 50
    assert outcomes[Outcome.SEEN] > 50
    assert engine.health.failures["TIMEOUT"] > 50
    known, still_known = (claims(each, registry, criteria) for each in (lossless, found))
    assert still_known - known == set()
    assert 0 < len(still_known) < len(known)

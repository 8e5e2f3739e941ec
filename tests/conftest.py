"""What all tests share: the real registry read once, worlds in a few lines, and facts seen in them."""

import asyncio
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType

import dns.message
import pytest

from sovscan.collect.dns.rdata import TYPES
from sovscan.collect.dns.reading import failure, read
from sovscan.collect.survey import Further, Survey, nothing_further
from sovscan.core.assess import assess
from sovscan.core.context import Criteria, Knowledge
from sovscan.core.facts import Facts
from sovscan.core.model import (
    Assessment,
    Attribution,
    Basis,
    Fault,
    Observation,
    Provenance,
    Question,
    Service,
    Target,
)
from sovscan.demo.world import World
from sovscan.knowledge import default_datasets, load
from sovscan.targets import from_arguments

ROOT = Path(__file__).resolve().parent.parent
TODAY = date(2026, 11, 23)
BASIS = Basis("test", "2026-1", "eea-ch", "datasets", "networks", TODAY.isoformat())
MADE = Provenance("2026-11-23T02:10:00Z", "127.0.0.1", ttl=300)


@cache
def the_registry() -> Knowledge:
    return load(default_datasets())


@pytest.fixture(scope="session")
def registry() -> Knowledge:
    """The registry that ships, with its table of networks."""
    return the_registry()


@pytest.fixture
def criteria(registry: Knowledge) -> Criteria:
    return Criteria(registry.policies["eea-ch"], registry.methodologies["2026-1"], TODAY)


def target(domain: str, country: str | None = "BE", **columns: object) -> Target:
    """A target as the address book would make it."""
    from dataclasses import replace

    return replace(from_arguments([domain]).targets[0], country=country, **columns)


def look(
    world: World,
    body: Target,
    knowledge: Knowledge,
    further: Further = nothing_further,
    beside: Mapping[Question, Observation] = MappingProxyType({}),
) -> Facts:
    """Everything that the plan asks about a body, answered by a world without a network; what is
    no question for the DNS by `beside`, or else refused.
    """
    survey = Survey([body], knowledge.probes, further=further)
    while not survey.is_finished:
        for question in survey.questions(1000):
            survey.take(beside.get(question) or _answered(world, question))
    return next(survey.finished()).facts


def _answered(world: World, question: Question) -> Observation:
    if question.type not in TYPES:
        return failure(question, "REFUSED", Fault.ZONE, MADE)
    query = dns.message.make_query(question.name, question.type)
    response = world.respond(query)
    if response is None:
        return failure(question, "TIMEOUT", Fault.NETWORK, MADE)
    return read(question, response.to_wire(max_size=65535), MADE)


def judged(
    records: str,
    domain: str,
    knowledge: Knowledge,
    criteria: Criteria,
    country: str | None = "BE",
    failing: str = "",
) -> Assessment:
    """The judgement of a body in a world written as `owner TYPE data` lines."""
    body = target(domain, country)
    facts = look(World(records, failing.split()), body, knowledge)
    return assess(body, facts, knowledge, criteria, BASIS)


def service(assessment: Assessment, wanted: Service) -> Attribution:
    return next(each for each in assessment.attributions if each.service is wanted)


def run_async(coroutine):
    return asyncio.run(coroutine)

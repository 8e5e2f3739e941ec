"""A body judged in a small world, ready to be explained."""

import pytest

from sovscan.core.assess import assess
from sovscan.demo.world import World
from sovscan.report.argument import Case
from tests.conftest import BASIS, look, target


@pytest.fixture
def case(registry, criteria):
    def made(records: str, domain: str = "big.be", failing: str = "") -> Case:
        body = target(domain)
        facts = look(World(records.format(f"{domain}."), failing.split()), body, registry)
        judgement = assess(body, facts, registry, criteria, BASIS)
        return Case(judgement, facts, 7, "2026-11-23T02:10:00Z", registry, criteria)

    return made

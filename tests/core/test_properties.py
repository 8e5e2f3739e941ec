"""What must hold of any judgement: order and noise change nothing, and every finding names rule and fact."""

import random

import pytest

from sovscan.core.assess import assess
from sovscan.core.model import Outcome
from sovscan.demo.world import World
from tests.conftest import BASIS, ROOT, look, target

DEMO = (ROOT / "sovscan" / "demo" / "world.txt").read_text(encoding="utf-8")
BODIES = [
    line.rpartition(",")[2]
    for line in (ROOT / "sovscan" / "demo" / "bodies.csv")
    .read_text(encoding="utf-8")
    .splitlines()[1:]
]


@pytest.fixture(scope="module")
def seen(registry):
    world = World(DEMO, ["steenoever.example"])
    return {domain: look(world, target(domain), registry) for domain in BODIES}


def test_every_finding_names_a_rule_and_a_fact_that_was_stored(seen, registry, criteria):
    for domain, facts in seen.items():
        assessment = assess(target(domain), facts, registry, criteria, BASIS)
        for attribution in assessment.attributions:
            for holder in attribution.parties or (attribution,):
                assert holder.evidence, (domain, attribution.service, holder)
                for evidence in holder.evidence:
                    assert "#" in evidence.rule
                    asked = evidence.signal.question in facts
                    assert asked or evidence.rule == "core#failed", (domain, evidence)


def test_the_order_of_the_facts_changes_nothing(seen, registry, criteria):
    for domain in BODIES[:20]:
        items = list(seen[domain].items())
        random.Random(domain).shuffle(items)
        one = assess(target(domain), seen[domain], registry, criteria, BASIS)
        assert assess(target(domain), dict(items), registry, criteria, BASIS) == one


def test_an_unrelated_txt_record_changes_no_party(seen, registry, criteria):
    noise = World(
        DEMO + "".join(f'{domain}. TXT "unrelated-{i}=x"\n' for i, domain in enumerate(BODIES)),
        ["steenoever.example"],
    )
    for domain in BODIES[:20]:
        before = assess(target(domain), seen[domain], registry, criteria, BASIS)
        after = assess(
            target(domain), look(noise, target(domain), registry), registry, criteria, BASIS
        )
        assert [a.parties for a in after.attributions] == [a.parties for a in before.attributions]


def test_a_failed_question_never_becomes_a_claim(seen, registry, criteria):
    from dataclasses import replace

    for domain in BODIES:
        for question in seen[domain]:
            if question.type not in {"MX", "NS"}:
                continue
            broken = dict(seen[domain])
            broken[question] = replace(
                broken[question], outcome=Outcome.FAILED, answers=(), aliases=(), detail="TIMEOUT"
            )
            before = {
                p.vendor
                for a in assess(
                    target(domain), seen[domain], registry, criteria, BASIS
                ).attributions
                for p in a.parties
            }
            after = {
                p.vendor
                for a in assess(target(domain), broken, registry, criteria, BASIS).attributions
                for p in a.parties
            }
            assert after <= before, (domain, question)

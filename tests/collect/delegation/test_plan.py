"""When a delegation is looked at, and what must be known before."""

from sovscan.collect.delegation import DELEGATION, delegation_questions
from sovscan.collect.delegation.plan import parent_of
from sovscan.core.facts import ADDRESS_TYPES
from sovscan.core.model import Observation, Outcome
from tests.collect.delegation.servers import (
    ABOVE,
    AT_PARENT,
    NS1,
    NS2,
    ONE_ABOVE,
    PARENT,
    TWO,
    ZONE,
    known,
)
from tests.collect.helpers import absent, q
from tests.conftest import target

BODY = target(ZONE)
LOOK = q(ZONE, DELEGATION)


def questions(facts, body=BODY) -> list:
    return list(delegation_questions(body, facts))


def addresses(*hosts: str) -> list:
    return [q(host, rtype) for host in hosts for rtype in ADDRESS_TYPES]


def test_a_domain_without_name_servers_is_not_looked_at():
    assert questions({}) == []
    assert questions({q(ZONE, "NS"): absent(q(ZONE, "NS"))}) == []


def test_the_parent_and_all_addresses_come_first():
    facts = known(TWO, ONE_ABOVE)
    first = {q(ZONE, "NS"): facts[q(ZONE, "NS")]}
    assert questions(first) == [q(PARENT, "NS"), *addresses(NS1, NS2)]
    second = first | {q(PARENT, "NS"): facts[q(PARENT, "NS")]}
    assert questions(second) == [q(PARENT, "NS"), *addresses(NS1, NS2, ABOVE)]
    assert questions(facts) == [*questions(second), LOOK]


def test_the_look_waits_for_the_last_address():
    facts = known(TWO, ONE_ABOVE)
    for question in addresses(NS1, NS2, ABOVE):
        assert LOOK not in questions({key: facts[key] for key in facts if key != question})


def test_a_parent_that_is_no_zone_or_was_not_seen_is_left_out():
    for outcome in (Outcome.ABSENT, Outcome.FAILED, Outcome.SKIPPED):
        facts = known(TWO)
        facts[q(PARENT, "NS")] = Observation(q(PARENT, "NS"), outcome)
        assert questions(facts) == [q(PARENT, "NS"), *addresses(NS1, NS2), LOOK]


def test_the_servers_of_an_alias_are_not_those_of_the_parent():
    facts = known(TWO, ONE_ABOVE)
    facts[q(PARENT, "NS")] = Observation(
        q(PARENT, "NS"), Outcome.SEEN, (ABOVE,), aliases=("else.test",)
    )
    assert questions(facts) == [q(PARENT, "NS"), *addresses(NS1, NS2), LOOK]


def test_the_root_is_not_asked():
    assert parent_of("be") is None
    assert parent_of("town.be") == "be"


def test_the_zone_that_holds_the_domain_is_looked_at_and_its_parent():
    body = target(f"mail.{ZONE}")
    facts = known(TWO, ONE_ABOVE)
    facts[q(body.domain, "NS")] = absent(q(body.domain, "NS"))
    assert questions(facts, body)[-1] == LOOK


def test_no_more_than_four_servers_of_the_parent_and_sixteen_of_the_zone_are_wanted():
    above = {f"ns{number}.example": [AT_PARENT] for number in range(9)}
    own = {f"ns{number:02d}.{ZONE}": [AT_PARENT] for number in range(30)}
    asked = {question.name for question in questions(known(own, above))}
    assert len(asked & set(above)) == 4
    assert len(asked & set(own)) == 16


def test_the_parents_questions_are_the_same_for_all_its_bodies():
    one, two = (
        known({f"ns.{name}": []}, ONE_ABOVE, zone=name) for name in ("a.example", "b.example")
    )
    shared = set(questions(one, target("a.example"))) & set(questions(two, target("b.example")))
    assert shared == {q(PARENT, "NS"), *addresses(ABOVE)}

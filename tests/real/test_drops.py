"""What comes from elsewhere, or answers something else, is dropped and counted; the true answer is
still taken.
"""

import dns.message
import pytest

from sovscan.collect import Engine, Server
from sovscan.core.model import Observation, Outcome
from tests.collect.helpers import Reply, mx, q, reply_to, udp

FORGED = "forged.example."
QUESTIONS = [q(f"body{number}.example", "MX") for number in range(12)]


def wrong_id(query: dns.message.Message, count: int) -> list[bytes]:
    wire = bytearray(mx(query, FORGED))
    wire[0] ^= 0xFF
    return [bytes(wire)]


def wrong_question(query: dns.message.Message, count: int) -> list[bytes]:
    return [mx(dns.message.make_query("other.example", "MX", id=query.id), FORGED)]


def wrong_type(query: dns.message.Message, count: int) -> list[bytes]:
    other = dns.message.make_query(query.question[0].name, "A", id=query.id)
    return [dns.message.make_response(other, recursion_available=True).to_wire()]


def wrong_case(query: dns.message.Message, count: int) -> list[bytes]:
    wire = mx(query, FORGED)
    end = 12 + len(query.question[0].name.to_wire())
    return [wire[:12] + wire[12:end].swapcase() + wire[end:]]


def no_question(query: dns.message.Message, count: int) -> list[bytes]:
    wire = mx(query, FORGED)
    end = 12 + len(query.question[0].name.to_wire()) + 4
    return [wire[:4] + b"\0\0" + wire[6:12] + wire[end:]]


def no_name_and_no_question(query: dns.message.Message, count: int) -> list[bytes]:
    return [query.to_wire()[:2] + b"\x81\x83" + b"\0" * 8]


def an_echo(query: dns.message.Message, count: int) -> list[bytes]:
    return [query.to_wire()]


def too_short(query: dns.message.Message, count: int) -> list[bytes]:
    return [mx(query)[:length] for length in range(12)]


def right(query: dns.message.Message, count: int) -> list[bytes]:
    return [mx(query)]


LIES = [
    (wrong_id, "id", 1),
    (wrong_question, "question", 1),
    (wrong_type, "question", 1),
    (wrong_case, "case", 1),
    (no_question, "question", 1),
    (no_name_and_no_question, "question", 1),
    (an_echo, "id", 1),
    (too_short, "id", 12),
]
BY_LIE = pytest.mark.parametrize(
    ("lie", "reason", "each"), LIES, ids=[lie.__name__ for lie, _, _ in LIES]
)


def ask(server: Server, **how) -> tuple[Engine, list[Observation]]:
    engine = Engine((server,), **how)
    return engine, engine.ask(QUESTIONS)


def after(lie: Reply) -> Reply:
    return lambda query, count: [*lie(query, count), mx(query)]


@BY_LIE
def test_a_lie_is_dropped_and_counted_and_the_truth_is_taken(lie, reason, each):
    with udp(after(lie)) as server:
        engine, found = ask(server, attempts=1)
    assert {(each.outcome, each.answers) for each in found} == {(Outcome.SEEN, ("10 mx.example",))}
    assert engine.health.dropped == {reason: each * len(QUESTIONS)}


@BY_LIE
def test_a_lie_alone_is_no_answer(lie, reason, each):
    with udp(lie) as server:
        engine, found = ask(server, attempts=1, patience=(0.15,))
    assert {(each.outcome, each.detail) for each in found} == {(Outcome.FAILED, "TIMEOUT")}
    assert engine.health.dropped[reason] >= each
    assert set(engine.health.dropped) <= {reason, "id"}  # what comes too late has no id any more


def test_an_answer_from_another_place_is_dropped_and_counted():
    def forge(query, count):
        return [mx(query, FORGED)]

    with udp(right, forge) as server:
        engine, found = ask(server, attempts=1)
    assert {each.answers for each in found} == {("10 mx.example",)}
    assert engine.health.dropped == {"address": len(QUESTIONS)}


def test_an_answer_that_comes_twice_is_taken_once():
    with udp(lambda query, count: [mx(query), mx(query, FORGED)]) as server:
        engine, found = ask(server, attempts=1)
    assert {each.answers for each in found} == {("10 mx.example",)}
    assert set(engine.health.dropped) <= {"id"}  # the last ones may come when all is over


def folded(query: dns.message.Message, count: int) -> list[bytes]:
    wire = mx(query)
    end = 12 + len(query.question[0].name.to_wire())
    return [wire[:12] + wire[12:end].lower() + wire[end:]]


def test_a_resolver_that_folds_case_is_asked_without_mixing_it():
    questions = [q(f"a-rather-long-name-{number}.example", "MX") for number in range(300)]
    with udp(folded) as server:
        engine = Engine((server,), patience=(0.15,), attempts=3)
        found = engine.ask(questions)
    assert {(each.outcome, each.answers) for each in found} == {(Outcome.SEEN, ("10 mx.example",))}
    assert 8 <= engine.health.dropped["case"] <= 16  # what was under way when it was understood


def test_names_without_letters_do_not_hide_that_a_resolver_folds_case():
    """Nothing can be mixed in 1.2.3.4: that its case came back tells nothing."""
    questions = [
        each
        for number in range(40)
        for each in (q(f"{number}.1.2", "MX"), q(f"a-rather-long-name-{number}.example", "MX"))
    ]
    with udp(folded) as server:
        found = Engine((server,), patience=(0.15,), attempts=3).ask(questions)
    assert {each.outcome for each in found} == {Outcome.SEEN}


def test_a_question_of_type_https_does_not_hide_that_a_resolver_folds_case():
    """The number of the type is 65, which is the letter A."""

    def empty(query, count):
        wire = reply_to(query).to_wire()
        return [wire[:12] + wire[12:-15].lower() + wire[-15:]]

    names = [f"a-rather-long-name-{number}.example" for number in range(60)]
    questions = [each for name in names for each in (q(name, "A"), q(name, "HTTPS"))]
    with udp(empty) as server:
        found = Engine((server,), patience=(0.15,), attempts=3).ask(questions)
    assert {each.outcome for each in found} == {Outcome.ABSENT}


def test_a_resolver_that_keeps_case_is_believed_in_nothing_else_ever_after():
    """Nobody can talk the engine out of mixing case by sending answers in a wrong one."""
    with udp(after(wrong_case)) as server:
        engine = Engine((server,), attempts=1)
        found = engine.ask([q(f"town{number}.example", "MX") for number in range(200)])
    assert {each.answers for each in found} == {("10 mx.example",)}
    assert engine.health.dropped == {"case": 200}


@pytest.mark.parametrize("attempts", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_every_question_has_an_observation_where_nothing_can_be_sent(attempts):
    questions = [q(f"town{number}.example", "A") for number in range(300)]
    questions[50::70] = [q("a..b", "A")] * len(questions[50::70])
    engine = Engine((Server("127.0.0.1", 0),), attempts=attempts)  # nobody can send to port 0
    found = engine.ask(questions)
    assert sorted(each.question for each in found) == sorted(questions)
    assert {each.outcome for each in found} <= {Outcome.FAILED, Outcome.SKIPPED}
    assert engine.gave_up

"""Many bodies at once: what they share is asked once, and each is finished once."""

import gc
from collections import Counter
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.collect import Survey
from sovscan.core.model import Observation, Question
from sovscan.demo.world import World
from tests.collect.helpers import answer, explore, q
from tests.conftest import target

SHARED = "mx.shared.example. A 192.0.2.25\nns.shared.example. A 192.0.2.53\n"


def town(number: int) -> str:
    name = f"town{number}.be."
    return f"{name} MX 10 mx.shared.example.\n{name} NS ns.shared.example.\n{name} A 192.0.2.80\n"


def towns(count: int, first: int = 0) -> tuple[World, list]:
    numbers = range(first, first + count)
    records = SHARED + "".join(town(number) for number in numbers)
    return World(records), [target(f"town{number}.be") for number in numbers]


def survey_of(world: World, bodies: list, width: int = 200, most: int = 10_000):
    """Every question in the order asked, and every body in the order finished."""
    survey, asked, done = Survey(bodies, (), width), [], []
    while not survey.is_finished:
        questions = survey.questions(most)
        assert questions or done, "a survey that is not finished has something to ask"
        asked += questions
        for question in questions:
            survey.take(answer(world, question))
        done += survey.finished()
    return asked, [*done, *survey.finished()]


@pytest.mark.parametrize("width", [1, 2, 200])
def test_a_name_that_several_bodies_share_is_asked_once(width):
    world, bodies = towns(5)
    asked, _ = survey_of(world, bodies, width)
    counts = Counter(asked)
    assert counts[q("mx.shared.example", "A")] == 1
    assert counts[q("53.2.0.192.in-addr.arpa", "PTR")] == 1
    assert set(counts.values()) == {1}


@pytest.mark.parametrize("width", [1, 3, 200])
def test_every_body_sees_what_it_would_have_seen_alone(width):
    world, bodies = towns(5)
    _, done = survey_of(world, bodies, width)
    for each in done:
        _, alone = explore(world, each.target)
        assert dict(each.facts) == alone


@pytest.mark.parametrize("width", [1, 2, 200])
def test_every_body_is_finished_exactly_once(width):
    world, bodies = towns(7)
    _, done = survey_of(world, [*bodies, target("gone.example")], width)
    assert Counter(each.target.domain for each in done) == Counter(
        {**{body.domain: 1 for body in bodies}, "gone.example": 1}
    )


def test_no_more_bodies_are_open_than_the_width():
    _, bodies = towns(5)
    survey = Survey(bodies, (), width=2)
    assert {question.name for question in survey.questions(1000)} == {"town0.be", "town1.be"}


def test_no_more_questions_are_handed_out_than_asked_for():
    _, bodies = towns(5)
    survey = Survey(bodies, ())
    assert len(survey.questions(4)) == 4
    assert survey.questions(0) == []


def test_a_question_in_flight_is_not_handed_out_again():
    _, bodies = towns(1)
    survey = Survey([*bodies, *bodies], ())
    first = survey.questions(1000)
    assert len(first) == len(set(first))
    assert survey.questions(1000) == []
    assert not survey.is_finished


def test_a_survey_of_nobody_is_finished():
    survey = Survey([], ())
    assert survey.questions(10) == []
    assert survey.is_finished
    assert list(survey.finished()) == []


def test_an_answer_that_nobody_asked_for_changes_nothing():
    world, bodies = towns(1)
    survey = Survey(bodies, ())
    survey.take(answer(world, q("stranger.example", "A")))
    asked, done = survey_of(world, bodies)
    assert len(done) == 1
    assert q("stranger.example", "A") not in done[0].facts
    assert q("stranger.example", "A") not in asked


def test_the_facts_of_a_body_come_in_a_fixed_order():
    world, bodies = towns(1)
    _, [body] = survey_of(world, bodies)
    assert list(body.facts) == sorted(body.facts)


def test_the_own_names_of_a_finished_body_are_forgotten():
    world, bodies = towns(30, first=900)
    survey = Survey(bodies, (), width=1)
    while not survey.is_finished:
        for question in survey.questions(1000):
            survey.take(answer(world, question))
        list(survey.finished())
    alive = [each.question.name for each in gc.get_objects() if isinstance(each, Observation)]
    assert "mx.shared.example" in alive  # the next body may want it
    assert not [name for name in alive if "town9" in name]


def test_bodies_below_each_other_are_both_looked_at_in_full():
    world = World(SHARED + town(1) + "mail.town1.be. MX 10 mx.shared.example.\n")
    bodies = [target("mail.town1.be"), target("town1.be")]
    _, done = survey_of(world, bodies, width=1)
    for each in done:
        assert dict(each.facts) == explore(world, each.target)[1]


@cache
def facts_alone() -> dict[str, dict[Question, Observation]]:
    world, bodies = towns(4)
    return {body.domain: explore(world, body)[1] for body in bodies}


@given(order=st.randoms(use_true_random=True), width=st.integers(1, 6))
@settings(max_examples=20, deadline=None)
def test_the_facts_do_not_depend_on_the_order_of_the_answers(order, width):
    _, bodies = towns(4)
    alone = facts_alone()
    answers = {question: each for facts in alone.values() for question, each in facts.items()}
    survey = Survey(bodies, (), width)
    open_questions: list[Question] = []
    done = []
    while not survey.is_finished:
        open_questions += survey.questions(20)
        survey.take(answers[open_questions.pop(order.randrange(len(open_questions)))])
        done += survey.finished()
    assert {each.target.domain: dict(each.facts) for each in done} == alone

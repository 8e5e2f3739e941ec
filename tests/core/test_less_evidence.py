"""What less evidence may never bring: a surer claim, or a new one. Over the golden cases, the demo's bodies, and bodies put together from parts."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.core.facts import Facts, random_label
from sovscan.core.model import Attribution, Outcome, Party, Question, Role
from tests.conftest import target
from tests.core.bodies import (
    Body,
    a_few,
    bodies,
    composed,
    compositions,
    facts_of,
    judged,
    mail,
    rows_of,
    usual,
)

PAGES = ("WEB-HTTPS", "WEB-HTTP")

many = settings(max_examples=120, deadline=None, derandomize=True)
mixed_body = st.deferred(lambda: st.sampled_from((*a_few(), *compositions())))
dice_rolled = st.randoms(use_true_random=False)


def without(facts: Facts, question: Question, outcome: Outcome | None) -> Facts:
    """The facts with one question answered so; with None, never asked."""
    left = {asked: seen for asked, seen in facts.items() if asked != question}
    if outcome is None:
        return left
    detail = "NODATA" if outcome is Outcome.ABSENT else "TIMEOUT"
    blank = replace(facts[question], outcome=outcome, answers=(), aliases=(), detail=detail)
    return {**left, question: blank}


def held(found: tuple[Attribution, ...]) -> dict[tuple[object, ...], Party]:
    """The parties that make a claim of a vendor or of the body itself."""
    return {
        (each.service, party.role, party.finding, party.vendor, party.platform): party
        for each in found
        for party in each.parties
        if party.confidence is not None
    }


def named(found: tuple[Attribution, ...]) -> set[tuple[object, ...]]:
    return {(e.service, p.role, p.vendor) for e in found for p in e.parties if p.vendor}


def named_as_mailbox(found: tuple[Attribution, ...]) -> set[object]:
    return {vendor for _, role, vendor in named(found) if role is Role.MAILBOX}


def is_control(body: Body, question: Question) -> bool:
    """Does it ask whether a wildcard makes answers up?"""
    return question.name.partition(".")[0] == random_label(body.domain)


def is_voice(body: Body, question: Question) -> bool:
    """Does it ask who holds the mailbox?"""
    first, _, rest = question.name.partition(".")
    return first.endswith("autodiscover") or rest == f"_domainkey.{body.domain}"


def disagrees(body: Body, question: Question) -> bool:
    """Is it one of several signs that disagree about its mailbox? Then those that are left may be
    surer where it is silent.
    """
    told = mail(usual(body))
    split = any(reason.code == "hybrid" for party in told.parties for reason in party.reasons)
    shows = {each.signal.question for party in told.parties for each in party.evidence}
    return (bool(told.conflicts) or split) and (is_voice(body, question) or question in shows)


def asked_of(body: Body, dice: random.Random) -> Question:
    seen = [q for q, each in facts_of(body).items() if each.outcome is Outcome.SEEN]
    return dice.choice(seen or list(facts_of(body)))


@given(mixed_body, dice_rolled, st.sampled_from([Outcome.ABSENT, Outcome.FAILED, None]))
@many
def test_less_evidence_makes_nobody_surer(body: Body, dice: random.Random, outcome: Outcome | None):
    question = asked_of(body, dice)
    if is_control(body, question):
        return
    less = held(judged(body, without(facts_of(body), question, outcome)))
    against = disagrees(body, question)
    for key, before in held(usual(body)).items():
        rests_on_it = any(each.signal.question == question for each in before.evidence)
        if key in less and (rests_on_it or not against):
            assert less[key].confidence.rank <= before.confidence.rank


@given(mixed_body, dice_rolled)
@many
def test_a_failed_question_names_nobody_new(body: Body, dice: random.Random):
    """A page that did not answer may leave what a look without pages says, and no more. For what is
    left out see below.
    """
    question = asked_of(body, dice)
    if is_control(body, question) or is_voice(body, question):
        return
    pageless = {q: each for q, each in facts_of(body).items() if q.type not in PAGES}
    failed = judged(body, without(facts_of(body), question, Outcome.FAILED))
    assert named(failed) <= named(usual(body)) | named(judged(body, pageless))


ALIAS = Question("autodiscover.city.be", "CNAME")
SERVICE = Question("_autodiscover._tcp.city.be", "SRV")
GOOGLE_KEY = Question("google._domainkey.city.be", "TXT")
MICROSOFT_KEY = Question("selector1._domainkey.city.be", "CNAME")
CONTROL = Question(f"{random_label('city.be')}.city.be", "CNAME")
KEY_CONTROL = Question(f"{random_label('city.be')}._domainkey.city.be", "CNAME")


def known(reason: str) -> pytest.MarkDecorator:
    return pytest.mark.xfail(strict=True, reason=reason)


front_stands = known(
    "where no voice at all was heard, the host that takes the mail names the mailbox"
)


@pytest.mark.parametrize(
    ("parts", "failing"),
    [
        pytest.param(("google", "both", "microsoft"), GOOGLE_KEY, id="mailbox-moves"),
        pytest.param(("google", "microsoft", "microsoft"), ALIAS, id="mailbox-moves-back"),
        pytest.param(("filter", "both"), MICROSOFT_KEY, id="draw-of-keys-is-settled"),
        pytest.param(("filter", "google", "own"), ALIAS, id="draw-is-settled"),
        pytest.param(("filter", "", "microsoft", "ovh"), ALIAS, id="leftover-speaks"),
        pytest.param(("filter", "google", "", "ovh"), GOOGLE_KEY, id="leftover-is-left"),
        pytest.param(("own", "both", "own"), GOOGLE_KEY, id="hybrid"),
        pytest.param(
            ("google", "microsoft", "microsoft"), CONTROL, id="control", marks=front_stands
        ),
        pytest.param(
            ("filter", "google", "microsoft"),
            KEY_CONTROL,
            id="control-of-keys",
        ),
    ],
)
def test_a_voice_that_failed_names_no_other_mailbox(parts: tuple[str, ...], failing: Question):
    body = composed(*parts)
    failed = judged(body, without(facts_of(body), failing, Outcome.FAILED))
    assert named(failed) <= named(usual(body))


HYBRID = ("own", "microsoft", "own")


@pytest.mark.parametrize(
    ("parts", "failing", "outcome"),
    [
        pytest.param(HYBRID, MICROSOFT_KEY, Outcome.FAILED, id="hybrid"),
        pytest.param(HYBRID, KEY_CONTROL, Outcome.FAILED, id="control"),
        pytest.param(HYBRID, MICROSOFT_KEY, Outcome.SKIPPED, id="too-late"),
        pytest.param(
            ("filter", "google", "", "ovh"),
            SERVICE,
            Outcome.FAILED,
            id="contradicted",
        ),
    ],
)
def test_a_voice_that_was_not_heard_makes_nobody_surer(
    parts: tuple[str, ...], failing: Question, outcome: Outcome
):
    body = composed(*parts)
    failed = held(judged(body, without(facts_of(body), failing, outcome)))
    for key, before in held(usual(body)).items():
        assert key not in failed or failed[key].confidence.rank <= before.confidence.rank


def test_a_control_that_failed_lets_no_wildcard_speak():
    wild = composed("filter", clients="wild")
    assert not named_as_mailbox(usual(wild))
    assert not named_as_mailbox(judged(wild, without(facts_of(wild), CONTROL, Outcome.FAILED)))


def test_a_wildcard_at_the_host_of_an_srv_record_names_nobody():
    assert not named_as_mailbox(usual(composed("filter", clients="wild", services="own")))


@pytest.mark.parametrize("rtype", ["A", "AAAA"])
def test_an_alias_that_leads_nowhere_names_nobody_when_one_question_failed(rtype: str):
    rows = rows_of("city.be A 88.198.1.9\nwww.city.be CNAME city-be.github.io.\n")
    body = Body("gone", target("city.be"), (*rows, {"name": "github.io", "type": "NODATA"}))
    failing = Question("www.city.be", rtype)
    failed = judged(body, without(facts_of(body), failing, Outcome.FAILED))
    assert named(failed) <= named(usual(body))


@pytest.mark.slow
def test_less_evidence_holds_for_every_question_of_every_body():
    class Chosen(random.Random):
        def choice(self, _):
            return self.question

    dice = Chosen()
    for body in (*bodies(), *compositions()):
        for dice.question in facts_of(body):
            for outcome in (Outcome.ABSENT, Outcome.FAILED, None):
                test_less_evidence_makes_nobody_surer.hypothesis.inner_test(body, dice, outcome)
            test_a_failed_question_names_nobody_new.hypothesis.inner_test(body, dice)

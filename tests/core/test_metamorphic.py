"""What must not change when nothing that matters changes, and what less evidence may never bring: over the golden cases, the demo's bodies, and bodies put together from parts."""

import random
import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts
from sovscan.core.match import RuleIndex
from sovscan.core.model import Attribution, Finding, Outcome, Party, Question, Role, Strength
from sovscan.core.registry import Fingerprint, Vendor
from sovscan.knowledge.rules import MATCHERS_OF
from tests.conftest import TODAY, target, the_registry
from tests.core.bodies import (
    Body,
    Row,
    bodies,
    composed,
    compositions,
    facts_of,
    judged,
    mail,
    receiving,
    usual,
)

NAMES_LAST = {"MX", "NS", "CNAME", "PTR", "SRV"}
"""Types whose data end in a name."""
VOICES = ("_domainkey.", "autodiscover.", "_autodiscover.")
PAGES = ("WEB-HTTPS", "WEB-HTTP")

some = settings(max_examples=40, deadline=None, derandomize=True)
any_body = st.deferred(lambda: st.sampled_from(bodies()))
mail_body = st.deferred(lambda: st.sampled_from(receiving()))
mixed_body = st.deferred(lambda: st.sampled_from((*bodies(), *compositions())))
dice_rolled = st.randoms(use_true_random=False)


def claims(found: tuple[Attribution, ...], *without: Role) -> list[tuple[object, ...]]:
    """What is said, without what it rests on."""
    return [
        (
            each.service,
            each.finding,
            [claim(party) for party in each.parties if party.role not in without],
        )
        for each in found
    ]


def claim(party: Party) -> tuple[object, ...]:
    who = (party.role, party.finding, party.vendor, party.operator, party.platform)
    return (*who, round(party.share, 9), party.confidence, party.preference)


@given(any_body, dice_rolled)
@some
def test_the_order_of_records_and_of_facts_changes_nothing(body: Body, dice: random.Random):
    rows = [{**row, "data": shuffled(row.get("data", ()), dice)} for row in body.rows]
    items = shuffled(body.seen(shuffled(rows, dice)).items(), dice)
    assert judged(body, dict(items)) == usual(body)


@given(any_body, dice_rolled)
@some
def test_the_case_of_names_and_of_data_changes_nothing(body: Body, dice: random.Random):
    def recased(row: Row, data: str) -> str:
        anyhow = row["type"] in {*NAMES_LAST, "SOA"} or is_spf(data)
        return in_any_case(data, dice) if anyhow else data

    rows = [
        {
            **row,
            "name": in_any_case(row["name"], dice),
            "data": [recased(row, data) for data in row.get("data", ())],
        }
        for row in body.rows
    ]
    assert judged(body, body.seen(rows)) == usual(body)


@given(any_body)
@some
def test_a_dot_at_the_end_of_a_name_changes_nothing(body: Body):
    def turned_round(row: Row, data: str) -> str:
        if row["type"] not in NAMES_LAST or data.endswith(" ."):
            return data
        return data.rstrip(".") if data.endswith(".") else f"{data}."

    rows = [
        {
            **row,
            "name": row["name"].rstrip(".") + ".",
            "data": [turned_round(row, data) for data in row.get("data", ())],
        }
        for row in body.rows
    ]
    assert target(f"{body.domain}.").domain == body.domain
    assert judged(body, body.seen(rows)) == usual(body)


@given(any_body, st.sampled_from(["unrelated=0815", "hello, world", "v=unrelated1; a=b"]))
@some
def test_an_unrelated_txt_record_changes_nothing(body: Body, text: str):
    if facts_of(body)[Question(body.domain, "MX")].detail != "NXDOMAIN":
        assert claims(judged(body, body.seen([*body.rows, txt(body, text)]))) == claims(usual(body))


@given(mail_body)
@some
def test_an_unknown_host_in_reserve_changes_nothing_in_front(body: Body):
    row = {"name": body.domain, "type": "MX", "data": ["65000 mx.nobody-knows.example."]}
    found = judged(body, body.seen([*body.rows, row]))
    assert claims(found, Role.BACKUP) == claims(usual(body), Role.BACKUP)
    (added,) = (party for party in mail(found).parties if party.preference == 65000)
    assert (added.role, added.finding, added.vendor) == (Role.BACKUP, Finding.UNKNOWN, None)


@cache
def senders() -> tuple[str, ...]:
    """SPF names of the vendors of mailboxes, each the example of a rule."""
    return tuple(
        rule.examples[0]
        for vendor in the_registry().vendors.values()
        if vendor.id in the_registry().rules.mailbox_vendors
        for rule in vendor.fingerprints
        if rule.signal == "spf-include"
    )


@given(mail_body, dice_rolled)
@some
def test_a_sender_in_spf_moves_no_mail_and_raises_no_confidence(body: Body, dice: random.Random):
    include = dice.choice(senders())
    mine = [r for r in body.rows if r["name"].rstrip(".") == body.domain and r["type"] == "TXT"]
    told = [row for row in mine if any(map(is_spf, row["data"]))]
    rows = [row for row in body.rows if row not in told]
    rows += [{**row, "data": [with_include(data, include) for data in row["data"]]} for row in told]
    rows += [] if told else [txt(body, f"v=spf1 include:{include} -all")]
    found = judged(body, body.seen(rows))
    assert claims(found, Role.SENDER) == claims(usual(body), Role.SENDER)
    shown = {
        e.signal.value for p in mail(found).parties if p.role is Role.SENDER for e in p.evidence
    }
    assert include in shown


@given(mail_body, st.sampled_from(["MS=ms12345678", "google-site-verification=x", "zoho=x"]))
@some
def test_a_token_moves_no_mail_and_raises_no_confidence(body: Body, text: str):
    assert claims(judged(body, body.seen([*body.rows, txt(body, text)]))) == claims(usual(body))


@given(mail_body)
@some
def test_a_tenant_moves_no_mail_and_seconds_only_its_own_vendor(body: Body):
    registry = the_registry()
    kept = [probe.at(body.domain) for probe in registry.probes if probe.is_vendors]
    rows = [{"name": name, "type": "A", "data": ["192.0.2.25"]} for name in kept]
    rows = [row for row in rows if row["name"] not in {r["name"].rstrip(".") for r in body.rows}]
    found = mail(judged(body, body.seen([*body.rows, *rows]))).parties
    its = {hit.vendor.id for n in kept for hit in registry.rules.identify("tenant-host", n)}
    assert its
    for before, after in zip(mail(usual(body)).parties, found, strict=True):
        same = before.vendor not in its or before.role is not Role.MAILBOX
        assert claim(after if same else replace(after, confidence=before.confidence)) == claim(
            before
        )
        assert same or after.confidence.rank >= before.confidence.rank


def txt(body: Body, text: str) -> Row:
    return {"name": body.domain, "type": "TXT", "data": [f'"{text}"']}


def is_spf(data: str) -> bool:
    return data.lower().lstrip('"').startswith("v=spf1")


def with_include(data: str, include: str) -> str:
    return re.sub(r"(?i)^(\"?v=spf1)", rf"\1 include:{include}", data)


def shuffled(items, dice: random.Random) -> list:
    listed = list(items)
    return dice.sample(listed, len(listed))


def in_any_case(text: str, dice: random.Random) -> str:
    return "".join(dice.choice((each.lower(), each.upper())) for each in text)


def unrelated(name: str) -> Vendor:
    """A vendor with a rule of every kind in every role, for values that are nobody's."""
    values = {
        "exact": ("unrelated.test",),
        "suffix": ("unrelated.test",),
        "pattern": ("*.unrelated.test",),
        "prefix": ("x-unrelated: 1",),
        "number": (4_199_999_999,),
        "cidr": ("240.9.9.0/24",),
    }
    rules = tuple(
        Fingerprint(
            id=f"{signal}-{role}-{matcher}",
            role=role,
            signal=signal,
            strength=Strength.CONCLUSIVE,
            source="https://unrelated.test/",
            checked=TODAY,
            examples=(),
            **{matcher: values[matcher]},
        )
        for (signal, matchers), role in product(MATCHERS_OF.items(), Role)
        for matcher in matchers
    )
    return Vendor(id=name, name=name, operator=name, fingerprints=rules)


@cache
def grown() -> Knowledge:
    """The registry with two more vendors, the first and the last by id."""
    registry = the_registry()
    more = {name: unrelated(name) for name in ("00-unrelated", "zz-unrelated")}
    vendors = {**registry.vendors, **more}
    return replace(registry, vendors=vendors, rules=RuleIndex(vendors.values()))


@cache
def turned(seed: int) -> Knowledge:
    """The registry, its vendors loaded in another order."""
    items = shuffled(the_registry().vendors.items(), random.Random(seed))
    return replace(the_registry(), vendors=dict(items), rules=RuleIndex(v for _, v in items))


@given(any_body)
@some
def test_a_vendor_that_occurs_nowhere_changes_nothing(body: Body):
    assert judged(body, facts_of(body), grown()) == usual(body)


@given(any_body, st.sampled_from([1, 2]))
@some
def test_the_order_of_the_vendors_changes_nothing(body: Body, seed: int):
    assert turned(seed).probes == the_registry().probes
    assert judged(body, facts_of(body), turned(seed)) == usual(body)


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


def spoke_against(found: tuple[Attribution, ...], facts: Facts, question: Question) -> bool:
    """Was this a voice of several that disagreed? Then others may be surer without it."""
    is_voice = question.name.startswith(VOICES) or "._domainkey." in question.name
    reasons = {reason.code for party in mail(found).parties for reason in party.reasons}
    told = {value for reason in mail(found).conflicts for _, value in reason.facts}
    return is_voice and bool(told or "hybrid" in reasons)


def asked_of(body: Body, dice: random.Random) -> Question:
    seen = [q for q, each in facts_of(body).items() if each.outcome is Outcome.SEEN]
    return dice.choice(seen or list(facts_of(body)))


@given(mixed_body, dice_rolled, st.sampled_from([Outcome.ABSENT, Outcome.FAILED, None]))
@settings(some, max_examples=300)
def test_less_evidence_makes_nobody_surer(body: Body, dice: random.Random, outcome: Outcome | None):
    question = asked_of(body, dice)
    less = held(judged(body, without(facts_of(body), question, outcome)))
    disagreed = spoke_against(usual(body), facts_of(body), question)
    for key, before in held(usual(body)).items():
        rests_on_it = any(each.signal.question == question for each in before.evidence)
        if key in less and (rests_on_it or not disagreed):
            assert less[key].confidence.rank <= before.confidence.rank


@given(mixed_body, dice_rolled)
@settings(some, max_examples=300)
def test_a_failed_question_names_nobody_new(body: Body, dice: random.Random):
    """A page that did not answer may leave what a look without pages says, and no more. For the
    voices of a mailbox see below.
    """
    question = asked_of(body, dice)
    if "._domainkey." in question.name or question.name.startswith(VOICES):
        return
    pageless = {q: each for q, each in facts_of(body).items() if q.type not in PAGES}
    failed = judged(body, without(facts_of(body), question, Outcome.FAILED))
    assert named(failed) <= named(usual(body)) | named(judged(body, pageless))


ALIAS = Question("autodiscover.city.be", "CNAME")
SERVICE = Question("_autodiscover._tcp.city.be", "SRV")
GOOGLE_KEY = Question("google._domainkey.city.be", "TXT")
MICROSOFT_KEY = Question("selector1._domainkey.city.be", "CNAME")


@pytest.mark.xfail(strict=True, reason="an unseen voice counts as one that is silent")
@pytest.mark.parametrize(
    ("body", "failing"),
    [
        pytest.param(composed("google", "both", "microsoft"), GOOGLE_KEY, id="mailbox-moves"),
        pytest.param(composed("google", "microsoft", "microsoft"), ALIAS, id="mailbox-moves-back"),
        pytest.param(composed("filter", "both"), MICROSOFT_KEY, id="draw-of-keys-is-settled"),
        pytest.param(composed("filter", "google", "own"), ALIAS, id="draw-is-settled"),
        pytest.param(composed("filter", "", "microsoft", "ovh"), ALIAS, id="leftover-speaks"),
        pytest.param(composed("filter", "google", "", "ovh"), GOOGLE_KEY, id="leftover-is-left"),
    ],
)
def test_a_voice_that_failed_names_no_other_mailbox(body: Body, failing: Question):
    failed = judged(body, without(facts_of(body), failing, Outcome.FAILED))
    assert named(failed) <= named(usual(body))


@pytest.mark.xfail(strict=True, reason="a contradiction that was not seen counts as none")
@pytest.mark.parametrize(
    ("body", "failing"),
    [
        pytest.param(composed("filter", "google", "", "ovh"), SERVICE, id="contradicted"),
        pytest.param(composed("own", "microsoft", "own"), MICROSOFT_KEY, id="hybrid"),
    ],
)
def test_a_voice_that_failed_makes_nobody_surer(body: Body, failing: Question):
    failed = held(judged(body, without(facts_of(body), failing, Outcome.FAILED)))
    for key, before in held(usual(body)).items():
        assert key not in failed or failed[key].confidence.rank <= before.confidence.rank


RELATIONS: tuple[tuple[Callable[..., None], tuple[object, ...]], ...] = (
    (test_the_order_of_records_and_of_facts_changes_nothing, (random.Random(3),)),
    (test_the_case_of_names_and_of_data_changes_nothing, (random.Random(4),)),
    (test_a_dot_at_the_end_of_a_name_changes_nothing, ()),
    (test_an_unrelated_txt_record_changes_nothing, ("unrelated=0815",)),
    (test_an_unknown_host_in_reserve_changes_nothing_in_front, ()),
    (test_a_sender_in_spf_moves_no_mail_and_raises_no_confidence, (random.Random(5),)),
    (test_a_token_moves_no_mail_and_raises_no_confidence, ("MS=ms12345678",)),
    (test_a_tenant_moves_no_mail_and_seconds_only_its_own_vendor, ()),
    (test_a_vendor_that_occurs_nowhere_changes_nothing, ()),
    (test_the_order_of_the_vendors_changes_nothing, (3,)),
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("relation", "more"), RELATIONS, ids=lambda each: getattr(each, "__name__", "")
)
def test_each_relation_holds_for_every_body(relation: Callable[..., None], more):
    for body in (*receiving(), *compositions()):
        relation.hypothesis.inner_test(body, *more)


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

"""What must not change when nothing that matters changes: over the golden cases and the demo's bodies."""

import random
import re
from collections.abc import Callable, Collection
from dataclasses import replace
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.core.context import Knowledge
from sovscan.core.match import RuleIndex
from sovscan.core.model import Attribution, Finding, Party, Question, Role, Strength
from sovscan.core.registry import Fingerprint, Vendor
from sovscan.knowledge.rules import MATCHERS_OF
from tests.conftest import TODAY, target, the_registry
from tests.core.bodies import (
    Body,
    Row,
    a_few,
    bodies,
    facts_of,
    judged,
    mail,
    takes_mail,
    usual,
)

SPF = re.compile(r'"?v=spf1(?=[ "]|$)', re.IGNORECASE)
NAMES_LAST = {"MX", "NS", "CNAME", "PTR", "SRV"}
"""Types whose data end in a name."""

some = settings(max_examples=25, deadline=None, derandomize=True)
any_body = st.deferred(lambda: st.sampled_from(a_few()))
mail_body = st.deferred(lambda: st.sampled_from([each for each in a_few() if takes_mail(each)]))
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
    told = [row for row in mine if any(map(is_spf, row.get("data", ())))]
    rows = [row for row in body.rows if row not in told]
    rows += [{**row, "data": [with_include(data, include) for data in row["data"]]} for row in told]
    rows += [] if told else [txt(body, f"v=spf1 include:{include} -all")]
    assert_no_surer(body, judged(body, body.seen(rows)))


@given(mail_body, st.sampled_from(["MS=ms12345678", "google-site-verification=x", "zoho=x"]))
@some
def test_a_token_moves_no_mail_and_raises_no_confidence(body: Body, text: str):
    assert_no_surer(body, judged(body, body.seen([*body.rows, txt(body, text)])))


@given(mail_body)
@some
def test_a_tenant_moves_no_mail_and_seconds_only_its_own_vendor(body: Body):
    registry = the_registry()
    kept = [probe.at(body.domain) for probe in registry.probes if probe.is_vendors]
    rows = [{"name": name, "type": "A", "data": ["192.0.2.25"]} for name in kept]
    rows = [row for row in rows if row["name"] not in {r["name"].rstrip(".") for r in body.rows}]
    its = {hit.vendor.id for n in kept for hit in registry.rules.identify("tenant-host", n)}
    assert its
    assert_no_surer(body, judged(body, body.seen([*body.rows, *rows])), may_rise=its)


def assert_no_surer(
    body: Body, found: tuple[Attribution, ...], may_rise: Collection[str] = ()
) -> None:
    """The same parties but for senders, and none of them surer than it was."""

    def plain(listed: tuple[Attribution, ...]) -> tuple[Attribution, ...]:
        return tuple(
            replace(each, parties=tuple(replace(party, confidence=None) for party in each.parties))
            for each in listed
        )

    assert claims(plain(found), Role.SENDER) == claims(plain(usual(body)), Role.SENDER)
    before, after = (
        [party for party in mail(each).parties if party.role is not Role.SENDER]
        for each in (usual(body), found)
    )
    for was, now in zip(before, after, strict=True):
        mine = now.vendor in may_rise and now.role is Role.MAILBOX
        assert mine or now.confidence is None or now.confidence.rank <= was.confidence.rank


def txt(body: Body, text: str) -> Row:
    return {"name": body.domain, "type": "TXT", "data": [f'"{text}"']}


def is_spf(data: str) -> bool:
    return SPF.match(data) is not None


def with_include(data: str, include: str) -> str:
    return SPF.sub(rf"\g<0> include:{include}", data)


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


OF_ALL = {
    test_the_order_of_records_and_of_facts_changes_nothing: (random.Random(3),),
    test_the_case_of_names_and_of_data_changes_nothing: (random.Random(4),),
    test_a_dot_at_the_end_of_a_name_changes_nothing: (),
    test_an_unrelated_txt_record_changes_nothing: ("unrelated=0815",),
    test_a_vendor_that_occurs_nowhere_changes_nothing: (),
    test_the_order_of_the_vendors_changes_nothing: (3,),
}
OF_MAIL = {
    test_an_unknown_host_in_reserve_changes_nothing_in_front: (),
    test_a_sender_in_spf_moves_no_mail_and_raises_no_confidence: (random.Random(5),),
    test_a_token_moves_no_mail_and_raises_no_confidence: ("MS=ms12345678",),
    test_a_tenant_moves_no_mail_and_seconds_only_its_own_vendor: (),
}


@pytest.mark.slow
@pytest.mark.parametrize("relation", [*OF_ALL, *OF_MAIL], ids=lambda each: each.__name__)
def test_each_relation_holds_for_every_body(relation: Callable[..., None]):
    listed = bodies() if relation in OF_ALL else [each for each in bodies() if takes_mail(each)]
    for body in listed:
        relation.hypothesis.inner_test(body, *{**OF_ALL, **OF_MAIL}[relation])

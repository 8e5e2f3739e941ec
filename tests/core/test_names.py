"""Names as text, and records that are no such records."""

import pytest

from sovscan.core.facts import mail_exchangers, reverse_name
from sovscan.core.model import Observation, Outcome, Question
from sovscan.core.names import canonical, is_address, parents, suffixes, within


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("City.BE.", "city.be"),
        (" city.be ", "city.be"),
        (".", "."),
        ("", ""),
        ("city.be..", "city.be"),
    ],
)
def test_a_name_is_lower_case_and_ends_without_a_dot(written, meant):
    assert canonical(written) == meant


def test_a_name_lies_within_a_zone_on_a_label_boundary():
    assert within("a.city.be", "city.be")
    assert within("city.be", "city.be")
    assert not within("notcity.be", "city.be")
    assert list(suffixes("a.b.c")) == ["a.b.c", "b.c", "c"]


def test_the_parents_of_a_name_end_at_the_top():
    assert list(parents("a.b.city.be", "city.be")) == ["b.city.be", "city.be"]
    assert list(parents("city.be", "city.be")) == []
    assert list(parents("city.be", "other.be")) == []


@pytest.mark.parametrize("text", ["192.0.2.1", "2001:db8::1"])
def test_an_address_is_an_address_and_has_a_reverse_name(text):
    assert is_address(text)
    assert reverse_name(text).endswith(".arpa")


@pytest.mark.parametrize("text", ["192.0.2", "192.0.2.256", "city.be", "", "2001:db8::g"])
def test_anything_else_is_none(text):
    assert not is_address(text)


def test_an_mx_record_without_preference_or_host_is_left_out():
    question = Question("city.be", "MX")
    told = ("10 mx.city.be", "mx.city.be", "ten mx.city.be", "10 ", "10 MX.city.be.")
    facts = {question: Observation(question, Outcome.SEEN, told)}
    assert [(mx.preference, mx.host) for mx in mail_exchangers(facts, "city.be")] == [
        (10, "mx.city.be")
    ]

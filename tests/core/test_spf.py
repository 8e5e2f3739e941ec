"""SPF read as facts: terms, macros, limits, and what its silence proves (nothing)."""

from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.core import spf
from sovscan.core.model import Observation, Outcome, Question


def facts(**records: str):
    """TXT records by name, dots written as __."""
    questions = {Question(name.replace("__", "."), "TXT"): text for name, text in records.items()}
    return {
        q: Observation(q, Outcome.SEEN, tuple(text.split("|"))) for q, text in questions.items()
    }


def domains(found) -> list[str]:
    return [term.domain for term, _ in spf.walk(found, "a.be")]


def states(found) -> tuple[str, ...]:
    return spf.states(found, "a.be", spf.walk(found, "a.be"))


def test_includes_are_followed_depth_first():
    found = facts(a__be="v=spf1 include:b.be include:c.be -all", b__be="v=spf1 include:d.be ~all")
    assert domains(found) == ["b.be", "d.be", "c.be"]


def test_redirect_exists_a_and_mx_name_domains_too():
    found = facts(a__be="v=spf1 a:mail.b.be/24 mx:c.be exists:d.be ip4:192.0.2.1 redirect=e.be")
    assert domains(found) == ["mail.b.be", "c.be", "d.be", "e.be"]


def test_capitals_qualifiers_and_trailing_dots():
    assert domains(facts(a__be="V=SPF1 ?Include:B.BE. -ALL")) == ["b.be"]


def test_a_loop_ends():
    found = facts(a__be="v=spf1 include:b.be -all", b__be="v=spf1 include:a.be -all")
    assert domains(found) == ["b.be", "a.be"]


def test_at_most_ten_look_ups():
    found = facts(a__be="v=spf1 " + " ".join(f"include:x{i}.be" for i in range(30)))
    assert len(domains(found)) == spf.LOOKUP_LIMIT
    assert "too-many-lookups" in states(found)


def test_a_macro_keeps_its_fixed_end_and_is_not_asked():
    found = facts(a__be="v=spf1 exists:%{i}.spf.hc1.eu.iphmx.com include:%{d}.hosted.example -all")
    assert domains(found) == ["spf.hc1.eu.iphmx.com", "hosted.example"]
    assert spf.wanted(found, "a.be") == ()
    assert "delegated" in states(found)


def test_absent_unseen_and_multiple_are_three_states():
    failed = Question("a.be", "TXT")
    assert states({failed: Observation(failed, Outcome.FAILED)}) == ("unseen",)
    assert states(facts(a__be="hello")) == ("absent",)
    assert "multiple" in states(facts(a__be="v=spf1 -all|v=spf1 ~all"))


def test_only_an_exact_version_is_spf():
    assert spf.records(("v=spf10 -all", "v=spf1", "V=SPF1 -all")) == ("v=spf1", "V=SPF1 -all")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=300))
def test_no_text_breaks_the_reading(text):
    found = facts(a__be="v=spf1 " + text)
    assert len(domains(found)) <= spf.LOOKUP_LIMIT

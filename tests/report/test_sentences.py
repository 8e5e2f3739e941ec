"""Every code that the core can make has a sentence, every signal, rule and finding its term; foreign text is cleaned."""

import ast
import re
import string
import tomllib
from collections.abc import Iterator
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sovscan.core.mail_signals import CLIENT_KINDS
from sovscan.core.model import Finding, Reason, Role, Service
from sovscan.core.spf import STATES
from sovscan.report.say import clean, voice
from tests.conftest import ROOT

CORE = sorted((ROOT / "sovscan" / "core").rglob("*.py"))
CODE = re.compile(r"[a-z]+(-[a-z]+)+")
OWN_RULE = re.compile(r"core#(.+)")


@cache
def english() -> dict[str, dict[str, str]]:
    path = ROOT / "sovscan" / "report" / "locale" / "en.toml"
    return tomllib.loads(path.read_text(encoding="utf-8"))


@cache
def trees() -> list[ast.Module]:
    return [ast.parse(path.read_text(encoding="utf-8")) for path in CORE]


def functions() -> Iterator[ast.FunctionDef]:
    for tree in trees():
        yield from (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def calls(name: str, within: ast.AST) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(within)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == name
        and node.args
    ]


def texts(node: ast.AST) -> set[str]:
    return {
        each.value
        for each in ast.walk(node)
        if isinstance(each, ast.Constant) and isinstance(each.value, str)
    }


@cache
def own_rules() -> dict[str, str]:
    """The constants that name the tool's own rules: NULL_MX is null-mx."""
    return {
        node.targets[0].id: found[1]
        for tree in trees()
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        for text in texts(node.value)
        if (found := OWN_RULE.fullmatch(text))
    }


def given_to(function: ast.FunctionDef) -> set[str]:
    """What could be a code among the arguments of all calls of a function."""
    found = set()
    for tree in trees():
        for call in calls(function.name, tree):
            found |= {t for each in call.args for t in texts(each) if CODE.fullmatch(t)}
            found |= {own_rules()[a.id] for a in call.args if getattr(a, "id", "") in own_rules()}
    return found


def first_arguments(name: str) -> tuple[set[str], set[str], set[str]]:
    """The first arguments of all calls: written there, built by a pattern, or somewhere in the
    function or its callers."""
    written, patterns, perhaps = set(), set(), set()
    for function in functions():
        for call in calls(name, function):
            argument = call.args[0]
            if isinstance(argument, ast.Constant):
                written.add(argument.value)
            elif isinstance(argument, ast.JoinedStr):
                patterns.add(ast.unparse(argument))
            elif isinstance(argument, ast.IfExp):
                written |= texts(argument.body) | texts(argument.orelse)
            else:
                perhaps |= {text for text in texts(function) if CODE.fullmatch(text)}
                perhaps |= given_to(function)
    return written, patterns, perhaps


def spf_states() -> set[str]:
    return set(STATES)


def test_every_reason_of_the_core_has_a_sentence():
    written, patterns, perhaps = first_arguments("Reason")
    assert patterns == {"f'spf-{state}'"}
    spf = {f"spf-{state}" for state in spf_states()}
    sentences = english()["reasons"].keys()
    assert written - sentences == set()
    assert spf - sentences == set()
    assert perhaps - sentences - english()["signals"].keys() == set()
    made = written | spf | perhaps
    assert {"null-mx", "no-edge-seen", "left-out", "on-access-line", "spf-absent"} <= made


def test_no_sentence_is_left_over_from_a_code_that_is_gone():
    written, _, perhaps = first_arguments("Reason")
    spf = {f"spf-{state}" for state in spf_states()}
    assert english()["reasons"].keys() - written - spf - perhaps == set()


def test_every_fact_that_a_sentence_names_is_given_with_its_code():
    missing = []
    for function in functions():
        for call in calls("Reason", function):
            code = call.args[0]
            facts = call.args[1] if len(call.args) > 1 else ast.Tuple(elts=[])
            if not isinstance(code, ast.Constant) or not isinstance(facts, ast.Tuple):
                continue
            if any(isinstance(each, ast.Starred) for each in facts.elts):
                continue
            keys = {each.elts[0].value for each in facts.elts}
            sentence = english()["reasons"][code.value]
            named = {field for _, field, _, _ in string.Formatter().parse(sentence) if field}
            missing += [(code.value, field) for field in named - keys]
    assert missing == []


def test_every_signal_of_the_core_has_a_term():
    written, patterns, perhaps = first_arguments("Signal")
    assert patterns == {"f'{relation}-address-as'"}
    kinds = written | perhaps | {f"{relation}-address-as" for relation in ("mx", "ns", "web")}
    kinds |= set(CLIENT_KINDS)
    assert {"mx-host", "cname-target", "soa-mname", "autodiscover-srv", "ptr"} <= kinds
    terms = english()["signals"].keys() | english()["reasons"].keys()
    assert kinds - terms == set()
    assert written - english()["signals"].keys() == set()


def test_every_own_rule_of_the_core_has_a_term_and_no_term_is_left_over():
    assert set(own_rules().values()) == english()["core_rules"].keys()


@pytest.mark.parametrize(
    ("table", "words"), [("services", Service), ("findings", Finding)], ids=["services", "findings"]
)
def test_every_word_of_the_model_has_a_term(table, words):
    assert set(words) == english()[table].keys()


def test_every_role_that_a_party_can_have_has_a_term():
    assert set(Role) - {Role.CONNECTIVITY, Role.RESOLVER} <= english()["roles"].keys()


def test_every_tier_of_a_policy_has_a_term(registry):
    tiers = {tier for policy in registry.policies.values() for tier in policy.tiers}
    assert tiers | {"T0", "T4", "TU"} <= english()["tiers"].keys()


def test_a_sentence_names_vendors_services_and_signals_as_people_do():
    reason = Reason("contradiction", (("says", "acme"), ("signal", "mx-host"), ("value", "a.be")))
    told = voice().reason(reason, {"acme": "Acme Mail"})
    assert "Acme Mail" in told
    assert english()["signals"]["mx-host"] in told


def test_what_the_network_said_cannot_write_a_sentence():
    told = voice().reason(Reason("dangling", (("host", "{0} {x!r} \x1b[31m\u202e%s"),)))
    assert "{0} {x!r} " in told
    assert not {"\x1b", "\u202e"} & set(told)


UNSAFE = {
    "escape": "\x1b[2J",
    "new line": "\n",
    "carriage return": "\r",
    "null": "\0",
    "delete": "\x7f",
    "C1 control": "\x9b31m",
    "right to left": "\u202e",
    "isolate": "\u2066",
    "Arabic letter mark": "\u061c",
    "zero width space": "\u200b",
    "zero width joiner": "\u200d",
    "soft hyphen": "\xad",
    "line separator": "\u2028",
    "byte order mark": "\ufeff",
    "word joiner": "\u2060",
    "tag": "\U000e0041",
    "half a surrogate pair": "\ud800",
}


@pytest.mark.parametrize("text", UNSAFE.values(), ids=UNSAFE)
def test_a_character_that_deceives_is_shown_as_replaced(text):
    assert clean(f"a{text}b") == f"a\N{REPLACEMENT CHARACTER}{text[1:]}b"


@pytest.mark.parametrize("text", ["", "Liège", "Käerjeng", "北京", "a b", "é" * 200, "\U0001f3db"])
def test_honest_text_stays_as_it_is(text):
    assert clean(text) == text


@given(st.text(st.characters(exclude_categories=()), max_size=300), st.integers(1, 50))
def test_clean_text_is_short_printable_and_stays_clean(text, most):
    shown = clean(text, most)
    assert len(shown) <= most
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", shown)
    assert shown.encode().decode() == shown
    assert clean(shown, most) == shown

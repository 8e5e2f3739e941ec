"""SPF read as facts (RFC 7208): words, macros, the tree, its limits, and what its silence proves (nothing)."""

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.core import spf
from sovscan.core.model import Observation, Outcome, Question
from sovscan.core.spf.macro import expanded
from sovscan.core.spf.tree import ERRORS, MOST_DOMAINS, STATES

BODY = "a.be"


def world(lines: str) -> dict[Question, Observation]:
    """Facts, one a line: `name text` for TXT (strings apart by |), `name TYPE! data` for others; no
    text is NXDOMAIN, `?` a failure.
    """
    facts = {}
    for line in lines.strip().splitlines():
        name, _, text = line.strip().partition(" ")
        rtype = "TXT"
        if text.partition(" ")[0].endswith("!"):
            rtype, _, text = text.partition("! ") if " " in text else (text[:-1], "", "")
        outcome = {"": Outcome.ABSENT, "?": Outcome.FAILED}.get(text, Outcome.SEEN)
        answers = tuple(sorted(text.split("|"))) if outcome is Outcome.SEEN else ()
        question = Question(name, rtype)
        facts[question] = Observation(question, outcome, answers)
    return facts


def tree(lines: str) -> spf.Tree:
    return spf.read(world(lines), BODY)


def record(text: str) -> spf.Record:
    return tree(f"{BODY} v=spf1 {text}").root.record


def names(lines: str) -> list[str]:
    return [term.domain for term, _ in tree(lines).mentions]


def asked(questions) -> list[str]:
    return [f"{name} {rtype}" for name, rtype in questions]


# Words: sections 4.6.1, 5 and 12, after the cases of the openspf test suite.


TERMS = r"""
all +all -ALL ?all a A:b.be a/24 a//64 a/0//0 a:b.be/24//64 a:foo:bar/baz.b.be a:abc.xn--p1ai a:b.be. a:b.x-1 a:%{d}
mx mx/32 mx:b.be//128 ptr ptr:b.be ip4:192.0.2.1 IP4:192.0.2.0/24 ip6:2001:db8::/32 ip6:::1 ip6:::ffff:192.0.2.1/128
exists:b.be exists:%{i}.b.be exists:%{l1r-+,/_=}.b.be a:a\092b.be exists:%{ir}.%{v}._spf.%{D2} include:%%%{d2R}
include:_spf.b.be ~include:b.be redirect=b.be exp=e.%{d} include=b.be v=spf1 x=y x= x=%{c}%{s1r+}%% default=pass
moo.cow-far_out=man:dog/cat
"""


@pytest.mark.parametrize("word", TERMS.split())
def test_a_word_is_a_term(word):
    assert (record(word).state, record(word).fault) == ("ok", "")


ERRONEOUS = (
    rf"""
all. all: all:b.be all/8 a: a/ a/33 a//129 a/024 a/24/64 a/24//64/1 a:b.be/33 a:b.be/ a:museum a:museum. a:abc.123
a:abc.123. a:b.be- a:b.-be a:é.be a:\195\169.be a:b.be\009-all mx: mx/33 ptr: ptr/0 ptr:b.be/24
ip4 ip4: ip4:1.2.3 ip4:1.2.3.4/33 ip4:1.2.3.4/032 ip4:1.2.3.4:25 ip4:01.2.3.4 ip4:1.2.3.4//32 ip4:256.1.1.1
ip6 ip6:::1/129 ip6:1:2 ip6::CAFE::BABE ip6:fe80::1%eth0 exists exists: exists:b.be/24
include include: include:b.be/24 include:b..be include:{"x" * 64}.be redirect redirect= redirect:b.be exp= exp=museum
=all 42=x moo/cow=x *all ++all -x=y unknown ipv4:1.2.3.4 x=% a:%a.b.be a:%(i).b.be
"""
    "include:%{d1} x=%{z} a:%{a}.b.be a:%{d0}.b.be a:%{d a:%{drr}.b.be a:%{d}. exists:%{c}.b.be exists:%{t}.b.be"
)


@pytest.mark.parametrize("word", ERRONEOUS.split())
def test_another_word_is_an_error_that_is_named(word):
    assert (record(word).state, record(word).fault) == ("permerror", word)


def test_an_error_is_found_wherever_it_stands_and_the_rest_is_read():
    found = tree(f"{BODY} v=spf1 include:b.be ip4:192.0.2.1 -all mxx:c.be a/99\nb.be v=spf1 -all")
    assert (found.root.state, found.root.record.fault) == ("permerror", "mxx:c.be")
    assert found.states == ("permerror",)
    assert asked(found.wanted) == ["b.be TXT"]
    assert [str(network) for network, _ in found.networks] == ["192.0.2.1/32"]
    assert found.lookups == 0  # a receiver asks nothing (section 4.6)


@pytest.mark.parametrize("kind", ["redirect", "exp"])
def test_two_of_a_modifier_are_an_error(kind):
    assert record(f"{kind}=b.be {kind}=c.be").fault == f"{kind}=c.be"


def test_a_term_has_its_parts():
    first, second, third, fourth = record("~A:B.be./24//48 mx ip6:2001:db8::1/32 x=y").terms
    assert first == spf.Term("~A:B.be./24//48", "a", "~", "b.be", lengths=(24, 48))
    assert second == spf.Term("mx", "mx", "+", BODY)
    assert third == spf.Term("ip6:2001:db8::1/32", "ip6", "+", network="2001:db8::1/32")
    assert fourth == spf.Term("x=y", "modifier")


@pytest.mark.parametrize(
    ("text", "heeded"),
    [
        ("redirect=r.be a include:b.be", "a include:b.be redirect=r.be"),
        ("redirect=r.be a -all mx", "a -all"),
        ("?all redirect=r.be all", "?all"),
        ("exp=e.be x=y mx", "mx"),
    ],
)
def test_only_what_counts_is_heeded_in_a_receivers_order(text, heeded):
    assert [term.word for term in record(text).heeded] == heeded.split()
    assert {term.word for term in record(text).terms} == set(text.split())


def test_only_an_exact_version_is_spf():
    texts = (
        "v=spf10 -all",
        "v=spf1",
        "V=SPF1 -all",
        "v=spf1\\009-all",
        " v=spf1",
        "v=spf1-all",
        "",
    )
    assert spf.records(texts) == ("v=spf1", "V=SPF1 -all")


# Macros: section 7.


@pytest.mark.parametrize(
    ("spec", "name"),
    [
        *(
            (f"%{{{each}}}.x.be", "email.example.com.x.be")
            for each in ("o", "d", "d4", "d3", "d128", "D")
        ),
        *((f"%{{{each}}}.x.be", "example.com.x.be") for each in ("d2", "o2", "d02")),
        ("%{d1}.x.be", "com.x.be"),
        ("%{dr}", "com.example.email"),
        ("%{d2r}", "example.email"),
        ("%{d1r}.x.be", "email.x.be"),
        ("%{de}.x.be", None),
        ("a%%b%-c%_d.be", "a%b%20c d.be"),
        ("_spf.%{d}.", None),
        ("%{i}._spf.%{d2}", "?_spf.example.com"),
        ("%{ir}.%{v}._spf.%{d2}", "?_spf.example.com"),
        ("%{lr-}.lp._spf.%{d2}", "?lp._spf.example.com"),
        ("%{lr-}.lp.%{ir}.%{v}._spf.%{d2}", "?_spf.example.com"),
        ("%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}", "?lp._spf.example.com"),
        ("%{d2}.trusted-domains.x.be", "example.com.trusted-domains.x.be"),
        ("%{l}suffix.x.be", "?x.be"),
        ("%{l}-%{d}", "?example.com"),
        ("_%{h}", "?"),
        ("%{p}.be", "?"),
        ("%{s}.%{c}.x.be", "?x.be"),
        ("%{t}%{r}.x.be", "?x.be"),
        ("a..x.be", ""),
        (
            f"%{{d}}.{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 49}.be",
            f"com.{'a' * 63}.{'b' * 63}.{'c' * 63}.{'d' * 49}.be",
        ),
    ],
)
def test_macros_of_the_rfc(spec, name):
    found = expanded(spec, "email.example.com", "email.example.com")
    told = None if found is None else ("" if found.static else "?") + found.domain
    assert told == name


def test_delimiters_split_and_dots_join():
    assert expanded("%{d-}.be", "a-b.c_d", "")[0] == "a.b.c_d.be"
    assert expanded("%{d2r-_}.be", "a-b.c_d", "")[0] == "b.c.a.be"
    assert expanded("%{d}.x.be", "", "")[:2] == ("x.be", False)


def test_the_domain_changes_with_an_include_and_the_origin_does_not():
    lines = f"{BODY} v=spf1 include:b.be\nb.be v=spf1 a:%{{d}} a:d.%{{d}} a:o.%{{o}} a:%{{o}}"
    assert names(lines) == ["b.be", "d.b.be", "o.a.be"]
    facts = world(lines + "\nother.nl v=spf1 redirect=b.be")
    assert [term.domain for term, _ in spf.read(facts, "other.nl").mentions] == [
        "b.be",
        "d.b.be",
        "o.other.nl",
    ]


def test_a_macro_that_needs_a_sender_keeps_its_fixed_end_and_is_not_asked():
    found = tree(f"{BODY} v=spf1 exists:%{{i}}.spf.hc1.b.be include:%{{l}}.%{{d}}.c.be -all")
    assert [term.domain for term, _ in found.mentions] == ["spf.hc1.b.be", "a.be.c.be"]
    assert (found.states, found.wanted, found.wanted_hosts) == (("delegated",), (), ())


def test_a_name_that_a_macro_writes_is_followed():
    lines = f"{BODY} v=spf1 include:%{{d}}.h.be -all"
    assert asked(tree(lines).wanted) == ["a.be.h.be TXT"]
    assert tree(lines).states == ("delegated",)
    assert tree(f"{lines}\na.be.h.be ?").states == ("unseen",)
    assert names(f"{lines}\na.be.h.be v=spf1 a:mail.h.be") == ["a.be.h.be", "mail.h.be"]


# The tree: sections 4.6, 5.2, 6.1.


def test_includes_are_followed_depth_first():
    assert names("a.be v=spf1 include:b.be include:c.be -all\nb.be v=spf1 include:d.be") == [
        "b.be",
        "d.be",
        "c.be",
    ]


def test_nodes_show_domain_record_and_state():
    found = tree("a.be v=spf1 include:b.be redirect=c.be\nb.be v=spf1 -include:d.be|x=y\nc.be")
    nodes = [
        (node.question.name, node.state, node.permits, node.record.texts) for node in found.nodes()
    ]
    assert nodes == [
        ("a.be", "ok", True, ("v=spf1 include:b.be redirect=c.be",)),
        ("b.be", "ok", True, ("v=spf1 -include:d.be",)),
        ("d.be", "unseen", False, ()),
        ("c.be", "absent", True, ()),
    ]
    assert [by.word for by, _ in found.root.children] == ["include:b.be", "redirect=c.be"]


def test_names_know_the_question_that_showed_each_first():
    found = tree(
        "a.be v=spf1 a mx:A.be exists:e.be include:b.be a:m.nl\nb.be v=spf1 a:m.nl a:b.be redirect=e.be"
    )
    shown = {mention.term.domain: mention.question.name for mention in found.names}
    assert shown == {"e.be": "a.be", "b.be": "a.be", "m.nl": "b.be"}
    assert sender(found, "m.nl").question == Question("b.be", "TXT")


def sender(found: spf.Tree, name: str) -> spf.Mention:
    return next(mention for mention in found.names if mention.term.domain == name)


def test_what_a_minus_refuses_and_what_is_ignored_names_nobody():
    lines = "a.be v=spf1 -a:x.be -include:b.be ?include:c.be -all a:y.be redirect=z.be\nb.be v=spf1 a:w.be ip4:192.0.2.1"
    assert names(lines) == ["c.be"]
    assert tree(lines).networks == ()
    assert tree(lines).lookups == 4  # a receiver looks all the same


def test_networks_are_those_written_out():
    found = tree(
        "a.be v=spf1 ip4:192.0.2.9/24 include:b.be -ip4:10.0.0.1 ~all ip4:10.0.0.2\nb.be v=spf1 ip6:2001:DB8::/32 ip4:192.0.2.0/24"
    )
    assert [(str(network), q.name) for network, q in found.networks] == [
        ("192.0.2.0/24", "a.be"),
        ("2001:db8::/32", "b.be"),
    ]


def test_hosts_are_wanted_apart():
    found = tree(
        "a.be v=spf1 a mx:m.be a:h.be exists:e.be ptr:p.be include:b.be exists:%{i}.e.be\nb.be v=spf1 a"
    )
    assert asked(found.wanted) == ["b.be TXT"]
    assert asked(found.wanted_hosts) == [
        *("a.be A", "a.be AAAA", "m.be MX", "h.be A", "h.be AAAA", "e.be A", "b.be A", "b.be AAAA"),
    ]


# States.


@pytest.mark.parametrize(
    ("lines", "states"),
    [
        ("b.be v=spf1", "unseen"),
        ("a.be ?", "unseen"),
        ("a.be", "absent"),
        ("a.be hello", "absent"),
        ("a.be v=spf1", ""),
        ("a.be v=spf1 a mx ptr -all", ""),
        ("a.be v=spf1 -all|v=spf1 ~all", "multiple permerror"),
        ("a.be v=spf1 a:%{i}.b.be mx:museum", "permerror delegated"),
        ("a.be v=spf1 include:b.be", "unseen"),
        ("a.be v=spf1 include:b.be\nb.be ?", "unseen"),
        ("a.be v=spf1 include:b.be\nb.be", "permerror"),
        ("a.be v=spf1 redirect=b.be\nb.be hello", "permerror"),
        ("a.be v=spf1 redirect=b.be -all\nb.be hello", ""),
        ("a.be v=spf1 include:b.be\nb.be v=spf1 foo", "permerror"),
        ("a.be v=spf1 include:b.be\nb.be v=spf1|v=spf1 mx", "permerror"),
        ("a.be v=spf1 -exists:%{i}.block.be mx", ""),
        ("a.be v=spf1 ?exists:%{i}.pass.be mx", "delegated"),
        ("a.be v=spf1 mx -all exists:%{i}.pass.be include:b.be", ""),
        ("a.be v=spf1 include:a.be", "permerror loop"),
        ("a.be v=spf1 redirect=a.be", "permerror loop"),
        (
            "a.be v=spf1 include:b.be\nb.be v=spf1 redirect=c.be\nc.be v=spf1 include:B.be.",
            "permerror loop",
        ),
        ("a.be v=spf1 include:b.be include:c.be\nb.be v=spf1 include:c.be\nc.be v=spf1", ""),
        ("a.be v=spf1 mx\na.be MX! " + "|".join(f"{n} m.be" for n in range(10)), ""),
        ("a.be v=spf1 mx\na.be MX! " + "|".join(f"{n} m.be" for n in range(11)), "permerror"),
    ],
)
def test_the_states_of_a_tree(lines, states):
    assert tree(lines).states == tuple(states.split())


def test_two_records_are_both_read_and_nothing_is_counted():
    found = tree("a.be v=spf1 a:x.be -all|v=spf1 include:b.be redirect=c.be\nb.be v=spf1 mx")
    assert [term.domain for term, _ in found.mentions] == ["x.be", "b.be", "c.be"]
    assert (found.lookups, found.root.record.state) == (0, "multiple")


LOOKING = [
    "include:i{}.be",
    "a:h{}.be",
    "mx:m{}.be",
    "a",
    "mx",
    "ptr",
    "exists:e{}.be",
    "exists:%{{i}}.e{}.be",
]


@pytest.mark.parametrize("word", LOOKING)
def test_ten_look_ups_are_allowed_and_eleven_are_not(word):
    for count in (10, 11):
        words = " ".join(word.format(n) for n in range(count))
        found = tree(f"a.be v=spf1 ip4:192.0.2.1 {words} exp=e.be x=y -all")
        assert found.lookups == count
        assert (
            ("too-many-lookups" in found.states) == ("permerror" in found.states) == (count == 11)
        )


@pytest.mark.parametrize("last", ["", " redirect=i9.be"])
def test_look_ups_are_counted_over_the_whole_tree_each_time_anew(last):
    lines = f"a.be v=spf1 include:b.be include:b.be{last}\nb.be v=spf1 a mx ptr include:c.be\nc.be v=spf1 -all\ni9.be v=spf1"
    assert tree(lines).lookups == 10 + bool(last)
    assert ("too-many-lookups" in tree(lines).states) == bool(last)


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize(
    ("word", "gone"),
    [
        ("a:h{}.be", "h{0}.be A!\nh{0}.be AAAA!\n"),
        ("mx:h{}.be", "h{}.be MX!\n"),
        ("exists:h{}.be", "h{}.be A!\n"),
        ("include:h{}.be", "h{}.be\n"),
    ],
)
def test_two_voids_are_allowed_and_three_are_not(count, word, gone):
    words = " ".join(word.format(n) for n in range(count))
    found = tree(
        f"a.be v=spf1 {words} a:there.be\nthere.be A!\n"
        + "".join(gone.format(n) for n in range(count))
    )
    assert found.voids == count
    assert ("too-many-voids" in found.states) == (count == 3)


def test_past_the_limit_it_is_read_for_evidence_and_not_asked():
    chain = "a.be v=spf1 include:s0.be\n" + "".join(
        f"s{n}.be v=spf1 include:s{n + 1}.be\n" for n in range(99)
    )
    found = tree(chain)
    assert [q.name for q in found.wanted] == [f"s{n}.be" for n in range(10)]
    assert [q.name for q in found.wanted_beyond] == [f"s{n}.be" for n in range(10, MOST_DOMAINS)]
    assert len(found.names) == MOST_DOMAINS + 1
    assert tree("a.be v=spf1 " + "a " * 10 + "include:b.be").states == (
        "permerror",
        "too-many-lookups",
    )


def test_a_wide_tree_ends_too():
    wide = " ".join(f"include:i{n}.be" for n in range(30))
    many = "\n".join(f"i{n}.be v=spf1 a:h{n}.be mx:m{n}.be a mx" for n in range(30))
    assert len(tree(f"a.be v=spf1 {wide}\n{many}").mentions) == 60


# Who may send at all.


@pytest.mark.parametrize(
    ("text", "denies", "passes"),
    [("-all", True, False), ("-ALL", True, False), ("a -all", False, False), ("~all", False, False), ("", False, False),
     ("+all", False, True), ("mx ALL", False, True), ("?all +all", False, False), ("xall", False, False)],
)  # fmt: skip
def test_a_record_may_deny_or_pass_all(text, denies, passes):
    assert spf.denies_all(f"v=spf1 {text}") == denies
    assert tree(f"{BODY} v=spf1 {text}").passes_all == passes


@pytest.mark.parametrize(
    ("lines", "passes"),
    [
        ("a.be v=spf1 mx all", True),
        ("a.be v=spf1 redirect=b.be\nb.be v=spf1 +all", True),
        ("a.be v=spf1 include:b.be -all\nb.be v=spf1 all", True),
        ("a.be v=spf1 ?include:b.be -all\nb.be v=spf1 all", False),
        ("a.be v=spf1 -all redirect=b.be\nb.be v=spf1 all", False),
        ("a.be v=spf1 include:b.be +all\nb.be", False),
        ("a.be v=spf1 foo +all", False),
        ("a.be v=spf1 +all|v=spf1 +all", False),
        ("a.be v=spf1 ~all", False),
    ],
)
def test_anybody_may_send_where_no_error_comes_first(lines, passes):
    assert tree(lines).passes_all == passes


# What others still use.


def test_terms_of_texts_alone():
    found = spf.terms(("x=y", "v=spf1 a mx a:M.be -a:n.be include:%{d}.h.be ~all a:z.be"))
    assert [term.domain for term in found] == ["m.be", "h.be"]
    assert spf.terms(("v=spf1 include:b.be " + "x=y " * 2000,))[0].domain == "b.be"


# Hostile texts.

WORDS = st.sampled_from(
    [*(word.format(1) for word in LOOKING), "include:b.be", "include:c.be", "redirect=d.be", "redirect=a.be", "-all", "+all",
     "ip4:192.0.2.0/24", "ip6:2001:db8::/32", "include:%{o}.be", "-include:b.be", "a:%{d2r-}.be", "exp=%{i}.be", "x=%{c}", "%", "a:é.be"]
)  # fmt: skip
TEXTS = st.one_of(
    st.lists(WORDS, max_size=30).map(lambda words: " ".join(["v=spf1", *words])),
    st.text("%{}diohlrs12.-+,/_=:aemx \\é", max_size=60).map("v=spf1 include:".__add__),
    st.text(max_size=60).map("v=spf1 ".__add__),
    st.text(max_size=20),
)
NAMES = ("a.be", "b.be", "c.be", "d.be", "a.be.be")


@st.composite
def worlds(draw):
    facts = {}
    for question in [
        Question(name, rtype) for name in NAMES for rtype in ("TXT", "A", "AAAA", "MX")
    ]:
        outcome = draw(
            st.sampled_from((Outcome.SEEN, Outcome.SEEN, Outcome.ABSENT, Outcome.FAILED, None))
        )
        if outcome is not None:
            seen = draw(st.lists(TEXTS, min_size=1, max_size=2)) if outcome is Outcome.SEEN else []
            facts[question] = Observation(question, outcome, tuple(sorted(seen)))
    return facts


@settings(max_examples=300, deadline=None)
@given(worlds(), st.randoms(use_true_random=False))
def test_no_world_breaks_the_reading_and_no_order_changes_it(facts, chance: random.Random):
    found = spf.read(facts, BODY)
    nodes = list(found.nodes())
    assert sum(node.state != "loop" for node in nodes) <= MOST_DOMAINS + 1
    assert len(found.mentions) <= 100
    assert len(found.wanted) <= spf.LOOKUP_LIMIT
    assert all(BODY != mention.term.domain != "" for mention in found.names)
    assert found.states == tuple(state for state in STATES if state in found.states)
    assert "permerror" in found.states or not ERRORS & set(found.states)
    assert all(network.num_addresses for network, _ in found.networks)
    items = list(facts.items())
    chance.shuffle(items)
    assert spf.read(dict(items), BODY) == found


@given(st.text(), st.text(max_size=20), st.text(max_size=20))
def test_no_text_breaks_a_domain_spec(text, domain, origin):
    found = expanded(text, domain, origin)
    assert found is None or len(found.domain) <= 253


HOSTILE = {
    "words": "a ", "includes": "include:a.be ", "labels": "a.", "slashes": "/1", "macros": "%{d}", "open": "%{d", "percents": "%%",
    "delimiters": ".-+,/_=", "digits": "1", "dashes": "-", "faults": "% ", "networks": "ip4:192.0.2.1 ", "redirects": "redirect=b.be ",
}  # fmt: skip


@pytest.mark.parametrize("part", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("start", ["", "include:", "a:x.", "include:%{d", "x="])
def test_a_record_of_64_kilobytes_is_read_in_no_time_and_kept(start, part):
    text = f"v=spf1 {start}{part * (64_000 // len(part))}"
    facts = {Question(BODY, "TXT"): Observation(Question(BODY, "TXT"), Outcome.SEEN, (text,))}
    begun = time.process_time()
    found = spf.read(facts, BODY)
    assert time.process_time() - begun < 2
    assert len(found.root.record.terms) <= 1000
    assert len(found.root.record.fault) <= 80
    begun = time.process_time()
    assert spf.read(facts, BODY) == found
    assert time.process_time() - begun < 0.1

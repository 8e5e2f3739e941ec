"""The codec: dnspython is the oracle for what it reads and what it writes."""

from collections import Counter
from random import Random

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench import fuzz_dns
from sovscan.collect.dns import reading
from sovscan.collect.dns.oracle import OracleReply
from sovscan.collect.dns.wire import (
    EDNS_PAYLOAD,
    TYPES,
    Reply,
    Unusual,
    make_query,
    name_to_wire,
    question_end,
)
from sovscan.core.model import DomainName, Observation, Outcome, Question
from tests.collect.helpers import q
from tests.conftest import MADE

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"
TTLS = st.integers(0, 2**31 - 1)
NUMBERS = st.integers(0, 65535)
LABELS = st.text(LETTERS, min_size=1, max_size=12) | st.text(LETTERS, min_size=60, max_size=63)
ENDS = ("example.", "body.example.", "Body.Example.", "mail.body.example.", "test.")


@st.composite
def names(draw) -> str:
    """Names that share their ends, so that they are compressed."""
    return ".".join([*draw(st.lists(LABELS, max_size=2)), draw(st.sampled_from(ENDS))])


def octets(least: int = 0, most: int = 255) -> st.SearchStrategy[str]:
    """A quoted string of any octets, as a zone file writes it."""
    written = st.binary(min_size=least, max_size=most)
    return written.map(lambda raw: '"' + "".join(f"\\{byte:03d}" for byte in raw) + '"')


def digests() -> st.SearchStrategy[str]:
    sizes = st.sampled_from([(1, 20), (2, 32), (4, 48)])
    return sizes.flatmap(
        lambda kind: st.binary(min_size=kind[1], max_size=kind[1]).map(
            lambda raw: f"{kind[0]} {raw.hex()}"
        )
    )


def joined(*parts: st.SearchStrategy) -> st.SearchStrategy[str]:
    return st.tuples(*parts).map(lambda found: " ".join(map(str, found)))


DATA = {
    "A": st.ip_addresses(v=4).map(str),
    "AAAA": st.ip_addresses(v=6).map(str),
    "MX": joined(NUMBERS, names() | st.just(".")),
    "NS": names(),
    "CNAME": names(),
    "PTR": names(),
    "SOA": joined(names(), names(), *[st.integers(0, 2**31 - 1)] * 5),
    "TXT": st.lists(octets(), min_size=1, max_size=4).map(" ".join),
    "SRV": joined(NUMBERS, NUMBERS, NUMBERS, names()),
    "DS": joined(NUMBERS, st.integers(0, 255), digests()),
    "HTTPS": st.sampled_from(["1 . alpn=h2", "0 other.example.", "2 a.example. port=8443"]),
    "CAA": joined(st.integers(0, 255), st.text("abcXYZ019", min_size=1, max_size=9), octets(0, 40)),
}
ONE_EACH = ("CNAME", "SOA")
"""A name has one of these at most (RFC 1034 section 3.6.2, RFC 1035 section 3.3.13)."""


@st.composite
def responses(draw) -> tuple[Question, dns.message.Message]:
    """A response as resolvers send them: perhaps an alias, perhaps records, perhaps an SOA."""
    rtype = draw(st.sampled_from(sorted(TYPES)))
    asked = owner = draw(names())
    response = dns.message.make_response(dns.message.make_query(asked, rtype, id=1))
    response.flags |= draw(st.sampled_from([dns.flags.RA, dns.flags.RA | dns.flags.AD]))
    if draw(st.booleans()) and rtype != "CNAME":
        owner = draw(names())
        response.answer.append(dns.rrset.from_text(asked, draw(TTLS), "IN", "CNAME", owner))
    most = 1 if rtype in ONE_EACH else 6
    if data := draw(st.lists(DATA[rtype], max_size=most)):
        response.answer.append(dns.rrset.from_text_list(owner, draw(TTLS), "IN", rtype, data))
    else:
        response.set_rcode(draw(st.sampled_from([dns.rcode.NOERROR, dns.rcode.NXDOMAIN])))
        soa = draw(DATA["SOA"])
        response.authority.append(dns.rrset.from_text("example.", draw(TTLS), "IN", "SOA", soa))
    if draw(st.booleans()):
        response.use_edns(0, payload=1232)
    return Question(DomainName(asked.rstrip(".").lower()), rtype), response


def read_by(reader, question: Question, wire: bytes) -> Observation | None:
    try:
        return reading.observe(question, reader(wire), MADE)
    except Unusual:
        return None


def check_alike(question: Question, wire: bytes) -> Observation | None:
    """What both read they read alike; what our own codec said."""
    own, oracle = (read_by(reader, question, wire) for reader in (Reply, OracleReply))
    if own is not None and oracle is not None:
        assert own == oracle
        assert own.provenance == oracle.provenance
    return own


@given(response=responses())
@settings(max_examples=120, deadline=None)
def test_a_response_of_any_type_is_read_as_dnspython_reads_it(response):
    question, wire = response[0], response[1].to_wire(max_size=65535)
    own = check_alike(question, wire)
    assert read_by(OracleReply, question, wire) is not None
    assert reading.read(question, wire, MADE).outcome in {
        Outcome.SEEN,
        Outcome.ABSENT,
        Outcome.FAILED,
    }
    if question.type not in {"HTTPS", "CAA"}:  # those dnspython reads, or when they are odd
        assert own is not None


@given(response=responses(), seed=st.integers(0, 2**32))
@settings(max_examples=200, deadline=None)
def test_a_damaged_response_is_read_as_dnspython_reads_it_or_not_at_all(response, seed):
    question, wire = response[0], response[1].to_wire(max_size=65535)
    check_alike(question, fuzz_dns.damaged(wire, wire, Random(seed)))


@given(wire=st.binary(max_size=600))
@example(wire=b"")
@settings(max_examples=150, deadline=None)
def test_any_octets_are_read_or_unusual(wire):
    for start in (wire, b"\0\1\x81\x80\0\1\0\1\0\0\0\0" + wire):
        check_alike(q("body.example", "A"), start)
        reading.read(q("body.example", "A"), start, MADE)


@pytest.mark.slow
def test_a_short_run_of_the_fuzzer_finds_nothing():
    found = fuzz_dns.run(20_000, seed=7)
    assert found.shown == []
    assert found.packets == 20_000
    assert {"SEEN", "ABSENT NODATA", "ABSENT NXDOMAIN", "FAILED MALFORMED"} <= set(found.outcomes)
    assert found.is_good


ODD_NAMES = [
    ".",
    "example",
    "a.b",
    "_dmarc.body.example",
    "X.Y.Example.",
    "1.2.0.192.in-addr.arpa",
    "pre$fix.body.example",
    "under_score.-dash-.example",
    "a\\.b.example",
    "tab\\009.example",
    "caf\\195\\169.example",
    "x" * 63 + ".example",
    ".".join(["x" * 63] * 3 + ["y" * 61]),
    ".".join("a" * 127),
]


@pytest.mark.parametrize("name", ODD_NAMES)
@pytest.mark.parametrize("mixed", [True, False])
def test_a_query_asks_what_was_asked(name, mixed):
    for rtype, number in TYPES.items():
        wire = make_query(name, rtype, mixed=mixed)
        query = dns.message.from_wire(wire)
        [asked] = query.question
        assert asked.name == dns.name.from_text(name)
        assert (int(asked.rdtype), int(asked.rdclass)) == (number, 1)
        assert (query.edns, query.payload, query.ednsflags) == (0, EDNS_PAYLOAD, 0)
        assert query.flags == dns.flags.RD | dns.flags.AD
        end = question_end(wire) - 4
        assert wire[12:end].lower() == name_to_wire(name).lower()
        if not mixed:
            assert wire[12:].startswith(name_to_wire(name))


NO_NAMES = [
    "a..b",
    ".a",
    "x" * 64,
    "a." * 128 + "a",
    ".".join(["x" * 63] * 4),
    "a\\",
    "a\\99",
    "\\256",
]


@pytest.mark.parametrize("name", NO_NAMES)
def test_what_is_no_name_is_not_asked(name):
    with pytest.raises(Unusual):
        make_query(name, "A")


@given(name=st.text(max_size=40))
@settings(max_examples=200, deadline=None)
def test_any_text_is_a_name_or_unusual(name):
    try:
        wire = make_query(name, "TXT")
    except Unusual:
        return
    assert len(dns.message.from_wire(wire).question) == 1


def test_ids_and_case_are_random():
    """Each id as likely as any other, and each letter turned in half of the queries."""
    queries = [make_query("abcdefgh.example", "A") for _ in range(4000)]
    ids = Counter(wire[:2] for wire in queries)
    assert len(ids) > 3700
    assert max(ids.values()) < 6
    for bit in range(16):
        ones = sum(int.from_bytes(wire[:2], "big") >> bit & 1 for wire in queries)
        assert 1700 < ones < 2300
    for place in range(13, 21):
        assert 1700 < sum(chr(wire[place]).isupper() for wire in queries) < 2300
    assert len({wire[12:30] for wire in queries}) > 3000


def test_only_letters_are_turned():
    for _ in range(200):
        wire = make_query("a-1_b.@x.example", "A")
        assert (
            wire[12 : question_end(wire)].lower()
            == make_query("a-1_b.@x.example", "A", mixed=False)[12 : question_end(wire)]
        )
        assert wire[question_end(wire) :] == make_query("b.example", "A")[-11:]

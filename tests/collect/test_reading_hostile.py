"""Whatever arrives on the wire becomes an observation, or is no message at all."""

import dns.exception
import dns.message
import dns.rdataclass
import dns.rdatatype
import dns.rrset
from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.collect.dns import reading
from sovscan.collect.dns.oracle import OracleReply
from sovscan.collect.dns.plan import plan
from sovscan.collect.dns.wire import Reply, Unusual
from sovscan.core.model import Observation, Outcome, Question
from tests.collect.helpers import absent, q, reply_to
from tests.conftest import MADE, target

BODY = target("body.example")
SAMPLES = {
    "A": "192.0.2.1",
    "AAAA": "2001:db8::1",
    "MX": "10 mx.example.",
    "NS": "ns.example.",
    "SOA": "ns.example. admin.example. 1 2 3 4 5",
    "TXT": '"v=spf1 include:a.example" " -all"',
    "CAA": '0 issue "ca.example"',
    "DS": "12345 13 2 49FD46E6C4B45C55D4AC69CBD3CD34AC1AFE51DE9A3B2C3D4E5F60718293A4B5",
    "HTTPS": "1 . alpn=h2 ipv4hint=192.0.2.1",
    "SRV": "0 0 443 mail.example.",
    "CNAME": "other.example.",
}


def wire_of(rtype: str) -> bytes:
    query = dns.message.make_query("body.example", rtype, id=1)
    alias = ("www.example.", "CNAME", "body.example.")
    return reply_to(query, ("body.example.", rtype, SAMPLES[rtype]), alias).to_wire()


@st.composite
def mutations(draw) -> tuple[str, bytes]:
    rtype = draw(st.sampled_from(sorted(SAMPLES)))
    wire = bytearray(wire_of(rtype))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(wire) - 1))
        change = draw(st.sampled_from(("byte", "cut", "insert")))
        if change == "byte":
            wire[place] = draw(st.integers(0, 255))
        elif change == "insert":
            wire[place:place] = draw(st.binary(max_size=4))
        elif place > 12:
            del wire[place:]
    return rtype, bytes(wire)


def read(rtype: str, wire: bytes) -> Observation:
    return reading.read(q("body.example", rtype), wire, MADE)


def check(found: Observation) -> None:
    assert bool(found.answers) == (found.outcome is Outcome.SEEN)
    assert (found.outcome is Outcome.FAILED) == (found.fault.value != "none")


@given(mutated=mutations())
@settings(max_examples=100, deadline=None)
def test_a_damaged_response_never_raises_and_is_never_seen_without_answers(mutated):
    check(read(*mutated))


@given(mutated=mutations())
@settings(max_examples=400, deadline=None)
def test_what_both_readers_read_they_read_alike(mutated):
    rtype, wire = mutated
    question = q("body.example", rtype)
    try:
        own = reading.observe(question, Reply(wire), MADE)
        oracle = reading.observe(question, OracleReply(wire), MADE)
    except Unusual:
        return
    assert own == oracle
    assert own.provenance == oracle.provenance


@given(mutated=mutations())
@settings(max_examples=40, deadline=None)
def test_the_plan_takes_whatever_a_damaged_response_said(mutated):
    found = read(*mutated)
    if found.question.type not in {"A", "AAAA", "MX", "NS", "TXT"}:
        return
    exchanger = Observation(q("body.example", "MX"), Outcome.SEEN, ("10 body.example",))
    facts: dict[Question, Observation] = {each: absent(each) for each in plan(BODY, {}, ())}
    plan(BODY, facts | {exchanger.question: exchanger, found.question: found}, ())


def test_every_sample_is_read_before_it_is_damaged():
    for rtype in SAMPLES:
        assert read(rtype, wire_of(rtype)).outcome is Outcome.SEEN


def test_an_address_of_another_class_is_no_address():
    response = reply_to(dns.message.make_query("body.example", "A"))
    response.answer.append(dns.rrset.from_text("body.example.", 1, "CH", "A", "chaos. 0101"))
    assert read("A", response.to_wire()).outcome is Outcome.ABSENT

"""The engine against resolvers that lie, stumble or say nothing. All of them are on loopback."""

import dns.message
import dns.rcode
import pytest

from sovscan.core.model import Fault, Observation, Outcome
from sovscan.demo import stage
from sovscan.demo.world import World
from tests.collect.helpers import (
    Server,
    closed_port,
    mx,
    q,
    refuse,
    reply_to,
    resolve,
    udp,
    udp_and_tcp,
)


def wrong_id(query: dns.message.Message) -> bytes:
    wire = bytearray(mx(query, "forged.example."))
    wire[0] ^= 0xFF
    return bytes(wire)


def wrong_question(query: dns.message.Message) -> bytes:
    other = dns.message.make_query("other.example", "MX", id=query.id)
    return mx(other, "forged.example.")


def garbage(query: dns.message.Message) -> bytes:
    return query.to_wire()[:2] + b"\xff" * 30


def an_echo(query: dns.message.Message) -> bytes:
    return query.to_wire()


def cut_short(query: dns.message.Message) -> bytes:
    return mx(query, "forged.example.")[:-4]


LIES = [wrong_id, wrong_question, garbage, an_echo, cut_short]


def seen(found: Observation) -> tuple:
    return found.outcome, found.answers


@pytest.mark.parametrize("lie", LIES)
def test_the_right_answer_is_taken_after_a_false_one(lie):
    with udp(lambda query, count: [lie(query), mx(query)]) as server:
        found = resolve(server)
    assert seen(found) == (Outcome.SEEN, ("10 mx.example",))
    assert found.provenance.attempts == 1


@pytest.mark.parametrize("lie", LIES)
def test_a_false_answer_alone_is_a_failure(lie):
    with udp(lambda query, count: [lie(query)]) as server:
        found = resolve(server, timeout=0.05, attempts=1)
    assert (found.outcome, found.answers) == (Outcome.FAILED, ())
    assert (found.detail, found.fault) == ("TIMEOUT", Fault.NETWORK)


def test_an_answer_from_another_port_is_not_believed():
    def forge(query, count):
        return [mx(query, "forged.example.")]

    with udp(lambda query, count: [mx(query)], forge) as server:
        assert resolve(server).answers == ("10 mx.example",)
    with udp(lambda query, count: [], forge) as server:
        assert resolve(server, timeout=0.05, attempts=1).detail == "TIMEOUT"


def test_a_silent_server_is_a_failure_of_the_network_after_all_attempts():
    asked = []
    with udp(lambda query, count: asked.append(query) or []) as server:
        found = resolve(server, timeout=0.05, attempts=2)
    assert (found.outcome, found.detail) == (Outcome.FAILED, "TIMEOUT")
    assert found.fault is Fault.NETWORK
    assert len(asked) == found.provenance.attempts == 2


def test_a_port_where_nobody_listens_is_a_failure_of_the_network():
    found = resolve(closed_port(), timeout=0.05)
    assert (found.outcome, found.fault) == (Outcome.FAILED, Fault.NETWORK)


@pytest.mark.parametrize(
    "rcode", [dns.rcode.SERVFAIL, dns.rcode.REFUSED], ids=lambda each: each.name
)
def test_an_error_then_an_answer_at_the_second_try_is_an_answer(rcode):
    with udp(lambda query, count: [refuse(query, rcode) if count == 1 else mx(query)]) as server:
        found = resolve(server)
    assert seen(found) == (Outcome.SEEN, ("10 mx.example",))
    assert found.provenance.attempts == 2


@pytest.mark.parametrize(
    ("rcode", "fault"),
    [
        (dns.rcode.SERVFAIL, Fault.ZONE),
        (dns.rcode.REFUSED, Fault.RESOLVER),
        (dns.rcode.FORMERR, Fault.RESOLVER),
    ],
    ids=lambda each: each.name,
)
def test_an_error_at_every_try_is_a_failure_with_that_fault(rcode, fault):
    with udp(lambda query, count: [refuse(query, rcode)]) as server:
        found = resolve(server)
    assert (found.outcome, found.detail, found.fault) == (Outcome.FAILED, rcode.name, fault)


@pytest.mark.parametrize(
    ("rcode", "detail"), [(dns.rcode.NXDOMAIN, "NXDOMAIN"), (dns.rcode.NOERROR, "NODATA")]
)
def test_absence_is_an_answer_and_not_tried_again(rcode, detail):
    asked = []
    with udp(lambda query, count: asked.append(query) or [refuse(query, rcode)]) as server:
        found = resolve(server)
    assert (found.outcome, found.detail, len(asked)) == (Outcome.ABSENT, detail, 1)


def test_the_second_resolver_is_used_where_the_first_is_silent():
    with udp(lambda query, count: []) as mute, udp(lambda query, count: [mx(query)]) as server:
        found = resolve(mute, server, timeout=0.2)
    assert seen(found) == (Outcome.SEEN, ("10 mx.example",))
    assert found.provenance.resolver == str(server)


def test_the_second_resolver_is_used_where_the_first_refuses():
    with (
        udp(lambda query, count: [refuse(query, dns.rcode.REFUSED)]) as closed,
        udp(lambda query, count: [mx(query)]) as server,
    ):
        assert resolve(closed, server).provenance.resolver == str(server)


def test_an_answer_too_long_for_udp_is_fetched_over_tcp():
    hosts = "".join(f"body.example. MX {n} a-rather-long-name-{n}.example.\n" for n in range(80))
    with stage(World(hosts)) as (address, port):
        found = resolve(Server(address, port))
    assert (found.outcome, len(found.answers)) == (Outcome.SEEN, 80)
    assert found.provenance.transport == "tcp"


def test_a_cut_answer_is_never_taken_for_the_whole():
    def cut(query, count):
        response = reply_to(query, ("body.example.", "MX", "10 mx.example."))
        response.flags |= dns.flags.TC
        return [response.to_wire()]

    with udp(cut) as server:  # and nobody listens over TCP
        found = resolve(server, attempts=1)
    assert (found.outcome, found.answers, found.fault) == (Outcome.FAILED, (), Fault.NETWORK)


@pytest.mark.parametrize(
    "by_tcp",
    [
        lambda wire: b"",
        lambda wire: b"\x00",
        lambda wire: b"\x00\x05" + b"\xff" * 5,
        lambda wire: b"\xff\xff" + wire,
        lambda wire: len(wire).to_bytes(2, "big") + wire,
    ],
    ids=["closes", "half-a-length", "garbage", "promises-too-much", "echo"],
)
def test_nonsense_over_tcp_is_a_failure(by_tcp):
    with udp_and_tcp(by_tcp) as server:
        found = resolve(server, attempts=1, timeout=0.2)
    assert (found.outcome, found.answers) == (Outcome.FAILED, ())
    assert found.detail in {"CLOSED", "TIMEOUT"}
    assert found.fault is Fault.NETWORK


@pytest.mark.parametrize(
    "name", ["x" * 64 + ".example", "a..example", "a." * 200 + "example", "b\\999.example"]
)
def test_a_name_that_cannot_be_asked_is_a_fault_of_the_zone_that_named_it(name):
    found = resolve(closed_port(), question=q(name, "TXT"))
    assert (found.outcome, found.detail, found.fault) == (Outcome.FAILED, "NOT-A-NAME", Fault.ZONE)


def test_where_and_when_an_answer_was_seen_is_kept():
    with stage(World("body.example. MX 10 mx.example.")) as (address, port):
        made = resolve(Server(address, port)).provenance
    assert (made.resolver, made.transport, made.ttl) == (f"127.0.0.1:{port}", "udp", 3600)
    assert made.observed_at.endswith("Z")

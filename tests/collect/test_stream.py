"""Questions by TCP: pipelined on one connection, and whatever a server does to it."""

import selectors
import socket
import time

import dns.message
import pytest

from sovscan.collect import Engine, Server
from sovscan.collect.dns.stream import Stream
from sovscan.collect.dns.wire import make_query
from sovscan.core.model import Fault, Observation, Outcome
from tests.collect.helpers import q, reply_to, udp
from tests.real.streams import Peer, by_tcp, framed, honest

QUESTIONS = [q(f"body{number}.example", "MX") for number in range(10)]


def ask(server: Server, count: int = 10, **how) -> tuple[Engine, list[Observation]]:
    engine = Engine((server,), **how)
    found = engine.ask(QUESTIONS[:count])
    assert sorted(each.question for each in found) == sorted(QUESTIONS[:count])
    return engine, found


def check_all_seen(found: list[Observation]) -> None:
    assert {each.outcome for each in found} == {Outcome.SEEN}
    assert {each.answers for each in found} == {("10 mx.example",)}
    assert {each.provenance.transport for each in found} == {"tcp"}


def test_questions_are_pipelined_on_one_connection():
    connections = []

    def talk(peer: Peer) -> None:
        connections.append(peer.count)
        peer.answer(*peer.queries(10))  # answers nothing before it has all
        peer.wait()

    with by_tcp(talk) as server:
        engine, found = ask(server, patience=(1.0,), attempts=1)
    check_all_seen(found)
    assert connections == [1]
    assert (engine.health.streams, engine.health.retries) == (10, 0)


def test_answers_may_come_in_any_order():
    def talk(peer: Peer) -> None:
        peer.answer(*reversed(peer.queries(10)))
        peer.wait()

    with by_tcp(talk) as server:
        engine, found = ask(server, patience=(1.0,), attempts=1)
    check_all_seen(found)
    assert not engine.health.dropped


@pytest.mark.parametrize("size", [1, 2, 3, 45])
def test_messages_may_come_in_pieces(size):
    def talk(peer: Peer) -> None:
        octets = b"".join(framed(honest(query)) for query in peer.queries(4))
        for start in range(0, len(octets), size):
            peer.send(octets[start : start + size])
            time.sleep(0.001)
        peer.wait()

    with by_tcp(talk) as server:
        _, found = ask(server, 4, patience=(2.0,), attempts=1)
    check_all_seen(found)


def test_empty_messages_and_stray_ones_are_passed_over():
    def talk(peer: Peer) -> None:
        (query,) = peer.queries(1)
        stray = bytes((query[0] ^ 0xFF, query[1])) + honest(query)[2:]
        other = honest(
            dns.message.make_query("o.example", "MX", id=int.from_bytes(query[:2])).to_wire()
        )
        peer.send(framed(b"") + framed(b"\0") + framed(stray) + framed(query) + framed(other))
        peer.answer(query)
        peer.wait()

    with by_tcp(talk) as server:
        engine, found = ask(server, 1, patience=(1.0,), attempts=1)
    check_all_seen(found)
    assert engine.health.dropped == {"id": 4, "question": 1}


def test_the_longest_answer_there_can_be_comes_whole():
    def talk(peer: Peer) -> None:
        (query,) = peer.queries(1)
        name = QUESTIONS[0].name + "."
        hosts = [(name, "MX", f"{n} host-{n:05d}-{'x' * 50}.example.") for n in range(800)]
        message = reply_to(dns.message.from_wire(query), *hosts).to_wire(max_size=65535)
        assert len(message) > 60_000
        peer.send(framed(message))
        peer.wait()

    with by_tcp(talk) as server:
        _, [found] = ask(server, 1, patience=(5.0,), attempts=1)
    assert (found.outcome, len(found.answers), found.detail) == (Outcome.SEEN, 300, "CUT")


def test_what_a_closed_connection_left_open_is_asked_again_on_a_new_one():
    def talk(peer: Peer) -> None:
        if peer.count == 1:
            peer.answer(*peer.queries(3))
        else:
            peer.answer_all()

    with by_tcp(talk) as server:
        engine, found = ask(server, patience=(1.0,), attempts=2)
    check_all_seen(found)
    assert engine.health.failures == {}


def test_a_server_that_answers_one_question_a_connection_is_asked_until_all_are_answered():
    with by_tcp(lambda peer: peer.answer(peer.query())) as server:
        _, found = ask(server, patience=(1.0,))
    check_all_seen(found)


def test_a_connection_closed_in_the_middle_of_a_message_is_opened_again():
    def talk(peer: Peer) -> None:
        if peer.count == 1:
            peer.send(framed(honest(peer.query()))[:-5])
        else:
            peer.answer_all()

    with by_tcp(talk) as server:
        _, found = ask(server, 1, patience=(1.0,), attempts=2)
    check_all_seen(found)
    assert found[0].provenance.attempts == 2


@pytest.mark.parametrize(
    ("talk", "details"),
    [
        (lambda peer: None, {"CLOSED", "ECONNRESET", "EPIPE"}),
        (lambda peer: peer.send(framed(honest(peer.query()))[:-5]), {"CLOSED", "ECONNRESET"}),
        (lambda peer: peer.wait(), {"TIMEOUT"}),
        (lambda peer: (peer.send(b"\xff\xff" + honest(peer.query())), peer.wait()), {"TIMEOUT"}),
    ],
    ids=["hangs-up", "half-a-message", "says-nothing", "promises-too-much"],
)
def test_a_server_that_never_answers_by_tcp_is_a_failure_of_the_network(talk, details):
    with by_tcp(talk) as server:
        engine, found = ask(server, 3, patience=(0.15,), attempts=2)
    assert {(each.outcome, each.answers) for each in found} == {(Outcome.FAILED, ())}
    assert {each.fault for each in found} == {Fault.NETWORK}
    assert {each.detail for each in found} <= details
    assert {each.provenance.transport for each in found} == {"tcp"}
    assert engine.health.faults == {"network": 3}


def test_a_resolver_that_folds_case_is_believed_by_tcp():
    def talk(peer: Peer) -> None:
        while query := peer.query():
            message = honest(query)
            peer.send(framed(message[:12] + message[12:].lower()))

    with by_tcp(talk) as server:
        _, found = ask(server, patience=(0.3,), attempts=1)
    check_all_seen(found)


def test_an_error_without_a_question_by_tcp_is_told():
    def talk(peer: Peer) -> None:
        while query := peer.query():
            peer.send(framed(query[:2] + b"\x81\x85" + b"\0" * 8))

    with by_tcp(talk) as server:
        _, [found] = ask(server, 1, patience=(0.3,), attempts=1)
    assert (found.outcome, found.detail, found.fault) == (
        Outcome.FAILED,
        "REFUSED",
        Fault.RESOLVER,
    )


def test_a_port_that_cannot_be_connected_to_fails_soon_and_says_why():
    def cut(query, count):
        return [reply_to(query).to_wire()[:2] + b"\x83\x80" + query.to_wire()[4:]]

    with udp(cut) as server:  # nobody listens by TCP
        started = time.monotonic()
        _, [found] = ask(server, 1, patience=(5.0,), attempts=1)
    assert (found.outcome, found.detail) == (Outcome.FAILED, "ECONNREFUSED")
    assert time.monotonic() - started < 2


def test_what_comes_is_read_even_while_the_server_reads_nothing():
    """Both sides' buffers may be full: who only writes then waits for ever."""
    answer = framed(honest(make_query("body.example", "MX")))
    rounds = 8 * 1024 * 1024 // len(answer)

    def talk(peer: Peer) -> None:
        peer.query()
        for _ in range(64):
            peer.send(answer * (rounds // 64))
        peer.wait()

    with by_tcp(talk) as server, selectors.DefaultSelector() as selector:
        stream = Stream(server, selector)
        query = make_query("body.example", "MX")
        for _ in range(12 * 1024 * 1024 // len(query)):
            stream.send(query)
        came, end = 0, time.monotonic() + 5
        while came < rounds // 64 * 64 and not stream.failed and time.monotonic() < end:
            for key, _ in selector.select(0.1):
                came += len(key.data.ready())
        stream.close()
    assert came == rounds // 64 * 64


def test_a_stream_that_is_closed_lets_go_of_its_socket():
    with by_tcp(lambda peer: peer.wait()) as server, selectors.DefaultSelector() as selector:
        stream = Stream(server, selector)
        stream.close()
        assert (stream.failed, stream.ready()) == ("CLOSED", [])
        assert not selector.get_map()
    with socket.socket() as again:
        again.bind(("127.0.0.1", server.port))

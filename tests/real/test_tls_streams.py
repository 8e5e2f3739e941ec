"""TLS, and resolvers that break it: what is not proven is not asked, and never in the clear."""

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace

import pytest

from sovscan.collect import Engine, Server
from sovscan.core.model import Fault, Outcome
from tests.collect.helpers import closed_port, q
from tests.real.certificates import CERTIFIED_NAME, Certificates
from tests.real.processes import LOOPBACK
from tests.real.streams import Peer, by_tls, framed, honest

pytestmark = pytest.mark.usefixtures("trusted")
QUESTIONS = [q(f"body{number}.example", "MX") for number in range(10)]


def ask(server: Server, **how) -> tuple[Engine, list]:
    engine = Engine((server,), **how)
    found = engine.ask(QUESTIONS)
    assert sorted(each.question for each in found) == QUESTIONS
    return engine, found


def check_all_seen(found: list) -> None:
    assert {(each.outcome, each.answers) for each in found} == {(Outcome.SEEN, ("10 mx.example",))}
    assert {each.provenance.transport for each in found} == {"tls"}


def check_nothing_claimed(found: list) -> None:
    assert {(each.outcome, each.answers) for each in found} == {(Outcome.FAILED, ())}
    assert {each.fault for each in found} == {Fault.NETWORK}
    assert {each.provenance.transport for each in found} == {"tls"}


def test_questions_are_pipelined_and_answered_in_any_order(certificates):
    def talk(peer: Peer) -> None:
        peer.answer(*reversed(peer.queries(10)))
        peer.wait()

    with by_tls(talk, certificates) as (server, in_the_clear):
        engine, found = ask(server, patience=(2.0,), attempts=1)
    check_all_seen(found)
    assert engine.health.streams == 10
    assert not in_the_clear


def test_answers_may_drip(certificates):
    def talk(peer: Peer) -> None:
        for octet in b"".join(framed(honest(query)) for query in peer.queries(10)):
            peer.send(bytes((octet,)))
        peer.wait()

    with by_tls(talk, certificates) as (server, _):
        _, found = ask(server, patience=(3.0,), attempts=1)
    check_all_seen(found)


def test_what_a_closed_connection_left_open_is_asked_again(certificates):
    def talk(peer: Peer) -> None:
        if peer.count == 1:
            peer.answer(*peer.queries(3))
        else:
            peer.answer_all()

    with by_tls(talk, certificates) as (server, in_the_clear):
        _, found = ask(server, patience=(2.0,), attempts=2)
    check_all_seen(found)
    assert not in_the_clear


def test_a_name_that_is_not_proven_is_not_asked(certificates):
    asked = []
    with by_tls(lambda peer: asked.append(peer.query()), certificates) as (server, in_the_clear):
        _, found = ask(replace(server, name="other.test"), patience=(0.5,), attempts=2)
    check_nothing_claimed(found)
    assert {each.detail for each in found} == {"TLS-CERTIFICATE_VERIFY_FAILED"}
    assert (asked, in_the_clear) == ([], [])


@pytest.mark.parametrize(
    "greeting", [b"", b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x15\x03\x03\x00\x02\x02\x28"]
)
def test_a_server_that_does_not_speak_tls_gets_no_question(greeting):
    heard = []

    def serve() -> None:
        while not over.is_set():
            with suppress(TimeoutError, ConnectionError):
                connection, _ = sock.accept()
                with connection:
                    connection.settimeout(1)
                    heard.append(connection.recv(4096))
                    connection.sendall(greeting)

    over = threading.Event()
    with socket.create_server((LOOPBACK, 0)) as sock:
        sock.settimeout(0.02)
        thread = threading.Thread(target=serve)
        thread.start()
        server = Server(*sock.getsockname(), tls=True, name=CERTIFIED_NAME)
        _, found = ask(server, patience=(0.5,), attempts=2)
        over.set()
        thread.join()
    check_nothing_claimed(found)
    assert heard
    assert not any(b"example" in each for each in heard)


def test_a_closed_port_is_a_failure_of_the_network_over_tls():
    _, found = ask(replace(closed_port(), tls=True), patience=(0.5,), attempts=1)
    check_nothing_claimed(found)


def test_a_resolver_that_is_far_away_is_reached_over_tls(certificates):
    """On loopback a connection opens at once; here it takes as long as the SYN is sent again."""
    with _late(certificates) as server:
        _, found = ask(server, patience=(5.0,), attempts=1)
    check_all_seen(found)


@contextmanager
def _late(certificates: Certificates) -> Iterator[Server]:
    """A resolver over TLS whose queue of connections is full for a moment."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.certificate, certificates.key)
    over = threading.Event()

    def serve() -> None:
        time.sleep(0.3)
        for each in waiting:
            each.close()
        while not over.is_set():
            with suppress(OSError):
                plain, _ = sock.accept()
                plain.settimeout(2)
                with context.wrap_socket(plain, server_side=True) as connection:
                    Peer(connection, over, 1).answer_all()

    with socket.socket() as sock:
        sock.bind((LOOPBACK, 0))
        sock.listen(0)
        sock.settimeout(0.05)
        waiting = [_knock(sock) for _ in range(3)]
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield Server(*sock.getsockname(), tls=True, name=CERTIFIED_NAME)
        finally:
            over.set()
            thread.join()


def _knock(sock: socket.socket) -> socket.socket:
    knocking = socket.socket()
    knocking.setblocking(False)
    knocking.connect_ex(sock.getsockname())
    return knocking

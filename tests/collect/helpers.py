"""Worlds asked without a network, and small resolvers on loopback that misbehave as told."""

import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

import dns.flags
import dns.message
import dns.rcode
import dns.rrset

from sovscan.collect import Engine, Server
from sovscan.collect.dns.plan import plan
from sovscan.collect.dns.port import Asker
from sovscan.collect.dns.reading import read
from sovscan.core.model import DomainName, Observation, Outcome, Question, Target
from sovscan.core.registry import Probe
from sovscan.demo.world import World
from tests.conftest import MADE

Reply = Callable[[dns.message.Message, int], Iterable[bytes]]
"""What a resolver sends for the n-th query (from 1), datagram by datagram."""


def q(name: str, rtype: str) -> Question:
    return Question(DomainName(name), rtype)


def answer(world: World, question: Question) -> Observation:
    query = dns.message.make_query(question.name, question.type)
    return read(question, world.respond(query).to_wire(max_size=65535), MADE)


def explore(
    world: World, body: Target, probes: Sequence[Probe] = ()
) -> tuple[list[tuple[Question, ...]], dict[Question, Observation]]:
    """The plan of every wave, and all that was observed at the end."""
    facts: dict[Question, Observation] = {}
    waves = []
    while wanted := [each for each in plan(body, facts, probes) if each not in facts]:
        waves.append(tuple(wanted))
        facts |= {each: answer(world, each) for each in wanted}
    return waves, facts


def asked(facts: Iterable[Question], rtype: str) -> set[str]:
    return {each.name for each in facts if each.type == rtype}


def absent(question: Question, detail: str = "NODATA") -> Observation:
    return Observation(question, Outcome.ABSENT, detail=detail)


def reply_to(
    query: dns.message.Message,
    *records: tuple[str, str, str],
    rcode: dns.rcode.Rcode = dns.rcode.NOERROR,
    recursion: bool = True,
) -> dns.message.Message:
    """A response with these records: owner, type, data."""
    response = dns.message.make_response(query, recursion_available=recursion)
    response.set_rcode(rcode)
    response.answer = [dns.rrset.from_text(name, 300, "IN", t, data) for name, t, data in records]
    return response


def mx(query: dns.message.Message, host: str = "mx.example.") -> bytes:
    """The honest answer of these tests: an MX record."""
    name = query.question[0].name.to_text()
    return reply_to(query, (name, "MX", f"10 {host}")).to_wire()


def refuse(query: dns.message.Message, rcode: dns.rcode.Rcode) -> bytes:
    return reply_to(query, rcode=rcode).to_wire()


@contextmanager
def udp(reply: Reply, forge: Reply | None = None, port: int = 0) -> Iterator[Server]:
    """A UDP resolver; `forge` answers first, from another port."""
    with _socket(socket.SOCK_DGRAM, port) as sock, _socket(socket.SOCK_DGRAM) as elsewhere:

        def serve(count: int) -> None:
            data, peer = sock.recvfrom(4096)
            query = dns.message.from_wire(data)
            for wire in forge(query, count) if forge else ():
                elsewhere.sendto(wire, peer)
            for wire in reply(query, count):
                sock.sendto(wire, peer)

        with _thread(serve):
            yield Server(*sock.getsockname())


@contextmanager
def udp_and_tcp(by_tcp: Callable[[bytes], bytes]) -> Iterator[Server]:
    """A resolver that cuts everything over UDP and sends `by_tcp` of the query over TCP."""

    def cut(query: dns.message.Message, count: int) -> list[bytes]:
        response = dns.message.make_response(query)
        response.flags |= dns.flags.TC | dns.flags.RA
        return [response.to_wire()]

    with _both() as (free, sock), udp(cut, port=free) as server:
        sock.listen()

        def serve(count: int) -> None:
            connection, _ = sock.accept()
            with connection:
                connection.settimeout(2)
                connection.sendall(by_tcp(connection.recv(4096)[2:]))

        with _thread(serve):
            yield server


@contextmanager
def _both() -> Iterator[tuple[int, socket.socket]]:
    """A port that is free for UDP, and bound for TCP."""
    for _ in range(20):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as sock:
            sock.bind(("127.0.0.1", 0))
            sock.settimeout(0.02)
            port = sock.getsockname()[1]
            try:
                with _socket(socket.SOCK_DGRAM, port):
                    pass
            except OSError:
                continue
            yield port, sock
            return
    raise OSError("no port is free for both")


@contextmanager
def _socket(kind: socket.SocketKind, port: int = 0) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, kind) as sock:
        sock.bind(("127.0.0.1", port))
        sock.settimeout(0.02)
        yield sock


@contextmanager
def _thread(serve: Callable[[int], None]) -> Iterator[None]:
    over = threading.Event()

    def run() -> None:
        count = 1
        while not over.is_set():
            with suppress(TimeoutError):
                serve(count)
                count += 1

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def closed_port() -> Server:
    """A port of this machine where nobody listens."""
    with _socket(socket.SOCK_DGRAM) as sock:
        return Server(*sock.getsockname())


def resolve(
    *servers: Server, attempts: int = 2, timeout: float = 2.0, question: Question | None = None
) -> Observation:
    (found,) = Engine(servers, attempts=attempts, patience=(timeout,)).ask(
        [question or q("body.example", "MX")]
    )
    return found


def turn(asker: Asker, count: int, most_seconds: float = 20) -> list[Observation]:
    """Turn the loop of an asker until so many observations are there."""
    found = list(asker.finished())
    until = time.monotonic() + most_seconds
    while len(found) < count:
        assert time.monotonic() < until, f"{count - len(found)} looks did not end"
        due = asker.due()
        pause = 0.05 if due is None else min(0.05, max(0.0, due - time.monotonic()))
        for key, events in asker._selector.select(pause):
            assert key.data is asker
            asker.ready(key.fd, events)
        asker.tick()
        found += asker.finished()
    return found

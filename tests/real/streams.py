"""Small resolvers on loopback that speak by TCP or TLS as a test tells them."""

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import dns.flags
import dns.message

from sovscan.collect import Server
from tests.collect.helpers import mx
from tests.real.certificates import CERTIFIED_NAME, Certificates
from tests.real.processes import LOOPBACK, free_port

TICK = 0.02
Talk = Callable[["Peer"], None]
"""What a resolver does with one connection; when it returns, the connection is closed."""


class Peer:
    """One connection, seen by the resolver: messages in, octets out."""

    def __init__(self, connection: socket.socket, over: threading.Event, count: int) -> None:
        self._socket = connection
        self._over = over
        self.count = count

    def query(self) -> bytes:
        """The next message; b"" where the other side is done."""
        return self._exactly(int.from_bytes(self._exactly(2), "big"))

    def queries(self, number: int) -> list[bytes]:
        return [self.query() for _ in range(number)]

    def send(self, octets: bytes) -> None:
        self._socket.settimeout(2)
        self._socket.sendall(octets)
        self._socket.settimeout(TICK)

    def answer(self, *queries: bytes) -> None:
        self.send(b"".join(framed(honest(query)) for query in queries))

    def answer_all(self) -> None:
        """Answer in order until the other side is done."""
        while query := self.query():
            self.answer(query)

    def wait(self, seconds: float = 10.0) -> None:
        """Do nothing until the test is over, or for so long."""
        self._over.wait(seconds)

    def _exactly(self, size: int) -> bytes:
        found = b""
        while len(found) < size and not self._over.is_set():
            with suppress(TimeoutError):
                chunk = self._socket.recv(size - len(found))
                if not chunk:
                    return b""
                found += chunk
        return found if len(found) == size else b""


def honest(query: bytes) -> bytes:
    return mx(dns.message.from_wire(query))


def framed(message: bytes) -> bytes:
    return len(message).to_bytes(2, "big") + message


@contextmanager
def by_tcp(talk: Talk) -> Iterator[Server]:
    """A resolver that cuts everything over UDP, and talks by TCP."""

    def cut(data: bytes) -> bytes:
        response = dns.message.make_response(dns.message.from_wire(data))
        response.flags |= dns.flags.TC | dns.flags.RA
        return response.to_wire()

    with _listening(talk) as (server, over), _datagrams(server.port, over, cut):
        yield server


@contextmanager
def by_tls(talk: Talk, certificates: Certificates) -> Iterator[tuple[Server, list[bytes]]]:
    """A resolver over TLS; and the datagrams that came to its port, which nobody may send."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates.certificate, certificates.key)
    in_the_clear: list[bytes] = []

    def note(data: bytes) -> None:
        in_the_clear.append(data)

    with _listening(talk, context) as (server, over), _datagrams(server.port, over, note):
        yield Server(server.address, server.port, tls=True, name=CERTIFIED_NAME), in_the_clear


@contextmanager
def _listening(
    talk: Talk, context: ssl.SSLContext | None = None
) -> Iterator[tuple[Server, threading.Event]]:
    over = threading.Event()
    with ExitStack() as stack:
        sock = stack.enter_context(socket.create_server((LOOPBACK, free_port())))
        sock.settimeout(TICK)
        thread = threading.Thread(target=_accept, args=(sock, talk, context, over))
        thread.start()
        try:
            yield Server(*sock.getsockname()), over
        finally:
            over.set()
            thread.join()


def _accept(
    sock: socket.socket, talk: Talk, context: ssl.SSLContext | None, over: threading.Event
) -> None:
    threads: list[threading.Thread] = []
    while not over.is_set():
        with suppress(TimeoutError):
            connection, _ = sock.accept()
            thread = threading.Thread(
                target=_talk, args=(connection, talk, context, over, len(threads) + 1)
            )
            threads.append(thread)
            thread.start()
    for thread in threads:
        thread.join()


def _talk(
    plain: socket.socket,
    talk: Talk,
    context: ssl.SSLContext | None,
    over: threading.Event,
    count: int,
) -> None:
    plain.settimeout(2)
    with plain, suppress(OSError):  # the other side may hang up at any moment
        connection = context.wrap_socket(plain, server_side=True) if context else plain
        with connection:
            connection.settimeout(TICK)
            talk(Peer(connection, over, count))


@contextmanager
def _datagrams(
    port: int, over: threading.Event, reply: Callable[[bytes], bytes | None]
) -> Iterator[None]:
    def serve() -> None:
        while not over.is_set():
            with suppress(TimeoutError):
                data, peer = sock.recvfrom(4096)
                wire = reply(data)
                if wire is not None:
                    sock.sendto(wire, peer)

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((LOOPBACK, port))
        sock.settimeout(TICK)
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

"""One try at one address: a query that leaves by a socket of its own, and what comes back by it.

Each socket is connected, so that the system drops what comes from anybody else, and has a port that
the system drew; each query has an id drawn at random (RFC 5452).
"""

import errno
import selectors
import socket
from collections import Counter
from dataclasses import dataclass

from sovscan.collect.delegation.look import Line, Look
from sovscan.collect.dns.servers import Server
from sovscan.collect.dns.stream import Stream
from sovscan.collect.dns.wire import FLAG_QR, HEADER, make_query, repeats, tells_nothing

LARGEST = 4096
BATCH = 16


@dataclass(slots=True, eq=False)
class Flight:
    """A try under way. `until`: when (monotonic, s) it has waited long enough; `is_whole`: whether
    its silence until then counts, or the look ends before.
    """

    look: Look
    line: Line
    address: str
    until: float = 0.0
    is_whole: bool = True
    query: bytes = b""
    way: "Datagrams | Stream | None" = None
    fd: int = -1

    @property
    def by_stream(self) -> bool:
        """By TCP?"""
        return self.address in self.line.cut


class Datagrams:
    """A UDP socket that is connected to one address. `failed` says why nothing more will come."""

    def __init__(self, server: Server, selector: selectors.BaseSelector, owner: object) -> None:
        """Raises OSError where nothing can be sent there from here."""
        family = socket.AF_INET6 if ":" in server.address else socket.AF_INET
        self._selector = selector
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.setblocking(False)  # noqa: FBT003 - the name of the method says it
        self.failed = ""
        try:
            self._socket.connect((server.address, server.port))
        except OSError:
            self._socket.close()
            raise
        selector.register(self._socket, selectors.EVENT_READ, owner)

    def fileno(self) -> int:
        """Its descriptor; -1 once it is closed."""
        return self._socket.fileno()

    def send(self, message: bytes) -> None:
        """Send a query. Raises OSError."""
        self._socket.send(message)

    def ready(self) -> list[bytes]:
        """What has come."""
        found: list[bytes] = []
        try:
            while len(found) < BATCH:
                found.append(self._socket.recv(LARGEST))
        except BlockingIOError:
            pass
        except OSError as error:  # the port is closed there (ICMP)
            self.failed = errno.errorcode.get(error.errno or 0, "OSERROR")
        return found

    def close(self) -> None:
        """Let go of it."""
        if self._socket.fileno() >= 0:
            self._selector.unregister(self._socket)
            self._socket.close()


def send(flight: Flight, server: Server, selector: selectors.BaseSelector, owner: object) -> None:
    """Let a try leave. Raises OSError where it cannot."""
    name, rtype = flight.line.question
    edns = flight.address not in flight.line.plain
    flight.query = make_query(name, rtype, mixed=False, edns=edns, recursive=False)
    way = (Stream if flight.by_stream else Datagrams)(server, selector, owner)
    if way.failed:
        raise OSError(getattr(errno, way.failed, errno.EIO), "connect")
    flight.way, flight.fd = way, way.fileno()
    try:
        way.send(flight.query)
    except OSError:
        way.close()
        raise


def answers_to(flight: Flight, messages: list[bytes], dropped: Counter[str]) -> list[bytes]:
    """Those of the messages that repeat our id and our question; the others are counted."""
    found = []
    for data in messages:
        if len(data) < HEADER or data[:2] != flight.query[:2] or not data[2] << 8 & FLAG_QR:
            dropped["id"] += 1
        elif repeats(data, flight.query).but_for_case or tells_nothing(data):
            found.append(data)
        else:
            dropped["question"] += 1
    return found

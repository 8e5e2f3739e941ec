"""UDP sockets to one resolver: random source ports and ids, and nothing taken from strangers."""

import errno
import selectors
import socket
from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field

from sovscan.collect.dns.servers import Server
from sovscan.collect.dns.wire import FLAG_QR, HEADER, is_mixed, make_query, repeats, tells_nothing
from sovscan.core.model import Question

USES = 2000
"""Questions asked from one source port, before another is taken."""
WIDTH = 8
BATCH = 64
LARGEST = 4096
BUFFER = 1 << 20
IP_RECVERR, IPV6_RECVERR = 11, 25
"""Linux: tell an unconnected socket that a port is closed (ip(7)); elsewhere that is a timeout."""


@dataclass(slots=True, eq=False)
class Flight:
    """A question under way: which try it is, and what was sent. `when` is the moment (monotonic,
    s) at which it is looked at again, by timeout or for the next try.
    """

    question: Question
    server: int
    attempt: int = 1
    query: bytes = b""
    when: float = 0.0
    by_stream: bool = False
    edns: bool = True
    lane: "Lane | None" = None


@dataclass(slots=True, eq=False)
class Lane:
    """A socket, the flights that left by it under their ids, and how often it was used."""

    socket: socket.socket
    flights: dict[bytes, Flight] = field(default_factory=dict)
    uses: int = 0


def query_of(flight: Flight, taken: Collection[bytes], *, mixed: bool) -> bytes:
    """A query for a flight, with an id that none of those under way has."""
    while True:
        name, rtype = flight.question
        query = make_query(name, rtype, mixed=mixed, edns=flight.edns)
        if query[:2] not in taken:
            return query


class Lanes:
    """The sockets to one resolver. `dropped` counts, by reason, what came and was not believed."""

    def __init__(self, server: Server, selector: selectors.BaseSelector) -> None:
        self._server = server
        self._selector = selector
        self._family = socket.AF_INET6 if ":" in server.address else socket.AF_INET
        self._place = socket.getaddrinfo(
            server.address, server.port, self._family, socket.SOCK_DGRAM, 0, socket.AI_NUMERICHOST
        )[0][4]
        self._from = self._place[:2]
        self._lanes: list[Lane] = []
        self._next = 0
        self._kept, self._lost = False, 0
        self.dropped: Counter[str] = Counter()

    @property
    def mixes_case(self) -> bool:
        """False for a resolver that never gives the case of letters back: then 0x20 tells
        nothing.
        """
        return self._kept or self._lost < WIDTH

    def send(self, flight: Flight) -> None:
        """Ask a question. Raises OSError where the machine cannot send."""
        lane = self._lane()
        query = query_of(flight, lane.flights, mixed=self.mixes_case)
        lane.socket.sendto(query, self._place)
        flight.query = query
        lane.uses += 1
        lane.flights[query[:2]] = flight
        flight.lane = lane

    def forget(self, flight: Flight) -> None:
        """Believe no answer to this flight any more."""
        lane, flight.lane = flight.lane, None
        if lane is None:
            return
        if lane.flights.get(flight.query[:2]) is flight:
            del lane.flights[flight.query[:2]]
        if not lane.flights and lane.uses >= USES:
            self._shut(lane)

    def receive(self, lane: Lane) -> list[tuple[Flight, bytes | OSError]]:
        """What has come by a socket: each answer with its flight; or an error for all of them, as
        when the resolver's port is closed.
        """
        found: list[tuple[Flight, bytes | OSError]] = []
        for _ in range(BATCH):
            try:
                data, source = lane.socket.recvfrom(LARGEST)
            except BlockingIOError:
                break
            except OSError as error:
                self._clear(lane)
                found.extend((flight, error) for flight in lane.flights.values())
                break
            flight = self._flight_of(lane, data, source)
            if flight is not None:
                found.append((flight, data))
        return found

    def close(self) -> None:
        """Let go of all sockets."""
        for lane in {id(each): each for each in self._every()}.values():
            self._shut(lane)

    def _flight_of(self, lane: Lane, data: bytes, source: tuple[object, ...]) -> Flight | None:
        """The flight that this answers: the resolver's address, our id, our question, our case."""
        if source[:2] != self._from:
            self.dropped["address"] += 1
            return None
        flight = lane.flights.get(data[:2])
        if len(data) < HEADER or flight is None or not data[2] << 8 & FLAG_QR:
            self.dropped["id"] += 1
            return None
        asked = repeats(data, flight.query)
        if asked.exactly:
            self._kept = self._kept or is_mixed(flight.query)
        elif not tells_nothing(data):
            self._lost += asked.but_for_case
            self.dropped["case" if asked.but_for_case else "question"] += 1
            return None
        return flight

    def _lane(self) -> Lane:
        """The next socket in turn; a new one while there are few, and for one that is worn out."""
        if len(self._lanes) < WIDTH:
            self._lanes.append(self._open())
            return self._lanes[-1]
        self._next = (self._next + 1) % WIDTH
        lane = self._lanes[self._next]
        if lane.uses < USES:
            return lane
        if not lane.flights:
            self._shut(lane)
        self._lanes[self._next] = self._open()
        return self._lanes[self._next]

    def _open(self) -> Lane:
        opened = socket.socket(self._family, socket.SOCK_DGRAM)
        opened.setblocking(False)  # noqa: FBT003 - the name of the method says it
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        told = (
            (socket.IPPROTO_IPV6, IPV6_RECVERR)
            if self._family == socket.AF_INET6
            else (socket.IPPROTO_IP, IP_RECVERR)
        )
        with suppress(OSError):  # another system: a closed port is a timeout there
            opened.setsockopt(*told, 1)
        lane = Lane(opened)
        self._selector.register(opened, selectors.EVENT_READ, (self, lane))
        return lane

    def _clear(self, lane: Lane) -> None:
        """Take the error off the socket's queue, or it would be told for ever."""
        try:
            lane.socket.recvmsg(1, 1024, getattr(socket, "MSG_ERRQUEUE", 0) | socket.MSG_DONTWAIT)
        except OSError as error:
            if error.errno not in {errno.EAGAIN, errno.EWOULDBLOCK}:
                self.dropped["error"] += 1

    def _every(self) -> list[Lane]:
        worn = [
            key.data[1]
            for key in list(self._selector.get_map().values())
            if isinstance(key.data, tuple) and key.data[0] is self
        ]
        return [*self._lanes, *worn]

    def _shut(self, lane: Lane) -> None:
        if lane.socket.fileno() >= 0:
            self._selector.unregister(lane.socket)
            lane.socket.close()

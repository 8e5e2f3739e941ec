"""The connections to the resolvers, one each, and the flights that wait on them."""

import errno
import selectors
from collections import Counter
from collections.abc import Sequence

from sovscan.collect.dns.lanes import Flight, query_of
from sovscan.collect.dns.servers import Server
from sovscan.collect.dns.stream import Stream
from sovscan.collect.dns.wire import FLAG_QR, HEADER, repeats, tells_nothing


class Streams:
    """Opens a connection when it is wanted, and another when that one was closed. `dropped` counts,
    by reason, what came and was not believed.
    """

    def __init__(self, servers: Sequence[Server], selector: selectors.BaseSelector) -> None:
        self._servers = servers
        self._selector = selector
        self._open: dict[int, tuple[Stream, dict[bytes, Flight]]] = {}
        self.dropped: Counter[str] = Counter()

    def send(self, flight: Flight) -> None:
        """Ask a question by its server's connection. Nobody off the path can write into it, so that
        the case of letters need not be mixed.
        """
        stream, flights = self._open.get(flight.server, (None, {}))
        if stream is None or stream.failed:
            stream, flights = Stream(self._servers[flight.server], self._selector), {}
            self._open[flight.server] = (stream, flights)
            if stream.failed:
                raise OSError(getattr(errno, stream.failed, errno.EIO), "connect")
        query = query_of(flight, flights, mixed=False)
        flight.query, flight.by_stream = query, True
        flights[query[:2]] = flight
        stream.send(query)

    def receive(self, stream: Stream) -> tuple[list[tuple[Flight, bytes]], list[Flight]]:
        """The answers that have come, each with its flight; and the flights that wait in vain
        because the connection was lost. A server may close after each answer (RFC 7766 section
        6.2.3): where it gave one, the others lose no try by that.
        """
        flights = next(held for each, held in self._open.values() if each is stream)
        found = []
        for data in stream.ready():
            flight = flights.get(data[:2])
            if len(data) < HEADER or flight is None or not data[2] << 8 & FLAG_QR:
                self.dropped["id"] += 1
                continue
            if not repeats(data, flight.query).but_for_case and not tells_nothing(data):
                self.dropped["question"] += 1
                continue
            del flights[data[:2]]
            stream.answered += 1
            found.append((flight, data))
        lost = list(flights.values()) if stream.failed else []
        for flight in lost:
            del flights[flight.query[:2]]
            flight.attempt -= stream.answered > 0
        return found, lost

    def forget(self, flight: Flight) -> None:
        """Believe no answer to this flight any more."""
        _, flights = self._open.get(flight.server, (None, {}))
        if flights.get(flight.query[:2]) is flight:
            del flights[flight.query[:2]]

    def close(self) -> None:
        """Let go of all connections."""
        for stream, _ in self._open.values():
            stream.close()

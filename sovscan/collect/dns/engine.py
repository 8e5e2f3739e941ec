"""The DNS engine: one loop, many questions open, no threads (docs/dns-engine.md: why our own).

Every question ends in an observation. It is tried up to `ATTEMPTS` times, each time at the next
resolver where there are several, and by TCP where an answer is cut. What nobody answered is FAILED,
and says whose fault that was; it is never taken for an absence.
"""

import errno
import heapq
import selectors
import time
from collections.abc import Iterable, Iterator

from sovscan.clock import Clock, stamp, utc_now
from sovscan.collect.dns.beside import Beside, Opener, nobody
from sovscan.collect.dns.lanes import Flight, Lane, Lanes
from sovscan.collect.dns.pace import Rate, Window
from sovscan.collect.dns.port import Asked, Health, Source
from sovscan.collect.dns.rdata import Unusual
from sovscan.collect.dns.reading import MALFORMED, failure, read, unreachable
from sovscan.collect.dns.servers import Server
from sovscan.collect.dns.stream import Stream
from sovscan.collect.dns.streams import Streams
from sovscan.collect.dns.wire import FLAG_TC
from sovscan.collect.survey import Survey, Surveyed
from sovscan.core.model import Fault, Observation, Outcome, Provenance, Question

CONCURRENCY = 200
ATTEMPTS = 4
PATIENCE = (2.0, 3.0, 4.0, 5.0)
"""Seconds for which each try is waited for."""
PAUSE = (0.1, 0.4, 1.0)
"""Seconds before a question is tried again that was refused or failed at the zone."""
HOPELESS = 120
"""Questions lost to the network one after the other, with no answer between: nobody is there."""
LOCAL_ERRORS = {errno.EMFILE, errno.ENFILE, errno.EACCES, errno.EPERM}
TRANSIENT = {errno.EAGAIN, errno.EWOULDBLOCK, errno.ENOBUFS}
NO_EDNS = {"FORMERR", "NOTIMP", "BADVERS"}
"""What an old server says to EDNS; it is asked again without (RFC 6891 section 7)."""
RCODE, SERVFAIL = 0x0F, 2
SOON = 0.005
LONGEST_WAIT = 1.0


class Engine:
    """Asks a survey's questions. `gave_up` is True where the resolvers turned out unreachable."""

    def __init__(
        self,
        servers: tuple[Server, ...],
        *,
        concurrency: int = CONCURRENCY,
        rate: float | None = None,
        attempts: int = ATTEMPTS,
        patience: tuple[float, ...] = PATIENCE,
        clock: Clock = utc_now,
        beside: Opener = nobody,
    ) -> None:
        self._servers = servers
        self._beside = beside
        self._windows = [Window(concurrency) for _ in servers]
        self._rate = Rate(rate)
        self._attempts = attempts
        self._patience = patience
        self._clock = clock
        self._moment = stamp(clock())
        self._names = [str(server) for server in servers]
        self._timers: list[tuple[float, int, Flight]] = []
        self._order = 0
        self._makings: dict[tuple[str, int, bool, int], Provenance] = {}
        self._done: list[Observation] = []
        self._in_vain = 0
        self._heard_of = False
        self.health = Health()

    @property
    def gave_up(self) -> bool:
        """Nobody answers: what is left was not asked."""
        return self._in_vain >= HOPELESS

    def run(self, survey: Survey) -> Iterator[Surveyed]:
        """Ask until the survey is finished, or nobody answers any more. Bodies that were open then
        are given back only where nobody ever answered: else they are asked another time.
        """
        for _ in self._rounds(survey):
            yield from survey.finished()
        if not survey.is_finished and not self._heard_of:
            survey.stop()
            self._abandon(survey)
        yield from survey.finished()

    def ask(self, questions: Iterable[Question]) -> list[Observation]:
        """The observations that these questions make, in the order in which they ended."""
        asked = Asked(questions)
        for _ in self._rounds(asked):
            pass
        self._abandon(asked)
        return asked.observations

    def _rounds(self, source: Source) -> Iterator[None]:
        with selectors.DefaultSelector() as self._selector:
            self._lanes = [Lanes(server, self._selector) for server in self._servers]
            self._streams = Streams(self._servers, self._selector)
            self._others = Beside(self._beside, self._selector)
            try:
                self._fill(source)
                while not (source.is_finished or self.gave_up):
                    self._moment = stamp(self._clock())
                    self._listen()
                    self._look_at_the_clock()
                    for observation in self._others.step(source):
                        self._settle(observation)
                    for observation in self._drained():
                        source.take(observation)
                    yield
                    self._fill(source)
            finally:
                self._close()

    def _abandon(self, source: Source) -> None:
        """Nobody ever answered: what was asked has failed, and what is still wanted is skipped."""
        for observation in self._drained():
            source.take(observation)
        flights = {id(flight): flight for _, _, flight in self._timers if flight.when}
        for flight in flights.values():
            source.take(failure(flight.question, "TIMEOUT", Fault.NETWORK, self._made(flight)))
        while questions := source.questions(1000, time.monotonic()):
            made = Provenance(self._moment, self._names[0], "none", attempts=0)
            for question in questions:
                source.take(unreachable(question, made))

    def _drained(self) -> list[Observation]:
        done, self._done = self._done, []
        return done

    def _close(self) -> None:
        for lanes in self._lanes:
            self.health.dropped += lanes.dropped
            lanes.close()
        self.health.dropped += self._streams.dropped
        self._streams.close()
        self.health.add(self._others.close())

    def _fill(self, source: Source) -> None:
        """Ask as many new questions as windows and rate have room for."""
        now = time.monotonic()
        several = range(len(self._servers)) if len(self._servers) > 1 else ()
        room = sum(max(0, window.room) for window in self._windows)
        for question in source.questions(max(min(room, self._rate.allowed(now)), 0), now):
            self.health.questions += 1
            if not self._others.takes(question):
                roomiest = max(several, key=lambda n: self._windows[n].room) if several else 0
                self._send(Flight(question, roomiest))

    def _send(self, flight: Flight) -> None:
        try:
            if flight.by_stream or self._servers[flight.server].tls:
                self.health.streams += 1
                self._streams.send(flight)
            else:
                self._lanes[flight.server].send(flight)
        except Unusual:
            self._settle(failure(flight.question, "NOT-A-NAME", Fault.ZONE, self._made(flight)))
            return
        except OSError as error:
            if error.errno in TRANSIENT:
                flight.query = b""
                self._later(flight, SOON)
                return
            self._windows[flight.server].open += 1
            self._lost(flight, errno.errorcode.get(error.errno or 0, "OSERROR"), error)
            return
        self._rate.spend(1)
        self._windows[flight.server].open += 1
        self._later(flight, self._patience[min(flight.attempt, len(self._patience)) - 1])

    def _listen(self) -> None:
        wait = min(max(0.0, self._next_moment() - time.monotonic()), LONGEST_WAIT)
        for key, events in self._selector.select(0 if self._done else wait):
            if isinstance(key.data, tuple):
                lanes, lane = key.data
                self._heard(lanes, lane)
            elif isinstance(key.data, Stream):
                self._heard_by_stream(key.data)
            else:
                key.data.ready(key.fd, events)

    def _next_moment(self) -> float:
        latest = time.monotonic() + LONGEST_WAIT
        soonest = min(self._timers[0][0] if self._timers else latest, self._others.due() or latest)
        return min(soonest, time.monotonic() + SOON) if self._rate.per_second else soonest

    def _heard(self, lanes: Lanes, lane: Lane) -> None:
        for flight, came in lanes.receive(lane):
            if flight.lane is not lane:
                continue  # its answer came in the same breath
            if isinstance(came, OSError):
                self._lost(flight, errno.errorcode.get(came.errno or 0, "OSERROR"), came)
            else:
                self._answered(flight, came)

    def _heard_by_stream(self, stream: Stream) -> None:
        found, lost = self._streams.receive(stream)
        for flight, data in found:
            self._answered(flight, data)
        for flight in lost:
            self._lost(flight, stream.failed)

    def _answered(self, flight: Flight, data: bytes) -> None:
        """An answer from the right place to the right question; it may still say that it says
        nothing. One that cannot be read may be a forgery: the true one may still come.
        """
        cut = data[2] << 8 & FLAG_TC and not flight.by_stream
        observation = None if cut else read(flight.question, data, self._made(flight))
        if observation and observation.detail == MALFORMED and not flight.by_stream:
            self.health.dropped["malformed"] += 1
            return
        self._end(flight)
        self._in_vain, self._heard_of = 0, True
        self._windows[flight.server].ended(lost=bool(data[3] & RCODE == SERVFAIL))
        if observation is None:
            flight.by_stream = True
            self._send(flight)
        elif flight.edns and observation.detail in NO_EDNS:
            flight.edns = False
            self._send(flight)
        elif self._is_worth_another_try(observation, flight):
            self._again(flight, PAUSE[min(flight.attempt, len(PAUSE)) - 1])
        else:
            self._settle(observation)

    def _is_worth_another_try(self, observation: Observation, flight: Flight) -> bool:
        """A refusal or a failure at the zone may pass; each resolver is asked twice at most."""
        tries = min(self._attempts, 2 * len(self._servers))
        return observation.outcome is Outcome.FAILED and flight.attempt < tries

    def _lost(self, flight: Flight, detail: str, error: OSError | None = None) -> None:
        """No answer to this try: silence, or the way is closed."""
        self._end(flight)
        self._windows[flight.server].ended(lost=True)
        here = error is not None and error.errno in LOCAL_ERRORS
        if flight.attempt < self._attempts and not here:
            self._again(flight, PAUSE[0] if error is not None else 0.0)
            return
        self._in_vain += not here
        fault = Fault.HERE if here else Fault.NETWORK
        self._settle(failure(flight.question, detail, fault, self._made(flight)))

    def _again(self, flight: Flight, pause: float) -> None:
        """The next try, at the next resolver."""
        self.health.retries += 1
        server = (flight.server + 1) % len(self._servers)
        again = Flight(flight.question, server, flight.attempt + 1)
        again.by_stream, again.edns = flight.by_stream, flight.edns
        self._later(again, pause)

    def _settle(self, observation: Observation) -> None:
        if observation.outcome is Outcome.FAILED:
            self.health.failures[observation.detail] += 1
            self.health.faults[observation.fault.value] += 1
        self._done.append(observation)

    def _end(self, flight: Flight) -> None:
        """This try is over: no answer to it counts any more."""
        flight.when = 0.0
        self._windows[flight.server].open -= 1
        self._lanes[flight.server].forget(flight)
        if flight.by_stream:
            self._streams.forget(flight)

    def _later(self, flight: Flight, seconds: float) -> None:
        flight.when = time.monotonic() + seconds
        self._order += 1
        heapq.heappush(self._timers, (flight.when, self._order, flight))

    def _look_at_the_clock(self) -> None:
        """Tries that waited long enough, and tries whose time has come."""
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            when, _, flight = heapq.heappop(self._timers)
            if flight.when != when:
                continue
            if flight.query:
                self._lost(flight, "TIMEOUT")
            else:
                self._send(flight)

    def _made(self, flight: Flight) -> Provenance:
        """When, where and how this try was made: the same for all of one second."""
        key = (self._moment, flight.server, flight.by_stream, flight.attempt)
        if key not in self._makings:
            by_tcp = "tls" if self._servers[flight.server].tls else "tcp"
            transport = by_tcp if flight.by_stream else "udp"
            self._makings = {
                key: Provenance(
                    self._moment, self._names[flight.server], transport, attempts=flight.attempt
                )
            }
        return self._makings[key]

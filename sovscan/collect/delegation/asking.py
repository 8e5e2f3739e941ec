"""Asks name servers directly, in the loop of whoever runs the scan: those of a zone whether they
answer for it, and those of its parent whom they name.

RD is not set; by UDP with EDNS, by TCP where an answer is cut. Only addresses that were observed
and that may be contacted, at port 53.
"""

import errno
import heapq
import selectors
import time
from collections import deque
from collections.abc import Iterator

from sovscan.clock import Clock, stamp, utc_now
from sovscan.collect.delegation import terms
from sovscan.collect.delegation.flights import Flight, answers_to, send
from sovscan.collect.delegation.look import Look, look_at, summed_up
from sovscan.collect.delegation.places import Places, Turn
from sovscan.collect.delegation.reading import Told, told
from sovscan.collect.dns.port import Health
from sovscan.collect.dns.rdata import Unusual
from sovscan.collect.dns.servers import Server
from sovscan.collect.dns.wire import name_to_wire
from sovscan.collect.web.excluding import is_excluded
from sovscan.collect.web.guard import may_contact
from sovscan.core.facts import Facts, addresses
from sovscan.core.model import DomainName, Fault, Observation, Outcome, Provenance, Question

LOCAL_ERRORS = {errno.EMFILE, errno.ENFILE, errno.EACCES, errno.EPERM, errno.ENOBUFS}
THROUGH = "name-servers"
"""Through whom these observations are made."""


class DelegationAsker:
    """Takes questions of delegation with the facts of a body, and gives back observations.

    `selector` is shared: this asker registers its sockets with itself as their data. At most
    `crowd` questions are open at one address; each try waits `patience` seconds, each look takes
    `budget` at most. `health` counts tries beyond the first at a server, those by TCP, and what
    came and was not believed.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        *,
        excluded: frozenset[DomainName] = frozenset(),
        allow_loopback: bool = False,
        port: int = terms.PORT,
        crowd: int = terms.CROWD,
        patience: float = terms.PATIENCE,
        budget: float = terms.BUDGET,
        clock: Clock = utc_now,
    ) -> None:
        self._selector = selector
        self._excluded = excluded
        self._allow_loopback = allow_loopback
        self._port = port
        self._patience = patience
        self._budget = budget
        self._clock = clock
        self._looks = 0
        self._in_vain = 0
        self._flights: dict[int, Flight] = {}
        self._places = Places(crowd)
        self._turns: deque[Turn] = deque()
        self._timers: list[tuple[float, int, Flight | Look]] = []
        self._order = 0
        self._finished: deque[Observation] = deque()
        self.health = Health()

    @property
    def room(self) -> int:
        """How many more questions it takes now."""
        return 0 if self._places.is_full else max(0, terms.LOOKS - self._looks)

    def take(self, question: Question, facts: Facts) -> None:
        """Begin to look, at the servers that the facts name; the observation comes out of
        `finished`.
        """
        look = look_at(question, facts, self._may_ask)
        reason = self._reason_to_skip(look, facts)
        if reason:
            made = self._made(look, "none")
            skipped = Observation(question, Outcome.SKIPPED, detail=reason, provenance=made)
            self._finished.append(skipped)
        elif self._in_vain >= terms.HOPELESS and not self._places.has_heard:
            made = self._made(look, "none")
            lost = Outcome.FAILED, (), (), terms.TIMEOUT, Fault.NETWORK
            self._finished.append(Observation(question, *lost, made))
        else:
            self._looks += 1
            self._remind(time.monotonic() + terms.LONGEST, look)
            self._turns.extend((look, line) for line in look.lines)
            self._work()

    def ready(self, fd: int, events: int) -> None:
        """One of its sockets is ready."""
        flight = self._flights.get(fd)
        if flight is None or flight.way is None:
            return
        messages = flight.way.ready()
        for data in answers_to(flight, messages, self.health.dropped):
            said = told(data, flight.look.question.name)
            if said is not None:
                self._land(flight)
                self._heard(flight, said)
                self._work()
                return
            self.health.dropped["malformed"] += 1
        if flight.way.failed:
            self._lost(flight, is_silent=not flight.by_stream)
            self._work()

    def due(self) -> float | None:
        """When (monotonic, s) `tick` wants to be called."""
        return self._timers[0][0] if self._timers else None

    def tick(self) -> None:
        """Tries that waited long enough are lost, and looks that took long enough are over."""
        now = time.monotonic()
        while self._timers and self._timers[0][0] <= now:
            _, _, due = heapq.heappop(self._timers)
            if isinstance(due, Look):
                self._finish(due)
            elif self._flights.get(due.fd) is due:
                self._lost(due, is_silent=due.is_whole and not due.by_stream)
        self._work()

    def finished(self) -> Iterator[Observation]:
        """What ended since the last call."""
        while self._finished:
            yield self._finished.popleft()

    def close(self) -> None:
        """Drop what is under way."""
        for flight in list(self._flights.values()):
            self._land(flight)
        self._turns.clear()
        self._timers.clear()

    def _may_ask(self, host: str, address: str) -> bool:
        return self._may_contact(address) and not is_excluded(host, self._excluded)

    def _may_contact(self, address: str) -> bool:
        return may_contact(address, allow_loopback=self._allow_loopback)

    def _reason_to_skip(self, look: Look, facts: Facts) -> str:
        zone = look.question.name
        if is_excluded(zone, self._excluded):
            return terms.EXCLUDED
        try:
            name_to_wire(zone)
        except Unusual:
            return terms.NOT_A_NAME
        if look.lines:
            return ""
        known = [address for host in look.unasked for address, _ in addresses(facts, host)]
        if any(self._may_contact(address) for address in known):
            return terms.EXCLUDED
        return terms.FORBIDDEN if known else terms.UNPLACED

    def _work(self) -> None:
        """Take the next step of every line whose turn it is."""
        while self._turns:
            look, line = self._turns.popleft()
            if look.is_over:
                continue
            if not line.left:
                line.is_over = True
                if all(each.is_over for each in look.lines):
                    self._finish(look)
                continue
            address = line.left[0]
            if self._places.is_silent(address, time.monotonic()):
                line.silent.add(line.left.popleft())
                self._turns.append((look, line))
            elif self._places.enter(address, (look, line)):
                self._launch(Flight(look, line, line.left.popleft()))

    def _launch(self, flight: Flight) -> None:
        """Send a try, whose place at its address is taken."""
        now = time.monotonic()
        look, line = flight.look, flight.line
        if not look.until:
            look.until = now + self._budget
            self._remind(look.until, look)
        flight.until = min(now + self._patience, look.until)
        flight.is_whole = now + self._patience <= look.until
        try:
            send(flight, Server(flight.address, self._port), self._selector, self)
        except OSError as error:
            self._unsent(flight, error)
            return
        self._flights[flight.fd] = flight
        self._remind(flight.until, flight)
        line.tries += 1
        look.by_stream = look.by_stream or flight.by_stream
        self.health.retries += line.tries > 1
        self.health.streams += flight.by_stream

    def _unsent(self, flight: Flight, error: OSError) -> None:
        """Nothing could be sent there from here: that says nothing of who is there."""
        name = errno.errorcode.get(error.errno or 0, "OSERROR")
        fault = Fault.HERE if error.errno in LOCAL_ERRORS else Fault.NETWORK
        flight.look.error = name, fault
        flight.line.unreachable(flight.address)
        self._leave(flight)
        self._turns.append((flight.look, flight.line))

    def _heard(self, flight: Flight, said: Told) -> None:
        self._places.heard(flight.address)
        look, line = flight.look, flight.line
        if not line.again(flight.address, said):
            look.heard(line, flight.address, said)
        self._turns.append((look, line))

    def _lost(self, flight: Flight, *, is_silent: bool) -> None:
        """No answer to this try; where its silence counts, it is noted."""
        now = time.monotonic()
        if is_silent:
            flight.line.silent.add(flight.address)
            self._places.was_silent(flight.address, now)
        self._land(flight)
        self._turns.append((flight.look, flight.line))

    def _land(self, flight: Flight) -> None:
        """This try is over: no answer to it counts any more."""
        del self._flights[flight.fd]
        if flight.way is not None:
            flight.way.close()
        self._leave(flight)

    def _leave(self, flight: Flight) -> None:
        self._turns.extend(self._places.leave(flight.address, time.monotonic()))

    def _finish(self, look: Look) -> None:
        """A look is over, since all is told or its time has passed."""
        if look.is_over:
            return
        look.is_over = True
        self._looks -= 1
        for flight in [each for each in self._flights.values() if each.look is look]:
            self._land(flight)
        self._in_vain = 0 if look.has_heard else self._in_vain + 1
        made = self._made(look, "tcp" if look.by_stream else "udp")
        self._finished.append(summed_up(look, made, self._places.speaks))

    def _remind(self, when: float, what: Flight | Look) -> None:
        self._order += 1
        heapq.heappush(self._timers, (when, self._order, what))

    def _made(self, look: Look, transport: str) -> Provenance:
        return Provenance(stamp(self._clock()), THROUGH, transport, attempts=look.tries)

"""RDAP beside the DNS engine: takes questions, asks in a thread, and wakes the loop when one ends.

Of the same shape as the other askers of the loop: `room`, `take`, `ready`, `due`, `tick`,
`finished`, `close`. All of these are called from the loop's thread.
"""

import selectors
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue

from sovscan.clock import Clock, stamp, utc_now
from sovscan.collect.rdap.client import Access
from sovscan.collect.rdap.subjects import Kind, subject
from sovscan.collect.rdap.worker import TRANSPORT, Waiter, Worker
from sovscan.core.facts import Facts
from sovscan.core.model import Fault, Observation, Outcome, Provenance, Question

LISTS = "https://data.iana.org/rdap/"
"""Where IANA publishes which registry knows what (RFC 9224)."""
MOST_WAITING = 500
MOST_ASKED = 2000
"""Questions of one run: what is more than that is a table of networks that is missing or old."""
KEPT = timedelta(days=30)
"""How long what a registry said is believed."""
CLOSING = 2.0

Remembered = Callable[[Question], Observation | None]


def nothing(question: Question) -> Observation | None:
    """Nothing is remembered."""


class RdapAsker:
    """Asks the registries. `remembered` gives what the store knows of a question: within `KEPT`
    it is the answer, with the day on which it was seen. At most `budget` others are asked.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        *,
        access: Access | None = None,
        lists: str = LISTS,
        remembered: Remembered = nothing,
        budget: int = MOST_ASKED,
        clock: Clock = utc_now,
        monotonic: Callable[[], float] = time.monotonic,
        waiter: Waiter | None = None,
    ) -> None:
        self._selector = selector
        self._remembered = remembered
        self._left = budget
        self._clock = clock
        self._open = 0
        self._done: SimpleQueue[Observation] = SimpleQueue()
        self._heard, self._bell = socket.socketpair()
        for end in (self._heard, self._bell):
            end.setblocking(False)  # noqa: FBT003 - the name of the method says it
        selector.register(self._heard, selectors.EVENT_READ, self)
        self._worker = Worker(self._settle, access or Access(), lists, clock, monotonic, waiter)

    @property
    def room(self) -> int:
        """How many more questions it takes now."""
        return MOST_WAITING - self._open

    def take(self, question: Question, facts: Facts) -> None:
        """The question itself names what it is about: no facts are needed."""
        self.ask(question)

    def ask(self, question: Question) -> None:
        """Ask the registry that knows, unless the store does, or nobody should be asked."""
        self._open += 1
        ended = self._unasked(question)
        if ended is not None:
            self._settle(ended)
            return
        self._left -= 1
        if not self._worker.is_alive():
            self._worker.start()
        self._worker.asked.put(question)
        self._worker.wake()

    def ready(self, fd: int, events: int) -> None:
        """Something has ended: the selector says so."""
        with suppress(BlockingIOError):
            while self._heard.recv(4096):
                pass

    def due(self) -> float | None:
        """Never: the thread keeps its own time, and wakes the loop."""
        return None

    def tick(self) -> None:
        """Nothing is due."""

    def finished(self) -> Iterator[Observation]:
        """What ended since the last call."""
        while True:
            try:
                observation = self._done.get_nowait()
            except Empty:
                return
            self._open -= 1
            yield observation

    def close(self) -> None:
        """Ask no more. A request under way ends by itself, within its own deadline."""
        if self._heard.fileno() < 0:
            return
        self._worker.stop()
        if self._worker.is_alive():
            self._worker.join(CLOSING)
        self._selector.unregister(self._heard)
        self._heard.close()
        self._bell.close()

    def _settle(self, observation: Observation) -> None:
        """Called from both threads. A full pipe is no harm: then the loop has yet to wake."""
        self._done.put(observation)
        with suppress(OSError):
            self._bell.send(b".")

    def _unasked(self, question: Question) -> Observation | None:
        """The end of a question that nobody is asked, or None."""
        try:
            found = subject(question.name)
        except ValueError:
            made = self._made()
            return Observation(question, Outcome.FAILED, (), (), "NOT-AN-ADDRESS", Fault.HERE, made)
        if not found.is_public:
            kind = "NUMBER" if found.kind is Kind.NUMBER else "ADDRESS"
            return self._skipped(question, f"FORBIDDEN-{kind}")
        known = self._remembered(question)
        if known is not None and is_fresh(known, self._clock()):
            return known
        return self._skipped(question, "BUDGET") if self._left <= 0 else None

    def _skipped(self, question: Question, detail: str) -> Observation:
        made = self._made()
        return Observation(question, Outcome.SKIPPED, (), (), detail, Fault.NONE, made)

    def _made(self) -> Provenance:
        return Provenance(stamp(self._clock()), "none", TRANSPORT, attempts=0)


def is_fresh(observation: Observation, now: datetime) -> bool:
    """Did a registry say this (something, or that there is nothing), and not too long ago?"""
    made = observation.provenance
    if made is None or observation.outcome not in {Outcome.SEEN, Outcome.ABSENT}:
        return False
    try:
        seen_at = datetime.fromisoformat(made.observed_at)
    except ValueError:
        return False
    if seen_at.tzinfo is None:
        seen_at = seen_at.replace(tzinfo=UTC)
    return timedelta(0) <= now - seen_at <= KEPT

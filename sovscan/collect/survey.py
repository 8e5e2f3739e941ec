"""Bodies being looked at: hands out questions, takes observations, gives back finished bodies.

No I/O and no clock: the engine that asks owns both, and says what time it is (monotonic seconds). A
name that several bodies share is asked once.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from sovscan.collect.dns.plan import below, first, grown, is_worth_more
from sovscan.core.facts import Facts
from sovscan.core.model import Fault, Observation, Outcome, Question, Target
from sovscan.core.names import within
from sovscan.core.registry import Probe

WIDTH = 200
DEADLINE = 180.0
"""Seconds after which nothing new is asked about a body."""
LEAST_KEPT = 600.0
"""A scan is one look: within it an answer is believed for ten minutes, whatever its TTL (s)."""
FAILURE_KEPT = 30.0
MOST_SHARED = 50_000
LATE = "DEADLINE"


Further = Callable[[Target, Facts], Iterator[Question]]
"""Questions of other kinds that a body's facts give rise to."""


def nothing_further(target: Target, facts: Facts) -> Iterator[Question]:
    """The DNS only."""
    return iter(())


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A finished body and all that was observed about it."""

    target: Target
    facts: Facts


@dataclass(slots=True)
class _Open:
    """A body in work: what is known, and what is still awaited; whether its own records were asked
    for, and whether they made it worth asking for more.
    """

    target: Target
    opened: float
    facts: dict[Question, Observation] = field(default_factory=dict)
    awaited: set[Question] = field(default_factory=set)
    is_begun: bool = False
    is_wanted: bool = False


class Survey:
    """The state of a scan's questions. At most `width` bodies are open at a time."""

    def __init__(
        self,
        targets: Iterable[Target],
        probes: Iterable[Probe],
        width: int = WIDTH,
        further: Further = nothing_further,
    ) -> None:
        self._waiting: Iterator[Target] = iter(targets)
        self._probes = tuple(dict.fromkeys(probes))
        self._width = width
        self._further = further
        self._open = 0
        self._exhausted = False
        self._now = 0.0
        self._queue: deque[Question] = deque()
        self._shared: dict[Question, tuple[float, Observation]] = {}
        self._askers: dict[Question, list[_Open]] = {}
        self._finished: deque[Surveyed] = deque()

    @property
    def is_finished(self) -> bool:
        """Nothing to ask, nothing awaited, nobody waiting. Known once questions were asked for."""
        return not self._open and self._exhausted

    def stop(self) -> None:
        """Open no further body."""
        self._exhausted = True

    def questions(self, most: int, now: float = 0.0) -> list[Question]:
        """Up to `most` questions that nobody asked yet."""
        self._now = now
        self._fill()
        return [self._queue.popleft() for _ in range(min(most, len(self._queue)))]

    def facts(self, question: Question) -> Facts:
        """What is known so far of the first body that asks this question."""
        asking = self._askers.get(question)
        return asking[0].facts if asking else {}

    def take(self, observation: Observation) -> None:
        """An answer (or its failure) for every body that awaits it."""
        question = observation.question
        self._share(observation)
        for body in self._askers.pop(question, ()):
            body.facts[question] = observation
            body.awaited.discard(question)
            if not body.awaited:
                self._advance(body)
        self._fill()

    def finished(self) -> Iterator[Surveyed]:
        """The bodies finished since the last call."""
        while self._finished:
            yield self._finished.popleft()

    def _fill(self) -> None:
        while self._open < self._width and not self._exhausted:
            target = next(self._waiting, None)
            if target is None:
                self._exhausted = True
                return
            self._open += 1
            self._advance(_Open(target, self._now))

    def _advance(self, body: _Open) -> None:
        """Plan again until something must be awaited, or nothing more is wanted."""
        while True:
            wanted = self._next_wave(body)
            if not wanted:
                self._close(body)
                return
            if self._now - body.opened > DEADLINE:
                body.facts.update({q: _too_late(q) for q in wanted})
                continue
            for question in wanted:
                self._want(body, question)
            if body.awaited:
                return

    def _next_wave(self, body: _Open) -> list[Question]:
        """What the plan wants now and has not got; its fixed parts are asked for once."""
        target, facts = body.target, body.facts
        if not body.is_begun:
            body.is_begun = True
            return list(first(target))
        wanted: list[Question] = []
        if not body.is_wanted:
            body.is_wanted = is_worth_more(first(target), facts)
            if not body.is_wanted:
                return []
            wanted.extend(below(target, self._probes))
        wanted.extend(grown(target, facts))
        wanted.extend(self._further(target, facts))
        return [question for question in dict.fromkeys(wanted) if question not in facts]

    def _want(self, body: _Open, question: Question) -> None:
        until, known = self._shared.get(question, (0.0, None))
        if known is not None and until > self._now:
            body.facts[question] = known
            return
        body.awaited.add(question)
        if question not in self._askers:
            self._askers[question] = []
            self._queue.append(question)
        self._askers[question].append(body)

    def _share(self, observation: Observation) -> None:
        """Keep an answer that other bodies may want; the oldest gives way."""
        made = observation.provenance
        ttl = made.ttl if made and made.ttl else 0
        kept = FAILURE_KEPT if observation.outcome is Outcome.FAILED else max(ttl, LEAST_KEPT)
        self._shared.pop(observation.question, None)
        self._shared[observation.question] = (self._now + kept, observation)
        if len(self._shared) > MOST_SHARED:
            del self._shared[next(iter(self._shared))]

    def _close(self, body: _Open) -> None:
        """Hand the body over, and forget what only it could have wanted."""
        self._open -= 1
        facts = dict(sorted(body.facts.items(), key=_by_name))
        self._finished.append(Surveyed(body.target, facts))
        for question in facts:
            if within(question.name, body.target.domain):
                self._shared.pop(question, None)


def _by_name(fact: tuple[Question, Observation]) -> tuple[str, str]:
    return fact[0].name, fact[0].type


def _too_late(question: Question) -> Observation:
    return Observation(question, Outcome.SKIPPED, detail=LATE, fault=Fault.NETWORK)

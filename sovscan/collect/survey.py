"""Bodies being looked at: hands out questions, takes observations, gives back finished bodies.

No I/O and no clock: the engine that asks owns both. A name that several bodies share is asked once.
"""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sovscan.collect.dns.plan import plan
from sovscan.core.facts import Facts
from sovscan.core.model import Observation, Question, Target
from sovscan.core.names import within
from sovscan.core.registry import Probe


@dataclass(frozen=True, slots=True)
class Surveyed:
    """A finished body and all that was observed about it."""

    target: Target
    facts: Facts


@dataclass(slots=True)
class _Open:
    """A body in work: what is known, and what is still awaited."""

    target: Target
    facts: dict[Question, Observation] = field(default_factory=dict)
    awaited: set[Question] = field(default_factory=set)


class Survey:
    """The state of a scan's questions. At most `width` bodies are open at a time."""

    def __init__(self, targets: Iterable[Target], probes: Iterable[Probe], width: int = 64) -> None:
        self._waiting: Iterator[Target] = iter(targets)
        self._probes = tuple(dict.fromkeys(probes))
        self._width = width
        self._open = 0
        self._exhausted = False
        self._queue: deque[Question] = deque()
        self._shared: dict[Question, Observation] = {}
        self._askers: dict[Question, list[_Open]] = {}
        self._finished: deque[Surveyed] = deque()

    @property
    def is_finished(self) -> bool:
        """Nothing to ask, nothing awaited, nobody waiting."""
        self._fill()
        return not self._open and self._exhausted

    def questions(self, most: int) -> list[Question]:
        """Up to `most` questions that nobody asked yet."""
        self._fill()
        return [self._queue.popleft() for _ in range(min(most, len(self._queue)))]

    def take(self, observation: Observation) -> None:
        """An answer (or its failure) for every body that awaits it."""
        self._shared[observation.question] = observation
        for body in self._askers.pop(observation.question, ()):
            body.facts[observation.question] = observation
            body.awaited.discard(observation.question)
            if not body.awaited:
                self._advance(body)

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
            self._advance(_Open(target))

    def _advance(self, body: _Open) -> None:
        """Plan again until something must be awaited, or nothing more is wanted."""
        while True:
            wanted = [q for q in plan(body.target, body.facts, self._probes) if q not in body.facts]
            if not wanted:
                self._close(body)
                return
            for question in wanted:
                self._want(body, question)
            if body.awaited:
                return

    def _want(self, body: _Open, question: Question) -> None:
        known = self._shared.get(question)
        if known is not None:
            body.facts[question] = known
            return
        body.awaited.add(question)
        if question not in self._askers:
            self._askers[question] = []
            self._queue.append(question)
        self._askers[question].append(body)

    def _close(self, body: _Open) -> None:
        """Hand the body over, and forget what only it could have wanted."""
        self._open -= 1
        self._finished.append(Surveyed(body.target, dict(sorted(body.facts.items()))))
        for question in body.facts:
            if within(question.name, body.target.domain):
                self._shared.pop(question, None)

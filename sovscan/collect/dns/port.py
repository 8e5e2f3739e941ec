"""The ports of the DNS room: where questions come from, and whoever asks them."""

from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from sovscan.collect.survey import Survey, Surveyed
from sovscan.core.facts import Facts
from sovscan.core.model import Observation, Question


class Source(Protocol):
    """Where questions come from and observations go."""

    @property
    def is_finished(self) -> bool:
        """Nothing to ask and nothing awaited."""

    def questions(self, most: int, now: float) -> list[Question]:
        """Up to `most` questions that nobody asked yet; `now` in monotonic seconds."""

    def take(self, observation: Observation) -> None:
        """What became of one of them."""

    def facts(self, question: Question) -> Facts:
        """What is known so far of a body that asks this question."""


class Asker(Protocol):
    """Asks questions of another kind in the engine's loop, which calls all its methods."""

    @property
    def room(self) -> int:
        """How many more questions it takes now."""

    def take(self, question: Question, facts: Facts) -> None:
        """Begin, with what is known of a body that asks (the addresses of hosts, say); the
        observation comes out of `finished`.
        """

    def ready(self, fd: int, events: int) -> None:
        """A descriptor that it registered in the selector, with itself as data, is ready."""

    def due(self) -> float | None:
        """When (monotonic, s) `tick` wants to be called."""

    def tick(self) -> None:
        """Let time pass."""

    def finished(self) -> Iterator[Observation]:
        """What ended since the last call."""

    def close(self) -> None:
        """Drop what is under way."""


class Asked:
    """A plain list of questions."""

    def __init__(self, questions: Iterable[Question]) -> None:
        self._waiting = deque(questions)
        self._count = len(self._waiting)
        self.observations: list[Observation] = []

    @property
    def is_finished(self) -> bool:
        """Each question has its observation."""
        return len(self.observations) == self._count

    def questions(self, most: int, now: float) -> list[Question]:
        """The next ones of the list."""
        return [self._waiting.popleft() for _ in range(min(most, len(self._waiting)))]

    def take(self, observation: Observation) -> None:
        """Keep what became of one."""
        self.observations.append(observation)

    def facts(self, question: Question) -> Facts:
        """None: a plain list knows nothing of bodies."""
        return {}


@dataclass(slots=True)
class Health:
    """What became of the questions: how many there were, tries beyond the first, tries by TCP or
    TLS, failures by kind and by whose fault, and what came and was not believed, by reason.
    """

    questions: int = 0
    retries: int = 0
    streams: int = 0
    failures: Counter[str] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Health") -> None:
        """Count what another counted, too."""
        self.questions += other.questions
        self.retries += other.retries
        self.streams += other.streams
        self.failures += other.failures
        self.faults += other.faults
        self.dropped += other.dropped

    def row(self) -> dict[str, object]:
        """The counts as plain values, for a file."""
        return {
            "questions": self.questions,
            "retries": self.retries,
            "streams": self.streams,
            "failures": dict(self.failures),
            "faults": dict(self.faults),
            "dropped": dict(self.dropped),
        }


@runtime_checkable
class Counting(Protocol):
    """An asker that counts its own tries and what it did not believe. Questions and failures are
    counted by the engine.
    """

    health: Health


class Resolver(Protocol):
    """Questions in, observations out.

    An engine takes questions from the survey, asks them in any order and at its own pace, hands
    every observation back (a failure is an observation, too), and yields each body as soon as
    nothing more is wanted of it.
    """

    @property
    def gave_up(self) -> bool:
        """Nobody answers: what is left was not asked."""

    @property
    def health(self) -> Health:
        """What became of the questions so far."""

    def run(self, survey: Survey) -> Iterator[Surveyed]:
        """Ask until the survey is finished. Never raises for what the network does."""

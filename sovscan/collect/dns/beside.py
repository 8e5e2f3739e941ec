"""Other askers in the engine's loop: who gets which question, and when they want their turn."""

import selectors
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping

from sovscan.collect.dns.port import Asker, Counting, Health, Source
from sovscan.core.model import Observation, Question

Opener = Callable[[selectors.BaseSelector], Mapping[str, Asker]]
"""Gives the asker of each further type of question, for the loop of a selector."""


def nobody(selector: selectors.BaseSelector) -> Mapping[str, Asker]:
    """The DNS only."""
    return {}


class Beside:
    """The askers of a run, each with the questions that it had no room for yet."""

    def __init__(self, opener: Opener, selector: selectors.BaseSelector) -> None:
        self._askers = dict(opener(selector))
        self._held: dict[Asker, deque[Question]] = {each: deque() for each in self._askers.values()}

    def takes(self, question: Question) -> bool:
        """Is this somebody's here? Then it is kept for that one."""
        asker = self._askers.get(question.type)
        if asker is not None:
            self._held[asker].append(question)
        return asker is not None

    def due(self) -> float | None:
        """When (monotonic, s) one of them wants its turn."""
        moments = [moment for asker in self._held if (moment := asker.due()) is not None]
        return min(moments, default=None)

    def step(self, source: Source) -> Iterator[Observation]:
        """Give each its questions and its time; what ended."""
        for asker, held in self._held.items():
            while held and asker.room > 0:
                question = held.popleft()
                asker.take(question, source.facts(question))
            due = asker.due()
            if due is not None and due <= time.monotonic():
                asker.tick()
            yield from asker.finished()

    def close(self) -> Health:
        """Drop what is under way; what they counted."""
        counted = Health()
        for asker in self._held:
            asker.close()
            if isinstance(asker, Counting):
                counted.add(asker.health)
        return counted

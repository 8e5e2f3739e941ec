"""The addresses that are asked: how many questions are open at each, who waits for a turn, and
which are silent.
"""

from collections import Counter, deque

from sovscan.collect.delegation.look import Line, Look
from sovscan.collect.delegation.terms import CROWD, MOST_OPEN, QUIET, QUIET_FOR

Turn = tuple[Look, Line]


class Places:
    """No clock: `now` is in monotonic seconds."""

    def __init__(self, crowd: int = CROWD) -> None:
        self._crowd = crowd
        self._open: Counter[str] = Counter()
        self._waiting: dict[str, deque[Turn]] = {}
        self._anywhere: deque[Turn] = deque()
        self._silent: dict[str, tuple[int, float]] = {}
        self._families: set[bool] = set()

    @property
    def has_heard(self) -> bool:
        """Did anybody ever answer?"""
        return bool(self._families)

    @property
    def is_full(self) -> bool:
        """Are as many questions open as may be, in all?"""
        return self._open.total() >= MOST_OPEN

    def enter(self, address: str, turn: Turn) -> bool:
        """Take a place at this address for a question; or wait for one, where none is free."""
        if self.is_full:
            self._anywhere.append(turn)
            return False
        if self._open[address] >= self._crowd:
            self._waiting.setdefault(address, deque()).append(turn)
            return False
        self._open[address] += 1
        return True

    def leave(self, address: str, now: float) -> list[Turn]:
        """Give the place back; whose turn it is. At a silent address it is the turn of all."""
        self._open[address] -= 1
        if not self._open[address]:
            del self._open[address]
        found = _first(self._anywhere)
        waiting = self._waiting.get(address, deque())
        while waiting:
            found += _first(waiting)
            if not self.is_silent(address, now):
                break
        if not waiting:
            self._waiting.pop(address, None)
        return found

    def heard(self, address: str) -> None:
        """It answered."""
        self._silent.pop(address, None)
        self._families.add(":" in address)

    def was_silent(self, address: str, now: float) -> None:
        """It did not answer in time, or its port is closed."""
        self._silent[address] = self._silent.get(address, (0, now))[0] + 1, now

    def is_silent(self, address: str, now: float) -> bool:
        """Was it silent so often, and so lately, that it need not be asked once more?"""
        times, last = self._silent.get(address, (0, now))
        return times >= QUIET and now - last < QUIET_FOR

    def speaks(self, address: str) -> bool:
        """Does its silence say something? Not where nobody was ever heard over its family: then
        the way from here may be closed.
        """
        return (":" in address) in self._families


def _first(waiting: deque[Turn]) -> list[Turn]:
    """The first whose look is not over yet."""
    while waiting:
        look, line = waiting.popleft()
        if not look.is_over:
            return [(look, line)]
    return []

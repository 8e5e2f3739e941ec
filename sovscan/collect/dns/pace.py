"""How fast a resolver is asked: a window that follows how it copes, and a rate."""

from dataclasses import dataclass, field

START = 16
LEAST = 4
GOOD_SHARE, BAD_SHARE = 0.03, 0.10
"""Of the questions of one round: up to the first share lost the window grows, beyond the second it
is halved. A line that loses a packet now and then is no resolver that is overrun.
"""


BURST = 0.1


@dataclass(slots=True)
class Window:
    """How many questions may be open at one resolver: doubles a round until the first trouble
    (slow start), then grows by a tenth a round, and is halved where many are lost (as TCP's,
    RFC 5681). A loss is a question without an answer in time, or answered with SERVFAIL.
    """

    most: int
    size: int = START
    open: int = 0
    _troubled: bool = False
    _answered: int = 0
    _lost: int = 0

    def __post_init__(self) -> None:
        self.size = min(START, self.most)

    @property
    def room(self) -> int:
        """How many more questions may be asked now."""
        return self.size - self.open

    def ended(self, *, lost: bool) -> None:
        """A question that was open came to an end."""
        self._lost += lost
        self._answered += not lost
        seen = self._answered + self._lost
        if seen < self.size:
            return
        share = self._lost / seen
        if share > BAD_SHARE:
            self._troubled = True
            self.size = min(self.most, max(LEAST, self.size // 2))
        elif share <= GOOD_SHARE:
            step = self.size // 10 + 1 if self._troubled else self.size
            self.size = min(self.most, self.size + step)
        self._answered = self._lost = 0


@dataclass(slots=True)
class Rate:
    """At most so many questions in any second, in bursts of at most a tenth of that. None: as many
    as the windows let through.
    """

    per_second: float | None
    _tokens: float = 0.0
    _since: float | None = field(default=None)

    def allowed(self, now: float) -> int:
        """How many questions may be sent now (`now`: monotonic seconds)."""
        if self.per_second is None:
            return 1 << 30
        if self._since is not None:
            earned = (now - self._since) * self.per_second * (1 - BURST)
            self._tokens = min(self._tokens + earned, max(1.0, self.per_second * BURST))
        else:
            self._tokens = 1.0
        self._since = now
        return int(self._tokens)

    def spend(self, sent: int) -> None:
        """So many were sent."""
        if self.per_second is not None:
            self._tokens -= sent

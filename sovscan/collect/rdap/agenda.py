"""Requests that wait for their turn: one a second at each host, and none at a host that asked for
rest. No I/O and no clock: who asks says what time it is (monotonic seconds).
"""

from collections import Counter, deque
from dataclasses import dataclass, field

from sovscan.collect.rdap.subjects import Subject
from sovscan.core.model import Fault, Question

INTERVAL = 1.0
"""Seconds between two requests to one host."""
LONGEST_WAIT = 60.0
"""Seconds of rest for which a request is kept; beyond that it has failed."""
HOPELESS = 3
"""Requests to a host that failed one after the other for the network's sake: it is let rest."""
REST = 600.0


@dataclass(slots=True, eq=False)
class Job:
    """A question on its way: the next request, its host, the regional registry met last, how many
    redirects were followed and how many tries made.
    """

    question: Question
    subject: Subject
    url: str
    host: str
    registry: str | None = None
    hops: int = 0
    tries: int = 1


@dataclass(frozen=True, slots=True)
class Rest:
    """A host is not asked until then (monotonic, s); what made it rest is the failure of those who
    cannot wait.
    """

    until: float
    detail: str
    fault: Fault


@dataclass(slots=True)
class Agenda:
    """The jobs in the order in which they came, and when each host may be asked."""

    _jobs: deque[Job] = field(default_factory=deque)
    _free_at: dict[str, float] = field(default_factory=dict)
    _rests: dict[str, Rest] = field(default_factory=dict)
    _in_vain: Counter[str] = field(default_factory=Counter)

    def add(self, job: Job) -> None:
        """A request to be made in its turn."""
        self._jobs.append(job)

    def next(self, now: float) -> Job | None:
        """The first job whose host may be asked now, or rests for too long (`resting` says so)."""
        for job in self._jobs:
            if self.resting(job.host, now) or self.wait(job.host, now) <= 0:
                self._jobs.remove(job)
                return job
        return None

    def soonest(self, now: float) -> float | None:
        """Seconds until a job's turn comes; None where there is no job."""
        return min((self.wait(job.host, now) for job in self._jobs), default=None)

    def wait(self, host: str, now: float) -> float:
        """Seconds until this host may be asked."""
        rest = self._rests.get(host)
        free_at = max(self._free_at.get(host, now), rest.until if rest else now)
        return max(0.0, free_at - now)

    def resting(self, host: str, now: float) -> Rest | None:
        """The rest of a host that lasts longer than anybody waits."""
        rest = self._rests.get(host)
        return rest if rest and rest.until - now > LONGEST_WAIT else None

    def asked(self, host: str, now: float) -> None:
        """A request leaves for this host."""
        self._free_at[host] = now + INTERVAL

    def answered(self, host: str) -> None:
        """It answered, whatever it said."""
        self._in_vain[host] = 0

    def failed(self, host: str, now: float, detail: str, fault: Fault) -> None:
        """It could not be reached."""
        self._in_vain[host] += 1
        if self._in_vain[host] >= HOPELESS:
            self._in_vain[host] = 0
            self.let_rest(host, Rest(now + REST, detail, fault))

    def let_rest(self, host: str, rest: Rest) -> None:
        """Not to be asked until then."""
        self._rests[host] = rest

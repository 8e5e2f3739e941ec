"""The thread that asks the registries, one request at a time; every question ends in an
observation.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from email.utils import parsedate_to_datetime
from functools import partial
from queue import Empty, SimpleQueue
from urllib.parse import urljoin

from sovscan.clock import Clock, stamp
from sovscan.collect.rdap.agenda import LONGEST_WAIT, Agenda, Job, Rest
from sovscan.collect.rdap.client import Access, Answered, NoAnswerError, checked, get
from sovscan.collect.rdap.reading import MalformedError, read
from sovscan.collect.rdap.registries import Service, base_for, read_services, registry_of
from sovscan.collect.rdap.subjects import Kind, subject
from sovscan.core.model import Fault, Observation, Outcome, Provenance, Question

MOST_HOPS = 3
MOST_TRIES = 2
"""Requests for one question, where the first was answered with "later"."""
USUAL_REST = 10.0
"""Seconds of rest for a host that asked for some, and did not say how long."""
LIST_KEPT = 300.0
"""Seconds before a list of registries that could not be had is asked for again."""
REDIRECTS = {301, 302, 303, 307, 308}
LATER = {429, 503}
TRANSPORT = "https"
NOT_FOUND, NO_REGISTRY, CUT = "NOT-FOUND", "NO-REGISTRY", "CUT"

Waiter = Callable[[float], object]


class Worker(threading.Thread):
    """Takes questions from `asked` and hands observations to `settle`, both across threads.

    `lists`: the base URL of IANA's lists of registries. `waiter` waits for so many seconds where it
    is given; else the thread waits until a question comes or that time has passed.
    """

    def __init__(
        self,
        settle: Callable[[Observation], None],
        access: Access,
        lists: str,
        clock: Clock,
        monotonic: Callable[[], float] = time.monotonic,
        waiter: Waiter | None = None,
    ) -> None:
        super().__init__(name="rdap", daemon=True)
        self.asked: SimpleQueue[Question] = SimpleQueue()
        self._settle = settle
        self._access = access
        self._lists = lists
        self._clock = clock
        self._now = monotonic
        self._waiter = waiter
        self._news = threading.Event()
        self._closing = threading.Event()
        self._agenda = Agenda()
        self._services: dict[Kind, tuple[Service, ...]] = {}
        self._unlisted: dict[Kind, tuple[float, NoAnswerError]] = {}

    def wake(self) -> None:
        """There is news: a question, or the end."""
        self._news.set()

    def stop(self) -> None:
        """Begin no further request."""
        self._closing.set()
        self.wake()

    def run(self) -> None:
        """Ask until told to stop."""
        while True:
            self._news.clear()
            if self._closing.is_set():
                return
            self._take_in()
            job = self._agenda.next(self._now())
            if job is None:
                self._pause(self._agenda.soonest(self._now()))
            else:
                self._guarded(job.question, partial(self._step, job))

    def _pause(self, seconds: float | None) -> None:
        """Until there is something to do; `waiter` is for the turns that one waits for."""
        if seconds is None or self._waiter is None:
            self._news.wait(seconds)
        else:
            self._waiter(seconds)

    def _take_in(self) -> None:
        while not self._closing.is_set():
            try:
                question = self.asked.get_nowait()
            except Empty:
                return
            self._guarded(question, partial(self._begin, question))

    def _guarded(self, question: Question, act: Callable[[], None]) -> None:
        """What fails in a way that nobody thought of is a failure of one question, not of all."""
        try:
            act()
        except NoAnswerError as error:
            self._fail(question, error, self._lists, 0)
        except Exception as error:  # noqa: BLE001 - a question without an end would hold its body for ever
            told = NoAnswerError(f"ERROR-{type(error).__name__}".upper(), Fault.HERE)
            self._fail(question, told, self._lists, 0)

    def _begin(self, question: Question) -> None:
        """Find the registry's server, and queue the request to it."""
        found = subject(question.name)
        base = base_for(self._listed(found.kind), found.number)
        if base is None:
            host = checked(self._lists, self._access).hostname or ""
            made = self._made(host, 1)
            self._settle(Observation(question, Outcome.ABSENT, detail=NO_REGISTRY, provenance=made))
            return
        url = base + found.path
        host = checked(url, self._access).hostname or ""
        self._agenda.add(Job(question, found, url, host, registry_of(host)))

    def _listed(self, kind: Kind) -> tuple[Service, ...]:
        """The list of registries for this kind, fetched once. Raises NoAnswerError."""
        if kind in self._services:
            return self._services[kind]
        until, error = self._unlisted.get(kind, (0.0, None))
        if error is None or until <= self._now():
            try:
                self._services[kind] = self._fetch_list(kind)
            except NoAnswerError as failed:
                error = NoAnswerError(f"LIST-{failed.detail}", failed.fault)
                self._unlisted[kind] = (self._now() + LIST_KEPT, error)
            else:
                return self._services[kind]
        raise error

    def _fetch_list(self, kind: Kind) -> tuple[Service, ...]:
        url = f"{self._lists}{kind.value}.json"
        for _ in range(MOST_HOPS + 1):
            answer = self._ask(url)
            if answer.status not in REDIRECTS:
                break
            url = urljoin(url, answer.location)
        if answer.status != 200:
            raise NoAnswerError(f"HTTP-{answer.status}", Fault.RESOLVER)
        try:
            return read_services(kind, answer.body)
        except ValueError as error:
            raise NoAnswerError("MALFORMED", Fault.RESOLVER) from error

    def _ask(self, url: str) -> Answered:
        """One request in its turn, and what became of it told to the agenda. None leaves for a host
        that rests for longer than anybody waits.
        """
        host = checked(url, self._access).hostname or ""
        rest = self._agenda.resting(host, self._now())
        if rest:
            raise NoAnswerError(rest.detail, rest.fault)
        while (seconds := self._agenda.wait(host, self._now())) > 0:
            if self._closing.is_set():
                raise NoAnswerError("CLOSED", Fault.HERE)
            (self._waiter or self._closing.wait)(seconds)
        self._agenda.asked(host, self._now())
        try:
            answer = get(url, self._access)
        except NoAnswerError as error:
            if error.fault is Fault.NETWORK:
                self._agenda.failed(host, self._now(), error.detail, error.fault)
            raise
        self._agenda.answered(host)
        return answer

    def _step(self, job: Job) -> None:
        """The next request for a question, and what follows from its answer."""
        try:
            answer = self._ask(job.url)
            if answer.status in REDIRECTS:
                self._follow(job, answer.location)
            elif answer.status in LATER:
                self._later(job, answer)
            else:
                self._settle(self._observed(job, answer))
        except NoAnswerError as error:
            self._fail(job.question, error, job.url, job.tries)

    def _follow(self, job: Job, location: str) -> None:
        """Another server knows (RFC 7480 section 5.2): it is asked in its own turn."""
        if job.hops >= MOST_HOPS or not location:
            raise NoAnswerError("REDIRECTS", Fault.RESOLVER)
        try:
            url = urljoin(job.url, location)
        except ValueError as error:
            raise NoAnswerError("BAD-URL", Fault.RESOLVER) from error
        host = checked(url, self._access).hostname or ""
        job.url, job.host, job.hops = url, host, job.hops + 1
        job.registry = registry_of(host) or job.registry
        self._agenda.add(job)

    def _later(self, job: Job, answer: Answered) -> None:
        """The host asks for rest (RFC 7480 section 5.5): it gets it, and those who cannot wait
        fail.
        """
        detail = f"HTTP-{answer.status}"
        seconds = self._rest_seconds(answer.retry_after)
        until = self._now() + seconds
        self._agenda.let_rest(job.host, Rest(until, detail, Fault.RESOLVER))
        if job.tries >= MOST_TRIES or seconds > LONGEST_WAIT:
            raise NoAnswerError(detail, Fault.RESOLVER)
        job.tries += 1
        self._agenda.add(job)

    def _rest_seconds(self, retry_after: str) -> float:
        """Retry-After as seconds or as a date (RFC 9110 section 10.2.3), never less than a turn."""
        text = retry_after.strip()
        if text.isascii() and text.isdigit():
            return max(1.0, float(text[:9]))
        with suppress(ValueError, TypeError, OverflowError):
            return max(1.0, (parsedate_to_datetime(text) - self._clock()).total_seconds())
        return USUAL_REST

    def _observed(self, job: Job, answer: Answered) -> Observation:
        """The observation that a final answer makes."""
        made = self._made(job.host, job.tries)
        if answer.status == 404:
            return Observation(job.question, Outcome.ABSENT, detail=NOT_FOUND, provenance=made)
        if answer.status != 200:
            raise NoAnswerError(f"HTTP-{answer.status}", Fault.RESOLVER)
        try:
            answers, cut = read(job.subject, answer.body, job.registry)
        except MalformedError as error:
            raise NoAnswerError("MALFORMED", Fault.RESOLVER) from error
        detail = CUT if cut else ""
        return Observation(job.question, Outcome.SEEN, answers, detail=detail, provenance=made)

    def _fail(self, question: Question, error: NoAnswerError, url: str, tries: int) -> None:
        host = url.partition("//")[2].partition("/")[0]
        made = self._made(host, tries)
        self._settle(Observation(question, Outcome.FAILED, (), (), error.detail, error.fault, made))

    def _made(self, host: str, tries: int) -> Provenance:
        return Provenance(stamp(self._clock()), host, TRANSPORT, attempts=tries)

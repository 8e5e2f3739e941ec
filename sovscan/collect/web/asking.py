"""The engine: many looks at a time over libcurl, in the select loop of whoever runs the scan."""

import selectors
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import certifi
import pycurl

from sovscan.clock import Clock, stamp, utc_now
from sovscan.collect.web.excluding import is_excluded
from sovscan.collect.web.faults import verdict
from sovscan.collect.web.fields import GENERAL, Kept
from sovscan.collect.web.guard import may_contact
from sovscan.collect.web.hosts import host_name
from sovscan.collect.web.look import (
    Look,
    after_answer,
    after_distrust,
    after_failure,
    first_look,
    summed_up,
)
from sovscan.collect.web.plan import addresses_for
from sovscan.collect.web.policy import distrusted, observe_policy
from sovscan.collect.web.reading import Answer, failure, observe, skipped, url_of
from sovscan.collect.web.terms import HTTP, PORTS, kind_of
from sovscan.collect.web.transfer import OpenSocket, Request, Transfer, plain_socket
from sovscan.core.facts import Facts
from sovscan.core.model import DomainName, Observation, Provenance, Question

_EVENTS = {
    pycurl.POLL_IN: selectors.EVENT_READ,
    pycurl.POLL_OUT: selectors.EVENT_WRITE,
    pycurl.POLL_INOUT: selectors.EVENT_READ | selectors.EVENT_WRITE,
}


class WebAsker:
    """Takes web questions with the addresses of their hosts, and gives back observations.

    `selector` is shared: this asker registers its descriptors with itself as their data, and wants
    `ready` called for those. No look takes longer than `budget` seconds, no request longer than
    `timeout`, no connecting longer than half of that. At most `crowd` connections are open to one
    address, since many bodies share a server. `headers` are the fields kept of an answer, as
    `kept_headers` makes them of rules. `open_socket` is for tests that record.
    """

    def __init__(
        self,
        selector: selectors.BaseSelector,
        *,
        concurrency: int = 100,
        crowd: int = 6,
        allow_loopback: bool = False,
        headers: Mapping[str, Kept] = GENERAL,
        excluded: frozenset[DomainName] = frozenset(),
        ports: Mapping[str, int] = PORTS,
        clock: Clock = utc_now,
        timeout: float = 8.0,
        budget: float = 20.0,
        roots: Path | None = None,
        open_socket: OpenSocket = plain_socket,
    ) -> None:
        self._selector = selector
        self._concurrency = concurrency
        self._crowd = crowd
        self._allow_loopback = allow_loopback
        self._headers = headers
        self._excluded = excluded
        self._ports = ports
        self._clock = clock
        self._timeout = timeout
        self._budget = budget
        self._roots = roots or Path(certifi.where())
        self._plain_socket = open_socket
        self._free: list[Transfer] = []
        self._running: dict[Any, tuple[Transfer, Look, float]] = {}
        self._at: Counter[str] = Counter()
        self._waiting: dict[str, deque[tuple[Look, float]]] = {}
        self._queued = 0
        self._finished: deque[Observation] = deque()
        self._alarm: float | None = None
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._on_socket)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._on_timer)

    @property
    def room(self) -> int:
        """How many more questions it takes now."""
        return max(0, self._concurrency - len(self._running) - self._queued)

    def take(self, question: Question, facts: Facts) -> None:
        """Begin to look, at the addresses that were observed of the question's host."""
        self.ask(question, addresses_for(facts, question.name))

    def ask(self, question: Question, addresses: tuple[str, ...]) -> None:
        """Begin to look; the observation comes out of `finished`."""
        allowed = tuple(each for each in addresses if self._may_contact(each))
        reason = self._reason_to_skip(question, addresses, allowed)
        if reason:
            made = Provenance(stamp(self._clock()), "", "none", attempts=0)
            self._finished.append(skipped(question, reason, made))
            return
        self._begin(first_look(question, allowed), 0.0)

    def ready(self, fd: int, events: int) -> None:
        """A descriptor that this asker registered is ready for these events of the selector."""
        mask = pycurl.CSELECT_IN if events & selectors.EVENT_READ else 0
        mask |= pycurl.CSELECT_OUT if events & selectors.EVENT_WRITE else 0
        self._act(fd, mask)

    def due(self) -> float | None:
        """When `tick` wants to be called, on the monotonic clock; None while nothing runs."""
        return self._alarm

    def tick(self) -> None:
        """Let time pass: what is due begins, or is given up."""
        if self._alarm is not None and self._alarm <= time.monotonic():
            self._alarm = None
            self._act(pycurl.SOCKET_TIMEOUT, 0)

    def finished(self) -> Iterator[Observation]:
        """What ended since the last call."""
        while self._finished:
            yield self._finished.popleft()

    def close(self) -> None:
        """Drop what is under way, and every connection."""
        for curl, (transfer, _, _) in self._running.items():
            self._multi.remove_handle(curl)
            transfer.hang_up()
            self._free.append(transfer)
        self._running.clear()
        self._multi.close()
        for transfer in self._free:
            transfer.curl.close()
        self._free.clear()

    def _reason_to_skip(
        self, question: Question, addresses: tuple[str, ...], allowed: tuple[str, ...]
    ) -> str:
        if is_excluded(question.name, self._excluded):
            return "EXCLUDED"
        if not addresses:
            return "NO-ADDRESS"
        if not allowed:
            return "FORBIDDEN-ADDRESS"
        return "" if host_name(question.name) == question.name else "NOT-A-NAME"

    def _may_contact(self, address: str) -> bool:
        return may_contact(address, allow_loopback=self._allow_loopback)

    def _open_socket(self, family: int, kind: int, protocol: int, address: str, port: int) -> Any:
        """Checked here once more: this is the address that is really connected to."""
        if not self._may_contact(address) or port not in self._ports.values():
            raise PermissionError(f"{address} port {port} may not be contacted")
        return self._plain_socket(family, kind, protocol, address, port)

    def _begin(self, look: Look, until: float) -> None:
        """Send the next request of a look, or let it wait for its turn at a crowded address. The
        time of a look (`until`, 0 for a new one) runs from its first request.
        """
        if self._at[look.address] >= self._crowd:
            self._waiting.setdefault(look.address, deque()).append((look, until))
            self._queued += 1
            return
        now = time.monotonic()
        until = until or now + self._budget
        transfer = self._free.pop() if self._free else Transfer(self._roots, self._open_socket)
        transfer.prepare(
            Request(
                url_of(look.question, look.path),
                look.address,
                self._port(look),
                look.verify,
                min(self._timeout, max(0.0, until - now)),
                self._timeout / 2,
            )
        )
        self._at[look.address] += 1
        self._running[transfer.curl] = transfer, look, until
        self._multi.add_handle(transfer.curl)

    def _leave(self, address: str) -> None:
        """A connection to this address is over; who waits for one has its turn."""
        self._at[address] -= 1
        if not self._at[address]:
            del self._at[address]
        waiting = self._waiting.get(address)
        if waiting:
            self._queued -= 1
            look, until = waiting.popleft()
            self._begin(look, until)
        else:
            self._waiting.pop(address, None)

    def _act(self, fd: int, mask: int) -> None:
        self._multi.socket_action(fd, mask)
        _, good, bad = self._multi.info_read()
        for curl in good:
            self._ended(curl, 0)
        for curl, code, _ in bad:
            self._ended(curl, code)

    def _ended(self, curl: Any, code: int) -> None:
        """A request is over: the look goes on, or is over as well."""
        transfer, look, until = self._running.pop(curl)
        self._multi.remove_handle(curl)
        transfer.hang_up()
        answer = transfer.answer(whole=code == 0)
        further = _further(look, transfer, answer, code) if time.monotonic() < until else None
        if further is None:
            self._finished.append(self._observation(look, transfer, answer, code))
        self._free.append(transfer)
        self._leave(look.address)
        if further is not None:
            self._begin(further, until)

    def _observation(
        self, look: Look, transfer: Transfer, answer: Answer | None, code: int
    ) -> Observation:
        port = self._port(look)
        made = Provenance(
            stamp(self._clock()),
            f"[{look.address}]:{port}" if ":" in look.address else f"{look.address}:{port}",
            "tcp" if look.question.type == HTTP else "tls",
            attempts=look.attempts,
        )
        if transfer.forbidden:
            return skipped(look.question, "FORBIDDEN-ADDRESS", made)
        if look.is_of_policy and code == pycurl.E_PEER_FAILED_VERIFICATION:
            return distrusted(look.question, transfer.verified, made)
        if answer is None:
            detail, fault = verdict(code, transfer.os_error, transfer.is_head_too_large)
            return failure(look.question, detail, fault, made)
        if look.is_of_policy:
            return observe_policy(look.question, answer, made)
        return observe(look.question, summed_up(look, answer), made, self._headers)

    def _port(self, look: Look) -> int:
        return self._ports[kind_of(look.question.type)]

    def _on_timer(self, milliseconds: int) -> None:
        """Libcurl wants to be called in so many milliseconds; -1 takes that back."""
        self._alarm = None if milliseconds < 0 else time.monotonic() + milliseconds / 1000

    def _on_socket(self, what: int, fd: int, multi: Any, data: Any) -> None:
        """Libcurl wants to hear of this descriptor, of other events, or no more."""
        if what == pycurl.POLL_REMOVE:
            self._selector.unregister(fd)
        elif fd in self._selector.get_map():
            self._selector.modify(fd, _EVENTS[what], self)
        else:
            self._selector.register(fd, _EVENTS[what], self)


def _further(look: Look, transfer: Transfer, answer: Answer | None, code: int) -> Look | None:
    """The next step of a look, if there is one."""
    if answer is not None:
        return after_answer(look, answer)
    if code == pycurl.E_PEER_FAILED_VERIFICATION:
        return after_distrust(look, transfer.verified)
    return after_failure(look)

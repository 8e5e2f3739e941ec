"""A look at a delegation in work: which servers are still to be tried where, what they said, and
what that comes to. Pure.
"""

import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from sovscan.collect.delegation.plan import parents_of, servers_of
from sovscan.collect.delegation.reading import Told, named_by_parent, state_of
from sovscan.collect.delegation.terms import (
    AUTHORITATIVE,
    CUT,
    FAILED,
    LAME,
    MAX_NAMED,
    MAX_SERVERS,
    NO_ADDRESS,
    NOT_DIRECT,
    PARTLY,
    REFUSED,
    ROUNDS,
    SILENT,
    TIMEOUT,
)
from sovscan.collect.web.look import chosen_of
from sovscan.core.facts import Facts, addresses, is_absent
from sovscan.core.model import DomainName, Fault, Observation, Outcome, Provenance, Question

_ORDER = (AUTHORITATIVE, LAME, REFUSED, FAILED)
"""Where the addresses of a server say different things, the first of these holds."""

NO_EDNS = {"FORMERR", "NOTIMP", "BADVERS"}
"""What an old server says to EDNS; it is asked again without (RFC 6891 section 7)."""

MayAsk = Callable[[str, str], bool]
"""May this host be asked at this address?"""


@dataclass(slots=True, eq=False)
class Line:
    """A server of the zone, or the servers of its parent, of which one after the other is asked
    until one has told. `left`: addresses to be tried, each as often as it is there; `cut` and
    `plain`: those that are tried by TCP, and without EDNS; `state`: what the server's answers say
    of it so far; `silent`: the addresses that did not answer in time.
    """

    host: str
    question: Question
    left: deque[str]
    state: str = ""
    named: tuple[str, ...] = ()
    silent: set[str] = field(default_factory=set)
    cut: set[str] = field(default_factory=set)
    plain: set[str] = field(default_factory=set)
    tries: int = 0
    is_over: bool = False

    @property
    def is_of_parent(self) -> bool:
        """Is this the parent's?"""
        return self.question.type == "NS"

    def heard(self, address: str, said: Told) -> None:
        """Take an answer: what is settled is not asked again; only SERVFAIL may pass."""
        if self.is_of_parent:
            self.named = named_by_parent(said)
            if self.named or said.code != "SERVFAIL":
                self._leave_out(None if self.named else address)
            return
        state = state_of(said, self.question.name)
        if not self.state or _rank(state) < _rank(self.state):
            self.state = state
        if state == AUTHORITATIVE:
            self._leave_out(None)
        elif said.code != "SERVFAIL":
            self._leave_out(address)

    def again(self, address: str, said: Told) -> bool:
        """Must this address be asked at once another way, by TCP or without EDNS?"""
        if said.is_cut and address not in self.cut:
            self.cut.add(address)
        elif said.code in NO_EDNS and address not in self.plain:
            self.plain.add(address)
        else:
            return False
        self.left.appendleft(address)
        return True

    def unreachable(self, address: str) -> None:
        """Nothing can be sent to this address from here."""
        self._leave_out(address)

    def _leave_out(self, address: str | None) -> None:
        """Try this address no more; None: none of them."""
        self.left = deque(each for each in self.left if address and each != address)


@dataclass(slots=True, eq=False)
class Look:
    """A question and its lines. `until`: when (monotonic, s) it ends; 0 before its first try.
    `unasked`: servers that have no line, and what is known of them all the same (or nothing);
    `error`: why nothing could be sent.
    """

    question: Question
    lines: list[Line]
    unasked: dict[str, str]
    until: float = 0.0
    by_stream: bool = False
    has_heard: bool = False
    is_direct: bool = False
    error: tuple[str, Fault] | None = None
    is_over: bool = False

    @property
    def tries(self) -> int:
        """How often somebody was asked."""
        return sum(line.tries for line in self.lines)

    def heard(self, line: Line, address: str, said: Told) -> None:
        """Take an answer to one of its lines."""
        self.has_heard = True
        self.is_direct = self.is_direct or said.is_direct
        line.heard(address, said)


def look_at(question: Question, facts: Facts, may_ask: MayAsk) -> Look:
    """A look at a zone, by what is known of its servers."""
    zone = question.name
    look = Look(question, [], {})
    for place, host in enumerate(servers_of(facts, zone)):
        allowed = [a for a, _ in addresses(facts, host) if may_ask(host, a)]
        if allowed and place < MAX_SERVERS:
            left = deque(chosen_of(allowed) * ROUNDS)
            look.lines.append(Line(host, Question(zone, "SOA"), left))
        else:
            look.unasked[host] = NO_ADDRESS if is_absent(facts, host) else ""
    places = _places_of_parent(zone, facts, may_ask)
    if places:
        look.lines.append(Line("", Question(zone, "NS"), deque(places * ROUNDS)))
    return look


def _places_of_parent(zone: DomainName, facts: Facts, may_ask: MayAsk) -> tuple[str, ...]:
    """The addresses of the parent's servers. Each zone begins with another one, so that the bodies
    of a country do not all ask the same; IPv4 first.
    """
    hosts = parents_of(facts, zone)
    first = zlib.crc32(zone.encode()) % len(hosts) if hosts else 0
    found = [
        address
        for host in (*hosts[first:], *hosts[:first])
        for address in chosen_of([a for a, _ in addresses(facts, host) if may_ask(host, a)])
    ]
    return tuple(dict.fromkeys(sorted(found, key=lambda address: ":" in address)))


def summed_up(look: Look, provenance: Provenance, speaks: Callable[[str], bool]) -> Observation:
    """What a look comes to. `speaks`: does the silence of this address say something?

    Where nobody answered the way may be closed here; where nothing came that only a server itself
    would say, somebody else may have answered. Then nothing is said of anybody.
    """
    question = look.question
    if not look.is_direct:
        detail, fault = _why(look)
        return Observation(question, Outcome.FAILED, (), (), detail, fault, provenance)
    named = next((line.named for line in look.lines if line.is_of_parent), ())
    states = dict(_states(look, speaks))
    texts = {f"parent {host}" for host in named[:MAX_NAMED]}
    texts |= {f"server {host} {state}" for host, state in states.items() if state}
    detail = CUT if len(named) > MAX_NAMED else "" if all(states.values()) else PARTLY
    answers = tuple(sorted(texts))
    return Observation(question, Outcome.SEEN, answers, (), detail, Fault.NONE, provenance)


def _states(look: Look, speaks: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """What is said of each server; nothing of one of which nothing was learnt."""
    yield from look.unasked.items()
    for line in look.lines:
        if not line.is_of_parent:
            silent = line.silent and any(map(speaks, line.silent))
            yield line.host, line.state or (SILENT if silent else "")


def _why(look: Look) -> tuple[str, Fault]:
    if look.has_heard:
        return NOT_DIRECT, Fault.NETWORK
    if look.error and not any(line.silent for line in look.lines):
        return look.error
    return TIMEOUT, Fault.NETWORK


def _rank(state: str) -> int:
    return _ORDER.index(state.partition(" ")[0])

"""The tree of SPF records below a domain (RFC 7208 sections 4.6, 5.2 and 6.1)."""

import ipaddress
from collections.abc import Iterator
from typing import Any, NamedTuple, TypeAlias

from sovscan.core.facts import Facts
from sovscan.core.model import DomainName, Observation, Outcome, Question
from sovscan.core.spf.record import (
    ABSENT,
    MOST_STEPS,
    MULTIPLE,
    OK,
    PERMERROR,
    LongError,
    Mention,
    Node,
    Record,
    said,
    said_to,
)
from sovscan.core.spf.word import Term

LOOKUP_LIMIT = 10
VOID_LIMIT = 2
MX_LIMIT = 10
"""Terms that cause queries, queries that find nothing, hosts of one `mx` (section 4.6.4)."""

MOST_DOMAINS = 40
"""Domains below the root that are read for evidence, though a receiver has given up: so also the
depth of a tree. Of terms that cause queries, as many are looked at as one record may have.
"""

UNSEEN, LOOP, DELEGATED = "unseen", "loop", "delegated"
TOO_MANY_LOOKUPS, TOO_MANY_VOIDS = "too-many-lookups", "too-many-voids"
STATES = (
    *(ABSENT, UNSEEN, MULTIPLE, PERMERROR, LOOP, DELEGATED),
    *(TOO_MANY_LOOKUPS, TOO_MANY_VOIDS),
)
"""What can be said of a whole tree, in the order in which it is said. `absent` and `multiple` are
said of its root; `permerror` is what a receiver ends in, also by the others of ERRORS, where no
term matches before; `delegated`: a macro needs a sender, or names a record not asked for.
"""
ERRORS = frozenset({MULTIPLE, LOOP, TOO_MANY_LOOKUPS, TOO_MANY_VOIDS})

_SEEN, _GONE = Outcome.SEEN, Outcome.ABSENT
"""Looked up once: to ask an enumeration for a member takes as long as to ask the facts."""

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network


class Tree(NamedTuple):
    """All that was read below a domain. `states`: what limits this reading, or a receiver: those of
    STATES that hold. `mentions`: the terms that name another domain and do not refuse it, in a
    receiver's order. `lookups`, `voids`: what a receiver counts where no term matches. `asked`: the
    questions of the tree, of which a receiver asks the first `reached`. `hosts`: what the terms
    about hosts make it ask. A tuple, since it is made often.
    """

    root: Node
    states: tuple[str, ...]
    mentions: tuple[Mention, ...]
    lookups: int
    voids: int
    asked: tuple[Question, ...]
    reached: int
    hosts: tuple[Question, ...]

    def nodes(self) -> Iterator[Node]:
        """Every visit to a domain, depth first."""
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += [child for _, child in reversed(node.children)]

    @property
    def names(self) -> tuple[Mention, ...]:
        """Where each other domain is named first."""
        found: dict[DomainName, Mention] = {}
        for mention in self.mentions:
            found.setdefault(mention.term.domain, mention)
        return tuple(found.values())

    @property
    def networks(self) -> tuple[tuple[Network, Question], ...]:
        """The networks written out and not refused, each with the question that showed it first."""
        found: dict[Network, Question] = {}
        heeded = {node.question: node.record.heeded for node in self.nodes() if node.permits}
        for question, terms in heeded.items():
            for term in terms:
                if term.network and term.qualifier != "-":
                    found.setdefault(ipaddress.ip_network(term.network, strict=False), question)
        return tuple(found.items())

    @property
    def wanted(self) -> tuple[Question, ...]:
        """The TXT questions that a receiver asks below the root, whether answered or not."""
        return tuple(dict.fromkeys(self.asked[: self.reached]))

    @property
    def wanted_beyond(self) -> tuple[Question, ...]:
        """The TXT questions past a receiver's limit, which are for evidence alone."""
        return tuple(dict.fromkeys(self.asked[self.reached :]))

    @property
    def wanted_hosts(self) -> tuple[Question, ...]:
        """What the terms about hosts make a receiver ask; unasked, they are not counted as void."""
        return tuple(dict.fromkeys(self.hosts))

    @property
    def passes_all(self) -> bool:
        """May anybody send? Not said where a receiver may end in an error instead."""
        return set(self.states) <= {DELEGATED} and self.root.passes_all


def read(facts: Facts, domain: str) -> Tree:
    """The tree below a domain, as far as the facts show it."""
    return _Reading(facts, domain).tree()


class _Reading:
    """What one reading of a tree has come by so far. `steps`: terms that cause queries; `spared`:
    those of them that a receiver does not come to, since they stand in a record that is an error;
    `reached`: the questions met within its limit, None as long as all are.
    """

    __slots__ = (
        *("asked", "facts", "hosts", "mentions", "origin"),
        *("reached", "spared", "states", "steps", "voids"),
    )

    def __init__(self, facts: Facts, origin: str) -> None:
        self.facts, self.origin = facts, origin
        self.steps = self.spared = self.voids = 0
        self.states: set[str] = set()
        self.mentions: list[Mention] = []
        self.asked: list[Question] = []
        self.hosts: list[Question] = []
        self.reached: int | None = None

    def tree(self) -> Tree:
        """All of it, from the root."""
        asked: Any = (self.origin, "TXT")  # a Question is equal to it, and takes longer to make
        root = self._visit(asked, None, (), permits=True, counted=True)
        lookups, states = self.steps - self.spared, self.states
        if root.state != OK:
            states.add(root.state)
        if lookups > LOOKUP_LIMIT:
            states.add(TOO_MANY_LOOKUPS)
        if self.voids > VOID_LIMIT:
            states.add(TOO_MANY_VOIDS)
        if not states.isdisjoint(ERRORS):
            states.add(PERMERROR)
        return Tree(
            root,
            tuple([state for state in STATES if state in states]) if states else (),
            tuple(self.mentions),
            lookups,
            self.voids,
            tuple(self.asked),
            len(self.asked) if self.reached is None else self.reached,
            tuple(self.hosts),
        )

    def _visit(
        self,
        asked: Question,
        by: Term | None,
        above: tuple[str, ...],
        permits: bool,
        counted: bool,
    ) -> Node:
        """A domain and all below it. `counted`: would a receiver come to it?"""
        found = self.facts.get(asked)
        if found is None or found.outcome is not _SEEN:
            return self._nothing(asked, found, by, permits, counted)
        name = asked[0]
        try:
            record, leaf = said(name, found.answers)
            if record.by_origin and name != self.origin:
                record, leaf = said_to(name, found.answers, self.origin)
        except LongError:
            record, leaf = said_to(name, found.answers, self.origin)
        if record.state != OK:
            if counted and by is not None:
                self.states.add(PERMERROR)
            counted = False
        if record.steps:
            below = self._below(record, (*above, name), permits, counted)
            if below:
                return Node(record, record.state, permits, below)
        return leaf if permits else leaf._replace(permits=False)

    def _nothing(
        self,
        asked: Question,
        found: Observation | None,
        by: Term | None,
        permits: bool,
        counted: bool,
    ) -> Node:
        """A domain without records, or of which none were seen. Where a receiver finds none, it
        ends in an error (sections 5.2 and 6.1).
        """
        absent = found is not None and found.outcome is _GONE
        if absent and counted and by is not None:
            self.voids += 1
            self.states.add(PERMERROR)
        if not absent and self.steps <= LOOKUP_LIMIT:
            hidden = found is None and by is not None and "%" in by.word
            self.states.add(DELEGATED if hidden else UNSEEN)
        return Node(said(asked[0], ())[0], ABSENT if absent else UNSEEN, permits)

    def _below(
        self, record: Record, path: tuple[str, ...], permits: bool, counted: bool
    ) -> tuple[tuple[Term, Node], ...]:
        """What the terms of a record lead to."""
        children = []
        for mention, term, name, allows, names, asked, hosts in record.steps:
            if self.steps >= LOOKUP_LIMIT and self._is_full():
                break
            self.steps += 1
            if not counted:
                self.spared += 1
            if names and permits and name != self.origin:
                self.mentions.append(mention)
            if asked is None:
                self._unfollowed(term, hosts, permits and allows, counted)
            elif name in path:
                self.states.add(LOOP)
                children.append((term, Node(said(name, ())[0], LOOP, permits and allows)))
            elif len(self.asked) < MOST_DOMAINS:
                self.asked.append(asked)
                child = self._visit(asked, term, path, permits and allows, counted)
                children.append((term, child))
        return tuple(children)

    def _is_full(self) -> bool:
        """A receiver comes no further: is there enough for evidence, too?"""
        if self.reached is None:
            self.reached = len(self.asked)
        return self.steps >= MOST_STEPS

    def _unfollowed(
        self, term: Term, hosts: tuple[Question, ...], permits: bool, counted: bool
    ) -> None:
        """Count what the facts show of a term that leads to no record: a macro that hides the name,
        hosts that do not exist, too many hosts.
        """
        if not hosts:
            if permits and not term.static:
                self.states.add(DELEGATED)
            return
        if self.steps <= LOOKUP_LIMIT:
            self.hosts += hosts
        if not counted:
            return
        for asked in hosts:
            found = self.facts.get(asked)
            if found is None or found.outcome is not _GONE:
                if found is not None and len(found.answers) > MX_LIMIT and asked.type == "MX":
                    self.states.add(PERMERROR)
                return
        self.voids += 1

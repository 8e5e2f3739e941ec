"""What a judgement of one service rests on: its evidence, host by host, and whom each piece
shows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sovscan.core.context import Knowledge
from sovscan.core.model import (
    Attribution,
    DomainName,
    Evidence,
    Finding,
    Party,
    Reason,
    Role,
    RuleId,
    Service,
    Signal,
)
from sovscan.core.readings import HOST_KINDS, Reading

OWN = "own"
"""The body itself, where a reason names who was followed."""

GROUND = frozenset({Role.PLATFORM, Role.CONNECTIVITY})
"""Where a host stands; it competes with other grounds only."""
CLASSES = {
    Service.EMAIL: (frozenset({Role.MAILBOX, Role.INBOUND}), GROUND),
    Service.DNS: (frozenset({Role.AUTHORITATIVE}), GROUND),
    Service.HOSTING: (frozenset({Role.OPERATOR}), GROUND),
    Service.CDN: (frozenset({Role.EDGE}),),
}
"""The roles that a reading can have in a service; those of one class compete for a host."""

NAMES = ("mx-host", "ns-host", "cname-target")


@dataclass(frozen=True, slots=True)
class Carried:
    """A piece of evidence that a party rests on. `party`: who the party is; `shown`: whom this
    piece shows; both are empty for nobody.
    """

    signal: Signal
    host: str
    role: Role | None
    party: str
    shown: str


@dataclass(frozen=True, slots=True)
class Held:
    """A judgement of one service, ready to be asked about a reading. `against`: what was found
    instead of what a signal says, by the signal's kind and value.
    """

    attribution: Attribution
    carried: tuple[Carried, ...]
    rules: frozenset[tuple[RuleId, Signal]]
    signals: frozenset[Signal]
    named: frozenset[str]
    against: Mapping[tuple[str, str], tuple[str, ...]]

    @property
    def domains(self) -> tuple[DomainName, ...]:
        """The domains at which mail was looked at."""
        return tuple(e.signal.question.name for e in self.carried if e.signal.kind == "mx-host")

    @property
    def by_host(self) -> Mapping[str, str]:
        """Who was followed for each host."""
        return {each.host: each.party for each in reversed(self.carried) if each.party}

    def carries(self, reading: Reading) -> bool:
        """Does a party, or the finding, rest on it?"""
        if reading.hit is None:
            return reading.signal in self.signals
        return (reading.rule, reading.signal) in self.rules

    def rival(self, reading: Reading) -> Carried | None:
        """What was followed for the same host in the same class of roles, the most telling."""
        first, *_ = CLASSES[self.attribution.service]
        roles = roles_beside(reading)
        rivals = [
            each
            for each in self.carried
            if each.host == reading.host
            and each.shown
            and each.signal.kind.startswith(HOST_KINDS)
            and (each.role in roles or (each.role is None and roles == first))
        ]
        return max(rivals, key=lambda each: telling(each.signal.kind), default=None)


def held(attribution: Attribution, knowledge: Knowledge) -> Held:
    """What this judgement rests on."""
    resting = tuple(party for party in attribution.parties if _rests(party))
    pieces = [(each, party) for party in resting for each in party.evidence]
    every = (*attribution.evidence, *(each for each, _ in pieces))
    named = {str(v) for party in resting for v in (party.vendor, party.platform) if v}
    return Held(
        attribution,
        tuple(_carried(each, party, knowledge) for each, party in pieces),
        frozenset((each.rule, each.signal) for each in every),
        frozenset(each.signal for each in every),
        frozenset(named | {OWN for party in resting if party.finding is Finding.OWN}),
        _against(attribution.conflicts),
    )


def roles_beside(reading: Reading) -> frozenset[Role]:
    """The roles that compete with a reading's own for the same host; none, where the service has no
    such role. What no rule knows would name who runs the host.
    """
    classes = CLASSES[reading.service]
    if reading.role is None:
        return classes[0]
    return next((roles for roles in classes if reading.role in roles), frozenset())


def telling(kind: str) -> int:
    """How much a kind says of a host: a name more than an address, that more than its reverse name,
    and a header least.
    """
    if kind in NAMES:
        return 3
    if kind == "ptr":
        return 1
    return 0 if kind.startswith("http-") else 2


def _rests(party: Party) -> bool:
    """Does the party rest on its evidence? A sender is listed only; an unknown mailbox lists what
    merely hints.
    """
    listed_only = party.role is Role.MAILBOX and party.finding is Finding.UNKNOWN
    return party.role is not Role.SENDER and not listed_only


def _carried(evidence: Evidence, party: Party, knowledge: Knowledge) -> Carried:
    signal, rule = evidence.signal, knowledge.rules.rule(evidence.rule)
    named = OWN if party.finding is Finding.OWN else str(party.vendor or "")
    ground = rule is not None and rule.role in GROUND
    return Carried(
        signal=signal,
        host=signal.value if signal.kind in NAMES[:2] else signal.subject,
        role=rule.role if rule else None,
        party=named,
        shown=evidence.rule.partition("#")[0] if ground else named,
    )


def _against(conflicts: Iterable[Reason]) -> dict[tuple[str, str], tuple[str, ...]]:
    told: dict[tuple[str, str], tuple[str, ...]] = {}
    for reason in conflicts:
        said = dict(reason.facts)
        found = tuple(value for key, value in reason.facts if key == "found")
        if found:
            told[said.get("signal", ""), said.get("value", "")] = found
    return told

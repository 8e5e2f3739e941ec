"""The words of the tool: every value that travels between the rooms.

All values are frozen. Names are lower case and without the trailing dot (the root is ".").
"""

from dataclasses import dataclass, field
from typing import NamedTuple

from sovscan.core.terms import (
    Confidence,
    DomainName,
    EntityId,
    Fault,
    Finding,
    Lens,
    Ordinal,
    Outcome,
    Role,
    RuleId,
    Service,
    Strength,
    VendorId,
)

__all__ = [
    "Assessment",
    "Attribution",
    "Basis",
    "Confidence",
    "DomainName",
    "EntityId",
    "Evidence",
    "Fault",
    "Finding",
    "Lens",
    "Link",
    "Observation",
    "Ordinal",
    "Outcome",
    "Party",
    "Provenance",
    "Question",
    "Reach",
    "Reason",
    "Role",
    "RuleId",
    "Score",
    "Service",
    "ServiceScore",
    "Signal",
    "Strength",
    "Target",
    "VendorId",
]


@dataclass(frozen=True, slots=True)
class Target:
    """A body and the domain asked about. `asked` is what the user wrote, `zone` the registrable
    domain; `mail_domain` another one at which the list says that the body receives mail.
    """

    id: str
    name: str
    domain: DomainName
    zone: DomainName
    asked: str
    country: str | None = None
    level: str | None = None
    region: str | None = None
    population: int | None = None
    mail_domain: DomainName | None = None


class Question(NamedTuple):
    """A DNS question: owner name and record type (class IN). A tuple, since it is the key of nearly
    every look-up, and a tuple is hashed and compared ten times as fast.
    """

    name: DomainName
    type: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """How an observation was made: when (UTC, ISO 8601), through whom, by which transport, with
    what TTL (s; of an absence: how long it may be believed, RFC 2308), in how many attempts, and
    whether the resolver says that it validated the answer (AD, RFC 4035 section 3.2.3).
    """

    observed_at: str
    resolver: str
    transport: str = "udp"
    ttl: int | None = None
    attempts: int = 1
    validated: bool = False


@dataclass(frozen=True, slots=True)
class Observation:
    """One question and what came back.

    `answers` are record data in presentation form, sorted; `aliases` are the CNAME targets
    followed, in order;
    `detail` names the kind of absence or failure (NXDOMAIN, NODATA, SERVFAIL, TIMEOUT ...).
    Provenance does not
    take part in equality: the same answer on another day is the same fact.
    """

    question: Question
    outcome: Outcome
    answers: tuple[str, ...] = ()
    aliases: tuple[DomainName, ...] = ()
    detail: str = ""
    fault: Fault = Fault.NONE
    provenance: Provenance | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Reason:
    """A code with its facts, never a sentence: sentences live in report/locale."""

    code: str
    facts: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Signal:
    """A reading of an observation: a `value` of a `kind`, said of `subject` (a host or domain) by
    `question`.
    """

    kind: str
    value: str
    subject: DomainName
    question: Question


@dataclass(frozen=True, slots=True)
class Evidence:
    """This rule met this fact. `rule` is `vendor#fingerprint`, or `core#...` for the tool's own
    reading rules.
    """

    rule: RuleId
    signal: Signal
    strength: Strength


@dataclass(frozen=True, slots=True)
class Party:
    """One party in a service.

    `share` is the part of its role (0 to 1; 0 for backups and senders); `preference` the MX
    preference.
    `vendor` is None where the body itself does it (`OWN`) or where nobody could be named
    (`UNKNOWN`).
    `platform` is the vendor whose network or cloud it stands on, where that is another vendor.
    """

    role: Role
    finding: Finding
    share: float
    vendor: VendorId | None = None
    operator: EntityId | None = None
    platform: VendorId | None = None
    confidence: Confidence | None = None
    preference: int | None = None
    evidence: tuple[Evidence, ...] = ()
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Attribution:
    """What is known of one service: parties from front to back, a finding, and what contradicts
    it."""

    service: Service
    finding: Finding
    parties: tuple[Party, ...] = ()
    reasons: tuple[Reason, ...] = ()
    conflicts: tuple[Reason, ...] = ()
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """One step of a controlling chain: an entity, and how the next one holds it. `opened` and
    `held_opened` are False where a source is named from general knowledge.
    """

    entity: EntityId
    name: str
    country: str
    source: str
    held: str = ""
    since: str = ""
    held_source: str = ""
    opened: bool = True
    held_opened: bool = True


@dataclass(frozen=True, slots=True)
class Reach:
    """Who can reach a vendor on a date: the chain from operator to controller, its country, tier
    and laws.
    """

    vendor: VendorId
    name: str
    chain: tuple[Link, ...]
    controller: EntityId
    country: str
    tier: str
    european: bool
    big_tech: bool
    laws: tuple[str, ...] = ()
    notes: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceScore:
    """One service through one lens, 0 to 1. `dependency` is None where too little is known."""

    service: Service
    dependency: float | None
    low: float
    high: float
    coverage: float
    exposure: float | None
    critical: bool


@dataclass(frozen=True, slots=True)
class Score:
    """One body through one lens, 0 to 100, with low <= value <= high; coverage 0 to 1.

    `value` is None below the methodology's floor of coverage: then only the interval may be shown.
    """

    lens: Lens
    value: float | None
    low: float
    high: float
    coverage: float
    exposure: float | None
    grade: str | None
    services: tuple[ServiceScore, ...]
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Basis:
    """With what it was concluded. Digests are SHA-256 in hexadecimal; `on` is the day of the
    ownership chains.
    """

    tool: str
    methodology: str
    policy: str
    datasets: str
    networks: str
    on: str


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything concluded about one target. `scores` holds one score per lens, the headline
    first."""

    target: Target
    attributions: tuple[Attribution, ...]
    reaches: tuple[Reach, ...]
    scores: tuple[Score, ...]
    basis: Basis

    @property
    def headline(self) -> Score:
        """Reliance on non-European big tech."""
        return self.scores[0]

    def reach(self, vendor: VendorId | None) -> Reach | None:
        """Who controls this vendor, or None for no vendor."""
        return next((reach for reach in self.reaches if reach.vendor == vendor), None)

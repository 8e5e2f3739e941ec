"""What we know, as values: vendors and their fingerprints, entities and owners, laws, policies,
methodologies.

Read from `datasets/` by the library; the field names are the keys of the TOML files.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from sovscan.core.model import DomainName, EntityId, Role, RuleId, Service, Strength, VendorId

DASHED = "{dashed}"


class Holding(StrEnum):
    """How one entity stands to another. Only `owns` (majority or whole) passes control on."""

    OWNS = "owns"
    MINORITY = "minority"
    OPERATES = "operates"
    PLATFORM = "platform"
    TECHNOLOGY = "technology"


class EntityKind(StrEnum):
    """What kind of legal person an entity is."""

    COMPANY = "company"
    FUND = "fund"
    PUBLIC = "public"
    FOUNDATION = "foundation"
    ASSOCIATION = "association"
    COOPERATIVE = "cooperative"
    PERSON = "person"


class Binding(StrEnum):
    """By what link a law reaches a vendor: a seat anywhere in its chain, of its controller, or of
    its operator.
    """

    CHAIN = "chain"
    CONTROLLER = "controller"
    OPERATOR = "operator"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """A rule: signals of this kind whose value matches show the vendor in this role, as strongly as
    it says.

    Exactly one of `exact`, `suffix` (label boundary), `pattern` (a name with `*` for a run of
    characters within one label), `prefix` (how a header line begins), `cidr` and `number` (AS
    number) is filled. `examples` must match it and `counter_examples` (key `not`) must not.
    `opened` is False where the source is named from general knowledge: nobody read the page.
    """

    id: str
    role: Role
    signal: str
    strength: Strength
    source: str
    checked: date
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...] = ()
    exact: tuple[str, ...] = ()
    suffix: tuple[str, ...] = ()
    pattern: tuple[str, ...] = ()
    prefix: tuple[str, ...] = ()
    cidr: tuple[str, ...] = ()
    number: tuple[int, ...] = ()
    opened: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """A name, and a record type, that would show this vendor if it were used: a name below a
    domain, or one of the vendor's own in which `{dashed}` stands for the domain with dashes for
    dots.
    """

    name: str
    type: str

    @property
    def is_vendors(self) -> bool:
        """Is it a name of the vendor's, and not below the domain?"""
        return DASHED in self.name

    def at(self, domain: str) -> DomainName:
        """The name to ask about for a domain."""
        if self.is_vendors:
            return DomainName(self.name.replace(DASHED, domain.replace(".", "-")))
        return DomainName(f"{self.name}.{domain}")

    def beside(self, label: str, domain: str) -> DomainName:
        """The name with a label that nobody has, where this probe is asked."""
        if self.is_vendors:
            return DomainName(self.name.replace(DASHED, label))
        parent = self.name.partition(".")[2]
        return DomainName(f"{label}.{parent}.{domain}" if parent else f"{label}.{domain}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A brand as its customers know it, and the legal person that operates it."""

    id: VendorId
    name: str
    operator: EntityId
    fingerprints: tuple[Fingerprint, ...] = ()
    probes: tuple[Probe, ...] = ()
    note: str = ""

    def rule(self, fingerprint: Fingerprint) -> RuleId:
        """The id that names this rule for ever."""
        return RuleId(f"{self.id}#{fingerprint.id}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """An edge of ownership or dependence, valid from `since` to before `until`; share in percent
    where known.
    """

    owner: EntityId
    kind: Holding
    source: str
    checked: date
    share: float | None = None
    since: date | None = None
    until: date | None = None
    opened: bool = True
    note: str = ""

    def holds_on(self, day: date) -> bool:
        """Was this true on that day?"""
        return (self.since is None or self.since <= day) and (
            self.until is None or day < self.until
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class BigTech:
    """Why an entity counts as big tech: a written criterion, a reason and its source."""

    criterion: str
    reason: str
    source: str
    checked: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A legal person: its seat (ISO 3166-1 alpha-2), its owners, and whether it meets the big-tech
    criterion. `open_ownership`: somebody is known to stand above it, but not who.
    """

    id: EntityId
    name: str
    country: str
    kind: EntityKind
    source: str
    checked: date
    owners: tuple[Owner, ...] = ()
    big_tech: BigTech | None = None
    open_ownership: bool = False
    opened: bool = True
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Law:
    """A law that reaches providers: whose (`EU` means any member state), by what link, and how
    far."""

    id: str
    name: str
    country: str
    binds: Binding
    reaches: str
    summary: str
    citation: str
    source: str
    checked: date
    since: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What counts as European: tiers, the countries of each tier, and countries counted beside them
    (`also`).
    """

    id: str
    name: str
    european: tuple[str, ...]
    tiers: Mapping[str, tuple[str, ...]]
    summary: str
    source: str
    checked: date
    also: tuple[str, ...] = ()

    def tier(self, country: str, home: str | None) -> str:
        """T0 for the body's own country, else the tier that lists the country, else T4."""
        if home is not None and country == home:
            return "T0"
        return next((tier for tier, countries in self.tiers.items() if country in countries), "T4")

    def counts(self, country: str, home: str | None) -> bool:
        """Is this country European under this policy?"""
        return country in self.also or self.tier(country, home) in self.european


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """A grade for reliance up to and including `upto`."""

    grade: str
    upto: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """The best grade left where one, or all, of the essential services depend wholly."""

    essential: tuple[Service, ...]
    one: str
    all: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Methodology:
    """Weights, bands and floors of a score. A published file is never edited; a new one gets a new
    id.

    `services` and `roles` weigh by importance; a role that is not listed is not scored. `exposed`
    are the roles
    that can read or alter. `risk` gives the risk of each tier, 0 to 1.
    """

    id: str
    title: str
    source: str
    published: date
    coverage_floor: float
    services: Mapping[Service, float]
    roles: Mapping[Service, Mapping[Role, float]]
    exposed: tuple[Role, ...]
    risk: Mapping[str, float]
    bands: tuple[Band, ...]
    caps: Caps


@dataclass(frozen=True, slots=True)
class Network:
    """An autonomous system: number, the registry's text for its holder (shown, never matched), and
    country.
    """

    asn: int
    organisation: str
    country: str


class AddressTable(Protocol):
    """Address to origin AS. `name` says which table this is, `available` whether there is one at
    all.
    """

    @property
    def name(self) -> str:
        """Digest or label of the table."""

    @property
    def available(self) -> bool:
        """False where the table is missing: then every look-up gives None."""

    def lookup(self, address: str) -> Network | None:
        """The network that originates an address, or None where the table does not know."""

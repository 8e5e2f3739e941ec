"""What sort of thing a shared name is: the market's product, a provider's host, or something of
these bodies' own. Said only as far as a rule of the registry or the scan itself shows it.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sovscan.core.context import Knowledge
from sovscan.core.holding import KEYS, Known, View, before
from sovscan.core.model import DomainName, EntityId, RuleId, VendorId
from sovscan.core.registry import EntityKind

FEWEST = 20
"""Bodies below which "more than half of them" says nothing about a market."""

MADE_HOSTS, MADE_PART = 3, 0.9
"""So many hosts of a rule, and this part of them, must bear the name of a body that uses them
before the rule's other names count as made for a customer too."""

DomainOf = Callable[[str], str]
"""The registrable domain of a name, or an empty text."""


class Nature(StrEnum):
    """What is shared: the product that everybody gets (`market`), a host that a provider names
    (`provider`), nobody can say what (`unknown`), or something of these bodies' own: a public
    body's, one of theirs, or made for one customer (`shared`). In this order a set of names goes by
    the last one that any of them shows.
    """

    MARKET = "market"
    PROVIDER = "provider"
    UNKNOWN = "unknown"
    SHARED = "shared"

    @property
    def rank(self) -> int:
        """Position in the order, from 0."""
        return list(Nature).index(self)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The nature of a name, the code of what shows it, and the public body on record or the body of
    the scan whose own it is.
    """

    nature: Nature
    because: str
    public_body: EntityId | None = None
    owner: DomainName | None = None


@dataclass(frozen=True, slots=True)
class Ground:
    """What a verdict rests on: the registry; the bodies of the scan by their zones; and of the view
    how many bodies showed anything, how many use each vendor, and the rules whose names are made
    for a customer.
    """

    knowledge: Knowledge
    domain_of: DomainOf
    public: Mapping[str, EntityId]
    zones: Mapping[str, DomainName]
    view: View
    seen: int
    vendors: Mapping[VendorId, int]
    made: frozenset[RuleId]


def verdict(name: Known, bears: DomainName | None, holders: int, ground: Ground) -> Verdict:
    """The nature of one name of a value that so many bodies hold; `bears`: the one among them whose
    name it bears.
    """
    if ground.view is View.TENANT:
        return _of_account(name, holders, ground)
    own = _own(name, ground)
    if own is not None:
        return own
    if name.hit is None or name.by_network:
        return Verdict(Nature.UNKNOWN, "by-network" if name.hit else "no-rule")
    if name.stem and (bears is not None or name.hit.rule in ground.made):
        return Verdict(Nature.SHARED, "made-for-one", owner=bears)
    return _of_provider(name, name.hit.vendor.id, ground)


def public_domains(knowledge: Knowledge, domain_of: DomainOf) -> dict[str, EntityId]:
    """The registrable domains that the registry gives as a whole to one public body."""
    found: dict[str, set[EntityId]] = defaultdict(set)
    for vendor in knowledge.vendors.values():
        for rule in vendor.fingerprints:
            for suffix in rule.suffix:
                if domain_of(suffix) == suffix:
                    found[suffix].add(vendor.operator)
    return {
        domain: operator
        for domain, (operator, *others) in found.items()
        if not others and _is_public(operator, knowledge)
    }


def made_for_customers(hosts: Iterable[tuple[Known, bool]]) -> Iterator[RuleId]:
    """The rules whose hosts bear the names of bodies that use them. Told with each host: whether it
    does.
    """
    count: Counter[RuleId] = Counter()
    bearing: Counter[RuleId] = Counter()
    for name, bears in hosts:
        if name.hit is not None and name.stem:
            count[name.hit.rule] += 1
            bearing[name.hit.rule] += bears
    for rule, hosts_of_rule in count.items():
        if hosts_of_rule >= MADE_HOSTS and bearing[rule] >= MADE_PART * hosts_of_rule:
            yield rule


def _of_account(name: Known, holders: int, ground: Ground) -> Verdict:
    """A label that a rule's own example bears is the product's. One at most bodies of a vendor may
    be a large account, or what the vendor gives to all.
    """
    if name.hit is None:
        return Verdict(Nature.UNKNOWN, "no-rule")
    rule = name.hit.fingerprint
    signers = (str(example).partition(KEYS)[2] for example in rule.examples)
    if name.stem in {before(signer, rule.suffix) for signer in signers}:
        return Verdict(Nature.MARKET, "named-by-rule")
    if 2 * holders > ground.vendors[name.hit.vendor.id] >= FEWEST:
        return Verdict(Nature.UNKNOWN, "most-of-the-vendor")
    return Verdict(Nature.SHARED, "made-for-one")


def _of_provider(name: Known, vendor: VendorId, ground: Ground) -> Verdict:
    """A provider's name: one that the registry knows as such, one of whom most use, or another."""
    if not name.stem:
        return Verdict(Nature.MARKET, "named-by-rule")
    if ground.seen >= FEWEST and 2 * ground.vendors[vendor] > ground.seen:
        return Verdict(Nature.MARKET, "most-of-the-scan")
    return Verdict(Nature.PROVIDER, "provider-names-it")


def _own(name: Known, ground: Ground) -> Verdict | None:
    """The public body on record, or the body of the scan, to which a name belongs. The network of
    its addresses is not enough.
    """
    domain = ground.domain_of(name.text)
    if name.hit is None or name.by_network:
        public = ground.public.get(domain)
    else:
        operator = name.hit.vendor.operator
        public = operator if _is_public(operator, ground.knowledge) else None
    owner = ground.zones.get(domain)
    if public is not None:
        return Verdict(Nature.SHARED, "public-body", public, owner)
    return Verdict(Nature.SHARED, "own-of-one", owner=owner) if owner is not None else None


def _is_public(entity: EntityId, knowledge: Knowledge) -> bool:
    return knowledge.entities[entity].kind is EntityKind.PUBLIC

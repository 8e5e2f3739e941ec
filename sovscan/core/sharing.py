"""Bodies that share an MX host, a set of name servers, an account or an SPF text. What goes wrong
there, or is decided there, moves all of them at once: the blast radius.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts
from sovscan.core.holding import Holding, Known, View, holdings, known, squeezed
from sovscan.core.model import DomainName, EntityId, Target, VendorId
from sovscan.core.nature import (
    DomainOf,
    Ground,
    Nature,
    Verdict,
    made_for_customers,
    public_domains,
    verdict,
)

REMEMBERED = 16_384
"""Names whose registrable domain is kept at hand."""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Bodies that hold the same `values` (hosts that exactly the same bodies share are one
    cluster); `because` is the code of what shows the nature.

    `population` is the sum over the `populated` members whose number is known, None where there are
    none. With each vendor and registrable domain (of an account there is none) stands how many
    bodies of the whole scan use one of its names in this view. `owner`: the body of the scan whose
    own the thing is.
    """

    view: View
    nature: Nature
    because: str
    values: tuple[str, ...]
    members: tuple[DomainName, ...]
    population: int | None
    populated: int
    countries: tuple[tuple[str, int], ...]
    vendors: tuple[tuple[VendorId, int], ...]
    domains: tuple[tuple[str, int], ...]
    public_body: EntityId | None = None
    owner: DomainName | None = None


@dataclass(frozen=True, slots=True)
class Sharing:
    """The clusters of a scan, largest first; how many bodies there were, and how many showed
    anything in each view.
    """

    clusters: tuple[Cluster, ...]
    bodies: int
    seen: Mapping[View, int]


@dataclass(slots=True)
class _Held:
    """A value, what is known of its names, who holds it (by number), and which of them it bears the
    name of.
    """

    names: tuple[Known, ...]
    has_addresses: bool
    holders: list[int] = field(default_factory=list)
    bears: DomainName | None = None


@dataclass(slots=True)
class _Ledger:
    """One view of the scan: its values; how many bodies showed one at all, of each vendor, and
    under each registrable domain.
    """

    view: View
    held: dict[str, _Held] = field(default_factory=dict)
    seen: int = 0
    vendors: Counter[VendorId] = field(default_factory=Counter)
    domains: Counter[str] = field(default_factory=Counter)


def find_sharing(
    seen: Iterable[tuple[Target, Facts]],
    knowledge: Knowledge,
    domain_of: DomainOf,
    views: Iterable[View] = tuple(View),
    least: int = 2,
) -> Sharing:
    """The clusters of at least so many bodies. The scan is read once; of a body its name and its
    values are kept, its facts are not.
    """
    ledgers = [_Ledger(view) for view in dict.fromkeys(views)]
    register = _Register(knowledge, lru_cache(maxsize=REMEMBERED)(domain_of), ledgers)
    for target, facts in seen:
        register.enter(target, facts)
    return register.sharing(max(least, 2))


class _Register:
    """Enters one body after another, then tells what they share."""

    def __init__(self, knowledge: Knowledge, domain_of: DomainOf, ledgers: list[_Ledger]) -> None:
        self._knowledge = knowledge
        self._domain_of = domain_of
        self._ledgers = ledgers
        self._bodies: list[tuple[DomainName, str | None, int | None]] = []
        self._zones: dict[str, DomainName] = {}

    def enter(self, target: Target, facts: Facts) -> None:
        """Note what this body holds."""
        number = len(self._bodies)
        self._bodies.append((target.domain, target.country, target.population))
        if target.domain == target.zone:  # a body below it does not own the whole zone
            self._zones[target.zone] = target.domain
        for ledger in self._ledgers:
            held = [
                self._note(ledger, each, number, facts)
                for each in holdings(ledger.view, target, facts, self._knowledge)
            ]
            names = [name for each in held for name in each.names]
            ledger.seen += bool(held)
            ledger.vendors.update({name.hit.vendor.id for name in names if name.hit})
            ledger.domains.update({self._domain_of(name.text) for name in names} - {""})

    def sharing(self, least: int) -> Sharing:
        """The clusters of at least so many bodies."""
        public = public_domains(self._knowledge, self._domain_of)
        found = [each for one in self._ledgers for each in self._clusters(one, public, least)]
        seen = {ledger.view: ledger.seen for ledger in self._ledgers}
        return Sharing(tuple(sorted(found, key=_rank)), len(self._bodies), seen)

    def _note(self, ledger: _Ledger, holding: Holding, number: int, facts: Facts) -> _Held:
        """Enter a body under a value; each name is looked up when it is first met."""
        held = ledger.held.get(holding.key)
        if held is None:
            held = ledger.held[holding.key] = _Held((), holding.has_addresses)
        met = {name.text for name in held.names}
        fresh = [name for name in holding.names if name not in met]
        held.names += tuple(known(ledger.view, name, facts, self._knowledge) for name in fresh)
        held.holders.append(number)
        if ledger.view is View.MX and held.bears is None:
            domain = self._bodies[number][0]
            stems = (squeezed(name.stem) for name in held.names)
            held.bears = domain if any(squeezed(domain) in stem for stem in stems) else None
        return held

    def _clusters(
        self, ledger: _Ledger, public: Mapping[str, EntityId], least: int
    ) -> Iterable[Cluster]:
        made = made_for_customers(
            (name, held.bears is not None) for held in ledger.held.values() for name in held.names
        )
        ground = Ground(
            self._knowledge,
            self._domain_of,
            public,
            self._zones,
            ledger.view,
            ledger.seen,
            ledger.vendors,
            frozenset(made),
        )
        found: dict[object, Cluster] = {}
        for key, held in ledger.held.items():
            if len(held.holders) >= least:
                each = self._cluster(ledger, key, held, ground)
                alike = _alike(each) if ledger.view is View.MX else key
                found[alike] = _joined(found[alike], each) if alike in found else each
        return found.values()

    def _cluster(self, ledger: _Ledger, key: str, held: _Held, ground: Ground) -> Cluster:
        bodies = [self._bodies[number] for number in held.holders]
        counted = [population for _, _, population in bodies if population is not None]
        countries = Counter(country for _, country, _ in bodies if country)
        vendors = dict.fromkeys(name.hit.vendor.id for name in held.names if name.hit)
        names = sorted(name.text for name in held.names)
        domains = dict.fromkeys(map(self._domain_of, names))
        said = _whole(held, ground)
        return Cluster(
            view=ledger.view,
            nature=said.nature,
            because=said.because,
            values=(key,) if ledger.view is View.SPF else tuple(names),
            members=tuple(sorted(domain for domain, _, _ in bodies)),
            population=sum(counted) if counted else None,
            populated=len(counted),
            countries=tuple(sorted(countries.items(), key=lambda item: (-item[1], item[0]))),
            vendors=tuple((vendor, ledger.vendors[vendor]) for vendor in vendors),
            domains=tuple((domain, ledger.domains[domain]) for domain in domains if domain)
            if ledger.view is not View.TENANT
            else (),
            public_body=said.public_body,
            owner=said.owner,
        )


def _whole(held: _Held, ground: Ground) -> Verdict:
    """The nature of all names of a value together, and of the addresses beside them."""
    said = [verdict(name, held.bears, len(held.holders), ground) for name in held.names]
    if held.has_addresses:
        said.append(Verdict(Nature.UNKNOWN, "addresses"))
    return max(said, key=lambda each: each.nature.rank)


def _alike(cluster: Cluster) -> object:
    """Equal for hosts of one vendor and one sort that exactly the same bodies share."""
    sort = cluster.nature if cluster.nature in {Nature.UNKNOWN, Nature.SHARED} else None
    return cluster.members, cluster.vendors, sort, cluster.public_body, cluster.owner


def _joined(one: Cluster, other: Cluster) -> Cluster:
    """Both as one. Where the registry names one host as the product, the others belong to it."""
    first = min(one, other, key=lambda each: each.nature.rank)
    values = tuple(sorted({*one.values, *other.values}))
    domains = tuple(dict.fromkeys((*one.domains, *other.domains)))
    return replace(first, values=values, domains=domains)


def _rank(cluster: Cluster) -> tuple[int, int, str, tuple[str, ...]]:
    """Most bodies first, then most people."""
    people = cluster.population or 0
    return -len(cluster.members), -people, cluster.view.value, cluster.values

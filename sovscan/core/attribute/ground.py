"""Where a host stands: its addresses one by one, on platforms, on access lines, or elsewhere."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from sovscan.core.context import Knowledge
from sovscan.core.facts import ADDRESS_TYPES, Facts, answers, is_absent, observation
from sovscan.core.match import Hit
from sovscan.core.model import (
    DomainName,
    Evidence,
    Outcome,
    Question,
    Reason,
    Role,
    Signal,
    VendorId,
)
from sovscan.core.names import suffixes
from sovscan.core.registry import Network
from sovscan.core.signals import RDAP, of_address, registered_networks

REMEMBERED = 4096
"""Hosts and addresses kept at hand: those of the large providers come back with body after body."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a part of the addresses stands: a platform, an access line, or (None) elsewhere."""

    role: Role | None
    vendor: VendorId | None
    part: float
    evidence: tuple[Evidence, ...]


NOWHERE = Ground(None, None, 1.0, ())


@dataclass(frozen=True, slots=True)
class Place:
    """What one address shows: its network, if it has one, and itself, with the rules that know
    them, what the table says, and what is disputed.
    """

    address: str
    signals: tuple[Signal, ...]
    hits: tuple[tuple[Signal, Hit], ...]
    told: Reason
    dispute: tuple[Reason, ...]

    @property
    def ground(self) -> Ground:
        """Where it stands: on a platform before an access line."""
        for role in (Role.PLATFORM, Role.CONNECTIVITY):
            for signal, hit in self.hits:
                if hit.fingerprint.role is role:
                    return Ground(role, hit.vendor.id, 1.0, (hit.evidence(signal),))
        return NOWHERE


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the addresses of a host show: place by place, each rule that knows one of them, where
    they stand, and what is missing.
    """

    places: tuple[Place, ...]
    hits: tuple[tuple[Signal, Hit], ...]
    grounds: tuple[Ground, ...]
    reasons: tuple[Reason, ...]

    def part(self, addresses: Collection[str]) -> "Surroundings":
        """The same of these addresses only."""
        places = tuple([place for place in self.places if place.address in addresses])
        return Surroundings(
            places,
            tuple([hit for place in places for hit in place.hits]),
            _grounds(places),
            tuple({place.address: place.told for place in places}.values()),
        )

    @property
    def networks(self) -> tuple[Signal, ...]:
        """The networks that originate the addresses, one for each address that has one."""
        return tuple([place.signals[0] for place in self.places if len(place.signals) > 1])

    @property
    def unknown_networks(self) -> tuple[Signal, ...]:
        """Those of them that no rule knows."""
        return tuple(
            [place.signals[0] for place in self.places if len(place.signals) > 1 and not place.hits]
        )

    @property
    def disputes(self) -> tuple[Reason, ...]:
        """What table and registry do not agree on."""
        return tuple([dispute for place in self.places for dispute in place.dispute])

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses, IPv4 first."""
        return tuple([place.address for place in self.places])

    def of(self, *roles: Role) -> tuple[tuple[Signal, Hit], ...]:
        """The hits in these roles."""
        return tuple([found for found in self.hits if found[1].fingerprint.role in roles])


def surroundings(facts: Facts, knowledge: Knowledge, host: str, relation: str) -> Surroundings:
    """Read the addresses of a host, and match what they show."""
    seen = tuple([answers(facts, host, rtype) for rtype in ADDRESS_TYPES])
    missing = () if any(seen) else missing_address(facts, knowledge, host, f"{relation}-host")
    return _around(knowledge, host, relation, seen, missing, _registered(facts, seen))


def missing_address(
    facts: Facts, knowledge: Knowledge, host: str, kind: str, end: str | None = None
) -> tuple[Reason, ...]:
    """A host without an address: its question failed, or the record points nowhere, perhaps to a
    name that anybody may register (which the domain of a known vendor never is). `kind`: the signal
    that the host is; `end`: where its aliases lead.
    """
    if not is_absent(facts, host):
        return (Reason("address-unseen", (("host", host),)),)
    host = end or host
    free = next((name for name in suffixes(host) if _is_free(facts, name)), None)
    dangling = Reason("dangling", (("host", host),))
    if free is None or knowledge.rules.identify(kind, host):
        return (dangling,)
    return dangling, Reason("takeover", (("host", host), ("domain", free)))


def _is_free(facts: Facts, name: str) -> bool:
    """Was this name seen not to be delegated to anybody?"""
    found = observation(facts, name, "NS")
    return found is not None and found.outcome is Outcome.ABSENT and found.detail == "NXDOMAIN"


Registered: TypeAlias = tuple[tuple[str, tuple[Network, ...]], ...]
"""Addresses with the networks that a registry names for them."""


def _registered(facts: Facts, seen: tuple[tuple[str, ...], ...]) -> Registered:
    """The addresses whose network a registry was asked for and named."""
    return tuple(
        [
            (address, networks)
            for found in seen
            for address in found
            if (address, RDAP) in facts and (networks := registered_networks(facts, address))
        ]
    )


@lru_cache(maxsize=REMEMBERED)
def _around(
    knowledge: Knowledge,
    host: str,
    relation: str,
    seen: tuple[tuple[str, ...], ...],
    missing: tuple[Reason, ...],
    registered: Registered,
) -> Surroundings:
    told = dict(registered)
    places = tuple(
        [
            _place(
                knowledge,
                Question(DomainName(host), rtype),
                relation,
                address,
                told.get(address, ()),
            )
            for rtype, found in zip(ADDRESS_TYPES, seen, strict=True)
            for address in found
        ]
    )
    return Surroundings(
        places,
        tuple([hit for place in places for hit in place.hits]),
        _grounds(places),
        missing or _reasons(knowledge, places),
    )


def _place(
    knowledge: Knowledge,
    question: Question,
    relation: str,
    address: str,
    registered: tuple[Network, ...],
) -> Place:
    """The table says which network it is; where it does not know, the registry does, if it names
    one, or several of one vendor.
    """
    listed = knowledge.networks.lookup(address)
    network = listed or (registered[0] if _is_one(registered, relation, knowledge) else None)
    told_by = Question(DomainName(address), RDAP) if network is not listed else None
    signals = of_address(network, relation, address, question, told_by)
    return Place(
        address,
        signals,
        tuple([(signal, hit) for signal in signals for hit in knowledge.hits(signal)]),
        _told(network, address),
        _dispute(address, listed, registered),
    )


def _is_one(registered: tuple[Network, ...], relation: str, knowledge: Knowledge) -> bool:
    """Is this one network, or are these several that one vendor alone is known by?"""
    kind = f"{relation}-address-as"
    known = [
        {hit.vendor.id for hit in knowledge.rules.identify(kind, str(network.asn))}
        for network in registered
    ]
    alike = bool(known) and all(each == known[0] for each in known)
    return len(known) == 1 or (alike and len(known[0]) == 1)


def _dispute(
    address: str, listed: Network | None, registered: tuple[Network, ...]
) -> tuple[Reason, ...]:
    """Who originates an address, where table and registry name different networks, or the registry
    several.
    """
    named = tuple(("registered", str(network.asn)) for network in registered)
    if listed is None and len(registered) > 1:
        return (Reason("several-origins", (("address", address), *named)),)
    if listed is None or not registered or listed.asn in {each.asn for each in registered}:
        return ()
    announced = ("announced", str(listed.asn))
    return (Reason("registry-disagrees", (("address", address), announced, *named)),)


def _told(network: Network | None, address: str) -> Reason:
    """What the table says of an address."""
    if network is None:
        return Reason("address-unplaced", (("address", address),))
    facts = (
        ("asn", str(network.asn)),
        ("organisation", network.organisation),
        ("country", network.country),
    )
    return Reason("network", facts)


def _grounds(places: tuple[Place, ...]) -> tuple[Ground, ...]:
    """Where the addresses stand, each ground with its part of them."""
    alike: dict[tuple[Role | None, VendorId | None], list[Ground]] = defaultdict(list)
    for ground in (place.ground for place in places):
        alike[ground.role, ground.vendor].append(ground)
    grounds = [
        Ground(role, vendor, len(same) / len(places), tuple([e for g in same for e in g.evidence]))
        for (role, vendor), same in alike.items()
    ]
    return tuple(sorted(grounds, key=lambda ground: str(ground.vendor)))


def _reasons(knowledge: Knowledge, places: tuple[Place, ...]) -> tuple[Reason, ...]:
    """What the table says of each address, if there is a table."""
    if not knowledge.networks.available:
        return (Reason("no-network-table"),)
    return tuple({place.address: place.told for place in places}.values())

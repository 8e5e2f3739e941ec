"""Where a host stands: its addresses one by one, on platforms, on access lines, or elsewhere."""

from collections import defaultdict
from dataclasses import dataclass
from functools import lru_cache

from sovscan.core.context import Knowledge
from sovscan.core.facts import ADDRESS_TYPES, Facts, answers, is_absent
from sovscan.core.match import Hit
from sovscan.core.model import DomainName, Evidence, Question, Reason, Role, Signal, VendorId
from sovscan.core.registry import Network
from sovscan.core.signals import RDAP, of_address, registered_network

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
    them, and what the table says.
    """

    address: str
    signals: tuple[Signal, ...]
    hits: tuple[tuple[Signal, Hit], ...]
    told: Reason

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

    @property
    def networks(self) -> tuple[Signal, ...]:
        """The networks that originate the addresses, one for each address that has one."""
        return tuple([place.signals[0] for place in self.places if len(place.signals) > 1])

    def of(self, *roles: Role) -> tuple[tuple[Signal, Hit], ...]:
        """The hits in these roles."""
        return tuple([found for found in self.hits if found[1].fingerprint.role in roles])


def surroundings(facts: Facts, knowledge: Knowledge, host: str, relation: str) -> Surroundings:
    """Read the addresses of a host, and match what they show."""
    seen = tuple([answers(facts, host, rtype) for rtype in ADDRESS_TYPES])
    is_dangling = not any(seen) and is_absent(facts, host)
    return _around(knowledge, host, relation, seen, is_dangling, _registered(facts, seen))


def _registered(facts: Facts, seen: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, Network], ...]:
    """The addresses whose network a registry was asked for and named."""
    return tuple(
        [
            (address, network)
            for found in seen
            for address in found
            if (address, RDAP) in facts and (network := registered_network(facts, address))
        ]
    )


@lru_cache(maxsize=REMEMBERED)
def _around(
    knowledge: Knowledge,
    host: str,
    relation: str,
    seen: tuple[tuple[str, ...], ...],
    is_dangling: bool,
    registered: tuple[tuple[str, Network], ...],
) -> Surroundings:
    told = dict(registered)
    places = tuple(
        [
            _place(
                knowledge, Question(DomainName(host), rtype), relation, address, told.get(address)
            )
            for rtype, found in zip(ADDRESS_TYPES, seen, strict=True)
            for address in found
        ]
    )
    return Surroundings(
        places,
        tuple([hit for place in places for hit in place.hits]),
        _grounds(places),
        _reasons(knowledge, host, places, is_dangling=is_dangling),
    )


def _place(
    knowledge: Knowledge,
    question: Question,
    relation: str,
    address: str,
    registered: Network | None,
) -> Place:
    """The table says which network it is; where it does not know, the registry does."""
    listed = knowledge.networks.lookup(address)
    network = listed or registered
    told_by = Question(DomainName(address), RDAP) if network is not listed else None
    signals = of_address(network, relation, address, question, told_by)
    return Place(
        address,
        signals,
        tuple([(signal, hit) for signal in signals for hit in knowledge.hits(signal)]),
        _told(network, address),
    )


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


def _reasons(
    knowledge: Knowledge, host: str, places: tuple[Place, ...], *, is_dangling: bool
) -> tuple[Reason, ...]:
    """What is missing: no address at all (dangling), an unseen one, or one that no table places."""
    if not places:
        return (Reason("dangling" if is_dangling else "address-unseen", (("host", host),)),)
    if not knowledge.networks.available:
        return (Reason("no-network-table"),)
    return tuple({place.address: place.told for place in places}.values())

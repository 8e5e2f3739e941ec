"""Where a host stands: its addresses one by one, on platforms, on access lines, or elsewhere."""

from collections import Counter, defaultdict
from dataclasses import dataclass

from sovscan.core.context import Knowledge
from sovscan.core.facts import ADDRESS_TYPES, Facts, addresses, outcome
from sovscan.core.match import Hit
from sovscan.core.model import Evidence, Outcome, Reason, Role, Signal, VendorId
from sovscan.core.signals import address_signals


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a part of the addresses stands: a platform, an access line, or (None) elsewhere."""

    role: Role | None
    vendor: VendorId | None
    part: float
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the addresses of a host show: its signals, the rules that know them, and what is
    missing.
    """

    signals: tuple[Signal, ...]
    hits: tuple[tuple[Signal, Hit], ...]
    reasons: tuple[Reason, ...]

    def of(self, *roles: Role) -> tuple[tuple[Signal, Hit], ...]:
        """The hits in these roles."""
        return tuple((signal, hit) for signal, hit in self.hits if hit.fingerprint.role in roles)

    def grounds(self) -> tuple[Ground, ...]:
        """Where the addresses stand, each ground with its part of them."""
        placed = by_address(self.signals)
        found: dict[tuple[Role | None, VendorId | None], list[Evidence]] = defaultdict(list)
        counts: Counter[tuple[Role | None, VendorId | None]] = Counter()
        for signals in placed:
            hit = self._ground(signals)
            key = (hit[1].fingerprint.role, hit[1].vendor.id) if hit else (None, None)
            counts[key] += 1
            if hit:
                found[key].append(hit[1].evidence(hit[0]))
        return tuple(
            Ground(role, vendor, count / len(placed), tuple(found[role, vendor]))
            for (role, vendor), count in sorted(counts.items(), key=lambda item: str(item[0][1]))
        )

    def _ground(self, signals: tuple[Signal, ...]) -> tuple[Signal, Hit] | None:
        """What says where one address stands: a platform before an access line."""
        for role in (Role.PLATFORM, Role.CONNECTIVITY):
            for signal, hit in self.of(role):
                if signal in signals:
                    return signal, hit
        return None


def by_address(signals: tuple[Signal, ...]) -> tuple[tuple[Signal, ...], ...]:
    """The signals of a host, address by address: its network, if it has one, and itself."""
    grouped: list[tuple[Signal, ...]] = []
    network: tuple[Signal, ...] = ()
    for signal in signals:
        if signal.kind.endswith("-address-as"):
            network = (signal,)
        elif signal.kind == "address":
            grouped.append((*network, signal))
            network = ()
    return tuple(grouped)


def surroundings(facts: Facts, knowledge: Knowledge, host: str, relation: str) -> Surroundings:
    """Read the addresses of a host, and match what they show."""
    signals = address_signals(facts, knowledge.networks, host, relation)
    hits = tuple(
        (signal, hit)
        for signal in signals
        if signal.kind != "ptr"
        for hit in knowledge.hits(signal)
    )
    return Surroundings(signals, hits, _address_reasons(facts, knowledge, host))


def _address_reasons(facts: Facts, knowledge: Knowledge, host: str) -> tuple[Reason, ...]:
    """What is missing: no address at all (dangling), an unseen one, or one that no table places."""
    found = addresses(facts, host)
    outcomes = {outcome(facts, host, rtype) for rtype in ADDRESS_TYPES}
    if not found and outcomes == {Outcome.ABSENT}:
        return (Reason("dangling", (("host", host),)),)
    if not found:
        return (Reason("address-unseen", (("host", host),)),)
    if not knowledge.networks.available:
        return (Reason("no-network-table"),)
    networks = {address: knowledge.networks.lookup(address) for address, _ in found}
    return tuple(
        Reason(
            "network",
            (
                ("asn", str(network.asn)),
                ("organisation", network.organisation),
                ("country", network.country),
            ),
        )
        if network
        else Reason("address-unplaced", (("address", address),))
        for address, network in networks.items()
    )

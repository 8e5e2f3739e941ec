"""Who runs one named host (an MX or NS host): by its name, else by its network, else nobody can
say.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts, addresses, outcome
from sovscan.core.match import Hit
from sovscan.core.model import (
    Confidence,
    Evidence,
    Finding,
    Outcome,
    Party,
    Reason,
    Role,
    RuleId,
    Signal,
    Strength,
    Target,
    VendorId,
)
from sovscan.core.names import within
from sovscan.core.signals import address_signals

OWN_NAME = RuleId("core#own-name")
UNRECOGNISED = RuleId("core#unrecognised")


@dataclass(frozen=True, slots=True)
class Standing:
    """Who runs a host, and on what. `weight` is its part of the host (several platforms share
    one)."""

    finding: Finding
    hit: Hit | None
    platform: VendorId | None
    confidence: Confidence | None
    evidence: tuple[Evidence, ...]
    reasons: tuple[Reason, ...]
    weight: float = 1.0

    @property
    def vendor(self) -> VendorId | None:
        """The vendor that the rule names."""
        return self.hit.vendor.id if self.hit else None

    def party(self, role: Role, share: float, preference: int | None = None) -> Party:
        """This standing as a party in a service."""
        return Party(
            role=role,
            finding=self.finding,
            share=share * self.weight,
            vendor=self.vendor,
            operator=self.hit.vendor.operator if self.hit else None,
            platform=self.platform,
            confidence=self.confidence,
            preference=preference,
            evidence=self.evidence,
            reasons=self.reasons,
        )


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

    def platforms(self) -> dict[VendorId, tuple[float, tuple[Evidence, ...]]]:
        """The platforms that the addresses stand on, with their part and the evidence."""
        found = self.of(Role.PLATFORM)
        counts = Counter(hit.vendor.id for _, hit in found)
        return {
            vendor: (
                count / counts.total(),
                tuple(hit.evidence(signal) for signal, hit in found if hit.vendor.id == vendor),
            )
            for vendor, count in sorted(counts.items())
        }


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


def identify(
    named: Signal,
    relation: str,
    roles: tuple[Role, ...],
    target: Target,
    facts: Facts,
    knowledge: Knowledge,
) -> tuple[Standing, ...]:
    """Who runs the host that this signal names, in one of these roles: one standing for each
    platform under it.
    """
    host = named.value
    around = surroundings(facts, knowledge, host, relation)
    by_name = sorted(
        knowledge.hits(named, *roles), key=lambda hit: roles.index(hit.fingerprint.role)
    )
    if by_name and within(host, target.zone):
        base = _own_service(named, by_name[0], around)
    elif by_name:
        hit = by_name[0]
        agreeing = tuple(
            other.evidence(signal)
            for signal, other in around.of(*roles)
            if other.vendor == hit.vendor
        )
        base = Standing(
            Finding.ATTRIBUTED,
            hit,
            None,
            Confidence.LIKELY,
            (hit.evidence(named), *agreeing),
            around.reasons,
        )
    else:
        base = _by_network(named, roles, around) or _unnamed(named, target, around)
    return _on_platforms(base, around)


def spread(parties: Iterable[Party]) -> tuple[Party, ...]:
    """Parties that differ in nothing but their share and evidence become one; first seen first."""
    merged: dict[tuple[object, ...], Party] = {}
    for party in parties:
        key = (
            party.role,
            party.finding,
            party.vendor,
            party.platform,
            party.preference,
            _names(party),
        )
        before = merged.get(key)
        merged[key] = party if before is None else _join(before, party)
    return tuple(merged.values())


def _names(party: Party) -> tuple[str, ...]:
    """Unrecognised hosts are not the same party merely because both are unknown."""
    return (
        tuple(e.signal.value for e in party.evidence[:1])
        if party.finding is Finding.UNKNOWN
        else ()
    )


def _join(one: Party, other: Party) -> Party:
    confidences = [c for c in (one.confidence, other.confidence) if c is not None]
    return replace(
        one,
        share=one.share + other.share,
        confidence=min(confidences, key=lambda c: c.rank, default=None),
        evidence=tuple(dict.fromkeys((*one.evidence, *other.evidence))),
        reasons=tuple(dict.fromkeys((*one.reasons, *other.reasons))),
    )


def _by_network(named: Signal, roles: tuple[Role, ...], around: Surroundings) -> Standing | None:
    """A filter seen under a vanity name, by a network that serves nothing else. Two such vendors
    name nobody.
    """
    found = around.of(*roles)
    if len({hit.vendor.id for _, hit in found}) != 1:
        return None
    evidence = tuple(hit.evidence(signal) for signal, hit in found)
    reason = Reason("by-network", (("host", named.value),))
    return Standing(
        Finding.ATTRIBUTED,
        found[0][1],
        None,
        Confidence.LIKELY,
        evidence,
        (reason, *around.reasons),
    )


def _own_service(named: Signal, hit: Hit, around: Surroundings) -> Standing:
    """A body that serves others is its own provider under its own name, and no vendor to itself."""
    evidence = (Evidence(OWN_NAME, named, Strength.CONCLUSIVE), hit.evidence(named))
    return Standing(Finding.OWN, None, None, Confidence.LIKELY, evidence, around.reasons)


def _unnamed(named: Signal, target: Target, around: Surroundings) -> Standing:
    """The body's own name on a known network is the body's own; any other name is unrecognised."""
    if not within(named.value, target.zone):
        return _unrecognised(named, "unrecognised-host", around)
    evidence = Evidence(OWN_NAME, named, Strength.CONCLUSIVE)
    lines = around.of(Role.CONNECTIVITY)
    if lines and not around.of(Role.PLATFORM):
        notes = tuple(
            Reason("connectivity", (("vendor", hit.vendor.id), ("asn", s.value)))
            for s, hit in lines
        )
        placed = tuple(hit.evidence(signal) for signal, hit in lines)
        return Standing(
            Finding.OWN,
            None,
            None,
            Confidence.LIKELY,
            (evidence, *placed),
            (*dict.fromkeys(notes), *around.reasons),
        )
    if around.of(Role.PLATFORM):
        return Standing(Finding.OWN, None, None, Confidence.POSSIBLE, (evidence,), around.reasons)
    return _unrecognised(named, "own-name-unplaced", around)


def _unrecognised(named: Signal, code: str, around: Surroundings) -> Standing:
    seen = tuple(signal for signal in around.signals if signal.kind.endswith("-address-as"))
    evidence = tuple(Evidence(UNRECOGNISED, signal, Strength.HINT) for signal in (named, *seen))
    reason = Reason(code, (("host", named.value),))
    return Standing(Finding.UNKNOWN, None, None, None, evidence, (reason, *around.reasons))


def _on_platforms(base: Standing, around: Surroundings) -> tuple[Standing, ...]:
    """The standing once for each platform under the host; the vendor's own network is no platform
    of another.
    """
    operator = base.hit.vendor.operator if base.hit else None
    foreign = {
        hit.vendor.id
        for _, hit in around.of(Role.PLATFORM)
        if hit.vendor.operator != operator and hit.vendor.id != base.vendor
    }
    platforms = around.platforms()
    if not platforms:
        return (base,)
    return tuple(
        replace(
            base,
            platform=vendor if vendor in foreign else None,
            weight=part,
            evidence=(*base.evidence, *evidence),
        )
        for vendor, (part, evidence) in platforms.items()
    )


def _address_reasons(facts: Facts, knowledge: Knowledge, host: str) -> tuple[Reason, ...]:
    """What is missing: no address at all (dangling), an unseen one, or one that no table places."""
    found = addresses(facts, host)
    outcomes = {outcome(facts, host, rtype) for rtype in ("A", "AAAA")}
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

"""Who runs one named host (an MX or NS host): by its name, else by its network, else nobody can
say.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

from sovscan.core.attribute.ground import NOWHERE, Ground, Surroundings, surroundings
from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts
from sovscan.core.match import Hit
from sovscan.core.model import (
    Confidence,
    Evidence,
    Finding,
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
    by_name = knowledge.hits(named, *roles)
    if by_name:
        hit = min(by_name, key=lambda hit: roles.index(hit.fingerprint.role))
        own = within(host, target.zone)
        base = _own_service(named, hit, around) if own else _by_name(named, hit, roles, around)
    else:
        base = _by_network(named, roles, around) or _unnamed(named, target, around)
    return _on_grounds(base, named, around)


def spread(parties: Iterable[Party]) -> tuple[Party, ...]:
    """Parties that differ in nothing but their share and evidence become one; first seen first."""
    alike: dict[tuple[object, ...], list[Party]] = defaultdict(list)
    for party in parties:
        key = (
            party.role,
            party.finding,
            party.vendor,
            party.platform,
            party.preference,
            _names(party),
        )
        alike[key].append(party)
    return tuple([same[0] if len(same) == 1 else _joined(same) for same in alike.values()])


def _names(party: Party) -> tuple[str, ...]:
    """Unrecognised hosts are not the same party merely because both are unknown."""
    return (
        tuple(e.signal.value for e in party.evidence[:1])
        if party.finding is Finding.UNKNOWN
        else ()
    )


def _joined(same: list[Party]) -> Party:
    first = same[0]
    confidences = [party.confidence for party in same if party.confidence is not None]
    return Party(
        role=first.role,
        finding=first.finding,
        share=reduce(add, [party.share for party in same]),
        vendor=first.vendor,
        operator=first.operator,
        platform=first.platform,
        confidence=min(confidences, key=lambda c: c.rank, default=None),
        preference=first.preference,
        evidence=tuple(dict.fromkeys([each for party in same for each in party.evidence])),
        reasons=tuple(dict.fromkeys([each for party in same for each in party.reasons])),
    )


def _by_name(named: Signal, hit: Hit, roles: tuple[Role, ...], around: Surroundings) -> Standing:
    """The vendor that the name shows, and what of the host's addresses shows it too."""
    evidence = [hit.evidence(named)]
    evidence += [o.evidence(signal) for signal, o in around.of(*roles) if o.vendor is hit.vendor]
    return Standing(
        Finding.ATTRIBUTED, hit, None, Confidence.LIKELY, tuple(evidence), around.reasons
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
    return Standing(Finding.OWN, None, None, Confidence.LIKELY, (evidence,), around.reasons)


def _unrecognised(named: Signal, code: str, around: Surroundings, weight: float = 1.0) -> Standing:
    signals = (named, *around.networks)
    evidence = tuple([Evidence(UNRECOGNISED, signal, Strength.HINT) for signal in signals])
    reasons = (Reason(code, (("host", named.value),)), *around.reasons)
    return Standing(Finding.UNKNOWN, None, None, None, evidence, reasons, weight)


def _on_grounds(base: Standing, named: Signal, around: Surroundings) -> tuple[Standing, ...]:
    """The standing once for each ground under the host, with its part of the addresses."""
    grounds = around.grounds or (NOWHERE,)
    return tuple([_on_ground(base, named, around, ground) for ground in grounds])


def _on_ground(base: Standing, named: Signal, around: Surroundings, ground: Ground) -> Standing:
    """An own name shows an own host only on a ground that some rule knows; the vendor's own network
    is no platform of another.
    """
    own, on_platform = base.finding is Finding.OWN, ground.role is Role.PLATFORM
    if own and ground.role is None:
        return _unrecognised(named, "own-name-unplaced", around, ground.part)
    lines = access_lines(ground) if own and not on_platform else ()
    foreign = on_platform and not _is_its_own(base, around, ground)
    return Standing(
        base.finding,
        base.hit,
        ground.vendor if foreign else None,
        Confidence.POSSIBLE if own and on_platform else base.confidence,
        (*base.evidence, *ground.evidence),
        (*lines, *base.reasons),
        ground.part,
    )


def access_lines(ground: Ground) -> Iterable[Reason]:
    """The access lines that a ground consists of."""
    return dict.fromkeys(
        Reason("connectivity", (("vendor", str(ground.vendor)), ("asn", each.signal.value)))
        for each in ground.evidence
    )


def _is_its_own(base: Standing, around: Surroundings, ground: Ground) -> bool:
    """Does the platform belong to who runs the host already?"""
    operators = {hit.vendor.operator for _, hit in around.hits if hit.vendor.id == ground.vendor}
    return base.hit is not None and base.hit.vendor.operator in operators

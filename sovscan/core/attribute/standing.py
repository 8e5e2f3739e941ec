"""Who runs a host, and on what, before it is a party in a service; and how parties that are alike
become one.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import add

from sovscan.core.attribute.ground import Ground
from sovscan.core.match import Hit
from sovscan.core.model import (
    Confidence,
    Evidence,
    Finding,
    Party,
    Reason,
    Role,
    RuleId,
    VendorId,
)

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
    conflicts: tuple[Reason, ...] = ()

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


def access_lines(ground: Ground) -> Iterable[Reason]:
    """The access lines that a ground consists of."""
    return dict.fromkeys(
        Reason("connectivity", (("vendor", str(ground.vendor)), ("asn", each.signal.value)))
        for each in ground.evidence
    )

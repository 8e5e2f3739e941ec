"""What a judgement is made with: everything we know, and by which criteria it is weighed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sovscan.core.match import Hit, RuleIndex
from sovscan.core.model import EntityId, Role, Signal, VendorId
from sovscan.core.registry import AddressTable, Entity, Law, Methodology, Policy, Probe, Vendor


@dataclass(frozen=True, slots=True, eq=False)
class Knowledge:
    """The registry and the address table. `digest` is the SHA-256 of the files that it was read
    from. It is itself and no other, so that what follows from it can be remembered.
    """

    vendors: Mapping[VendorId, Vendor]
    entities: Mapping[EntityId, Entity]
    laws: tuple[Law, ...]
    policies: Mapping[str, Policy]
    methodologies: Mapping[str, Methodology]
    rules: RuleIndex
    networks: AddressTable
    digest: str

    @property
    def probes(self) -> tuple[Probe, ...]:
        """Every name that some vendor wants asked about, asked of every target alike."""
        return self.rules.probes

    def hits(self, signal: Signal, *roles: Role) -> tuple[Hit, ...]:
        """The rules that know this signal in one of these roles (in any, where none is named)."""
        found = self.rules.identify(signal.kind, signal.value)
        if not roles or not found:
            return found
        return tuple([hit for hit in found if hit.fingerprint.role in roles])


@dataclass(frozen=True, slots=True, eq=False)
class Criteria:
    """By what a judgement is made: policy, methodology, and the day on which ownership is read.
    As with Knowledge, each is itself and no other.
    """

    policy: Policy
    methodology: Methodology
    on: date

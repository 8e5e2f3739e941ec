"""Who stands behind one value (a host name, an AS number, an address), outside of any scan."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sovscan.core.context import Criteria, Knowledge
from sovscan.core.facts import is_address
from sovscan.core.jurisdiction import reach
from sovscan.core.match import Hit
from sovscan.core.model import Reach, Role, VendorId
from sovscan.core.names import canonical

ANY_NETWORK = ("mx-address-as", "ns-address-as", "web-address-as")
"""An AS number by itself says nothing of the relation, so every relation is asked."""

_NUMBER = re.compile(r"^(?:as)?(\d{1,10})$")


@dataclass(frozen=True, slots=True)
class Recognition:
    """A value with the rules that know it, the most telling first, and who controls that vendor."""

    signal: str
    value: str
    hits: tuple[Hit, ...]
    reach: Reach | None

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles in which its vendor is known by this value."""
        first = self.hits[0].vendor if self.hits else None
        return tuple(dict.fromkeys(h.fingerprint.role for h in self.hits if h.vendor == first))


class Recogniser:
    """Recognises many values; the chain above a vendor is climbed once."""

    def __init__(self, knowledge: Knowledge, criteria: Criteria) -> None:
        self._knowledge = knowledge
        self._criteria = criteria
        self._reaches: dict[VendorId, Reach] = {}

    def recognise(self, signal: str, value: str) -> Recognition:
        """What the registry knows of a value; `as` and `address` are asked in every relation."""
        text = canonical(value)
        hits = tuple(dict.fromkeys(self._hits(signal, text)))
        found = tuple(sorted(hits, key=lambda hit: -hit.fingerprint.strength.rank))
        return Recognition(signal, text, found, self._reach(found[0].vendor.id) if found else None)

    def _hits(self, signal: str, text: str) -> Iterator[Hit]:
        rules = self._knowledge.rules
        if signal == "as":
            number = _NUMBER.match(text)
            for relation in ANY_NETWORK if number else ():
                yield from rules.identify(relation, number[1] if number else "")
        elif signal == "address":
            yield from self._at_address(text) if is_address(text) else ()
        elif signal != "resolver-address" or is_address(text):
            yield from rules.identify(signal, text)

    def _at_address(self, address: str) -> Iterator[Hit]:
        for relation in ("address", "resolver-address"):
            yield from self._knowledge.rules.identify(relation, address)
        network = self._knowledge.networks.lookup(address)
        yield from self._hits("as", str(network.asn)) if network else ()

    def _reach(self, vendor: VendorId) -> Reach:
        if vendor not in self._reaches:
            self._reaches[vendor] = reach(vendor, None, self._knowledge, self._criteria)
        return self._reaches[vendor]

"""Who stands behind one value (a host name, an AS number, an address), outside of any scan."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from sovscan.core.context import Criteria, Knowledge
from sovscan.core.jurisdiction import reach
from sovscan.core.match import Hit
from sovscan.core.model import Reach, Role
from sovscan.core.names import canonical, is_address

ANY_NETWORK = ("mx-address-as", "ns-address-as", "web-address-as")
"""An AS number by itself says nothing of the relation, so every relation is asked."""

_NUMBER = re.compile(r"^(?:as)?(\d{1,10})$")


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What a set of rules says together: the rules, the most telling first, and who controls the
    first one's vendor. There is one for each set of rules.
    """

    hits: tuple[Hit, ...]
    reach: Reach | None

    @property
    def roles(self) -> tuple[Role, ...]:
        """The roles in which its vendor is known by this value."""
        first = self.hits[0].vendor if self.hits else None
        return tuple(dict.fromkeys(h.fingerprint.role for h in self.hits if h.vendor is first))


@dataclass(frozen=True, slots=True)
class Recognition:
    """A value, and what the registry knows of it."""

    signal: str
    value: str
    verdict: Verdict


class Recogniser:
    """Recognises many values; the chain above a vendor is climbed once."""

    def __init__(self, knowledge: Knowledge, criteria: Criteria) -> None:
        self._knowledge = knowledge
        self._criteria = criteria
        self._verdicts: dict[tuple[Hit, ...], Verdict] = {(): Verdict((), None)}
        self._networks: dict[str, list[Hit]] = {}

    def recognise(self, signal: str, value: str) -> Recognition:
        """What the registry knows of a value; `as` and `address` are asked in every relation."""
        text = canonical(value)
        hits = tuple(self._hits(signal, text))
        verdict = self._verdicts.get(hits)
        if verdict is None:
            verdict = self._verdicts[hits] = self._judged(hits)
        return Recognition(signal, text, verdict)

    def _judged(self, hits: tuple[Hit, ...]) -> Verdict:
        ordered = sorted(dict.fromkeys(hits), key=lambda hit: -hit.fingerprint.strength.rank)
        vendor = ordered[0].vendor.id
        return Verdict(tuple(ordered), reach(vendor, None, self._knowledge, self._criteria))

    def _hits(self, signal: str, text: str) -> Iterable[Hit]:
        rules = self._knowledge.rules
        if signal == "as":
            number = _NUMBER.match(text)
            return self._of_network(number[1]) if number else ()
        if signal == "address":
            return self._at_address(text) if is_address(text) else ()
        if signal == "resolver-address" and not is_address(text):
            return ()
        return rules.identify(signal, text)

    def _at_address(self, address: str) -> list[Hit]:
        rules = self._knowledge.rules
        network = self._knowledge.networks.lookup(address)
        return [
            *rules.identify("address", address),
            *rules.identify("resolver-address", address),
            *(self._of_network(str(network.asn)) if network else ()),
        ]

    def _of_network(self, number: str) -> list[Hit]:
        if number not in self._networks:
            identify = self._knowledge.rules.identify
            self._networks[number] = [h for kind in ANY_NETWORK for h in identify(kind, number)]
        return self._networks[number]

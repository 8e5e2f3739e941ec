"""What no rule knew, counted by bodies; names are taken together by their registrable domain."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts, addresses, answers, reverse_name
from sovscan.core.model import Signal, Target
from sovscan.core.names import within
from sovscan.core.signals import every_signal
from sovscan.suffixes import registrable

COUNTED = {
    "mx-host", "ns-host", "spf-include", "dkim-target", "autodiscover-target", "autodiscover-srv",
    "cname-target",
    "mx-address-as", "ns-address-as", "web-address-as",
}  # fmt: skip
"""Signals worth a rule; single addresses and reverse names are too many and say too little."""


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A value that no rule knows, at how many bodies, and what an outside look suggests (which is
    no claim).
    """

    bodies: int
    signal: str
    value: str
    looks_like: str


def find_unmatched(seen: Iterable[tuple[Target, Facts]], knowledge: Knowledge) -> list[Unmatched]:
    """The unknown values of a scan, most frequent first. A body's own names are no vendor's."""
    counts: Counter[tuple[str, str]] = Counter()
    looks: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for target, facts in seen:
        signals = every_signal(
            facts, knowledge.networks, target.domain, target.zone, knowledge.probes
        )
        unknown = {
            _key(s): s
            for s in signals
            if s.kind in COUNTED and not within(s.value, target.zone) and not knowledge.hits(s)
        }
        counts.update(unknown.keys())
        for key, signal in unknown.items():
            looks[key].update(_looks_like(signal, facts, knowledge))
    return [
        Unmatched(
            count, signal, value, ", ".join(text for text, _ in looks[signal, value].most_common(3))
        )
        for (signal, value), count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    ]


def _key(signal: Signal) -> tuple[str, str]:
    if signal.kind.endswith("-as"):
        return signal.kind, f"AS{signal.value}"
    base = registrable(signal.value)
    return signal.kind, f"*.{base}" if base else signal.value


def _looks_like(signal: Signal, facts: Facts, knowledge: Knowledge) -> set[str]:
    host = signal.subject if signal.kind.endswith("-as") else signal.value
    found = [address for address, _ in addresses(facts, host)]
    placed = (knowledge.networks.lookup(address) for address in found)
    networks = {f"AS{n.asn} {n.organisation} ({n.country})" for n in placed if n}
    pointers = {name for a in found for name in answers(facts, reverse_name(a), "PTR")}
    return networks | {f"PTR *.{base}" for name in pointers if (base := registrable(name))}

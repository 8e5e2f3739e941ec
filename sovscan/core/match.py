"""Which rules know a signal: by hash and by label suffix, never by trying every rule."""

import ipaddress
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sovscan.core.model import Evidence, Role, RuleId, Signal, VendorId
from sovscan.core.names import suffixes
from sovscan.core.registry import Fingerprint, Vendor

GENERIC = {
    "mx-address-as": "address-as",
    "ns-address-as": "address-as",
    "web-address-as": "address-as",
}
"""A rule on any address is asked after the rule on that host's own kind of address."""

HEADER = "http-header"
WITHIN_LABEL = "[a-z0-9_-]+"
"""What `*` stands for in a pattern."""

_RUN = re.compile(r"\{(\d{1,4})-(\d{1,4})\}")


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that knows a signal."""

    vendor: Vendor
    fingerprint: Fingerprint

    def evidence(self, signal: Signal) -> Evidence:
        """This rule met this fact."""
        return Evidence(self.vendor.rule(self.fingerprint), signal, self.fingerprint.strength)


class RuleIndex:
    """All fingerprints of all vendors, ready for look-up. Immutable once built."""

    __slots__ = ("_by_id", "_exact", "_ranges", "_shapes", "_suffix", "probes")

    def __init__(self, vendors: Iterable[Vendor]) -> None:
        self._by_id: dict[RuleId, Fingerprint] = {}
        self._exact: dict[tuple[str, str], list[Hit]] = defaultdict(list)
        self._suffix: dict[tuple[str, str], list[Hit]] = defaultdict(list)
        self._shapes: dict[tuple[str, str], list[tuple[re.Pattern[str], Hit]]] = defaultdict(list)
        self._ranges: dict[str, list[tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, Hit]]] = (
            defaultdict(list)
        )
        ordered = sorted(vendors, key=lambda vendor: vendor.id)
        self.probes = tuple(dict.fromkeys(probe for vendor in ordered for probe in vendor.probes))
        for vendor in ordered:
            for fingerprint in vendor.fingerprints:
                self._add(Hit(vendor, fingerprint))

    def rule(self, rule: RuleId) -> Fingerprint | None:
        """The rule of this id; None for the tool's own reading rules."""
        return self._by_id.get(rule)

    def _add(self, hit: Hit) -> None:
        rule = hit.fingerprint
        self._by_id[hit.vendor.rule(rule)] = rule
        for value in (*written_out(rule.exact), *map(str, rule.number)):
            self._exact[rule.signal, value].append(hit)
        for value in written_out(rule.suffix):
            self._suffix[rule.signal, value].append(hit)
        for key, shape in _shapes(rule):
            self._shapes[rule.signal, key].append((shape, hit))
        for value in rule.cidr:
            self._ranges[rule.signal].append((ipaddress.ip_network(value), hit))

    def match(self, signal: Signal) -> tuple[Hit, ...]:
        """The rules that know this signal, at most one vendor a role: the most specific."""
        return self.identify(signal.kind, signal.value)

    def identify(self, kind: str, value: str) -> tuple[Hit, ...]:
        """As `match`, for a bare kind and value."""
        best: dict[Role, Hit] = {}
        for candidates in (self._named(kind, value), self._in_range(kind, value)):
            for hit in candidates:
                best.setdefault(hit.fingerprint.role, hit)
        if kind in GENERIC:
            for hit in self.identify(GENERIC[kind], value):
                best.setdefault(hit.fingerprint.role, hit)
        return tuple(best.values())

    def _named(self, kind: str, value: str) -> Iterable[Hit]:
        yield from self._exact.get((kind, value), ())
        for key in (header_name(value),) if kind == HEADER else suffixes(value):
            for shape, hit in self._shapes.get((kind, key), ()):
                if shape.fullmatch(value):
                    yield hit
        for suffix in suffixes(value):
            yield from self._suffix.get((kind, suffix), ())

    def _in_range(self, kind: str, value: str) -> Iterable[Hit]:
        ranges = self._ranges.get(kind)
        if not ranges:
            return
        address = ipaddress.ip_address(value)
        yield from (
            hit
            for network, hit in ranges
            if address.version == network.version and address in network
        )


def header_name(line: str) -> str:
    """The field name of a header line `name: value` (RFC 9110 section 5)."""
    return line.partition(":")[0]


def written_out(texts: Iterable[str]) -> Iterable[str]:
    """Names with their runs of numbers: `a-{00-63}.example` is a-00.example to a-63.example."""
    for text in texts:
        run = _RUN.search(text)
        if run is None:
            yield text
            continue
        first, last = run[1], run[2]
        numbers = (f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1))
        yield from written_out(text[: run.start()] + each + text[run.end() :] for each in numbers)


def _shapes(rule: Fingerprint) -> Iterable[tuple[str, re.Pattern[str]]]:
    """The patterns and prefixes of a rule, each under the literal part that finds it."""
    for value in written_out(rule.pattern):
        literal = value.rpartition("*")[2].partition(".")[2]
        yield literal, re.compile(WITHIN_LABEL.join(map(re.escape, value.split("*"))))
    for value in rule.prefix:
        yield header_name(value), re.compile(re.escape(value) + ".*", re.DOTALL)


def vendors_by_id(vendors: Iterable[Vendor]) -> Mapping[VendorId, Vendor]:
    """Vendors under their ids, in the order of the ids."""
    return {vendor.id: vendor for vendor in sorted(vendors, key=lambda vendor: vendor.id)}

"""Which rules know a signal: by hash and by label suffix, never by trying every rule."""

import ipaddress
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sovscan.core.model import Evidence, Role, RuleId, Signal, VendorId
from sovscan.core.names import parsed_address, suffixes
from sovscan.core.registry import Fingerprint, Vendor

GENERIC = {
    "mx-address-as": "address-as",
    "ns-address-as": "address-as",
    "web-address-as": "address-as",
}
"""A rule on any address is asked after the rule on that host's own kind of address."""

WITHIN_LABEL = "[a-z0-9_-]+"
"""What `*` stands for in a pattern."""

REMEMBERED = 16_384
"""Values whose rules are kept at hand: the same hosts come back with body after body."""

_RUN = re.compile(r"\{(\d{1,4})-(\d{1,4})\}")


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A rule that knows a signal. There is one for each rule: a hit is itself and no other."""

    vendor: Vendor
    fingerprint: Fingerprint
    rule: RuleId = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rule", self.vendor.rule(self.fingerprint))

    def evidence(self, signal: Signal) -> Evidence:
        """This rule met this fact."""
        return Evidence(self.rule, signal, self.fingerprint.strength)


class _Matchers:
    """The rules of one signal, each where a look-up finds it."""

    __slots__ = ("exact", "ranges", "shapes", "suffix")

    def __init__(self) -> None:
        self.exact: dict[str, list[Hit]] = defaultdict(list)
        self.suffix: dict[str, list[Hit]] = defaultdict(list)
        self.shapes: dict[str, list[tuple[re.Pattern[str], Hit]]] = defaultdict(list)
        self.ranges: dict[tuple[int, int], dict[int, list[Hit]]] = {}

    def add(self, hit: Hit) -> None:
        """File a rule under each of its values."""
        rule = hit.fingerprint
        for value in (*written_out(rule.exact), *map(str, rule.number)):
            self.exact[value].append(hit)
        for value in written_out(rule.suffix):
            self.suffix[value].append(hit)
        for key, shape in _shapes(rule):
            self.shapes[key].append((shape, hit))
        for value in rule.cidr:
            network = ipaddress.ip_network(value)
            width = network.max_prefixlen - network.prefixlen
            held = self.ranges.setdefault((network.version, width), {})
            held.setdefault(int(network.network_address) >> width, []).append(hit)

    def ready(self) -> None:
        """Put the narrowest ranges first, and let nothing be added by asking."""
        self.ranges = dict(sorted(self.ranges.items()))
        self.exact, self.suffix, self.shapes = (
            dict(self.exact),
            dict(self.suffix),
            dict(self.shapes),
        )

    def find(self, value: str) -> list[Hit]:
        """The rules that know this value, the most specific first."""
        found = list(self.exact.get(value, ()))
        if self.shapes:
            for key in (header_name(value), *suffixes(value)):
                for shape, hit in self.shapes.get(key, ()):
                    if shape.fullmatch(value):
                        found.append(hit)
        if self.suffix:
            for suffix in suffixes(value):
                if suffix in self.suffix:
                    found += self.suffix[suffix]
        return found + self._in_range(value) if self.ranges else found

    def _in_range(self, value: str) -> list[Hit]:
        address = parsed_address(value)
        number = int(address)
        return [
            hit
            for (version, width), held in self.ranges.items()
            if version == address.version
            for hit in held.get(number >> width, ())
        ]


class RuleIndex:
    """All fingerprints of all vendors, ready for look-up. Immutable once built."""

    __slots__ = ("_asked", "_by_id", "identify", "mailbox_vendors", "probes")

    identify: Callable[[str, str], tuple[Hit, ...]]
    """The rules that know a value of a kind of signal, at most one vendor a role: the most
    specific. What was asked is remembered.
    """

    def __init__(self, vendors: Iterable[Vendor]) -> None:
        ordered = sorted(vendors, key=lambda vendor: vendor.id)
        hits = [Hit(vendor, rule) for vendor in ordered for rule in vendor.fingerprints]
        self.probes = tuple(dict.fromkeys(probe for vendor in ordered for probe in vendor.probes))
        self.mailbox_vendors = frozenset(
            hit.vendor.id for hit in hits if hit.fingerprint.role is Role.MAILBOX
        )
        self._by_id = {hit.rule: hit.fingerprint for hit in hits}
        self.identify = lru_cache(maxsize=REMEMBERED)(self._identify)
        by_kind: dict[str, _Matchers] = defaultdict(_Matchers)
        for hit in hits:
            by_kind[hit.fingerprint.signal].add(hit)
        for matchers in by_kind.values():
            matchers.ready()
        self._asked = {
            kind: tuple(by_kind[each] for each in (kind, GENERIC.get(kind)) if each in by_kind)
            for kind in {*by_kind, *GENERIC}
        }

    def rule(self, rule: RuleId) -> Fingerprint | None:
        """The rule of this id; None for the tool's own reading rules."""
        return self._by_id.get(rule)

    def _identify(self, kind: str, value: str) -> tuple[Hit, ...]:
        best: dict[Role, Hit] = {}
        for matchers in self._asked.get(kind, ()):
            for hit in matchers.find(value):
                best.setdefault(hit.fingerprint.role, hit)
        return tuple(best.values())


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

"""What a fingerprint is held against: its form, its values, its examples, and the other vendors'
rules.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from sovscan.core.match import RuleIndex, written_out
from sovscan.core.model import Strength
from sovscan.core.names import parents
from sovscan.core.registry import Fingerprint, Probe, Vendor
from sovscan.knowledge.read import at
from sovscan.suffixes import is_public_suffix, registrable

_NAMES = ("exact", "suffix", "pattern")
_AS = ("number",)
_ADDRESS = ("cidr",)
MATCHERS_OF: Mapping[str, tuple[str, ...]] = {
    "mx-host": _NAMES,
    "mx-address-as": _AS,
    "ns-host": _NAMES,
    "ns-address-as": _AS,
    "soa-mname": _NAMES,
    "soa-rname": _NAMES,
    "spf-include": _NAMES,
    "dkim-target": _NAMES,
    "dkim-selector": ("exact",),
    "autodiscover-target": _NAMES,
    "autodiscover-srv": _NAMES,
    "tenant-host": _NAMES,
    "ns-tld": ("exact",),
    "txt-token": ("exact",),
    "cname-target": _NAMES,
    "web-address-as": _AS,
    "address-as": _AS,
    "address": _ADDRESS,
    "ptr": _NAMES,
    "resolver-address": _ADDRESS,
    "http-header": ("exact", "prefix"),
}
"""Each signal with the matchers that its values can meet; with any other it would never match."""
SIGNALS = frozenset(MATCHERS_OF)
MATCHERS = ("exact", "suffix", "pattern", "prefix", "cidr", "number")
HINTS_ONLY = frozenset({"txt-token", "spf-include"})
"""Signals that may corroborate but never elect (classification principle 4)."""

_LABEL = re.compile(r"^[a-z0-9_*]([a-z0-9_*-]{0,61}[a-z0-9_*])?$")
_HEADER = re.compile(r"^[a-z0-9-]+:( |$)")

Fault = tuple[str, str]
"""The key of the fingerprint at fault, and what is wrong with it."""


def rule_faults(
    path: Path, vendor: Vendor, rules: RuleIndex, probes: Iterable[Probe]
) -> Iterator[str]:
    """All faults of a vendor's fingerprints, each with its place in the file."""
    ids = Counter(rule.id for rule in vendor.fingerprints)
    yield from (
        f"{at(path, 'fingerprints')}  the id {name!r} is used twice"
        for name, count in ids.items()
        if count > 1
    )
    asked = frozenset(probes)
    for place, rule in enumerate(vendor.fingerprints):
        for key, fault in (
            *_form(rule),
            *_values(rule),
            *_never_asked(rule, vendor, asked),
            *_examples(vendor, rule, rules),
        ):
            yield f"{at(path, f'fingerprints[{place}].{key}')}  {fault}"
    yield from (f"{at(path, 'fingerprints')}  {fault}" for fault in _said_twice(vendor))


def overlaps(vendors: Mapping[Path, Vendor]) -> Iterator[str]:
    """Names that two vendors claim in one role: the same, or one within the other's."""
    claims: dict[tuple[str, str, str], dict[str, Path]] = {}
    for path, vendor in vendors.items():
        for rule in vendor.fingerprints:
            for value in written_out((*rule.exact, *rule.suffix)):
                key = (rule.role, rule.signal, value)
                claims.setdefault(key, {})[vendor.id] = path
    suffixes: dict[tuple[str, str, str], str] = {
        (rule.role, rule.signal, value): vendor.id
        for vendor in vendors.values()
        for rule in vendor.fingerprints
        for value in written_out(rule.suffix)
    }
    for (role, signal, value), claimants in sorted(claims.items()):
        path = next(iter(claimants.values()))
        above = [suffixes.get((role, signal, name)) for name in parents(value, _top(value))]
        others = sorted({*claimants, *filter(None, above)})
        if len(others) > 1:
            yield (
                f"{at(path, 'fingerprints')}  {signal} {value} is claimed as {role} by"
                f" {' and '.join(others)}; a name has one holder"
            )


def _top(name: str) -> str:
    return name.rpartition(".")[2]


def _form(rule: Fingerprint) -> Iterator[Fault]:
    used = [matcher for matcher in MATCHERS if getattr(rule, matcher)]
    if len(used) != 1:
        yield "id", f"{rule.id!r} needs exactly one of: {', '.join(MATCHERS)}"
    if rule.signal not in SIGNALS:
        yield (
            "signal",
            f"{rule.signal!r} is no signal; the signals are: {', '.join(sorted(SIGNALS))}",
        )
    elif used and used[0] not in MATCHERS_OF[rule.signal]:
        able = " or ".join(MATCHERS_OF[rule.signal])
        yield used[0], f"can never match: a {rule.signal} is matched by {able}"
    if rule.signal in HINTS_ONLY and rule.strength is not Strength.HINT:
        yield (
            "strength",
            f'a {rule.signal} is a hint and never elects a vendor; write: strength = "hint"',
        )
    if not is_url(rule.source):
        yield "source", f"{rule.source!r} is no URL"
    if not rule.examples:
        yield "examples", "is empty; give at least one value that the rule matches"
    if (rule.suffix or rule.pattern) and not rule.counter_examples:
        yield "not", "is missing; give a look-alike that must not match"


def _values(rule: Fingerprint) -> Iterator[Fault]:
    names = rule.signal in SIGNALS and MATCHERS_OF[rule.signal] == _NAMES
    for key in _NAMES:
        for value in written_out(getattr(rule, key)):
            if value != value.lower().strip(". ") or not value:
                yield key, f"{value!r} must be lower case, without a dot or space at either end"
            elif names and not all(_LABEL.match(label) for label in value.split(".")):
                yield key, f"{value!r} can never match: it is no name"
    yield from (("suffix", fault) for value in written_out(rule.suffix) for fault in _suffix(value))
    yield from (("pattern", fault) for value in rule.pattern for fault in _pattern(value))
    for value in (*rule.prefix, *(rule.exact if rule.signal == "http-header" else ())):
        if value != value.lower() or not _HEADER.match(value):
            yield (
                "prefix" if rule.prefix else "exact",
                f"{value!r} can never match: write a header as `name: value`, in lower case",
            )


def _suffix(value: str) -> Iterator[str]:
    if "*" in value:
        yield f"{value!r} holds a *; that is a pattern"
    if is_public_suffix(value):
        yield (
            f"{value!r} is a public suffix: it would match every name below it. Name the"
            " vendor's own domain"
        )


def _pattern(value: str) -> Iterator[str]:
    """A pattern must name somebody: literal text in the label that was registered."""
    if "*" not in value:
        yield f"{value!r} holds no *; that is an exact value"
    owned = registrable(value.replace("*", "x"))
    label = value.split(".")[-len(owned.split("."))] if owned else "*"
    if not label.replace("*", "").strip("-") or "*" in _top(value):
        yield f"{value!r} names nobody: its registered label must hold literal text"


def _never_asked(rule: Fingerprint, vendor: Vendor, asked: frozenset[Probe]) -> Iterator[Fault]:
    """DKIM names are asked only where a vendor declares them (RFC 6376 gives no way to list
    them).
    """
    if rule.signal == "dkim-target" and not any(p.type == "CNAME" for p in vendor.probes):
        yield "signal", "can never match: declare the selectors to ask for as [[probes]] (CNAME)"
    for value in rule.exact if rule.signal == "dkim-selector" else ():
        if Probe(name=f"{value}._domainkey", type="TXT") not in asked:
            yield "exact", f"can never match: nobody asks for {value}._domainkey; add it to probes"


def _said_twice(vendor: Vendor) -> Iterator[str]:
    """A value in two rules of one role, or below a suffix of its own rule: the second is dead."""
    seen: dict[tuple[str, str, str], str] = {}
    for rule in vendor.fingerprints:
        for value in (*written_out((*rule.exact, *rule.suffix)), *map(str, rule.number)):
            first = seen.setdefault((rule.role, rule.signal, value), rule.id)
            if first != rule.id:
                yield f"{value!r} stands in {first!r} and in {rule.id!r}; once is enough"
        held = frozenset(written_out(rule.suffix))
        for value in held:
            if held & {*parents(value, _top(value))}:
                yield f"{value!r} in {rule.id!r} lies below another suffix of that rule"


def _examples(vendor: Vendor, rule: Fingerprint, rules: RuleIndex) -> Iterator[Fault]:
    """Each example meets this rule and no other vendor's of the same role; each counter-example
    does not meet it.
    """
    alone = RuleIndex(
        [Vendor(id=vendor.id, name=vendor.name, operator=vendor.operator, fingerprints=(rule,))]
    )
    for value in rule.examples:
        if not _matches(alone, rule, value):
            yield "examples", f"{value!r} does not match this rule"
            continue
        others = {
            hit.vendor.id
            for hit in rules.identify(rule.signal, value)
            if hit.fingerprint.role is rule.role
        } - {vendor.id}
        if others:
            yield (
                "examples",
                f"{value!r} is also matched by {', '.join(sorted(others))} in the same role",
            )
    for value in rule.counter_examples:
        if _matches(alone, rule, value):
            yield "not", f"{value!r} must not match this rule, but does"


def _matches(alone: RuleIndex, rule: Fingerprint, value: str) -> bool:
    try:
        return bool(alone.identify(rule.signal, value))
    except ValueError:
        return False


def is_url(source: str) -> bool:
    """Does this name a page?"""
    return re.match(r"https?://[^/\s]+\.[^/\s]+(/\S*)?$", source) is not None

"""The registry tests itself: what `sovscan vendors check` and CI hold every vendor, entity and rule
against.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from sovscan.core.match import RuleIndex, written_out
from sovscan.core.model import Role, Strength
from sovscan.core.registry import Entity, Fingerprint, Holding, Law, Policy, Vendor
from sovscan.knowledge.load import Shelf, dangling, read_shelf
from sovscan.knowledge.networks import open_table
from sovscan.knowledge.read import at
from sovscan.suffixes import is_public_suffix

SIGNALS = frozenset(
    [
        "mx-host",
        "mx-address-as",
        "ns-host",
        "ns-address-as",
        "soa-mname",
        "soa-rname",
        "spf-include",
        "dkim-target",
        "dkim-selector",
        "autodiscover-target",
        "autodiscover-srv",
        "txt-token",
        "cname-target",
        "web-address-as",
        "address-as",
        "address",
        "ptr",
        "resolver-address",
        "http-header",
    ]
)
MATCHERS = ("exact", "suffix", "pattern", "prefix", "cidr", "number")
HINTS_ONLY = frozenset({"txt-token", "spf-include"})
"""Signals that may corroborate but never elect (classification principle 4)."""

EXCLUSIVE = (Role.PLATFORM, Role.CONNECTIVITY, Role.EDGE, Role.INBOUND)
STALE_AFTER = timedelta(days=400)


def check(folder: Path, today: date) -> tuple[list[str], list[str]]:
    """Faults, and warnings. No fault means: every rule matches its examples, and only those it
    should.
    """
    faults: list[str] = []
    shelf = read_shelf(folder, faults)
    faults.extend(dangling(shelf))
    rules = RuleIndex(shelf.vendors.values())
    for path, vendor in shelf.vendors.items():
        faults.extend(_vendor_faults(path, vendor, rules))
    for path, entity in shelf.entities.items():
        faults.extend(_entity_faults(path, entity))
    for path, value in _rulebooks(shelf):
        faults.extend(_source_faults(path, "source", value.source))
    faults.extend(_shared_networks(shelf.vendors))
    known = open_table(folder / "networks").numbers
    return faults, [*_stale(shelf, today), *_unknown_numbers(shelf, known)]


def _vendor_faults(path: Path, vendor: Vendor, rules: RuleIndex) -> Iterator[str]:
    twice = [
        name
        for name, count in Counter(rule.id for rule in vendor.fingerprints).items()
        if count > 1
    ]
    yield from (f"{at(path, 'fingerprints')}  the id {name!r} is used twice" for name in twice)
    for place, rule in enumerate(vendor.fingerprints):
        here = f"fingerprints[{place}]"
        for key, fault in (*_form(rule), *_examples(vendor, rule, rules)):
            yield f"{at(path, f'{here}.{key}')}  {fault}"


def _form(rule: Fingerprint) -> Iterator[tuple[str, str]]:
    if sum(1 for matcher in MATCHERS if getattr(rule, matcher)) != 1:
        yield "id", f"{rule.id!r} needs exactly one of: {', '.join(MATCHERS)}"
    if rule.signal not in SIGNALS:
        yield (
            "signal",
            f"{rule.signal!r} is no signal; the signals are: {', '.join(sorted(SIGNALS))}",
        )
    if rule.signal in HINTS_ONLY and rule.strength is not Strength.HINT:
        yield (
            "strength",
            f'a {rule.signal} is a hint and never elects a vendor; write: strength = "hint"',
        )
    if not _is_url(rule.source):
        yield "source", f"{rule.source!r} is no URL"
    if not rule.examples:
        yield "examples", "is empty; give at least one value that the rule matches"
    if rule.suffix and not rule.counter_examples:
        yield "not", "is missing; give a look-alike that must not match"
    yield from (
        ("suffix", fault) for value in written_out(rule.suffix) for fault in _suffix_faults(value)
    )


def _suffix_faults(value: str) -> Iterator[str]:
    if value != value.lower().strip(".") or not value:
        yield f"{value!r} must be lower case, without a dot at either end"
    elif is_public_suffix(value):
        yield (
            f"{value!r} is a public suffix: it would match every name below it. Name the"
            " vendor's own domain"
        )


def _examples(vendor: Vendor, rule: Fingerprint, rules: RuleIndex) -> Iterator[tuple[str, str]]:
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


def _entity_faults(path: Path, entity: Entity) -> Iterator[str]:
    if len(entity.country) != 2 or not entity.country.isupper():
        yield f"{at(path, 'country')}  {entity.country!r} is no ISO 3166-1 alpha-2 code"
    yield from _source_faults(path, "source", entity.source)
    owns = [edge for edge in entity.owners if edge.kind is Holding.OWNS]
    for place, edge in enumerate(owns):
        clashing = [
            o.owner for o in owns[place + 1 :] if _overlap(edge.since, edge.until, o.since, o.until)
        ]
        whole = edge.share is None or edge.share > 50
        if clashing and whole:
            yield (
                f"{at(path, 'owners')}  {edge.owner!r} and {clashing[0]!r} own it at the"
                " same time; set since and until"
            )
    for place, edge in enumerate(entity.owners):
        yield from _source_faults(path, f"owners[{place}].source", edge.source)
        if edge.since and edge.until and edge.since >= edge.until:
            yield f"{at(path, f'owners[{place}].until')}  ends before it begins"


def _overlap(
    since: date | None, until: date | None, other_since: date | None, other_until: date | None
) -> bool:
    return (since or date.min) < (other_until or date.max) and (other_since or date.min) < (
        until or date.max
    )


def _shared_networks(vendors: Mapping[Path, Vendor]) -> Iterator[str]:
    """An AS number belongs to one vendor in one role, and is no platform and access network at
    once.
    """
    claims: dict[tuple[str, str], dict[str, Path]] = defaultdict(dict)
    for path, vendor in vendors.items():
        for rule in vendor.fingerprints:
            if rule.role in EXCLUSIVE:
                group = (
                    "ground" if rule.role in {Role.PLATFORM, Role.CONNECTIVITY} else rule.role.value
                )
                for asn in rule.number:
                    claims[group, f"AS{asn}"][vendor.id] = path
    for (_, number), owners in sorted(claims.items()):
        if len(owners) > 1:
            first = next(iter(owners.values()))
            yield (
                f"{at(first, 'fingerprints')}  {number} is claimed by"
                f" {' and '.join(sorted(owners))}; it has one holder"
            )


def _source_faults(path: Path, place: str, source: str) -> Iterator[str]:
    if not _is_url(source):
        yield f"{at(path, place)}  {source!r} is no URL"


def _is_url(source: str) -> bool:
    return source.startswith(("https://", "http://"))


def _stale(shelf: Shelf, today: date) -> Iterator[str]:
    for path, place, checked in _checked(shelf):
        if today - checked > STALE_AFTER:
            yield f"{at(path, place)}  not checked since {checked}"


def _unknown_numbers(shelf: Shelf, known: frozenset[int]) -> Iterator[str]:
    """AS numbers that the table of networks does not know can match no address: wrong, or gone."""
    for path, vendor in shelf.vendors.items():
        for place, rule in enumerate(vendor.fingerprints):
            for asn in rule.number if known else ():
                if asn not in known:
                    yield f"{at(path, f'fingerprints[{place}].number')}  AS{asn} announces nothing"


def _checked(shelf: Shelf) -> Iterator[tuple[Path, str, date]]:
    """Every fact with the day it was checked."""
    for path, vendor in shelf.vendors.items():
        for place, rule in enumerate(vendor.fingerprints):
            yield path, f"fingerprints[{place}].checked", rule.checked
    for path, entity in shelf.entities.items():
        yield path, "checked", entity.checked
        for place, edge in enumerate(entity.owners):
            yield path, f"owners[{place}].checked", edge.checked
    for path, value in _rulebooks(shelf):
        yield path, "checked", value.checked


def _rulebooks(shelf: Shelf) -> Iterator[tuple[Path, Law | Policy]]:
    yield from shelf.laws.items()
    yield from shelf.policies.items()

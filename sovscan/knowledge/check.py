"""The registry tests itself: what `sovscan vendors check` and CI hold every vendor, entity and rule
against.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path

from sovscan.core.match import RuleIndex
from sovscan.core.model import Role
from sovscan.core.registry import Entity, Fingerprint, Holding, Law, Owner, Policy, Vendor
from sovscan.knowledge.load import Shelf, dangling, read_shelf
from sovscan.knowledge.networks import (
    SOURCES,
    MissingTable,
    PackedTable,
    open_table,
    read_sources,
)
from sovscan.knowledge.read import at
from sovscan.knowledge.rules import is_url, overlaps, rule_faults

EXCLUSIVE = (Role.PLATFORM, Role.CONNECTIVITY, Role.EDGE, Role.INBOUND)
STALE_AFTER = timedelta(days=400)


def check(folder: Path, today: date) -> tuple[list[str], list[str]]:
    """Faults, and warnings. No fault means: every rule matches its examples, and only those it
    should.
    """
    faults: list[str] = []
    shelf = read_shelf(folder, faults)
    faults.extend(dangling(shelf))
    table = open_table(folder / "networks")
    countries = table.countries
    rules = RuleIndex(shelf.vendors.values())
    for path, vendor in shelf.vendors.items():
        faults.extend(rule_faults(path, vendor, rules, rules.probes))
    for path, entity in shelf.entities.items():
        faults.extend(_entity_faults(path, entity, countries))
    for path, value in _rulebooks(shelf):
        faults.extend(_source_faults(path, "source", value.source))
    faults.extend(overlaps(shelf.vendors))
    faults.extend(_shared_networks(shelf.vendors))
    faults.extend(_from_the_future(shelf, today))
    if (folder / "networks" / SOURCES).is_file():
        read_sources(folder / "networks")
    return faults, [*_stale(shelf, today), *_unknown_numbers(shelf, table), *_unopened(shelf)]


def _entity_faults(path: Path, entity: Entity, countries: frozenset[str]) -> Iterator[str]:
    shaped = len(entity.country) == 2 and entity.country.isupper()
    if not shaped or (countries and entity.country not in countries):
        yield (
            f"{at(path, 'country')}  {entity.country!r} is no ISO 3166-1 alpha-2 code of a country"
        )
    yield from _source_faults(path, "source", entity.source)
    for place, edge in enumerate(entity.owners):
        yield from _source_faults(path, f"owners[{place}].source", edge.source)
        if edge.since and edge.until and edge.since >= edge.until:
            yield f"{at(path, f'owners[{place}].until')}  ends before it begins"
        if edge.share is not None and not 0 < edge.share <= 100:
            yield f"{at(path, f'owners[{place}].share')}  {edge.share:g} is no share in percent"
    yield from (f"{at(path, 'owners')}  {fault}" for fault in _ownership_faults(entity.owners))


def _ownership_faults(owners: tuple[Owner, ...]) -> Iterator[str]:
    """Two majorities on one day, or more than the whole."""
    held = [edge for edge in owners if edge.kind in {Holding.OWNS, Holding.MINORITY}]
    for place, edge in enumerate(held):
        with_it = [o for o in held[place + 1 :] if _on_one_day(edge, o)]
        rivals = [o for o in with_it if edge.kind is o.kind is Holding.OWNS]
        if rivals and (edge.share is None or edge.share > 50):
            yield (
                f"{edge.owner!r} and {rivals[0].owner!r} own it at the same time; set since and"
                " until"
            )
        elif (edge.share or 0) + sum(o.share or 0 for o in with_it) > 100:
            yield f"{edge.owner!r} and the others hold more than 100 % together"


def _on_one_day(one: Owner, other: Owner) -> bool:
    return _overlap(one.since, one.until, other.since, other.until)


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
    if not is_url(source):
        yield f"{at(path, place)}  {source!r} is no URL"


def _stale(shelf: Shelf, today: date) -> Iterator[str]:
    for path, place, checked in _checked(shelf):
        if today - checked > STALE_AFTER:
            yield f"{at(path, place)}  not checked since {checked}"


def _from_the_future(shelf: Shelf, today: date) -> Iterator[str]:
    for path, place, checked in _checked(shelf):
        if checked > today:
            yield f"{at(path, place)}  {checked} has not come yet"


def _unknown_numbers(shelf: Shelf, table: PackedTable | MissingTable) -> Iterator[str]:
    """AS numbers that the table of networks does not know can match no address: wrong, or gone."""
    known = table.numbers
    for path, vendor in shelf.vendors.items():
        for place, rule in enumerate(vendor.fingerprints):
            for asn in rule.number if known else ():
                if asn not in known:
                    yield f"{at(path, f'fingerprints[{place}].number')}  AS{asn} announces nothing"


def _unopened(shelf: Shelf) -> Iterator[str]:
    """How many facts rest on a page that nobody has read."""
    facts: list[Fingerprint | Entity | Owner] = [
        *(rule for vendor in shelf.vendors.values() for rule in vendor.fingerprints),
        *shelf.entities.values(),
        *(edge for entity in shelf.entities.values() for edge in entity.owners),
    ]
    unread = sum(not fact.opened for fact in facts)
    if unread:
        yield f"{unread} of {len(facts)} facts name a source that nobody opened (opened = false)"


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

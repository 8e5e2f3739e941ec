"""The whole registry: read, checked for what would make a judgement impossible, and indexed."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TypeVar

from sovscan.core.context import Knowledge
from sovscan.core.match import RuleIndex, vendors_by_id
from sovscan.core.model import EntityId
from sovscan.core.registry import AddressTable, Entity, Law, Methodology, Policy, Vendor
from sovscan.errors import DataError
from sovscan.knowledge.networks import open_table
from sovscan.knowledge.read import at, read_values, shown

Value = TypeVar("Value", Vendor, Entity, Law, Policy, Methodology)

FOLDERS = ("vendors", "entities", "laws", "policies", "methodology")


@dataclass(frozen=True, slots=True)
class Shelf:
    """The files of the registry as values, each with the path that it came from. `entity_files`
    also names those that could not be read: a reference to one of them is not missing.
    """

    vendors: Mapping[Path, Vendor]
    entities: Mapping[Path, Entity]
    laws: Mapping[Path, Law]
    policies: Mapping[Path, Policy]
    methodologies: Mapping[Path, Methodology]
    entity_files: frozenset[str] = frozenset()


def read_shelf(folder: Path, faults: list[str]) -> Shelf:
    """Read every file; faults of form are added to `faults`, none stops the reading."""
    if not folder.is_dir():
        faults.append(f"{folder}  is no folder of datasets")
    return Shelf(
        read_values(folder / "vendors", Vendor, faults),
        read_values(folder / "entities", Entity, faults),
        read_values(folder / "laws", Law, faults),
        read_values(folder / "policies", Policy, faults),
        read_values(folder / "methodology", Methodology, faults),
        frozenset(path.stem for path in (folder / "entities").glob("*.toml")),
    )


def load(folder: Path, table: AddressTable | None = None) -> Knowledge:
    """Everything we know, ready to judge with. Raises DataError with every fault found."""
    faults: list[str] = []
    shelf = read_shelf(folder, faults)
    faults.extend(dangling(shelf))
    if faults:
        raise DataError(faults, "Mend the files named, then run: sovscan vendors check")
    vendors = vendors_by_id(shelf.vendors.values())
    return Knowledge(
        vendors=vendors,
        entities={EntityId(key): entity for key, entity in _by_id(shelf.entities).items()},
        laws=tuple(sorted(shelf.laws.values(), key=lambda law: law.id)),
        policies=_by_id(shelf.policies),
        methodologies=_by_id(shelf.methodologies),
        rules=RuleIndex(vendors.values()),
        networks=table if table is not None else open_table(folder / "networks"),
        digest=digest(folder),
    )


def dangling(shelf: Shelf) -> list[str]:
    """References that lead nowhere, ids that do not name their file, chains that bite their own
    tail.
    """
    faults = [
        f"{at(path, 'id')}  is {value.id!r}, but the file is named {path.stem!r}; make them"
        " the same"
        for values in (
            shelf.vendors,
            shelf.entities,
            shelf.laws,
            shelf.policies,
            shelf.methodologies,
        )
        for path, value in values.items()
        if value.id != path.stem
    ]
    known = {entity.id: entity for entity in shelf.entities.values()}
    named = {*known, *shelf.entity_files}
    faults.extend(
        f"{at(path, 'operator')}  {vendor.operator!r} is no entity; add"
        f" datasets/entities/{vendor.operator}.toml"
        for path, vendor in shelf.vendors.items()
        if vendor.operator not in named
    )
    for path, entity in shelf.entities.items():
        faults.extend(
            f"{at(path, f'owners[{place}].owner')}  {edge.owner!r} is no entity; add"
            f" datasets/entities/{edge.owner}.toml"
            for place, edge in enumerate(entity.owners)
            if edge.owner not in named
        )
        if _bites_itself(entity, known):
            faults.append(
                f"{shown(path)}  {entity.id!r} owns itself through its owners; cut the loop"
            )
    return faults


def digest(folder: Path) -> str:
    """SHA-256 over the names and bytes of the registry's files, in the order of their names."""
    total = hashlib.sha256()
    for kind in FOLDERS:
        for path in sorted((folder / kind).glob("*.toml"), key=attrgetter("name")):
            total.update(f"{kind}/{path.name}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def _by_id(values: Mapping[Path, Value]) -> dict[str, Value]:
    return {value.id: value for value in sorted(values.values(), key=lambda value: value.id)}


def _bites_itself(entity: Entity, known: Mapping[EntityId, Entity]) -> bool:
    reached: set[EntityId] = set()
    waiting = [edge.owner for edge in entity.owners]
    while waiting:
        owner = waiting.pop()
        if owner == entity.id:
            return True
        if owner not in reached and owner in known:
            reached.add(owner)
            waiting.extend(edge.owner for edge in known[owner].owners)
    return False

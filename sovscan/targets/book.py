"""The address book that comes with the tool: public bodies and their domains, a list a country."""

import csv
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import cast

from sovscan.core.model import Target
from sovscan.errors import DataError, UsageError
from sovscan.targets.lists import select, target_of
from sovscan.targets.normalise import BadName, normalise

LEVELS = (
    "municipality", "province", "region", "community", "central", "agency", "parliament", "court",
    "justice", "police", "health", "water-board", "university", "joint-body",
    "eu-institution", "eu-agency",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Body:
    """A row of the book: a public body and the domain under which it is found, as text. `id` is
    official and stable where there is such a thing; `population` is of 1 January of
    `population_year`; `mail_domain` only where it is known to differ.
    """

    id: str
    country: str
    name: str
    level: str
    region: str
    population: str
    population_year: str
    languages: str
    domain: str
    mail_domain: str
    source: str
    licence: str
    checked: str
    note: str

    def target(self) -> Target:
        """What a scan asks about."""
        return target_of({key: getattr(self, key) for key in Body.__slots__})


COLUMNS: tuple[str, ...] = tuple(Body.__slots__)


def read_book(folder: Path) -> tuple[Body, ...]:
    """All rows of all lists, in the order of the files. Raises DataError with every fault."""
    faults: list[str] = []
    bodies: list[Body] = []
    for path in sorted(folder.glob("*.csv")):
        rows = list(_rows(path, faults))
        faults.extend(_twice(path, rows))
        bodies.extend(body for _, body in rows)
    if faults:
        raise DataError(faults, "Mend the rows named, then run: sovscan targets check")
    return tuple(bodies)


def choose(
    bodies: Collection[Body], countries: Collection[str], levels: Collection[str]
) -> list[Body]:
    """The bodies of these countries and levels; all where none is named. Raises UsageError for a
    country or level that no list has.
    """
    for kind, wanted, known in (
        ("country", countries, {body.country for body in bodies}),
        ("level", levels, {body.level for body in bodies}),
    ):
        for each in sorted(set(wanted) - known):
            raise UsageError(
                f"no list has the {kind} {each!r}", f"Choose from: {', '.join(sorted(known))}"
            )
    return select(bodies, countries, levels)


def _rows(path: Path, faults: list[str]) -> Iterator[tuple[int, Body]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.reader(lines, strict=True)
            header = next(reader, [])
            if tuple(header) != COLUMNS:
                faults.append(f"{_shown(path)}:1  the columns must be: {','.join(COLUMNS)}")
                return
            for row in reader:
                line = reader.line_num
                if len(row) != len(COLUMNS):
                    faults.append(f"{_shown(path)}:{line}  has {len(row)} columns")
                    continue
                body = Body(*(cell.strip() for cell in row))
                faults.extend(f"{_shown(path)}:{line}  {fault}" for fault in _faults(path, body))
                yield line, body
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        faults.append(f"{_shown(path)}  cannot be read: {error}")


def _faults(path: Path, body: Body) -> Iterator[str]:
    if body.country != path.stem.upper():
        yield f"the country {body.country!r} stands in the list of {path.stem.upper()}"
    if not body.id.startswith(f"{body.country}-"):
        yield f"the id {body.id!r} must begin with {body.country}-"
    if not body.name:
        yield "has no name"
    if body.level not in LEVELS:
        yield f"{body.level!r} is no level; the levels are: {', '.join(LEVELS)}"
    for key in ("domain", "mail_domain"):
        yield from _domain_faults(key, getattr(body, key))
    yield from _form_faults(body)


def _form_faults(body: Body) -> Iterator[str]:
    for key in ("population", "population_year"):
        if getattr(body, key) and not getattr(body, key).isdigit():
            yield f"the {key} {getattr(body, key)!r} is no whole number"
    if any(len(code) != 2 or not code.islower() for code in body.languages.split()):
        yield f"{body.languages!r} are no ISO 639-1 codes with a space between"
    if not body.source.startswith(("https://", "http://")):
        yield f"the source {body.source!r} is no URL"
    if not body.licence:
        yield "has no licence"
    try:
        date.fromisoformat(body.checked)
    except ValueError:
        yield f"{body.checked!r} is no date"


def _domain_faults(key: str, written: str) -> Iterator[str]:
    if not written:
        if key == "domain":
            yield "has no domain"
        return
    try:
        meant = normalise(written).domain
    except BadName as error:
        yield f"the {key} {written!r} {error}"
        return
    if meant != written:
        yield f"the {key} {written!r} must be written {meant!r}"


def _twice(path: Path, rows: list[tuple[int, Body]]) -> Iterator[str]:
    """An id in two rows; a domain in two rows of which none says why."""
    for key in ("id", "domain"):
        counts = Counter(cast("str", getattr(body, key)) for _, body in rows)
        for line, body in rows:
            value = getattr(body, key)
            if counts[value] > 1 and not (key == "domain" and body.note):
                yield f"{_shown(path)}:{line}  the {key} {value!r} stands in {counts[value]} rows"


def _shown(path: Path) -> str:
    return f"datasets/targets/{path.name}"

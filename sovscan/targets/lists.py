"""Arguments, CSV, NDJSON and plain lines to targets. Every bad row is told, with its line, at
once."""

import csv
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sovscan.core.model import DomainName, Target
from sovscan.targets.normalise import BadName, normalise

DOMAIN_COLUMNS = ("domain", "domein", "domaine", "website", "url", "host")
DELIMITERS = ",;\t"
_COUNTRY = re.compile(r"^[A-Za-z]{2}$")
_LINE_END = re.compile(r"\r\n|\r|\n")
_WHOLE = re.compile(r"[0-9]{1,12}|[0-9]{1,3}(?:[\s.'][0-9]{3}){1,3}")
"""A whole number, plain or with its thousands apart."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The targets of a list, the faults of its rows, and how many rows named a domain again."""

    targets: tuple[Target, ...]
    faults: tuple[str, ...]
    merged: int = 0


def from_arguments(domains: Iterable[str]) -> Listing:
    """Domains from the command line."""
    return _gather((f"argument {place}", {"domain": text}) for place, text in enumerate(domains, 1))


def read_list(name: str, data: bytes) -> Listing:
    """A list in any of the usual forms; `name` is what faults call it."""
    if b"\0" in data:
        return Listing((), (f"{name}  is a binary file; give CSV, NDJSON or a domain a line",))
    try:
        lines = _LINE_END.split(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        return Listing((), (f"{name}:{line}  is not UTF-8; save the list as UTF-8",))
    first = next((line for line in lines if line.strip() and not line.startswith("#")), "")
    if not first:
        return Listing((), (f"{name}  is empty; give at least one domain",))
    if first.lstrip().startswith("{"):
        return _gather(_from_json(name, lines))
    if (
        any(delimiter in first for delimiter in DELIMITERS)
        or first.strip().strip('"').lower() in DOMAIN_COLUMNS
    ):
        return _from_csv(name, lines, first)
    return _gather(
        (f"{name}:{number}", {"domain": line})
        for number, line in enumerate(lines, 1)
        if line.strip() and not line.startswith("#")
    )


class Placed(Protocol):
    """What has a country and a level."""

    @property
    def country(self) -> str | None:
        """ISO 3166-1 alpha-2, in capitals."""

    @property
    def level(self) -> str | None:
        """As the list calls it."""


Chosen = TypeVar("Chosen", bound=Placed)


def select(
    bodies: Iterable[Chosen], countries: Collection[str], levels: Collection[str]
) -> list[Chosen]:
    """The bodies of these countries (all where none is named) and of these levels (likewise)."""
    return [
        body
        for body in bodies
        if (not countries or body.country in countries) and (not levels or body.level in levels)
    ]


def _from_csv(name: str, lines: list[str], first: str) -> Listing:
    header: list[str] = []
    rows: list[tuple[str, Mapping[str, Any] | str]] = []
    for where, row in _records(name, lines, max(DELIMITERS, key=first.count)):
        if isinstance(row, str):
            rows.append((where, row))
            continue
        cells = [cell.strip() for cell in row]
        if header:
            rows.append((where, dict(zip(header, cells, strict=False))))
            continue
        header = [cell.lower() for cell in cells]
        if not set(header) & set(DOMAIN_COLUMNS):
            told = ", ".join(header[:8])
            return Listing((), (f"{where}  has no column named domain (it has: {told})",))
    if not header:
        return Listing((), (f"{name}  is empty; give at least one domain",))
    return _gather(rows)


def _records(name: str, lines: list[str], delimiter: str) -> Iterator[tuple[str, list[str] | str]]:
    """The rows of a CSV file, or what is wrong with one, each with the line on which it begins."""
    reader = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter, strict=True)
    while True:
        where = f"{name}:{reader.line_num + 1}"
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield where, f"is no CSV ({error})"
            continue
        if any(cell.strip() for cell in row) and not row[0].startswith("#"):
            yield where, row


def _from_json(name: str, lines: list[str]) -> Iterator[tuple[str, Mapping[str, Any] | str]]:
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            row = json.loads(line)
            json.dumps(row, ensure_ascii=False).encode()  # half a surrogate pair cannot be stored
        except (ValueError, RecursionError) as error:
            yield f"{name}:{number}", f"is no JSON ({error})"
            continue
        yield f"{name}:{number}", row if isinstance(row, dict) else "is no JSON object"


def _gather(rows: Iterable[tuple[str, Mapping[str, Any] | str]]) -> Listing:
    targets: dict[str, Target] = {}
    faults: list[str] = []
    merged = 0
    for where, row in rows:
        if isinstance(row, str):
            faults.append(f"{where}  {row}")
            continue
        try:
            target = target_of(row)
        except BadName as error:
            faults.append(f"{where}  {error}")
            continue
        merged += target.domain in targets
        targets.setdefault(target.domain, target)
    return Listing(tuple(targets.values()), tuple(faults), merged)


def target_of(row: Mapping[str, Any]) -> Target:
    """The target that a row means. Raises BadName where it means none."""
    asked = next((str(row[column]).strip() for column in DOMAIN_COLUMNS if row.get(column)), "")
    label = " ".join(str(row.get("name") or "").split())
    try:
        name = normalise(asked)
    except BadName as error:
        told = f'"{asked[:80]}"  {error}'
        raise BadName(
            f'{told}; the row names "{label}"' if label and not asked else told
        ) from error
    return Target(
        id=str(row.get("id") or name.domain).strip(),
        name=label or name.domain,
        domain=name.domain,
        zone=name.zone,
        asked=asked,
        country=_country(row.get("country")),
        level=str(row.get("level") or "").strip() or None,
        region=str(row.get("region") or "").strip() or None,
        population=_population(row.get("population")),
        mail_domain=_mail_domain(row.get("mail_domain"), name.domain),
    )


def _mail_domain(value: Any, domain: str) -> DomainName | None:
    """Another domain than the body's own, where the row names one."""
    text = str(value or "").strip()
    found = normalise(text).domain if text else None
    return found if found != domain else None


def _country(value: Any) -> str | None:
    text = str(value or "").strip()
    if text and not _COUNTRY.match(text):
        raise BadName(f'the country "{text[:40]}" is no two-letter code (ISO 3166-1), as BE')
    return text.upper() or None


def _population(value: Any) -> int | None:
    text = str(value if value is not None else "").strip().removesuffix(".0")
    if text and not _WHOLE.fullmatch(text):
        raise BadName(f'the population "{text[:40]}" is no whole number')
    return int(re.sub(r"[\s.']", "", text)) if text else None

"""CSV, NDJSON and JSON of findings, scores and observations. Columns are a contract; their order is
stable.
"""

import csv
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TextIO

Row = dict[str, Any]

COLUMNS: dict[str, tuple[str, ...]] = {
    "findings": (
        "domain", "country", "service", "role", "finding", "vendor", "vendor_name", "operator",
        "platform", "controller",
        "control_country", "tier", "european", "big_tech", "share", "confidence", "preference",
        "reasons", "conflicts",
        "evidence", "platform_controller", "platform_country", "platform_big_tech",
        "service_finding", "service_reasons",
        "body", "name", "level", "policy", "methodology", "scan", "observed_at",
    ),
    "scores": (
        "domain", "country", "value", "low", "high", "coverage", "exposure", "grade", "services",
        "policy", "methodology",
        "scan", "observed_at", "reasons", "jurisdiction_value", "jurisdiction_low",
        "jurisdiction_high", "jurisdiction_grade",
        "body", "name", "level", "population",
    ),
    "observations": (
        "target", "name", "type", "outcome", "detail", "fault", "answers", "aliases", "first_seen",
        "observed_at",
        "resolver", "transport", "ttl", "attempts", "validated",
    ),
}  # fmt: skip
"""The columns of each export; docs/exports.md says what each means."""

NESTED = {"reasons", "conflicts", "evidence", "services", "service_reasons", "answers", "aliases"}
FLAGS = {"european", "big_tech", "platform_big_tech", "validated"}
RISKY_STARTS = ("=", "+", "-", "@", "\t", "\r")
"""Cells that a spreadsheet would run as a formula get an apostrophe in front (OWASP, CSV
injection)."""


def shape(kind: str, rows: Iterable[Row]) -> Iterator[Row]:
    """Database rows as export rows: nested values parsed, flags true or false, columns in their
    order.
    """
    for row in rows:
        yield {column: _value(column, row[column]) for column in COLUMNS[kind]}


def write_ndjson(rows: Iterable[Row], out: TextIO, columns: tuple[str, ...]) -> None:
    """One JSON object a line."""
    out.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def write_json(rows: Iterable[Row], out: TextIO, columns: tuple[str, ...]) -> None:
    """One JSON array, written row by row."""
    separator = "[\n"
    for row in rows:
        out.write(separator + json.dumps(row, ensure_ascii=False))
        separator = ",\n"
    out.write("[]\n" if separator == "[\n" else "\n]\n")


def write_csv(rows: Iterable[Row], out: TextIO, columns: tuple[str, ...]) -> None:
    """CSV (RFC 4180) with a header; nested values as JSON; safe to open in a spreadsheet."""
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[column]) for column in columns])


Writer = Callable[[Iterable[Row], TextIO, tuple[str, ...]], None]

FORMATS: dict[str, Writer] = {"csv": write_csv, "ndjson": write_ndjson, "json": write_json}


def _value(column: str, value: Any) -> Any:
    if column in NESTED:
        return json.loads(value) if value is not None else []
    if column in FLAGS:
        return None if value is None else bool(value)
    return value


def _cell(value: Any) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return f"'{text}" if text.startswith(RISKY_STARTS) else text

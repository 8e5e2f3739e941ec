"""`sovscan vendors identify`: who stands behind one value, or behind many from stdin."""

import json
import sys
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import click
from tabulate import tabulate

from sovscan import pipeline
from sovscan.cli import exits
from sovscan.cli.memory import keep_what_is_loaded
from sovscan.cli.options import Day, datasets_option, option, policy_option
from sovscan.clock import today
from sovscan.core.recognise import Recogniser, Recognition
from sovscan.errors import DataError, UsageError
from sovscan.knowledge import load
from sovscan.knowledge.rules import SIGNALS
from sovscan.report.registry import recognition_lines, recognition_row
from sovscan.report.say import clean

KINDS = sorted(SIGNALS | {"as"})
BATCH = 1000
"""Rows written at a time: a stream of values needs neither their memory nor a write for each."""


@click.command("identify")
@click.argument("signal", required=False, type=click.Choice(KINDS))
@click.argument("value", required=False)
@option("--on", type=Day(), help="Read the owners of this day.  [default: today]")
@policy_option
@datasets_option
@option(
    "--format",
    "form",
    type=click.Choice(["text", "ndjson", "json"]),
    default="text",
    show_default=True,
)
def identify(
    signal: str | None, value: str | None, on: date | None, policy: str, datasets: Path, form: str
) -> None:
    """Say who stands behind a value: vendor, controller, rule, source. Exit 3 where nobody knows.

    \b
      sovscan vendors identify mx-host mx1.mail.ovh.net
      sovscan vendors identify as 8075
      sovscan vendors identify < values.tsv        lines of signal<TAB>value
    """
    if signal and value is None:
        raise UsageError(
            f"no value for {signal}", "Give one: sovscan vendors identify SIGNAL VALUE"
        )
    asked = [(signal, value)] if signal and value is not None else _from_stdin(sys.stdin)
    knowledge = load(datasets)
    criteria = pipeline.criteria(knowledge, policy, max(knowledge.methodologies), on or today())
    recogniser = Recogniser(knowledge, criteria)
    keep_what_is_loaded()
    known = True
    size = BATCH if form == "ndjson" else max(len(asked), 1)
    for start in range(0, max(len(asked), 1), size):
        batch = asked[start : start + size]
        found = [recogniser.recognise(each, text) for each, text in batch]
        _print(found, form)
        known = known and all(each.verdict.hits for each in found)
    sys.exit(exits.DONE if known else exits.THRESHOLD_MISSED)


def _from_stdin(lines: Iterable[str]) -> list[tuple[str, str]]:
    asked, faults = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        signal, tab, value = line.rstrip("\n").partition("\t")
        if not tab or signal not in KINDS:
            faults.append(f"stdin:{number}  {clean(line.strip(), 60)!r} is no signal<TAB>value")
        asked.append((signal, value))
    if faults:
        raise DataError(faults, f"The signals are: {', '.join(KINDS)}")
    return asked


def _print(found: list[Recognition], form: str) -> None:
    if form == "ndjson":
        sys.stdout.write("".join(recognition_lines(found)))
        return
    rows = [recognition_row(each) for each in found]
    if form == "json":
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        click.echo(tabulate(list(_lines(rows)), headers="keys", disable_numparse=True))


def _lines(rows: list[dict[str, Any]]) -> Iterator[dict[str, str]]:
    shown = ("signal", "value", "vendor_name", "controller", "control_country", "tier", "rule")
    for row in rows:
        yield {key: clean(str(row[key] or "unknown"), 48) for key in shown}

"""`sovscan contradictions`: what the signals say against each other."""

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import click

from sovscan import pipeline
from sovscan.cli import console
from sovscan.cli.options import datasets_option, db_option, option, scan_option
from sovscan.core.model import Assessment, DomainName, Service
from sovscan.errors import UsageError
from sovscan.knowledge import load
from sovscan.knowledge.networks import MissingTable
from sovscan.report.contradictions import (
    COLUMNS,
    Contradiction,
    contradiction_row,
    contradictions_text,
)
from sovscan.report.contradictions import contradictions as find
from sovscan.report.formats import FORMATS
from sovscan.report.say import voice
from sovscan.store import Reader
from sovscan.targets import BadName, normalise

LINES = 20
"""Bodies on a terminal: they fit on a screen with their headings."""


@click.command()
@click.argument("domains", nargs=-1)
@option("--service", type=click.Choice([service.value for service in Service]), help="Only this.")
@option(
    "--limit",
    type=click.IntRange(1),
    help=f"Lines of bodies, or rows.  [default: {LINES} lines, all rows]",
)
@option(
    "--format", "form", type=click.Choice(["text", *FORMATS]), default="text", show_default=True
)
@scan_option
@db_option
@datasets_option
def contradictions(
    domains: tuple[str, ...],
    service: str | None,
    limit: int | None,
    form: str,
    scan_id: int | None,
    db: Path,
    datasets: Path,
) -> None:
    """Every contradiction with both sides: what a signal says, and what was found instead.

    \b
      sovscan contradictions
      sovscan contradictions gent.be antwerpen.be --service email
      sovscan contradictions --format csv > contradictions.csv
    """
    known = load(datasets, MissingTable()).vendors.values()
    names = {str(vendor.id): vendor.name for vendor in known}
    with pipeline.reading(db) as reader:
        row = reader.scan(scan_id)
        judged = _judged(reader, row.id, domains)
        told: Counter[str] = Counter()
        found = _counted(find(judged, Service(service) if service else None), told)
        if form == "text":
            listed = list(found)
        else:
            rows = (contradiction_row(each, row.id, names) for each in islice(found, limit))
            FORMATS[form](rows, sys.stdout, COLUMNS)
    if form == "text" and listed:
        most = limit or (None if domains else LINES)
        click.echo(contradictions_text(listed, names, voice(), most))
    cut = " listed, and there may be more" if form != "text" and told.total() == limit else ""
    console.say(
        f"scan {row.id}: {told.total()} contradictions at {len(told)} bodies{cut}"
        if told
        else f"scan {row.id}: no signals contradict each other"
    )


def _counted(found: Iterable[Contradiction], told: Counter[str]) -> Iterator[Contradiction]:
    """All of them, counted by body as they go by."""
    for each in found:
        told[each.target.domain] += 1
        yield each


def _judged(reader: Reader, scan: int, domains: tuple[str, ...]) -> Iterable[Assessment]:
    """The judgements of these bodies, all of them there before anything is written; or of all."""
    if not domains:
        return reader.assessments(scan)
    return [_one(reader, scan, domain) for domain in dict.fromkeys(map(_normal, domains))]


def _one(reader: Reader, scan: int, domain: DomainName) -> Assessment:
    assessment = next(reader.assessments(scan, domain=domain), None)
    if assessment is None:
        raise UsageError(
            f"scan {scan} holds no judgement of {domain}",
            "Run: sovscan assess, or name another --scan.",
        )
    return assessment


def _normal(text: str) -> DomainName:
    try:
        return normalise(text).domain
    except BadName as error:
        raise UsageError(f"{text!r} {error}", "Give a domain that was scanned.") from error

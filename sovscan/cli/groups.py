"""`sovscan groups`: which bodies hang on the same thing."""

import sys
from pathlib import Path

import click

from sovscan import pipeline
from sovscan.cli import console
from sovscan.cli.options import datasets_option, db_option, option, scan_option
from sovscan.core.holding import View
from sovscan.core.sharing import Sharing, find_sharing
from sovscan.knowledge import load
from sovscan.report.formats import FORMATS
from sovscan.report.groups import COLUMNS, cluster_rows, groups_text
from sovscan.suffixes import registrable

MOST = 20
"""Groups of each view on a terminal, where all views are shown."""


@click.command()
@option("--by", type=click.Choice([view.value for view in View]), help="Only this.  [default: all]")
@option(
    "--min", "least", type=click.IntRange(2), default=2, show_default=True, help="Bodies at least."
)
@option(
    "--format", "form", type=click.Choice(["text", *FORMATS]), default="text", show_default=True
)
@scan_option
@db_option
@datasets_option
def groups(
    by: str | None, least: int, form: str, scan_id: int | None, db: Path, datasets: Path
) -> None:
    """Bodies that share an MX host, name servers, an account or an SPF text, the largest first.

    \b
      sovscan groups --by tenant
      sovscan groups --min 5 --format csv > groups.csv

    What falls out there, or is decided there, moves all of them. `shared` is something of their
    own, `market` the product that everybody gets; docs/groups.md says what shows which.
    """
    knowledge = load(datasets)
    with pipeline.reading(db) as reader:
        row = reader.scan(scan_id)
        sightings = ((each.target, each.facts) for each in reader.sightings(row.id))
        views = [View(by)] if by else list(View)
        found = find_sharing(sightings, knowledge, registrable, views, least)
    criteria = pipeline.usual_criteria(knowledge, pipeline.scan_day(row))
    if form != "text":
        FORMATS[form](cluster_rows(found, row.id, knowledge, criteria), sys.stdout, COLUMNS)
    elif found.clusters:
        click.echo(groups_text(found, knowledge, criteria, None if by else MOST))
    console.say(_said(found, least))


def _said(found: Sharing, least: int) -> str:
    """How much there was to compare: what was not seen may be shared as well."""
    seen = " · ".join(f"{view.value} {bodies}" for view, bodies in found.seen.items())
    count = len(found.clusters)
    told = f"{count or 'no'} group{'' if count == 1 else 's'} of {least} or more bodies"
    return f"{told}; of {found.bodies} bodies so many showed something to compare: {seen}"

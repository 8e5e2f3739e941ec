"""What several commands print: the overview, and rows for machines."""

import shutil
from pathlib import Path
from typing import TextIO

import click

from sovscan import pipeline
from sovscan.cli import console
from sovscan.core.context import Knowledge
from sovscan.errors import UsageError
from sovscan.report.formats import COLUMNS, FORMATS, shape
from sovscan.report.say import voice
from sovscan.report.text import bodies_table, overview_text
from sovscan.report.view import Overview, overview

TABLE_UPTO = 60
"""Bodies up to which the terminal also gets one row for each."""


def make_view(db: Path, scan_id: int | None, knowledge: Knowledge) -> Overview:
    """The overview of a stored scan."""
    with pipeline.reading(db) as reader:
        row = reader.scan(scan_id)
        found = list(reader.assessments(row.id))
        if not found:
            raise UsageError(f"scan {row.id} holds no judgement", "Run: sovscan scan --resume")
        methodology = knowledge.methodologies.get(found[0].basis.methodology)
        if methodology is None:
            known = ", ".join(knowledge.methodologies)
            raise UsageError(
                f"the methodology {found[0].basis.methodology!r} is not in the datasets",
                f"Known: {known}",
            )
        return overview(row.id, row.started_at, row.resolvers, found, methodology)


def print_overview(db: Path, scan_id: int | None, knowledge: Knowledge, *, quiet: bool) -> Overview:
    """The overview on stdout, with a row for each body where they are few."""
    view = make_view(db, scan_id, knowledge)
    if not quiet:
        if len(view.bodies) <= TABLE_UPTO:
            click.echo(
                bodies_table(view.bodies, voice(), shutil.get_terminal_size((200, 24)).columns)
                + "\n"
            )
        click.echo(overview_text(view, voice(), saved_in=str(db), paint=console.paint))
    return view


def print_rows(db: Path, scan_id: int | None, kind: str, form: str, out: TextIO) -> None:
    """The rows of an export."""
    with pipeline.reading(db) as reader:
        row = reader.scan(scan_id)
        FORMATS[form](shape(kind, reader.rows(kind, row.id)), out, COLUMNS[kind])

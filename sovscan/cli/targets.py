"""`sovscan targets`: the public bodies that come with the tool."""

import sys
from dataclasses import asdict
from pathlib import Path

import click
from tabulate import tabulate

from sovscan.cli import console
from sovscan.cli.bodies import codes
from sovscan.cli.options import datasets_option, option
from sovscan.report.formats import FORMATS
from sovscan.targets.book import COLUMNS, choose, read_book

SHOWN = ("id", "name", "level", "region", "population", "domain")


@click.group()
def targets() -> None:
    """Lists of public bodies that come with the tool: list, check."""


@targets.command("list")
@option("--country", help="Only bodies of these countries, as be,nl,lu,eu.")
@option("--level", help="Only bodies of these levels, as municipality,province.")
@option(
    "--format", "form", type=click.Choice(["text", *FORMATS]), default="text", show_default=True
)
@datasets_option
def list_command(country: str | None, level: str | None, form: str, datasets: Path) -> None:
    """Name the bodies of these countries and levels. `sovscan scan` takes the same two options.

    \b
      sovscan targets list --country be --level municipality
      sovscan targets list --country lu --format csv > luxembourg.csv
    """
    found = choose(read_book(datasets / "targets"), codes(country, upper=True), codes(level))
    rows = [asdict(body) for body in found]
    if form == "text":
        shown = [{key: row[key] for key in SHOWN} for row in rows]
        click.echo(tabulate(shown, headers="keys", disable_numparse=True))
    else:
        FORMATS[form](rows, sys.stdout, COLUMNS)
    console.say(f"{len(found)} bodies")


@targets.command("check")
@datasets_option
def check_command(datasets: Path) -> None:
    """Hold every row of the lists against its form; exit 2 where one is at fault."""
    bodies = read_book(datasets / "targets")
    console.say(f"{len(bodies)} bodies, no fault found.")

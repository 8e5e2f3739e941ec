"""`sovscan export`: rows for machines."""

import sys
from pathlib import Path

import click

from sovscan.cli.options import db_option, option, scan_option
from sovscan.cli.show import print_rows
from sovscan.errors import StoreError
from sovscan.report.formats import COLUMNS, FORMATS


@click.command()
@click.argument("kind", type=click.Choice(list(COLUMNS)))
@option("--format", "form", type=click.Choice(list(FORMATS)), default="ndjson", show_default=True)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, dir_okay=False),
    help="File to write.  [default: stdout]",
)
@scan_option
@db_option
def export(kind: str, form: str, output: Path | None, scan_id: int | None, db: Path) -> None:
    """Write findings, scores or observations of a scan. Columns are told in docs/exports.md.

    \b
      sovscan export findings --format ndjson
      sovscan export scores --format csv -o scores.csv
    """
    if output is None:
        print_rows(db, scan_id, kind, form, sys.stdout)
        return
    fresh = output.with_name(output.name + ".part")
    try:
        with fresh.open("w", encoding="utf-8", newline="") as out:
            print_rows(db, scan_id, kind, form, out)
        fresh.replace(output)
    except OSError as error:
        raise StoreError(f"{output}: {error.strerror}", "Check the folder and the disk.") from error

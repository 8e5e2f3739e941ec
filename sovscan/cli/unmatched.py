"""`sovscan unmatched`: what no rule knew."""

from pathlib import Path

import click
from tabulate import tabulate

from sovscan import pipeline
from sovscan.cli.options import datasets_option, db_option, option, scan_option
from sovscan.knowledge import load
from sovscan.report.say import clean
from sovscan.report.unmatched import find_unmatched


@click.command()
@scan_option
@db_option
@datasets_option
@option("--most", type=click.IntRange(1), default=40, show_default=True, help="Rows to show.")
def unmatched(scan_id: int | None, db: Path, datasets: Path, most: int) -> None:
    """What no rule knew, by the number of bodies: the next contributor's list of work.

    What an address suggests stands beside it; that is no claim.
    """
    knowledge = load(datasets)
    with pipeline.reading(db) as reader:
        row = reader.scan(scan_id)
        found = find_unmatched(((s.target, s.facts) for s in reader.sightings(row.id)), knowledge)
    rows = [
        [each.bodies, each.signal, clean(each.value, 60), clean(each.looks_like, 60)]
        for each in found[:most]
    ]
    if rows:
        click.echo(
            tabulate(
                rows,
                headers=["bodies", "signal", "value", "looks like (no claim)"],
                disable_numparse=True,
                colalign=("right",),
            )
        )
    click.echo(f"{len(found)} values that no rule knows", err=True)

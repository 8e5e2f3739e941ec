"""`sovscan assess`: judge stored facts again."""

from datetime import date
from pathlib import Path

import click

from sovscan import pipeline
from sovscan.cli import console
from sovscan.cli.memory import keep_what_is_loaded
from sovscan.cli.options import (
    Day,
    datasets_option,
    db_option,
    methodology_option,
    option,
    policy_option,
    quiet_option,
    scan_option,
)
from sovscan.cli.show import print_overview
from sovscan.knowledge import load
from sovscan.pipeline import Judge
from sovscan.store.read import ScanRow


@click.command()
@scan_option
@policy_option
@methodology_option
@option("--on", type=Day(), help="Read the owners of this day.  [default: the day of the scan]")
@db_option
@datasets_option
@quiet_option
def assess(
    scan_id: int | None,
    policy: str,
    methodology: str,
    on: date | None,
    db: Path,
    datasets: Path,
    quiet: bool,
) -> None:
    """Judge the stored facts of a scan again: no question is asked, nothing stored is changed.

    \b
      sovscan assess --policy eu27               by another idea of what is European
      sovscan assess --scan 12 --on 2024-01-01   with the owners of another day
    """
    knowledge = load(datasets)
    keep_what_is_loaded()

    def judge_for(row: ScanRow) -> Judge:
        return Judge(
            knowledge,
            pipeline.criteria(knowledge, policy, methodology, on or pipeline.scan_day(row)),
        )

    done, count = pipeline.assess(db, judge_for, scan_id=scan_id)
    console.say(f"Judged {count} bodies of scan {done} again", quiet=quiet)
    print_overview(db, done, knowledge, quiet=quiet)

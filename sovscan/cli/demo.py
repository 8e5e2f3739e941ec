"""`sovscan demo`: the real pipeline over a country that does not exist."""

import time
from pathlib import Path

import click

from sovscan import pipeline
from sovscan.cli import console
from sovscan.cli.options import datasets_option
from sovscan.cli.report import write_page
from sovscan.cli.show import print_overview
from sovscan.clock import today
from sovscan.collect import Engine, Server
from sovscan.demo import bodies, stage
from sovscan.errors import StoreError
from sovscan.knowledge import load
from sovscan.pipeline import Judge
from sovscan.targets import read_list

NOTE = (
    "Fictional: none of these bodies exists. The vendors are real, their customers here are"
    " invented."
)


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("sovscan-demo"),
    show_default=True,
)
@datasets_option
def demo(output: Path, datasets: Path) -> None:
    """Scan a small fictional Benelux on this machine: real questions, real rules, invented bodies.

    Asks only a resolver that this command runs on loopback; nothing leaves the machine.
    """
    began = time.monotonic()
    knowledge = load(datasets)
    targets = read_list("demo", bodies()).targets
    criteria = pipeline.usual_criteria(knowledge, today())
    db = output / "demo.db"
    _clear(db)
    console.say(
        f"{NOTE}\nScanning {len(targets)} invented bodies through a resolver on this machine\n"
    )
    with stage() as (address, port):
        server = Server(address, port)
        origin: dict[str, str | None] = {
            "address": "the demo's resolver",
            "operator": "this command",
            "country": None,
        }
        scan_id = pipeline.scan(
            targets,
            Engine((server,)),
            [origin],
            Judge(knowledge, criteria),
            db,
            observer=console.observer(quiet=False),
        )
    page = write_page(output, print_overview(db, scan_id, knowledge, quiet=False), datasets, NOTE)
    console.say(f"\nPage      {page}\nTook      {time.monotonic() - began:.1f} s")
    console.say(f"Try next  sovscan explain kasteelbeek.example email --db {db}")


def _clear(db: Path) -> None:
    """A demo begins anew; only files of its own name are removed."""
    try:
        db.parent.mkdir(parents=True, exist_ok=True)
        for path in (db, db.with_name(db.name + "-wal"), db.with_name(db.name + "-shm")):
            path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"{db.parent}: {error.strerror}", "Choose another folder with -o."
        ) from error

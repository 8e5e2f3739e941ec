"""`sovscan replay`: a recorded world on loopback, to be scanned again."""

import threading
from pathlib import Path

import click

from sovscan.cli.options import option
from sovscan.demo import stage
from sovscan.demo.world import recorded


@click.command()
@click.argument("world", type=click.Path(exists=True, path_type=Path, dir_okay=False))
@option(
    "--port", type=click.IntRange(0, 65535), default=5300, show_default=True, help="0: a free one."
)
def replay(world: Path, port: int) -> None:
    """Serve what `sovscan scan --record` wrote, as a resolver on loopback, until interrupted.

    \b
      sovscan scan gent.be --record gent.jsonl.gz
      sovscan replay gent.jsonl.gz &
      sovscan scan gent.be --resolver 127.0.0.1:5300 --no-web --db again.db
    """
    with stage(recorded(world), port) as (address, taken):
        click.echo(f"listening {address}:{taken}")
        threading.Event().wait()

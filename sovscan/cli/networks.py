"""`sovscan networks`: the table that places addresses."""

from datetime import date
from pathlib import Path

import click

from sovscan import pipeline
from sovscan.cli import console
from sovscan.cli.options import Day, datasets_option
from sovscan.clock import today
from sovscan.errors import UsageError
from sovscan.knowledge.networks import OLD_AFTER, open_table, read_about, read_sources


@click.group()
def networks() -> None:
    """The table of networks: address to origin AS to organisation."""


@networks.command()
@datasets_option
def status(datasets: Path) -> None:
    """Say how old the table is, what it holds, and whom to thank."""
    about = read_about(datasets / "networks")
    if about is None or not open_table(datasets / "networks").available:
        raise UsageError(
            "there is no table of networks", "Make one with: sovscan networks update --help"
        )
    age = (today() - about.data_date).days
    old = f"  older than {OLD_AFTER.days} days: update it" if about.is_old(today()) else ""
    click.echo(f"data of      {about.data_date} ({age} days ago){old}")
    click.echo(
        f"ranges       {about.ranges_v4:,} IPv4, {about.ranges_v6:,} IPv6, {about.networks:,}"
        " networks"
    )
    click.echo(
        f"built from   {about.built_from}\nlicence      {about.licence}\nattribution "
        f" {about.attribution}\nsha256       {about.sha256}"
    )


@networks.command()
@click.option("--source", help="A source of datasets/networks/sources.toml.  [default: the first]")
@click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(exists=True, path_type=Path, dir_okay=False),
    help="A file of that source that you have already; repeat for several. Nothing is fetched.",
)
@click.option("--date", "data_date", type=Day(), help="The day of the data, where you give files.")
@datasets_option
def update(
    source: str | None, files: tuple[Path, ...], data_date: date | None, datasets: Path
) -> None:
    """Make the table anew; the old one stays until the new one is whole.

    \b
      sovscan networks update                                    fetch from the usual source
      sovscan networks update --source ip-location-db
      sovscan networks update --source routeviews --date 2026-11-20 \\
        --file routeviews-rv2-20261120-1200.pfx2as.gz --file asn.txt

    What a file is, its first line shows: a RIS dump, RouteViews prefix to AS, ranges as CSV (with
    AS and organisation, or with country), or a list of AS names; each may be packed with gzip.
    """
    folder = datasets / "networks"
    chosen = read_sources(folder).named(source)
    if files and data_date is None:
        raise UsageError("of which day are the files?", "Add --date YYYY-MM-DD.")
    if not files and not chosen.files:
        raise UsageError(
            f"{chosen.id} publishes a new name every day", f"See {chosen.source}, and use --file."
        )
    for url in () if files else chosen.files:
        console.say(f"Fetching {url}")
    about = pipeline.update_networks(folder, chosen, files, data_date, today())
    console.say(
        f"Packed {about.ranges_v4 + about.ranges_v6:,} ranges of {about.networks:,} networks,"
        f" data of {about.data_date}"
    )

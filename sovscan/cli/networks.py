"""`sovscan networks`: the table that places addresses."""

from datetime import date
from pathlib import Path

import click

from sovscan.cli import console
from sovscan.cli.options import Day, datasets_option
from sovscan.clock import today
from sovscan.errors import UsageError
from sovscan.knowledge.networks import OLD_AFTER, open_table, read_about


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
@click.option(
    "--asn",
    "asn",
    multiple=True,
    required=True,
    type=click.Path(exists=True, path_type=Path, dir_okay=False),
    help="CSV: first, last, AS number, organisation.",
)
@click.option(
    "--country",
    "country",
    multiple=True,
    type=click.Path(exists=True, path_type=Path, dir_okay=False),
    help="CSV: first, last, country.",
)
@click.option("--date", "data_date", required=True, type=Day(), help="The day of the data.")
@click.option("--built-from", required=True, help="Where the files come from, with their version.")
@datasets_option
def update(
    asn: tuple[Path, ...],
    country: tuple[Path, ...],
    data_date: date,
    built_from: str,
    datasets: Path,
) -> None:
    """Pack the table anew from CSV files; the old one stays until the new one is whole.

    The files are those of the npm packages @ip-location-db/asn and @ip-location-db/asn-country:

    \b
      npm pack @ip-location-db/asn @ip-location-db/asn-country     (and unpack both)
      sovscan networks update --asn asn-ipv4.csv --asn asn-ipv6.csv \\
        --country asn-country-ipv4.csv --country asn-country-ipv6.csv \\
        --date 2026-06-17 --built-from "npm @ip-location-db/asn 2.3.2026061719"
    """
    from sovscan.knowledge.pack import pack

    about = pack(asn, country, datasets / "networks", built_from, data_date)
    console.say(
        f"Packed {about.ranges_v4 + about.ranges_v6:,} ranges of {about.networks:,} networks"
    )

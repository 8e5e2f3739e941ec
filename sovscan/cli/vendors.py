"""`sovscan vendors`: look into the registry, and hold it against its own examples."""

import sys
from pathlib import Path

import click

from sovscan import pipeline
from sovscan.cli import exits
from sovscan.cli.identify import identify
from sovscan.cli.options import datasets_option
from sovscan.clock import today
from sovscan.core.jurisdiction import reach
from sovscan.core.model import VendorId
from sovscan.errors import UsageError
from sovscan.knowledge.check import check
from sovscan.knowledge.load import load
from sovscan.knowledge.networks import MissingTable
from sovscan.report.registry import vendor_text


@click.group()
def vendors() -> None:
    """The registry of vendors: list, show, check, identify."""


vendors.add_command(identify)


@vendors.command("check")
@datasets_option
def check_command(datasets: Path) -> None:
    """Hold every file of the registry against its schema, its examples and the other files.

    Exit 2 where a fault is found. Warnings (facts not checked for 400 days, AS numbers that
    announce nothing) do not fail.
    """
    faults, warnings = check(datasets, today())
    for warning in warnings:
        click.echo(f"warning  {warning}", err=True)
    for fault in faults:
        click.echo(fault)
    if faults:
        click.echo(f"{len(faults)} faults", err=True)
        sys.exit(exits.WRONG_USE)
    click.echo("The registry is sound.", err=True)


@vendors.command("list")
@datasets_option
def list_command(datasets: Path) -> None:
    """Name every vendor with its operator."""
    knowledge = load(datasets, MissingTable())
    for vendor in knowledge.vendors.values():
        operator = knowledge.entities[vendor.operator]
        click.echo(f"{vendor.id:34} {vendor.name:40} {operator.name} ({operator.country})")


@vendors.command("show")
@click.argument("vendor")
@datasets_option
def show_command(vendor: str, datasets: Path) -> None:
    """Tell all that is known of a vendor: rules, operator, owners, each with its source."""
    knowledge = load(datasets, MissingTable())
    found = knowledge.vendors.get(VendorId(vendor))
    if found is None:
        near = [known for known in knowledge.vendors if vendor.partition("-")[0] in known]
        hint = f"Near: {', '.join(near)}" if near else "See: sovscan vendors list"
        raise UsageError(f"there is no vendor {vendor!r}", hint)
    criteria = pipeline.usual_criteria(knowledge, today())
    click.echo("\n".join(vendor_text(found, reach(found.id, None, knowledge, criteria))))

"""`sovscan vendors`: look into the registry, and hold it against its own examples."""

import json
import sys
from datetime import date
from pathlib import Path

import click
from tabulate import tabulate

from sovscan import pipeline
from sovscan.cli import console, exits
from sovscan.cli.identify import identify
from sovscan.cli.options import Day, datasets_option, option, policy_option
from sovscan.clock import today
from sovscan.core.jurisdiction import reach
from sovscan.core.model import VendorId
from sovscan.errors import UsageError
from sovscan.knowledge.check import check
from sovscan.knowledge.load import load
from sovscan.knowledge.networks import MissingTable
from sovscan.knowledge.snapshot import KINDS, as_json, schema, snapshot
from sovscan.report.formats import FORMATS
from sovscan.report.registry import RULE_COLUMNS, rule_rows, vendor_rows, vendor_text


@click.group()
def vendors() -> None:
    """The registry of vendors: list, show, check, identify, export, schema."""


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
@click.argument("text", required=False)
@datasets_option
def list_command(text: str | None, datasets: Path) -> None:
    """Name every vendor, or those with TEXT in a name, with operator, controller and tier.

    \b
      sovscan vendors list
      sovscan vendors list combell
    """
    knowledge = load(datasets, MissingTable())
    rows = list(vendor_rows(knowledge, pipeline.usual_criteria(knowledge, today()), text or ""))
    click.echo(tabulate(rows, headers="keys", disable_numparse=True))
    console.say(f"{len(rows)} of {len(knowledge.vendors)} vendors")


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


@vendors.command("export")
@option("--format", "form", type=click.Choice(["json", "csv"]), default="json", show_default=True)
@option("--on", type=Day(), help="CSV: the owners of this day.  [default: today]")
@policy_option
@datasets_option
def export_command(form: str, on: date | None, policy: str, datasets: Path) -> None:
    """Write the whole registry as one file: JSON with every fact, or CSV with a row a rule value.

    \b
      sovscan vendors export > registry.json
      sovscan vendors export --format csv > rules.csv

    The digest on stderr names the state of the files. Licence: CC BY 4.0, see datasets/LICENSE.
    """
    knowledge = load(datasets, MissingTable())
    if form == "json":
        sys.stdout.write(as_json(snapshot(knowledge)))
    else:
        criteria = pipeline.criteria(knowledge, policy, max(knowledge.methodologies), on or today())
        FORMATS["csv"](rule_rows(knowledge, criteria), sys.stdout, RULE_COLUMNS)
    console.say(f"digest {knowledge.digest}")


@vendors.command("schema")
@click.argument("kind", type=click.Choice(list(KINDS)))
def schema_command(kind: str) -> None:
    """Print the JSON Schema of a kind of file, as it stands in datasets/schema/."""
    click.echo(json.dumps(schema(kind), indent=2))

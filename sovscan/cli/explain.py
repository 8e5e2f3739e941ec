"""`sovscan explain`: one claim, followed to its sources."""

import json
from datetime import date
from pathlib import Path

import click

from sovscan import pipeline
from sovscan.cli.options import datasets_option, db_option, option
from sovscan.core.model import Service
from sovscan.errors import UsageError
from sovscan.knowledge import load
from sovscan.report.argument import Case, argue
from sovscan.report.explain import explain_text
from sovscan.report.explain_json import explain_document
from sovscan.report.explain_md import explain_letter
from sovscan.report.say import voice
from sovscan.targets import BadName, normalise


@click.command()
@click.argument("domain")
@click.argument(
    "service", required=False, type=click.Choice([service.value for service in Service])
)
@option(
    "--scan", "scan_id", type=int, help="The scan by its number.  [default: the last that saw it]"
)
@db_option
@datasets_option
@option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "md"]),
    default="text",
    show_default=True,
    help="text for a terminal, json for machines, md for a letter.",
)
def explain(
    domain: str, service: str | None, scan_id: int | None, db: Path, datasets: Path, form: str
) -> None:
    """Follow a claim: fact, rule, vendor, owners, law, points, each with its source; and what was
    considered and not followed, and why.

    \b
      sovscan explain antwerpen.be email
      sovscan explain antwerpen.be --format json
      sovscan explain antwerpen.be --format md > letter.md
    """
    services = tuple(each for each in Service if service in {None, each.value})
    argument = argue(_case(domain, scan_id, db, datasets), services)
    if form == "text":
        click.echo(explain_text(argument, voice()))
    elif form == "md":
        click.echo(explain_letter(argument, voice()))
    else:
        document = explain_document(argument, voice())
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))


def _case(text: str, scan_id: int | None, db: Path, datasets: Path) -> Case:
    try:
        domain = normalise(text).domain
    except BadName as error:
        raise UsageError(f"{text!r} {error}", "Give a domain that was scanned.") from error
    knowledge = load(datasets)
    with pipeline.reading(db) as reader:
        row = reader.scan(scan_id if scan_id is not None else reader.last_seen(domain))
        sighting = next(reader.sightings(row.id, domain), None)
        assessment = next(reader.assessments(row.id, domain=domain), None)
    if sighting is None or assessment is None:
        raise UsageError(
            f"scan {row.id} holds no judgement of {domain}",
            "Run: sovscan assess, or name another --scan.",
        )
    basis = assessment.basis
    criteria = pipeline.criteria(
        knowledge, basis.policy, basis.methodology, date.fromisoformat(basis.on)
    )
    return Case(assessment, sighting.facts, row.id, sighting.observed_at, knowledge, criteria)

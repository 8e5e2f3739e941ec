"""`sovscan scan`: the main job."""

import sys
from pathlib import Path

import click

from sovscan import pipeline
from sovscan.cli import console, exits, resolvers
from sovscan.cli.bodies import Wanted, chosen
from sovscan.cli.memory import keep_what_is_loaded
from sovscan.cli.options import (
    datasets_option,
    db_option,
    methodology_option,
    option,
    policy_option,
    quiet_option,
)
from sovscan.cli.show import print_overview, print_rows
from sovscan.clock import days_ago, today
from sovscan.collect import Engine, Server, parse_server, system_servers
from sovscan.collect.dns.engine import CONCURRENCY
from sovscan.collect.looks import DNS_ONLY, beyond_the_resolver
from sovscan.collect.rdap import RDAP
from sovscan.collect.web import read_exclusions
from sovscan.core.model import Target
from sovscan.knowledge import load
from sovscan.knowledge.networks import read_about
from sovscan.pipeline import Judge
from sovscan.report.formats import FORMATS
from sovscan.report.health import health_text
from sovscan.report.view import Overview


@click.command()
@click.argument("domains", nargs=-1)
@option(
    "--targets",
    type=click.Path(allow_dash=True, dir_okay=False),
    help="List of bodies: CSV, NDJSON or a domain a line; - is stdin.",
)
@option(
    "--country",
    help="Only bodies of these countries, as be,nl,lu; without a list, of those that came along.",
)
@option("--level", help="Only bodies of these levels, as municipality,province.")
@option(
    "--skip-invalid",
    is_flag=True,
    help="Leave out rows that are no domains instead of refusing the list.",
)
@db_option
@option(
    "--resolver",
    multiple=True,
    metavar="HOST[:PORT]",
    help="Resolver to ask; repeat for several.  [default: the system's]",
)
@option(
    "--web/--no-web",
    default=True,
    show_default=True,
    help="Look at one page of each web name, too. --no-web asks the resolver and nobody else.",
)
@option(
    "--rdap/--no-rdap",
    default=True,
    show_default=True,
    help="Ask the registries (slowly) about addresses that the table of networks cannot place.",
)
@option(
    "--delegation/--no-delegation",
    default=True,
    show_default=True,
    help="Ask the name servers of each zone, and of its parent, directly (port 53 must be open).",
)
@option(
    "--exclude",
    type=click.Path(exists=True, path_type=Path, dir_okay=False),
    help="Domains whose servers asked to be left out, one a line (docs/why-we-ask.md).",
)
@option(
    "--concurrency",
    type=click.IntRange(1, 5000),
    default=CONCURRENCY,
    show_default=True,
    help="Questions open at one resolver at most. It begins with few, and follows how that copes.",
)
@option("--rate", type=click.FloatRange(0.1), metavar="N", help="Questions a second at most.")
@option("--resume", is_flag=True, help="Go on with the last scan where it did not end.")
@option(
    "--max-age",
    type=click.FloatRange(0),
    metavar="DAYS",
    help="Do not ask again about a body that was seen whole within so many days.",
)
@option(
    "--record",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write what was answered as a world that `sovscan replay` serves again (.jsonl.gz).",
)
@policy_option
@methodology_option
@datasets_option
@option(
    "--fail-over",
    type=click.FloatRange(0, 100),
    metavar="SCORE",
    help="Exit 3 where reliance is above this.",
)
@option(
    "--min-coverage",
    type=click.FloatRange(0, 1),
    metavar="C",
    help="Exit 4 where less of the weight was seen.",
)
@quiet_option
@option(
    "--format",
    "form",
    type=click.Choice(["text", *FORMATS]),
    default="text",
    show_default=True,
    help="What goes to stdout.",
)
def scan(
    domains: tuple[str, ...],
    targets: str | None,
    country: str | None,
    level: str | None,
    skip_invalid: bool,
    db: Path,
    resolver: tuple[str, ...],
    web: bool,
    rdap: bool,
    delegation: bool,
    exclude: Path | None,
    concurrency: int,
    rate: float | None,
    resume: bool,
    max_age: float | None,
    record: Path | None,
    policy: str,
    methodology: str,
    datasets: Path,
    fail_over: float | None,
    min_coverage: float | None,
    quiet: bool,
    form: str,
) -> None:
    """Ask the DNS and the web about bodies, store what came back, and judge it.

    \b
      sovscan scan gent.be luxembourg.lu
      sovscan scan --country be,nl,lu --level municipality --db benelux.db
      sovscan scan --targets bodies.csv --country be,nl
      sovscan scan --targets bodies.csv --quiet --fail-over 50       (cron)

    Facts are stored before anything is concluded from them; `sovscan assess` judges them again.
    """
    bodies = chosen(Wanted(domains, targets, country, level, skip_invalid), datasets, quiet=quiet)
    knowledge = load(datasets)
    judge = Judge(knowledge, pipeline.criteria(knowledge, policy, methodology, today()))
    servers = tuple(dict.fromkeys(map(parse_server, resolver) if resolver else system_servers()))
    runners = [resolvers.in_use(server, knowledge, judge.criteria) for server in servers]
    _announce(bodies, runners, quiet=quiet)
    _tell_of_networks(datasets, quiet=quiet)
    looks = DNS_ONLY
    if web:
        excluded = read_exclusions(exclude.read_text("utf-8").splitlines()) if exclude else ()
        looks = beyond_the_resolver(
            (rule for vendor in knowledge.vendors.values() for rule in vendor.fingerprints),
            knowledge.networks if rdap else None,
            frozenset(excluded),
            pipeline.remembered(db, RDAP),
            delegation=delegation,
        )
    keep_what_is_loaded()
    engine = Engine(servers, concurrency=concurrency, rate=rate, beside=looks.open)
    scan_id = pipeline.scan(
        bodies,
        engine,
        [runner.row() for runner in runners],
        judge,
        db,
        resume=resume,
        fresh_since=days_ago(max_age) if max_age is not None else None,
        record=record,
        further=looks.plan,
        observer=console.observer(quiet=quiet),
    )
    for line in health_text(engine.health.row()):
        console.say(line, quiet=quiet)
    if engine.gave_up:
        _tell_given_up(servers)
    view = print_overview(db, scan_id, knowledge, quiet=quiet or form != "text")
    if form != "text" and not quiet:
        print_rows(db, scan_id, "findings", form, sys.stdout)
    sys.exit(exits.TOO_LITTLE_SEEN if engine.gave_up else _exit(view, fail_over, min_coverage))


def _tell_given_up(servers: tuple[Server, ...]) -> None:
    named = ", ".join(map(str, servers))
    console.say(
        f"sovscan: nobody answers at {named}; the scan was stopped. When the way is free again:"
        " sovscan scan … --resume"
    )


def _announce(bodies: list[Target], runners: list[resolvers.InUse], *, quiet: bool) -> None:
    through = ", ".join(runner.text() for runner in runners)
    count = f"{len(bodies)} {'body' if len(bodies) == 1 else 'bodies'}"
    console.say(f"Scanning {count} through {through}", quiet=quiet)
    if any(each.runner.big_tech for each in runners):
        console.say(
            "  That resolver is run by non-European big tech: it learns whom you look at."
            " Choose another with --resolver.",
            quiet=quiet,
        )


def _tell_of_networks(datasets: Path, *, quiet: bool) -> None:
    """What a missing or an old table of networks means for the result."""
    about = read_about(datasets / "networks")
    if about is None:
        text = "  There is no table of networks: what only an address shows stays unknown."
        console.say(f"{text} See: sovscan networks update --help", quiet=quiet)
    elif about.is_old(today()):
        text = f"  The table of networks is of {about.data_date}: addresses may have moved since."
        console.say(f"{text} See: sovscan networks update --help", quiet=quiet)


def _exit(view: Overview, fail_over: float | None, min_coverage: float | None) -> int:
    """Too little seen comes before a threshold missed: what was not seen cannot hold a
    threshold."""
    pool = view.group.pool
    look = view.look_first
    if look.unobserved + look.nonexistent >= pool.bodies and not pool.coverage:
        console.say("sovscan: nothing could be seen; no claim is made. See: sovscan doctor")
        return exits.TOO_LITTLE_SEEN
    if min_coverage is not None and pool.coverage < min_coverage:
        console.say(
            f"sovscan: {pool.coverage:.0%} of the weight was seen,"
            f" less than --min-coverage {min_coverage:g}"
        )
        return exits.TOO_LITTLE_SEEN
    if fail_over is None:
        return exits.DONE
    if pool.value is None:
        console.say("sovscan: too little was seen to hold --fail-over against")
        return exits.TOO_LITTLE_SEEN
    if pool.value > fail_over:
        console.say(f"sovscan: reliance is {pool.value:.1f}, above --fail-over {fail_over:g}")
        return exits.THRESHOLD_MISSED
    return exits.DONE

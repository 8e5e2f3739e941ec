"""`sovscan doctor`: what works here."""

import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click

from sovscan import __version__, pipeline
from sovscan.cli import exits, resolvers
from sovscan.cli.options import datasets_option, option
from sovscan.clock import today
from sovscan.collect import Engine, Server, parse_server, system_servers
from sovscan.collect.dns.probing import answers_by_tcp
from sovscan.core.context import Knowledge
from sovscan.core.model import DomainName, Outcome, Question
from sovscan.errors import SovscanError, UsageError
from sovscan.knowledge import load
from sovscan.knowledge.networks import read_about

Finding = tuple[bool, str, str]
OLD = "that is old, update it: sovscan networks update --help"

ROOT = Question(DomainName("."), "NS")
"""The one question that the doctor asks: it is about nobody."""


@click.command()
@option(
    "--resolver",
    multiple=True,
    metavar="HOST[:PORT]",
    help="Resolver to try.  [default: the system's]",
)
@datasets_option
def doctor(resolver: tuple[str, ...], datasets: Path) -> None:
    """Say what works here, who runs the resolver in use, and how old our knowledge is. Exit 1 where
    a thing does not work.

    Asks one question, for the name servers of the root.
    """
    knowledge = load(datasets)
    findings = [*_here(), *_knowledge(knowledge, datasets), *_resolving(resolver, knowledge)]
    for works, what, told in findings:
        click.echo(f"{'ok  ' if works else 'FAIL'}  {what:12} {told}")
    sys.exit(exits.DONE if all(works for works, _, _ in findings) else exits.FAILED)


def _here() -> Iterator[Finding]:
    yield (
        True,
        "sovscan",
        f"{__version__}, Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}",
    )
    with tempfile.TemporaryDirectory() as folder:
        try:
            with pipeline.opened(Path(folder) / "try.db"):
                yield True, "store", "a database can be made and written"
        except SovscanError as error:
            yield False, "store", error.message


def _knowledge(knowledge: Knowledge, datasets: Path) -> Iterator[Finding]:
    rules = [rule for vendor in knowledge.vendors.values() for rule in vendor.fingerprints]
    newest = max((rule.checked for rule in rules), default=None)
    now = today()
    yield (
        bool(rules),
        "registry",
        (
            f"{len(knowledge.vendors)} vendors, {len(rules)} rules, {len(knowledge.entities)}"
            f" entities, last checked {newest}"
        ),
    )
    # A clock that is behind the newest fact is wrong, and with it the day whose owners are read.
    yield (
        newest is None or now >= newest,
        "clock",
        f"{now} UTC"
        + (
            ""
            if newest is None or now >= newest
            else f" is before {newest}, when facts were checked"
        ),
    )
    about = read_about(datasets / "networks")
    if about is None or not knowledge.networks.available:
        yield (
            False,
            "networks",
            "no table: no address can be placed. See: sovscan networks update --help",
        )
        return
    old = f"; {OLD}" if about.is_old(now) else ""
    age = (now - about.data_date).days
    yield (
        True,
        "networks",
        f"{about.networks:,} networks, data of {about.data_date} ({age} days old){old}",
    )


def _resolving(texts: tuple[str, ...], knowledge: Knowledge) -> Iterator[Finding]:
    try:
        servers = tuple(parse_server(text) for text in texts) or system_servers()
    except UsageError as error:
        yield False, "resolver", f"{error.message} {error.hint}"
        return
    judge = pipeline.usual_criteria(knowledge, today())
    for server in servers:
        runner = resolvers.in_use(server, knowledge, judge)
        warning = (
            "; non-European big tech, it learns whom you look at" if runner.runner.big_tech else ""
        )
        yield True, "resolver", runner.text() + warning
        yield _by_udp(server)
        yield answers_by_tcp(server)


def _by_udp(server: Server) -> Finding:
    (found,) = Engine((server,), attempts=2, patience=(2.0,)).ask([ROOT])
    if found.outcome is Outcome.FAILED:
        return False, "udp", f"{server} does not answer: {found.detail}"
    return True, "udp", f"{server} answers"

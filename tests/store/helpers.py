"""Bodies looked at and judged, a store of one's own, and what it holds."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from pathlib import Path

from sqlite_utils import Database

from sovscan.core.assess import assess
from sovscan.core.context import Criteria
from sovscan.core.facts import Facts
from sovscan.core.model import Assessment, Provenance, Target
from sovscan.demo.world import World
from sovscan.store import Writer, open_store
from tests.conftest import BASIS, TODAY, look, target, the_registry

MIXED = """
body.example. MX 10 spamfilter01.ezorg.nl.
body.example. MX 10 d38f882.a.ess.uk.barracudanetworks.com.
body.example. MX 10 body-example.mail.protection.outlook.com.
body.example. MX 20 mail.body.example.
selector1._domainkey.body.example. CNAME selector1-body-example._domainkey.body.onmicrosoft.com.
autodiscover.body.example. CNAME mail.body.example.
body.example. TXT "v=spf1 include:spf.protection.outlook.com exists:%{i}.spf.iphmx.com -all"
body.example. TXT "caf\\195\\169 \\"quoted\\" \\\\ back"
body.example. NS ns1.surfnet.nl.
body.example. NS dns1.p08.nsone.net.
body.example. SOA ns1.surfnet.nl. hostmaster.body.example. 1 2 3 4 5
www.body.example. CNAME body.azurefd.net.
body.example. A 37.97.128.45
mail.body.example. A 83.99.0.59
"""
OWN = """
own.example. MX 10 mail.own.example.
own.example. NS ns1.own.example.
own.example. A 83.99.0.38
mail.own.example. A 83.99.0.17
ns1.own.example. A 83.99.0.24
"""
TABLES = ("targets", "observations", "fact_sets", "fact_set_members", "sightings", "bases",
          "verdicts", "attributions", "parties", "reaches", "scores", "assessments")  # fmt: skip
DAY_1, DAY_2 = "2026-11-23T02:00:00Z", "2026-11-24T02:00:00Z"

Case = tuple[Target, Facts, Assessment]


def criteria(policy: str = "eea-ch") -> Criteria:
    known = the_registry()
    return Criteria(known.policies[policy], known.methodologies["2026-1"], TODAY)


def judge(body: Target, facts: Facts, policy: str = "eea-ch") -> Assessment:
    basis = replace(BASIS, policy=policy)
    return assess(body, facts, the_registry(), criteria(policy), basis)


def case(domain: str, records: str, failing: str = "", **columns: object) -> Case:
    body = target(domain, **columns)
    facts = look(World(records, failing.split()), body, the_registry())
    return body, facts, judge(body, facts)


@cache
def cases() -> tuple[Case, ...]:
    """Shared sees, a conflict, own servers, a failing zone, and a name that does not exist."""
    return (
        case("body.example", MIXED, name="Gemeente Ëxample", level="municipality", population=12),
        case("own.example", OWN, country="LU", region="Centre"),
        case("fails.example", OWN, "fails.example"),
        case("gone.example", OWN, country=None),
    )


@contextmanager
def store(path: Path) -> Iterator[tuple[Database, Writer]]:
    with open_store(path, create=True) as database:
        yield database, Writer(database)


def write(writer: Writer, *written: Case, day: str = DAY_1, scan: int | None = None) -> int:
    """One scan of these bodies, in one batch; its id."""
    scan = scan or writer.begin_scan(day, "test", [{"address": "127.0.0.1"}], len(written))
    with writer.batch():
        for body, facts, assessment in written:
            target_id = writer.sighting(scan, body, facts, day)
            writer.assessment(scan, target_id, assessment, day)
    writer.end_scan(scan, day, {})
    return scan


def counts(database: Database | sqlite3.Connection) -> dict[str, int]:
    return {
        table: database.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in TABLES
    }


def seen_again(facts: Facts, made: Provenance) -> Facts:
    """The same answers, seen at another time, through another resolver, with another TTL."""
    return {question: replace(each, provenance=made) for question, each in facts.items()}


def whole(path: Path) -> None:
    """The file is sound: no broken page, no dangling reference."""
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()

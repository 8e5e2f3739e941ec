"""Bodies in small worlds of their own: the golden cases, those of the demo, and some put together from parts."""

import json
import random
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from typing import Any

import tomli

from sovscan.collect.dns.rdata import TYPES
from sovscan.collect.survey import nothing_further
from sovscan.collect.web import web_questions
from sovscan.core.attribute import attribute
from sovscan.core.context import Knowledge
from sovscan.core.facts import Facts
from sovscan.core.model import (
    Attribution,
    Observation,
    Outcome,
    Question,
    Role,
    Service,
    Target,
)
from sovscan.demo.world import FAILING, of_rows
from tests.conftest import MADE, ROOT, look, target, the_registry

Row = dict[str, Any]
DNS = {*TYPES, *FAILING, "NODATA"}


@dataclass(frozen=True, eq=False)
class Body:
    """A body, the rows of the DNS in its world, and what was seen beside the DNS."""

    id: str
    asked: Target
    rows: tuple[Row, ...]
    beside: Mapping[Question, Observation] = field(default_factory=dict)

    def __repr__(self) -> str:
        return self.id

    @property
    def domain(self) -> str:
        return self.asked.domain

    def seen(self, rows: Iterable[Row]) -> Facts:
        """What a look shows when these are the world's rows."""
        web = any(question.type.startswith("WEB") for question in self.beside)
        plan = web_questions if web else nothing_further
        world = of_rows(rows)
        return {**self.beside, **look(world, self.asked, the_registry(), plan, self.beside)}


@cache
def facts_of(body: Body) -> Facts:
    return body.seen(body.rows)


def judged(body: Body, facts: Facts, knowledge: Knowledge | None = None) -> tuple[Attribution, ...]:
    return attribute(body.asked, facts, knowledge or the_registry())


@cache
def usual(body: Body) -> tuple[Attribution, ...]:
    """What is said of a body as it is."""
    return judged(body, facts_of(body))


def mail(found: tuple[Attribution, ...]) -> Attribution:
    return next(each for each in found if each.service is Service.EMAIL)


@cache
def bodies() -> tuple[Body, ...]:
    return (*golden(), *demo())


@cache
def a_few() -> tuple[Body, ...]:
    """A fixed choice, small enough to be looked at each time."""
    return tuple(random.Random(7).sample((*golden(), *demo()), 40))


def takes_mail(body: Body) -> bool:
    """Does it receive by some host that can, under a name that may hold more records?"""
    alias = any(r["type"] == "CNAME" and r["name"].rstrip(".") == body.domain for r in body.rows)
    inbound = (party for party in mail(usual(body)).parties if party.role is Role.INBOUND)
    return not alias and any(inbound)


@cache
def golden() -> tuple[Body, ...]:
    return tuple(_golden())


def _golden() -> Iterator[Body]:
    for path in sorted((ROOT / "tests" / "cases").glob("*/case.toml")):
        case = tomli.loads(path.read_text("utf-8"))
        lines = (path.parent / "world.jsonl").read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines if line.strip()]
        beside = dict(_observed(row) for row in rows if row["type"] not in DNS)
        asked = target(case["domain"], case.get("country", "NL"))
        yield Body(path.parent.name, asked, tuple(r for r in rows if r["type"] in DNS), beside)


def _observed(row: Row) -> tuple[Question, Observation]:
    question = Question(row["name"], row["type"])
    told = tuple(sorted(row["data"]))
    return question, Observation(question, Outcome.SEEN, told, provenance=MADE)


@cache
def demo() -> tuple[Body, ...]:
    return tuple(_demo())


def _demo() -> Iterator[Body]:
    """The bodies of the demo, each with only those of its records that a look comes by."""
    folder = ROOT / "sovscan" / "demo"
    text = (folder / "world.txt").read_text("utf-8")
    failing = (folder / "failing.txt").read_text("utf-8").split()
    rows = [*rows_of(text), *({"name": name, "type": "SERVFAIL"} for name in failing)]
    for line in (folder / "bodies.csv").read_text("utf-8").splitlines()[1:]:
        asked = target(line.rpartition(",")[2])
        yield Body(asked.domain, asked, tuple(_met(rows, asked.domain)))


def _met(rows: list[Row], domain: str) -> list[Row]:
    """The records at and below a domain, and those of every name that they lead to."""
    mine = [row for row in rows if f".{row['name']}".endswith(f".{domain}")]
    while True:
        words = {
            word.strip('."').rpartition(":")[2].rpartition("=")[2]
            for row in mine
            for data in row.get("data", ())
            for word in data.split()
        }
        more = [row for row in rows if row["name"] in words and row not in mine]
        if not more:
            return mine
        mine += more


def rows_of(text: str) -> list[Row]:
    records = [line.split(None, 2) for line in text.splitlines() if line and line[0] != ";"]
    return [{"name": n.rstrip("."), "type": t, "data": [d.strip()]} for n, t, d in records]


FRONTS = {
    "microsoft": "city.be MX 0 city-be.mail.protection.outlook.com.\n",
    "google": "city.be MX 1 smtp.google.com.\n",
    "filter": "city.be MX 10 mx1-eu1.ppe-hosted.com.\n",
    "own": "city.be MX 10 mail.city.be.\nmail.city.be A 78.23.1.9\n",
    "unknown": "city.be MX 10 relay.nobody-knows.example.\n",
}
KEYS = {
    "": "",
    "microsoft": "selector1._domainkey.city.be CNAME selector1-city-be._domainkey.city.onmicrosoft.com.\n",
    "google": 'google._domainkey.city.be TXT "v=DKIM1; k=rsa; p=MIIB"\n',
}
KEYS["both"] = KEYS["microsoft"] + KEYS["google"]
CLIENTS = {
    "": "",
    "microsoft": "autodiscover.city.be CNAME autodiscover.outlook.com.\n",
    "own": "autodiscover.city.be CNAME mail.city.be.\n",
    "wild": "*.city.be CNAME autodiscover.outlook.com.\n",
}
SERVICES = {
    "": "",
    "ovh": "_autodiscover._tcp.city.be SRV 0 0 443 ex3.mail.ovh.net.\n",
    "own": "_autodiscover._tcp.city.be SRV 0 0 443 mail.city.be.\n",
}


@cache
def composed(front: str, keys: str = "", clients: str = "", services: str = "") -> Body:
    """A body whose mail shows these parts."""
    text = FRONTS[front] + KEYS[keys] + CLIENTS[clients] + SERVICES[services]
    name = "/".join((front, keys or "-", clients or "-", services or "-"))
    return Body(name, target("city.be"), tuple(rows_of(text)))


@cache
def compositions() -> tuple[Body, ...]:
    return tuple(composed(*parts) for parts in product(FRONTS, KEYS, CLIENTS, SERVICES))

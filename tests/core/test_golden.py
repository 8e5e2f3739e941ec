"""The golden cases of tests/cases: what real and hostile domains show, and what must be said of them."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import tomli
from sqlite_utils import Database

from sovscan.collect.dns.rdata import TYPES
from sovscan.collect.survey import nothing_further
from sovscan.collect.web import web_questions
from sovscan.core.assess import assess
from sovscan.core.context import Criteria, Knowledge
from sovscan.core.model import Observation, Outcome, Question
from sovscan.demo.world import FAILING, of_rows
from sovscan.report.formats.rows import shape
from sovscan.store import Reader, Writer
from tests.conftest import BASIS, MADE, ROOT, TODAY, look, target
from tests.store.helpers import store, write

CASES = sorted(path.parent for path in (ROOT / "tests" / "cases").glob("*/case.toml"))
KNOWN = {"title", "source", "note", "domain", "country", "on", "expect", "never"}
WITHIN = {
    "reasons": ("reasons", "service_reasons"),
    "conflicts": ("conflicts",),
    "rules": ("evidence",),
}
"""Keys whose values must be among the codes (or rules) of these columns."""

Row = dict[str, Any]
File = tuple[Database, Writer]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[File]:
    """One file for all cases, each a scan of its own."""
    with store(tmp_path_factory.mktemp("golden") / "cases.db") as opened:
        yield opened


@pytest.mark.parametrize("folder", CASES, ids=lambda folder: folder.name)
def test_golden(folder: Path, registry: Knowledge, file: File):
    case = tomli.loads((folder / "case.toml").read_text("utf-8"))
    assert case.keys() <= KNOWN
    assert case["title"]
    assert case["source"]
    assert case.get("expect")
    rows = findings(folder, case, registry, file)
    told = "\n".join(json.dumps(row) for row in rows)
    wanted = case["expect"]
    for service, role in {(each["service"], each.get("role")) for each in wanted}:
        mine = [each for each in wanted if (each["service"], each.get("role")) == (service, role)]
        found = [row for row in rows if row["service"] == service and role in {None, row["role"]}]
        assert role is None or len(found) == len(mine), f"{service} {role}\n{told}"
        for expected in mine:
            met = next((row for row in found if is_like(row, expected)), None)
            assert met is not None, f"nothing is like {expected}\n{told}"
            found = [row for row in found if row is not met] if role is not None else found
    for forbidden in case.get("never", ()):
        assert not any(is_like(row, forbidden) for row in rows), f"{forbidden}\n{told}"


def is_like(row: Row, expected: Row) -> bool:
    return all(agrees(row, key, value) for key, value in expected.items())


def agrees(row: Row, key: str, value: object) -> bool:
    if key in WITHIN:
        listed = [each for column in WITHIN[key] for each in row[column]]
        codes = {each.get("code") or each.get("rule") for each in listed}
        return set(value) <= codes
    if isinstance(value, float):
        return row[key] == pytest.approx(value, abs=1e-5)
    return (row[key] or "") == value if isinstance(value, str) else row[key] == value


def findings(folder: Path, case: Row, registry: Knowledge, file: File) -> list[Row]:
    """What `export findings` says of the case."""
    lines = (folder / "world.jsonl").read_text("utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line.strip()]
    world = of_rows(row for row in rows if row["type"] in {*TYPES, *FAILING, "NODATA"})
    beside = dict(
        map(observed, (row for row in rows if row["type"] not in {*TYPES, *FAILING, "NODATA"}))
    )
    body = target(case["domain"], case.get("country", "NL"))
    plan = web_questions if any(each.type.startswith("WEB") for each in beside) else nothing_further
    facts = {**beside, **look(world, body, registry, plan, beside)}
    on = case.get("on", TODAY)
    assert isinstance(on, date)
    criteria = Criteria(registry.policies["eea-ch"], registry.methodologies["2026-1"], on)
    judged = assess(body, facts, registry, criteria, BASIS)
    database, writer = file
    scan = write(writer, (body, facts, judged))
    return list(shape("findings", Reader(database).rows("findings", scan)))


def observed(row: Row) -> tuple[Question, Observation]:
    question = Question(row["name"], row["type"])
    return question, Observation(
        question, Outcome.SEEN, tuple(sorted(row["data"])), provenance=MADE
    )

"""The views that an auditor reads without us, and the rows that the exports show."""

import json
import sqlite3
from contextlib import closing

import pytest

from sovscan.core.model import Finding
from sovscan.store import Reader, open_store
from tests.store.helpers import DAY_1, DAY_2, MIXED, case, cases, judge, store, write

MOVED = MIXED.replace("37.97.128.45", "2.28.0.31")


def rows(path, query: str) -> list[dict]:
    """Read with plain SQLite, as an auditor would."""
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(query)]


@pytest.fixture
def path(tmp_path):
    """Two nights: the second looked at two of the four bodies; one of those moved."""
    path = tmp_path / "x.db"
    with store(path) as (_, writer):
        write(writer, *cases(), day=DAY_1)
        write(writer, case("body.example", MOVED, name="New name"), cases()[1], day=DAY_2)
    return path


def test_the_newest_scores_are_one_row_a_body(path):
    found = {row["domain"]: row for row in rows(path, "SELECT * FROM scores_latest")}
    assert len(rows(path, "SELECT * FROM scores_latest")) == len(found) == 4
    assert {domain: row["scan"] for domain, row in found.items()} == {
        "body.example": 2,
        "own.example": 2,
        "fails.example": 1,
        "gone.example": 1,
    }
    assert found["body.example"]["name"] == "New name"


def test_the_newest_findings_are_those_of_the_newest_judgement(path):
    found = rows(path, "SELECT * FROM findings_latest WHERE domain = 'body.example'")
    assert {row["scan"] for row in found} == {2}
    [hosting] = {row["vendor"] for row in found if row["service"] == "hosting" and row["vendor"]}
    assert hosting == "hetzner"
    both = rows(path, "SELECT DISTINCT scan FROM findings WHERE domain = 'body.example'")
    assert [row["scan"] for row in both] == [1, 2]


def test_an_old_scan_judged_again_is_not_newer_than_the_last_scan(path):
    body, facts, _ = cases()[0]
    with store(path) as (database, writer):
        [target_id] = database.execute(
            "SELECT target FROM sightings JOIN targets t ON t.id = target"
            " WHERE scan = 1 AND t.domain = 'body.example'"
        ).fetchone()
        writer.assessment(1, target_id, judge(body, facts, "eu27"), DAY_2)
    [latest] = rows(path, "SELECT scan, policy FROM scores_latest WHERE domain = 'body.example'")
    assert latest == {"scan": 2, "policy": "eea-ch"}


def test_the_last_scan_judged_again_shows_the_last_judgement_only(path):
    body, facts, _ = cases()[1]
    with store(path) as (database, writer):
        target_id = database.execute(
            "SELECT id FROM targets WHERE domain = 'own.example'"
        ).fetchone()
        writer.assessment(2, target_id[0], judge(body, facts, "eu27"), DAY_2)
    [scores] = rows(path, "SELECT policy FROM scores_latest WHERE domain = 'own.example'")
    findings = rows(
        path, "SELECT DISTINCT policy FROM findings_latest WHERE domain = 'own.example'"
    )
    assert scores == {"policy": "eu27"}
    assert findings == [{"policy": "eu27"}]


def test_a_score_row_says_what_was_concluded(path):
    assessment = cases()[0][2]
    [row] = rows(path, "SELECT * FROM body_scores WHERE scan = 1 AND domain = 'body.example'")
    headline, jurisdiction = assessment.scores
    for column in ("value", "low", "high", "coverage", "exposure", "grade"):
        assert row[column] == getattr(headline, column)
    assert row["jurisdiction_value"] == jurisdiction.value
    assert set(json.loads(row["services"])) == {each.service.value for each in headline.services}


def test_every_party_is_a_finding_row_and_so_is_a_service_without_one(path):
    for domain, written in zip(
        ("body.example", "gone.example"), (cases()[0], cases()[3]), strict=True
    ):
        found = rows(path, f"SELECT * FROM findings WHERE scan = 1 AND domain = '{domain}'")
        expected = sum(max(1, len(each.parties)) for each in written[2].attributions)
        assert len(found) == expected
        assert {row["service"] for row in found} == {"email", "hosting", "dns", "cdn"}


def test_a_body_that_does_it_itself_is_controlled_at_home(path):
    found = rows(path, "SELECT * FROM findings WHERE scan = 1 AND domain = 'own.example'")
    own = [row for row in found if row["finding"] == Finding.OWN]
    assert own
    for row in own:
        assert (row["tier"], row["control_country"], row["controller"]) == ("T0", "LU", None)
        assert row["big_tech"] == 0


def test_a_vendor_is_shown_with_who_controls_it(path):
    found = rows(path, "SELECT * FROM findings WHERE scan = 1 AND domain = 'body.example'")
    microsoft = [row for row in found if row["vendor"] == "microsoft-365"]
    assert microsoft
    for row in microsoft:
        assert (row["controller"], row["control_country"]) == ("microsoft", "US")
        assert (row["european"], row["big_tech"]) == (0, 1)


def test_every_piece_of_evidence_names_a_fact_that_is_stored(path):
    stored = {
        (row["name"], row["type"]) for row in rows(path, "SELECT name, type FROM observations")
    }
    named = {
        tuple(each["fact"].rsplit(" ", 1))
        for row in rows(path, "SELECT evidence FROM findings")
        for each in json.loads(row["evidence"] or "[]")
    }
    assert named
    assert named <= stored


@pytest.mark.parametrize(
    ("view", "many"), [("findings", None), ("scores", 2), ("observations", None)]
)
def test_the_rows_of_an_export_are_those_of_one_scan(path, view, many):
    with open_store(path) as database:
        found = list(Reader(database).rows(view, 2))
    key = "target" if view == "observations" else "domain"
    assert {row[key] for row in found} == {"body.example", "own.example"}
    assert len(found) == many or many is None


def test_an_observation_row_tells_when_it_was_first_seen_and_when_again(path):
    with open_store(path) as database:
        found = [row for row in Reader(database).rows("observations", 2) if row["type"] == "A"]
    own = next(row for row in found if row["name"] == "mail.own.example")
    assert json.loads(own["answers"]) == ["83.99.0.17"]
    assert own["observed_at"] == DAY_2
    assert own["first_seen"] < DAY_2

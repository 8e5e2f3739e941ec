"""The recorded world: 488 municipalities whose mail others recorded. Skipped, loudly, where it is missing."""

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

from sovscan import pipeline
from sovscan.collect import Engine, Server
from sovscan.core.model import Finding, Role, Service, Strength
from sovscan.pipeline import Judge
from sovscan.store import Reader, open_store
from sovscan.targets import read_list
from tests.conftest import ROOT, TODAY

REPLAY = ROOT.parent / "shared" / "replay"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not REPLAY.is_dir(), reason=f"the recorded world is not here: {REPLAY.name}"
    ),
]


@pytest.fixture(scope="module")
def world():
    """The recorded answers, served on loopback by the recording's own server."""
    command = [sys.executable, str(REPLAY / "serve.py"), str(REPLAY / "benelux-dev.jsonl.gz")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        address, _, port = server.stdout.readline().split()[1].partition(":")
        yield Server(address, int(port))
        server.terminate()


@pytest.fixture(scope="module")
def judge(registry):
    return Judge(registry, pipeline.criteria(registry, "eea-ch", "2026-1", TODAY))


@pytest.fixture(scope="module")
def scanned(world, judge, tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("replay") / "dev.db"
    targets = read_list("dev", (REPLAY / "benelux-dev.targets.csv").read_bytes()).targets
    assert len(targets) == 488
    pipeline.scan(targets, Engine((world,)), [], judge, path)
    return path


@pytest.fixture(scope="module")
def assessments(scanned):
    with open_store(scanned) as database:
        return list(Reader(database).assessments(1))


def email(assessment):
    return next(a for a in assessment.attributions if a.service is Service.EMAIL)


def mailboxes(assessment):
    return [party for party in email(assessment).parties if party.role is Role.MAILBOX]


def test_the_score_table_finds_nothing_wrong(scanned, tmp_path):
    findings = tmp_path / "f.ndjson"
    export = [
        sys.executable,
        "-m",
        "sovscan",
        "export",
        "findings",
        "--db",
        str(scanned),
        "-o",
        str(findings),
    ]
    subprocess.run(export, check=True, cwd=ROOT)
    held = subprocess.run(
        [sys.executable, REPLAY / "score.py", findings, REPLAY / "benelux-dev.truth.csv"],
        check=True,
        capture_output=True,
        text=True,
    )
    result = json.loads(held.stdout)
    assert result["wrong"] == []
    assert result["seen"] == result["targets"] == 488
    assert result["microsoft_hit"] == result["microsoft_total"] > 300
    assert result["inbound_hit"] == result["inbound_total"] > 300


def test_nobody_is_called_microsoft_or_google_by_hints(assessments):
    for assessment in assessments:
        for party in mailboxes(assessment):
            if party.vendor in {"microsoft-365", "google-workspace"}:
                assert any(evidence.strength is not Strength.HINT for evidence in party.evidence)


def recorded(name: str) -> dict[tuple[str, str], list[str]]:
    with gzip.open(REPLAY / name, "rt", encoding="utf-8") as lines:
        rows = (json.loads(line) for line in lines)
        return {
            (row["name"].rstrip("."), row["type"]): [data.lower() for data in row["data"]]
            for row in rows
        }


def test_every_body_whose_records_say_microsoft_is_called_so(assessments):
    facts = recorded("benelux-dev.jsonl.gz")
    called = {
        a.target.domain
        for a in assessments
        if any(p.vendor == "microsoft-365" for p in mailboxes(a))
    }
    checked = 0
    for assessment in assessments:
        domain = assessment.target.domain
        by_mx = any(
            "outlook.com." in mx or "mx.microsoft." in mx for mx in facts.get((domain, "MX"), ())
        )
        dkim = any(
            "microsoft" in t
            for s in ("selector1", "selector2")
            for t in facts.get((f"{s}._domainkey.{domain}", "CNAME"), ())
        )
        client = "autodiscover.outlook.com." in facts.get((f"autodiscover.{domain}", "CNAME"), ())
        if by_mx or (dkim and client):
            checked += 1
            assert domain in called, domain
    assert checked > 380


def test_every_finding_has_evidence_and_unknown_lists_what_was_seen(assessments):
    for assessment in assessments:
        for attribution in assessment.attributions:
            for holder in attribution.parties or (attribution,):
                assert holder.evidence, (assessment.target.domain, attribution.service)
                assert all("#" in evidence.rule for evidence in holder.evidence)


def test_bounds_hold_for_every_body(assessments):
    for assessment in assessments:
        for score in assessment.scores:
            assert score.low <= score.high
            assert score.value is None or score.low <= score.value <= score.high


def test_judging_the_stored_facts_again_gives_the_same_bytes(scanned, judge):
    with open_store(scanned) as database:
        before = database.execute("SELECT count(*) FROM verdicts").fetchone()
    pipeline.assess(scanned, lambda row: judge, scan_id=1)
    with open_store(scanned) as database:
        assert database.execute("SELECT count(*) FROM verdicts").fetchone() == before


def test_another_night_of_the_same_world_gives_the_same_verdicts_and_adds_little(
    scanned, world, judge
):
    targets = read_list("dev", (REPLAY / "benelux-dev.targets.csv").read_bytes()).targets
    size = scanned.stat().st_size
    second = pipeline.scan(targets, Engine((world,)), [], judge, scanned)
    with open_store(scanned) as database:
        verdicts = {
            scan: dict(
                database.execute(
                    "SELECT target, verdict FROM assessments WHERE scan = ?", [scan]
                ).fetchall()
            )
            for scan in (1, second)
        }
    assert verdicts[1] == verdicts[second]
    assert scanned.stat().st_size < 1.05 * size


def test_unknown_and_own_are_said_where_nothing_shows_a_vendor(assessments):
    findings = [email(assessment).finding for assessment in assessments]
    assert findings.count(Finding.UNKNOWN) > 10
    halves = [p for a in assessments for p in email(a).parties if p.share == 0.5]
    assert {p.finding for p in halves if p.role is Role.MAILBOX} == {
        Finding.OWN,
        Finding.ATTRIBUTED,
    }


def test_the_truth_table_is_the_one_these_tests_know():
    with (REPLAY / "benelux-dev.truth.csv").open(encoding="utf-8") as lines:
        assert len(list(csv.DictReader(lines))) == 488


def test_the_registry_names_who_runs_95_percent_of_the_foreign_mx_hosts(assessments):
    inbound = [p for a in assessments for p in email(a).parties if p.role is Role.INBOUND]
    foreign = [p for p in inbound if p.finding is not Finding.OWN]
    named = sum(party.share for party in foreign if party.vendor)
    assert named / sum(party.share for party in foreign) > 0.95

"""`sovscan groups` and `sovscan contradictions`: what a scan shows of many bodies together."""

import csv
import io
import json

import pytest

from sovscan.cli import exits
from sovscan.demo import stage
from sovscan.demo.world import World
from sovscan.report.contradictions import COLUMNS as SIDES
from sovscan.report.groups import COLUMNS as GROUPS

RECORDS = """
a.example MX 1 aspmx.l.google.com.
autodiscover.a.example CNAME autodiscover.outlook.com.
b.example MX 1 aspmx.l.google.com.
autodiscover.b.example CNAME autodiscover.outlook.com.
c.example MX 1 mta-gw.infomaniak.ch.
"""


@pytest.fixture(scope="module")
def together():
    with stage(World(RECORDS)) as (address, port):
        yield f"{address}:{port}"


@pytest.fixture
def seen(run, together):
    domains = ("a.example", "b.example", "c.example")
    result = run("scan", *domains, "--resolver", together, "--quiet")
    assert result.exit_code == exits.DONE, result.output


def rows(text: str, form: str) -> list[dict]:
    if form == "json":
        return json.loads(text)
    if form == "ndjson":
        return [json.loads(line) for line in text.splitlines()]
    return list(csv.DictReader(io.StringIO(text)))


def test_groups_on_a_terminal(run, seen):
    result = run("groups")
    assert result.exit_code == exits.DONE
    assert "aspmx.l.google.com" in result.stdout
    assert "a.example, b.example" in result.stdout
    assert "1 group of 2 or more bodies; of 3 bodies" in result.stderr
    assert "mx 3 · ns 0 · tenant 0 · spf 0" in result.stderr


@pytest.mark.parametrize("form", ["csv", "ndjson", "json"])
def test_groups_for_machines(run, seen, form):
    (row,) = rows(run("groups", "--by", "mx", "--format", form).stdout, form)
    assert tuple(row) == GROUPS
    assert (row["by"], row["kind"], str(row["bodies"])) == ("mx", "market", "2")


@pytest.mark.parametrize("options", [("--by", "ns"), ("--min", "3")])
def test_no_group_is_said_calmly(run, seen, options):
    result = run("groups", *options)
    assert (result.exit_code, result.stdout) == (exits.DONE, "")
    assert result.stderr.startswith("no groups of")
    assert run("groups", *options, "--format", "json").stdout == "[]\n"
    assert run("groups", *options, "--format", "csv").stdout.strip() == ",".join(GROUPS)


def test_a_group_of_one_cannot_be_asked_for(run, seen):
    assert run("groups", "--min", "1").exit_code == exits.WRONG_USE


def test_contradictions_on_a_terminal(run, seen):
    result = run("contradictions")
    assert result.exit_code == exits.DONE
    assert (
        "    2  e-mail: autodiscover CNAME to … says Microsoft 365; Google Workspace carried"
        in result.stdout
    )
    for domain in ("a.example", "b.example"):
        assert domain in result.stdout
    assert "scan 1: 2 contradictions at 2 bodies" in result.stderr


@pytest.mark.parametrize("form", ["csv", "ndjson", "json"])
def test_contradictions_for_machines(run, seen, form):
    found = rows(run("contradictions", "--format", form).stdout, form)
    assert [row["domain"] for row in found] == ["a.example", "b.example"]
    assert tuple(found[0]) == SIDES
    assert (found[0]["says"], found[0]["carried"]) == ("microsoft-365", "against")


def test_a_limit_cuts_rows_and_says_so(run, seen):
    result = run("contradictions", "--format", "ndjson", "--limit", "1")
    assert len(result.stdout.splitlines()) == 1
    assert "there may be more" in result.stderr
    assert "and 1 more" in run("contradictions", "--limit", "1").stdout


def test_contradictions_of_some_bodies(run, seen):
    result = run("contradictions", "https://B.example/", "c.example", "--service", "email")
    assert "b.example" in result.stdout
    assert "a.example" not in result.stdout
    calm = run("contradictions", "c.example")
    assert (calm.exit_code, calm.stdout) == (exits.DONE, "")
    assert "no signals contradict each other" in calm.stderr
    assert run("contradictions", "c.example", "--format", "json").stdout == "[]\n"
    assert run("contradictions", "--service", "dns").stdout == ""


@pytest.mark.parametrize("asked", ["stranger.example", "no name at all"])
@pytest.mark.parametrize("form", ["text", "csv"])
def test_contradictions_of_a_stranger(run, seen, asked, form):
    result = run("contradictions", "a.example", asked, "--format", form)
    assert (result.exit_code, result.stdout) == (exits.WRONG_USE, "")
    assert asked.split()[0] in result.stderr


@pytest.mark.parametrize("command", ["groups", "contradictions"])
def test_another_scan_and_another_database(run, seen, command):
    assert run(command, "--scan", "1").exit_code == exits.DONE
    missing = run(command, "--scan", "9")
    assert missing.exit_code == exits.WRONG_USE
    assert "Scans here: 1" in missing.stderr
    assert run(command, "--db", "no.db").exit_code == exits.WRONG_USE

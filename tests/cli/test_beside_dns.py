"""A scan that looks beyond the DNS, where every address is one that must not be contacted; scans that
are recorded, replayed, reused and given up.
"""

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from sovscan.cli import exits
from sovscan.demo import stage
from sovscan.demo.world import World, recorded
from tests.collect.helpers import closed_port

PRIVATE = """
inside.example A 10.0.0.1
www.inside.example AAAA ::1
inside.example MX 10 mx.inside.example.
mx.inside.example A 169.254.169.254
inside.example TXT "v=spf1 include:far.example \\"quoted\\" -all"
far.example TXT "v=spf1 -all"
_dmarc.inside.example TXT "v=DMARC1; p=none"
autodiscover.inside.example CNAME gone.example.
"""


def rows(run, kind: str, db: str = "sovscan.db") -> list[dict]:
    return [json.loads(line) for line in run("export", kind, "--db", db).stdout.splitlines()]


@pytest.fixture
def inside():
    with stage(World(PRIVATE, ["broken.example"])) as (address, port):
        yield f"{address}:{port}"


def scan(run, resolver: str, *more: object, domains: tuple[str, ...] = ("inside.example",)):
    return run("scan", *domains, "--resolver", resolver, "--quiet", *more)


def test_no_private_address_is_looked_at_whatever_the_dns_says(run, inside):
    assert scan(run, inside, "--web", "--no-rdap").exit_code == exits.DONE
    looks = [row for row in rows(run, "observations") if row["type"].startswith("WEB-")]
    assert {row["name"] for row in looks} == {"inside.example", "www.inside.example"}
    assert {(row["outcome"], row["detail"]) for row in looks} == {("SKIPPED", "FORBIDDEN-ADDRESS")}


def test_registries_are_not_asked_about_private_addresses(run, inside):
    assert scan(run, inside, "--web", "--rdap").exit_code == exits.DONE
    assert not [row for row in rows(run, "observations") if row["type"] == "RDAP"]


def test_an_excluded_domain_is_not_looked_at(run, inside):
    Path("left-out.txt").write_text("example  # all of it\n")
    scan(run, inside, "--web", "--no-rdap", "--exclude", "left-out.txt")
    looks = [row for row in rows(run, "observations") if row["type"].startswith("WEB-")]
    assert {row["detail"] for row in looks} == {"EXCLUDED"}


def test_a_recorded_scan_can_be_scanned_again_and_shows_the_same(run, inside):
    domains = ("inside.example", "broken.example", "nowhere.example")
    scan(run, inside, "--record", "world.jsonl.gz", domains=domains)
    with stage(recorded(Path("world.jsonl.gz"))) as (address, port):
        scan(run, f"{address}:{port}", "--db", "again.db", domains=domains)

    def seen(db: str) -> list[tuple]:
        return [
            (row["target"], row["name"], row["type"], row["outcome"], row["detail"], row["answers"])
            for row in rows(run, "observations", db)
        ]

    assert seen("again.db") == seen("sovscan.db")
    assert {outcome for *_, outcome, _, _ in seen("again.db")} == {"SEEN", "ABSENT", "FAILED"}


def test_what_is_no_recorded_world_is_told_with_its_line(run):
    Path("world.jsonl").write_text('{"name": "a.", "type": "A", "data": ["192.0.2.1"]}\nhello\n')
    result = run("replay", "world.jsonl")
    assert result.exit_code == exits.WRONG_USE
    assert "world.jsonl:2" in result.stderr


def test_replay_says_where_it_listens(tmp_path):
    world = tmp_path / "world.jsonl"
    world.write_text('{"name": "a.example.", "type": "A", "ttl": 60, "data": ["192.0.2.1"]}\n')
    command = [sys.executable, "-m", "sovscan", "replay", str(world), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().startswith("listening 127.0.0.1:")
        process.terminate()


def test_what_was_seen_whole_is_not_asked_again_within_max_age(run, inside):
    scan(run, inside)
    first = rows(run, "scores")[0]
    result = scan(run, str(closed_port()), "--max-age", "1")
    assert result.exit_code == exits.DONE
    again = rows(run, "scores")[0]
    assert (again["scan"], again["value"], again["observed_at"]) == (
        2,
        first["value"],
        first["observed_at"],
    )


def test_what_failed_is_asked_again_whatever_its_age(run, inside):
    scan(run, inside, domains=("broken.example",))
    result = scan(run, str(closed_port()), "--max-age", "1", domains=("broken.example",))
    assert result.exit_code == exits.TOO_LITTLE_SEEN


def test_a_resolver_that_is_not_there_stops_the_scan_and_leaves_it_to_be_resumed(run, inside):
    domains = tuple(f"town{number}.example" for number in range(300))
    result = run("scan", *domains, "--resolver", str(closed_port()))
    assert result.exit_code == exits.TOO_LITTLE_SEEN
    assert "nobody answers" in result.stderr
    assert "--resume" in result.stderr
    kept = Counter(row["finding"] for row in rows(run, "findings"))
    assert set(kept) == {"UNOBSERVED"}
    assert kept.total() < 300 * 4
    assert scan(run, inside, "--resume", domains=domains).exit_code != exits.WRONG_USE
    assert len(rows(run, "scores")) == 300
    assert {row["scan"] for row in rows(run, "scores")} == {1}


def test_the_questions_are_summed_up(run, inside):
    result = run("scan", "inside.example", "broken.example", "--resolver", inside)
    assert "questions" in result.stderr
    assert "9 SERVFAIL; whose fault: 9 zone" in result.stderr


SERVERS = """
zone.example NS ns1.zone.example.
ns1.zone.example A 10.0.0.53
example NS ns.example.
ns.example A 127.0.0.53
"""


@pytest.fixture
def zones():
    with stage(World(SERVERS)) as (address, port):
        yield f"{address}:{port}"


@pytest.mark.parametrize(
    ("flags", "details"),
    [
        (("--web", "--delegation"), ["FORBIDDEN-ADDRESS"]),
        (("--web", "--no-delegation"), []),
        (("--no-web", "--delegation"), []),
    ],
)
def test_name_servers_are_asked_unless_that_is_switched_off(run, zones, flags, details):
    """Their addresses are private here: even so no packet leaves."""
    result = scan(run, zones, *flags, "--no-rdap", domains=("zone.example",))
    assert result.exit_code == exits.DONE, result.output
    looks = [row for row in rows(run, "observations") if row["type"] == "DELEGATION"]
    assert [(row["name"], row["detail"]) for row in looks] == [
        ("zone.example", detail) for detail in details
    ]
    parent = [row for row in rows(run, "observations") if row["name"] == "example"]
    assert bool(parent) is bool(details)


def test_a_zone_that_is_left_out_is_not_asked_about(run, zones):
    Path("left-out.txt").write_text("zone.example\n")
    more = ("--web", "--delegation", "--no-rdap", "--exclude", "left-out.txt")
    scan(run, zones, *more, domains=("zone.example",))
    looks = [row for row in rows(run, "observations") if row["type"] == "DELEGATION"]
    assert [row["detail"] for row in looks] == ["EXCLUDED"]

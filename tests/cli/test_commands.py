"""The commands around a scan: judge again, explain, export, report, doctor, and the registry."""

import csv
import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from sovscan.cli import COMMANDS, exits
from sovscan.report.formats import COLUMNS


def test_help_names_every_command_and_loads_none(run):
    result = run("--help")
    assert all(command in result.stdout for command in COMMANDS)
    script = (
        "import sys; from sovscan.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
        "print(sorted(set(sys.modules) & {'dns', 'sqlite_utils', 'jinja2', 'rich', 'cattrs'}))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert shown.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(run, command):
    result = run(command, "--help")
    assert result.exit_code == exits.DONE
    assert "Usage:" in result.stdout


def test_assess_judges_again_by_another_policy(run, scanned):
    result = run("assess", "--policy", "eu27", "--quiet")
    assert result.exit_code == exits.DONE
    rows = [json.loads(line) for line in run("export", "findings").stdout.splitlines()]
    assert {row["policy"] for row in rows} == {"eu27"}
    swiss = next(row for row in rows if row["vendor"] == "infomaniak" and row["role"] == "mailbox")
    assert (swiss["tier"], swiss["european"]) == ("T2", False)


def test_assess_reads_the_owners_of_another_day(run, scanned):
    assert run("assess", "--on", "2010-01-01", "--quiet").exit_code == exits.DONE
    assert "owners as of 2010-01-01" in run("explain", "own.example", "email").stdout


def test_assess_of_a_scan_that_is_not_there(run, scanned):
    result = run("assess", "--scan", "99")
    assert result.exit_code == exits.WRONG_USE
    assert "Scans here: 1" in result.stderr


def test_explain_goes_from_fact_to_points(run, scanned):
    told = run("explain", "https://own.example/", "email").stdout
    for step in (
        "own-example.mail.protection.outlook.com", "rule microsoft-365#", "Microsoft Corporation (US)",
        "CLOUD Act", "x 1 [mailbox]", "weight 35 of", "https://", "sovscan assess --scan 1 --policy",
    ):  # fmt: skip
        assert step in told, step


def test_explain_lists_what_is_unknown_and_why(run, scanned):
    told = run("explain", "odd.example", "email").stdout
    assert "UNKNOWN" in told
    assert "relay.nobody-knows.example" in told


def test_explain_for_machines(run, scanned):
    found = json.loads(run("explain", "own.example", "email", "--format", "json").stdout)
    (email,) = found["services"]
    mailbox = next(party for party in email["parties"] if party["role"] == "mailbox")
    assert mailbox["reach"]["controller"] == "microsoft"
    assert {evidence["fact"]["type"] for evidence in mailbox["evidence"]} >= {"MX", "CNAME"}
    assert all(evidence["source"].startswith("http") for evidence in mailbox["evidence"])


def test_explain_of_a_stranger(run, scanned):
    result = run("explain", "stranger.example")
    assert result.exit_code == exits.WRONG_USE
    assert "never looked at" in result.stderr


@pytest.mark.parametrize("kind", COLUMNS)
def test_the_three_formats_hold_the_same_rows(run, scanned, kind):
    lines = [
        json.loads(line) for line in run("export", kind, "--format", "ndjson").stdout.splitlines()
    ]
    assert lines == json.loads(run("export", kind, "--format", "json").stdout)
    table = list(csv.DictReader(io.StringIO(run("export", kind, "--format", "csv").stdout)))
    assert len(table) == len(lines) > 0
    assert tuple(table[0]) == tuple(lines[0]) == COLUMNS[kind]


def test_scores_are_one_row_a_body(run, scanned):
    rows = [json.loads(line) for line in run("export", "scores").stdout.splitlines()]
    assert [row["domain"] for row in rows] == ["lux.example", "odd.example", "own.example"]
    assert all(
        row["low"] <= (row["value"] if row["value"] is not None else row["low"]) <= row["high"]
        for row in rows
    )


def test_export_into_a_file_leaves_no_half_file(run, scanned):
    assert run("export", "scores", "--format", "csv", "-o", "scores.csv").exit_code == exits.DONE
    assert Path("scores.csv").read_text().startswith("domain,country,value")
    assert not list(Path().glob("*.part"))


@pytest.mark.parametrize(
    "command", [("explain", "a.be"), ("export", "scores"), ("assess",), ("report",), ("unmatched",)]
)
def test_a_missing_database_is_told_with_what_to_do(run, command):
    result = run(*command, "--db", "no.db")
    assert result.exit_code == exits.WRONG_USE
    assert "sovscan scan" in result.stderr
    assert not Path("no.db").exists()


def test_report_writes_one_page(run, scanned):
    assert run("report", "-o", "out").exit_code == exits.DONE
    page = Path("out/index.html").read_text(encoding="utf-8")
    assert "Reliance on non-European big tech" in page
    assert [path.name for path in Path("out").iterdir()] == ["index.html"]


def test_unmatched_lists_what_no_rule_knows(run, scanned):
    told = run("unmatched").stdout
    assert "nobody-knows.example" in told
    assert "outlook" not in told


def test_doctor_says_what_works(run, resolver):
    result = run("doctor", "--resolver", resolver)
    assert result.exit_code == exits.DONE, result.output
    for word in ("registry", "networks", "clock", "udp", "tcp", "store", "resolver"):
        assert word in result.stdout


@pytest.mark.slow
def test_doctor_says_what_does_not(run):
    result = run("doctor", "--resolver", "127.0.0.1:9")
    assert result.exit_code == exits.FAILED
    assert "FAIL  udp" in result.stdout


def test_vendors_check_is_clean_and_names_faults(run, tmp_path):
    assert run("vendors", "check").exit_code == exits.DONE
    folder = tmp_path / "datasets" / "vendors"
    folder.mkdir(parents=True)
    (folder / "acme.toml").write_text('id = "acme"\nname = "Acme"\n')
    result = run("vendors", "check", "--datasets", str(folder.parent))
    assert result.exit_code == exits.WRONG_USE
    assert "datasets/vendors/acme.toml" in result.stdout
    assert "'operator'" in result.stdout


def test_vendors_show_tells_rules_owners_and_sources(run):
    told = run("vendors", "show", "microsoft-365").stdout
    for word in (
        "microsoft-365#mx",
        "mail.protection.outlook.com",
        "Microsoft Corporation",
        "https://",
    ):
        assert word in told
    assert run("vendors", "show", "nobody").exit_code == exits.WRONG_USE


def test_networks_status_thanks_its_sources(run):
    told = run("networks", "status").stdout
    assert "CC-BY-4.0" in told
    assert "routeviews.org" in told


def test_explain_of_all_services_is_one_json_document(run, scanned):
    found = json.loads(run("explain", "own.example", "--format", "json").stdout)
    assert [each["service"] for each in found["services"]] == ["email", "hosting", "dns", "cdn"]
    assert found["target"]["domain"] == "own.example"
    assert found["same_registry"]


def test_explain_as_a_letter(run, scanned):
    told = run("explain", "own.example", "--format", "md").stdout
    assert told.startswith("# On whom `own.example` depends")
    assert told.count("\n## ") == 5
    assert "> `own.example MX`: `0 own-example.mail.protection.outlook.com`" in told


def test_a_full_device_is_told_without_a_traceback(scanned):
    command = [sys.executable, "-m", "sovscan", "export", "observations"]
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == exits.FAILED
    assert "Traceback" not in done.stderr

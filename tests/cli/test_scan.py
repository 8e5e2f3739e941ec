"""`sovscan scan` as a CIO, an auditor and a cron job meet it: what it prints, and how it exits."""

import json
import resource
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from sovscan.cli import exits


def test_a_scan_ends_with_a_number_its_interval_and_the_next_step(run, resolver):
    result = run("scan", "own.example", "lux.example", "--resolver", resolver, "--no-web")
    assert result.exit_code == exits.DONE
    assert "Reliance on non-European big tech" in result.stdout
    assert "between" in result.stdout
    assert "Microsoft 365" in result.stdout
    assert "sovscan explain" in result.stdout
    assert "\x1b" not in result.stdout


def test_talk_is_on_stderr(run, resolver):
    result = run("scan", "own.example", "--resolver", resolver)
    assert "Scanning 1 body through" in result.stderr
    assert "Scanning" not in result.stdout


def test_quiet_says_nothing_where_all_is_well(run, resolver):
    result = run("scan", "own.example", "--resolver", resolver, "--quiet")
    assert (result.exit_code, result.output) == (exits.DONE, "")


def test_stdin_is_a_list(run, resolver):
    result = run(
        "scan",
        "--targets",
        "-",
        "--resolver",
        resolver,
        "--format",
        "ndjson",
        input="https://WWW.Own.Example./x\n",
    )
    assert {json.loads(line)["domain"] for line in result.stdout.splitlines()} == {"own.example"}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--fail-over", "99"), exits.DONE),
        (("--fail-over", "10"), exits.THRESHOLD_MISSED),
        (("--min-coverage", "0.5"), exits.DONE),
        (("--min-coverage", "1", "--fail-over", "10"), exits.TOO_LITTLE_SEEN),
    ],
)
def test_thresholds_decide_the_exit_code(run, resolver, arguments, code):
    bodies = ("own.example", "odd.example") if "1" in arguments else ("own.example",)
    result = run("scan", *bodies, "--resolver", resolver, "--quiet", *arguments)
    assert result.exit_code == code
    assert bool(result.stderr) is (code != exits.DONE)


@pytest.mark.slow
def test_an_unreachable_resolver_makes_no_claim(run):
    result = run("scan", "own.example", "--resolver", "127.0.0.1:9", "--format", "json")
    assert result.exit_code == exits.TOO_LITTLE_SEEN
    rows = json.loads(result.stdout)
    assert {row["finding"] for row in rows} == {"UNOBSERVED"}
    assert {row["vendor"] for row in rows} == {None}


def test_a_failing_zone_is_unobserved_and_the_others_stand(run, resolver):
    result = run(
        "scan", "own.example", "broken.example", "--resolver", resolver, "--format", "ndjson"
    )
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert {row["finding"] for row in rows if row["domain"] == "broken.example"} == {"UNOBSERVED"}
    assert "microsoft-365" in {row["vendor"] for row in rows}


def test_a_domain_that_does_not_exist_is_told_as_such(run, resolver):
    result = run("scan", "typo.example", "--resolver", resolver)
    assert result.exit_code == exits.TOO_LITTLE_SEEN
    assert "1 whose domain does not exist" in result.stdout


BAD_LISTS = {
    "empty": (b"", "is empty"),
    "no domain column": (b"name,place\nA,B\n", "has no column named domain"),
    "long label": (b"x" * 300 + b".be\n", "63 is the most"),
    "binary": (bytes(range(256)), "binary"),
    "space": (b"domain,name\ngemeente venlo,Venlo\n,Bergeik\n", "list.csv:3"),
}


@pytest.mark.parametrize(("data", "told"), BAD_LISTS.values(), ids=BAD_LISTS)
def test_a_bad_list_is_refused_with_the_reason(run, resolver, data, told):
    Path("list.csv").write_bytes(data)
    result = run("scan", "--targets", "list.csv", "--resolver", resolver)
    assert result.exit_code == exits.WRONG_USE
    assert told in result.stderr
    assert "Nothing was scanned" in result.stderr
    assert not Path("sovscan.db").exists()


def test_skip_invalid_leaves_the_bad_rows_out_and_says_so(run, resolver):
    Path("list.csv").write_text("domain\nnot a domain\nown.example\n")
    result = run("scan", "--targets", "list.csv", "--skip-invalid", "--resolver", resolver)
    assert result.exit_code == exits.DONE
    assert "list.csv:2" in result.stderr


def test_country_and_level_choose_from_the_list(run, resolver):
    Path("list.csv").write_text("domain,country,level\nown.example,BE,city\nlux.example,LU,city\n")
    result = run(
        "scan",
        "--targets",
        "list.csv",
        "--country",
        "lu,nl",
        "--resolver",
        resolver,
        "--format",
        "ndjson",
    )
    assert {json.loads(line)["domain"] for line in result.stdout.splitlines()} == {"lux.example"}


WRONG = {
    "nothing": (),
    "both": ("own.example", "--targets", "list.csv"),
    "missing file": ("--targets", "list.csv"),
    "resolver name": ("own.example", "--resolver", "dns.example"),
    "policy": ("own.example", "--policy", "moon"),
    "methodology": ("own.example", "--methodology", "1999"),
    "no such option": ("own.example", "--frobnicate"),
}


@pytest.mark.parametrize("arguments", WRONG.values(), ids=WRONG)
def test_wrong_use_is_exit_2_with_a_hint(run, resolver, arguments):
    given = arguments if "--resolver" in arguments else (*arguments, "--resolver", resolver)
    result = run("scan", *given)
    assert result.exit_code == exits.WRONG_USE
    assert result.stderr
    assert "Traceback" not in result.output


def test_a_foreign_database_is_refused_and_untouched(run, resolver):
    database = sqlite3.connect("other.db")
    database.execute("CREATE TABLE theirs (x)")
    database.close()
    before = Path("other.db").read_bytes()
    result = run("scan", "own.example", "--resolver", resolver, "--db", "other.db")
    assert result.exit_code == exits.WRONG_USE
    assert Path("other.db").read_bytes() == before


def test_a_database_that_cannot_be_made_is_told(run, resolver):
    result = run("scan", "own.example", "--resolver", resolver, "--db", "nowhere/at/all.db")
    assert result.exit_code == exits.WRONG_USE
    assert "nowhere/at" in result.stderr


@pytest.mark.slow
def test_a_full_disk_is_told_and_nothing_committed_is_lost(tmp_path, resolver):
    script = "import sys; from sovscan.cli import main; main(sys.argv[1:])"
    command = [
        sys.executable,
        "-c",
        script,
        "scan",
        "own.example",
        "--resolver",
        resolver,
        "--db",
        "full.db",
    ]

    def small_files() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (150_000, 150_000))

    first = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert first.returncode == exits.DONE
    second = [*command[:4], *[f"x{i}.example" for i in range(60)], *command[5:]]
    full = subprocess.run(
        second, cwd=tmp_path, capture_output=True, text=True, check=False, preexec_fn=small_files
    )
    assert full.returncode == exits.FAILED
    assert "full.db" in full.stderr
    assert "Traceback" not in full.stderr
    with sqlite3.connect(tmp_path / "full.db") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert database.execute("SELECT count(*) FROM assessments WHERE scan = 1").fetchone() == (
            1,
        )
    database.close()


def test_a_second_scan_into_the_same_file_is_told_at_once(run, resolver):
    with FileLock("sovscan.db.lock"):
        result = run("scan", "own.example", "--resolver", resolver)
    assert result.exit_code == exits.LOCKED


def test_resume_on_a_new_file_just_starts(run, resolver):
    assert (
        run("scan", "own.example", "--resolver", resolver, "--resume", "--quiet").exit_code
        == exits.DONE
    )


def test_flag_over_environment_over_file_over_default(run, resolver):
    Path("sovscan.toml").write_text(
        f'db = "file.db"\n[scan]\nresolver = ["{resolver}"]\nquiet = true\n'
    )
    assert run("scan", "own.example").exit_code == exits.DONE
    assert Path("file.db").exists()
    assert run("scan", "own.example", env={"SOVSCAN_DB": "env.db"}).exit_code == exits.DONE
    assert Path("env.db").exists()
    assert (
        run("scan", "own.example", "--db", "flag.db", env={"SOVSCAN_DB": "env2.db"}).exit_code
        == exits.DONE
    )
    assert Path("flag.db").exists()
    assert not Path("env2.db").exists()


def test_an_unknown_key_in_the_file_is_told(run):
    Path("sovscan.toml").write_text("reslover = 3\n")
    result = run("scan", "own.example")
    assert result.exit_code == exits.WRONG_USE
    assert "reslover" in result.stderr

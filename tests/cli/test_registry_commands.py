"""The commands over what we know: target lists, the registry as one file, the table of networks."""

import csv
import io
import json
import shutil
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from sovscan.cli import exits
from sovscan.knowledge import default_datasets

RIS = "".join(f"{64500 + n}\t10.{n}.0.0/16\t300\n" for n in range(20))
NAMES = "64500 ACME-AS Acme, NL\n"


def test_targets_list_names_the_bodies_of_a_country_and_level(run):
    result = run("targets", "list", "--country", "lu", "--level", "municipality", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 100
    assert {row["country"] for row in rows} == {"LU"}
    assert {row["id"][:3] for row in rows} == {"LU-"}
    assert "100 bodies" in result.stderr


def test_targets_list_can_be_scanned_again(run, resolver):
    listed = run("targets", "list", "--country", "lu", "--level", "municipality", "--format", "csv")
    Path("list.csv").write_text(listed.stdout)
    result = run("scan", "--targets", "list.csv", "--resolver", resolver, "--quiet")
    assert result.exit_code in {exits.DONE, exits.TOO_LITTLE_SEEN}
    assert len(run("export", "scores").stdout.splitlines()) == 100


def test_scan_takes_its_bodies_from_the_lists(run, resolver):
    chosen = ("--country", "nl", "--level", "province,parliament", "--resolver", resolver)
    run("scan", *chosen, "--quiet")
    rows = [json.loads(line) for line in run("export", "scores").stdout.splitlines()]
    assert {row["country"] for row in rows} == {"NL"}
    assert {row["level"] for row in rows} == {"province", "parliament"}


@pytest.mark.parametrize("option", [("--country", "xx"), ("--level", "village")])
def test_a_country_or_level_that_no_list_has_is_wrong_use(run, resolver, option):
    result = run("scan", *option, "--resolver", resolver)
    assert result.exit_code == exits.WRONG_USE
    assert "Choose from: " in result.stderr


def test_targets_check_counts_what_is_sound(run):
    result = run("targets", "check")
    assert result.exit_code == exits.DONE
    assert "no fault found" in result.stderr


def test_export_is_one_file_with_the_digest_of_the_datasets(run, registry):
    result = run("vendors", "export")
    assert json.loads(result.stdout)["digest"] == registry.digest
    assert registry.digest in result.stderr


def test_export_as_csv_has_a_row_for_each_value_of_each_rule(run, registry):
    rows = list(csv.DictReader(io.StringIO(run("vendors", "export", "--format", "csv").stdout)))
    row = next(row for row in rows if row["value"] == "mail.protection.outlook.com")
    assert (row["vendor"], row["controller"], row["control_country"], row["big_tech"]) == (
        "microsoft-365",
        "microsoft",
        "US",
        "true",
    )
    assert {row["vendor"] for row in rows} == set(registry.vendors)


def test_export_reads_the_owners_of_a_day(run):
    def owner(day: str) -> str:
        made = run("vendors", "export", "--format", "csv", "--on", day)
        rows = csv.DictReader(io.StringIO(made.stdout))
        return next(row["controller"] for row in rows if row["vendor"] == "zivver")

    assert owner("2024-01-01") != owner("2026-11-01")


def test_list_finds_a_vendor_by_the_name_of_its_controller(run):
    result = run("vendors", "list", "alphabet")
    assert "google-workspace" in result.stdout
    assert "microsoft-365" not in result.stdout


def test_schema_prints_the_schema_of_a_kind(run):
    assert json.loads(run("vendors", "schema", "entity").stdout)["title"] == "sovscan entity"


@pytest.mark.slow
def test_identify_reads_a_hundred_thousand_values_a_second(run):
    kinds = ("mx-host\thost{}.mail.protection.outlook.com", "ns-host\tns{}.example.net", "as\t{}")
    lines = "".join(f"{kinds[n % 3].format(n)}\n" for n in range(100_000))
    warm = run("vendors", "identify", "--format", "ndjson", input=lines[:1000].rpartition("\n")[0])
    assert warm.exit_code == exits.THRESHOLD_MISSED
    started = time.perf_counter()
    result = run("vendors", "identify", "--format", "ndjson", input=lines)
    took = time.perf_counter() - started
    assert len(result.stdout.splitlines()) == 100_000
    assert took < 3  # 0.6 s where it was measured; three seconds on a slow, busy machine


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture
def feeds(tmp_path):
    """A server of routing feeds on loopback, and datasets whose source it is."""
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "ris.txt").write_text(RIS)
    (shop / "asn.txt").write_text(NAMES)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(shop))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        base = f"http://127.0.0.1:{server.server_port}"
        folder = tmp_path / "data"
        shutil.copytree(default_datasets() / "networks", folder / "networks")
        (folder / "networks" / "sources.toml").write_text(
            f"""
            [[sources]]
            id = "here"
            title = "A feed on this machine"
            files = ["{base}/ris.txt", "{base}/asn.txt"]
            attribution = "thanks"
            licence = "CC0-1.0"
            source = "https://feeds.example/"
            checked = 2026-11-23

            [[sources]]
            id = "gone"
            title = "A feed that is gone"
            files = ["{base}/nothing"]
            attribution = "thanks"
            licence = "CC0-1.0"
            source = "https://feeds.example/"
            checked = 2026-11-23
            """
        )
        yield folder, shop
        server.shutdown()
        thread.join()


def test_networks_update_fetches_and_packs_the_usual_source(run, feeds):
    folder, _ = feeds
    result = run("networks", "update", "--datasets", folder)
    assert result.exit_code == exits.DONE, result.stderr
    status = run("networks", "status", "--datasets", folder).stdout
    assert "20 networks" in status
    assert "here: http://127.0.0.1" in status
    assert "thanks" in status


@pytest.mark.parametrize("source", ["gone", "nowhere"])
def test_a_failed_update_keeps_the_old_table(run, feeds, source):
    folder, _ = feeds
    before = (folder / "networks" / "table.xz").read_bytes()
    result = run("networks", "update", "--datasets", folder, "--source", source)
    assert result.exit_code in {exits.FAILED, exits.WRONG_USE}
    assert (folder / "networks" / "table.xz").read_bytes() == before


def test_networks_update_takes_files_of_a_day(run, feeds):
    folder, shop = feeds
    files = ("--file", shop / "ris.txt", "--file", shop / "asn.txt")
    refused = run("networks", "update", "--datasets", folder, *files)
    assert refused.exit_code == exits.WRONG_USE
    assert "--date" in refused.stderr
    result = run("networks", "update", "--datasets", folder, *files, "--date", "2026-11-20")
    assert result.exit_code == exits.DONE, result.stderr
    assert "data of 2026-11-20" in result.stderr

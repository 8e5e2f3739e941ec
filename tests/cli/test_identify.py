"""`sovscan vendors identify`: known values with their rule, unknown ones as unknown, look-alikes never."""

import json

import pytest

from sovscan.cli import exits


def rows(result) -> list[dict]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.mark.parametrize(
    ("signal", "value", "vendor", "controller"),
    [
        ("mx-host", "City-be.Mail.Protection.Outlook.com.", "microsoft-365", "microsoft"),
        ("ns-host", "ns-1201.awsdns-22.org", "amazon-web-services", "amazon"),
        ("cname-target", "d1.cloudfront.net", "amazon-web-services", "amazon"),
        ("as", "AS13335", "cloudflare", "cloudflare"),
        ("as", "30238", "cisco-secure-email", "cisco"),
        ("address", "9.9.9.9", "quad9", "quad9-foundation"),
        ("spf-include", "_spf.google.com", "google-workspace", "alphabet"),
    ],
)
def test_a_known_value_names_vendor_controller_rule_and_source(
    run, signal, value, vendor, controller
):
    result = run("vendors", "identify", signal, value, "--format", "ndjson")
    (row,) = rows(result)
    assert result.exit_code == exits.DONE
    assert (row["vendor"], row["controller"]) == (vendor, controller)
    assert row["rule"].startswith(f"{vendor}#")
    assert row["source"].startswith("http")


@pytest.mark.parametrize(
    ("signal", "value"),
    [
        ("cname-target", "notcloudfront.net.example.org"),
        ("mx-host", "fortimail.city.be"),
        ("as", "4199999999"),
        ("as", "not a number"),
        ("address", "203.0.113.1"),
        ("address", "no address"),
        ("resolver-address", "no address"),
    ],
)
def test_an_unknown_value_is_a_row_without_a_vendor(run, signal, value):
    result = run("vendors", "identify", signal, value, "--format", "ndjson")
    assert result.exit_code == exits.THRESHOLD_MISSED
    assert [(row["vendor"], row["controller"]) for row in rows(result)] == [(None, None)]


def test_many_lines_give_one_row_each_in_their_order(run):
    lines = "mx-host\tmx1.mail.ovh.net\nmx-host\tnobody.example\n\nas\t8075\n"
    result = run("vendors", "identify", "--format", "ndjson", input=lines)
    assert [row["vendor"] for row in rows(result)] == ["ovhcloud", None, "microsoft-azure"]


def test_a_bad_line_is_told_with_its_number(run):
    result = run("vendors", "identify", input="mx-host\ta.be\nno tab here\n")
    assert result.exit_code == exits.WRONG_USE
    assert "stdin:2" in result.stderr


def test_the_owners_of_another_day(run):
    after = rows(
        run(
            "vendors",
            "identify",
            "mx-host",
            "mx1-eu1.ppe-hosted.com",
            "--on",
            "2024-01-01",
            "--format",
            "ndjson",
        )
    )
    before = rows(
        run(
            "vendors",
            "identify",
            "mx-host",
            "mx1-eu1.ppe-hosted.com",
            "--on",
            "2020-01-01",
            "--format",
            "ndjson",
        )
    )
    assert (before[0]["controller"], after[0]["controller"]) == ("proofpoint", "thoma-bravo")


def test_a_signal_without_a_value_is_wrong_use(run):
    assert run("vendors", "identify", "mx-host").exit_code == exits.WRONG_USE

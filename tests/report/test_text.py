"""The overview on a terminal: numbers with their interval, who serves whom, and no foreign control characters."""

from dataclasses import replace

import pytest

from sovscan.core.context import Criteria, Knowledge
from sovscan.core.model import Assessment
from sovscan.report.say import voice
from sovscan.report.text import bodies_table, overview_text
from sovscan.report.view import Overview, overview
from tests.conftest import judged

STARTED = "2026-11-23T02:10:00Z"
RESOLVERS = (
    '[{"address": "192.0.2.53", "operator": null}, {"address": "8.8.8.8", "operator": "Google"}]'
)

MICROSOFT = """\
{0} MX 0 city-be.mail.protection.outlook.com.
selector1._domainkey.{0} CNAME selector1-city-be._domainkey.city.onmicrosoft.com.
autodiscover.{0} CNAME autodiscover.outlook.com.
{0} NS ada.ns.cloudflare.com.
{0} A 104.16.0.24
www.{0} A 104.16.0.24
"""
OWN = "{0} MX 0 .\n{0} NS ns1.belnet.be.\n"


def body(records: str, domain: str, knowledge: Knowledge, criteria: Criteria, **more) -> Assessment:
    return judged(records.format(f"{domain}."), domain, knowledge, criteria, **more)


def unseen(knowledge: Knowledge, criteria: Criteria, domain: str = "dark.be") -> Assessment:
    return body("{0} A 192.0.2.1\n", domain, knowledge, criteria, failing=domain)


def seen_by(criteria: Criteria, *assessments: Assessment) -> Overview:
    return overview(7, STARTED, RESOLVERS, assessments, criteria.methodology)


def named(assessment: Assessment, name: str) -> Assessment:
    return replace(assessment, target=replace(assessment.target, name=name))


@pytest.fixture
def three(registry, criteria) -> Overview:
    return seen_by(
        criteria,
        body(MICROSOFT, "big.be", registry, criteria),
        body(OWN, "small.be", registry, criteria, country="NL"),
        unseen(registry, criteria),
    )


def test_the_number_stands_with_its_interval_and_what_was_seen(three):
    pool = three.group.pool
    headline = overview_text(three, voice()).partition("\n")[0]
    assert f"{pool.value:.0f} of 100" in headline
    assert f"between {pool.low:.0f} and {pool.high:.0f}" in headline
    assert f"{pool.coverage:.0%} of the weight was seen" in headline


def test_policy_and_methodology_stand_beside_the_number(three):
    told = overview_text(three, voice())
    assert "3 bodies" in told
    assert "policy eea-ch" in told
    assert "methodology 2026-1" in told


def test_each_service_says_who_serves_how_many(three):
    lines = overview_text(three, voice()).splitlines()
    mail = next(line for line in lines if line.startswith("  e-mail"))
    assert "Microsoft 365 1" in mail
    assert "unknown 1" in mail
    assert "none 1" in mail


def test_what_deserves_a_look_is_counted(registry, criteria, three):
    assert "1 with failed look-ups" in overview_text(three, voice())
    known = seen_by(criteria, body(OWN, "small.be", registry, criteria))
    assert "Look at" not in overview_text(known, voice())


def test_the_relief_is_named_in_points(three):
    relief = three.group.reliefs[0]
    assert f"{relief.name} for" in overview_text(three, voice())
    assert f"-{relief.points:.0f} points" in overview_text(three, voice())


@pytest.mark.parametrize("bodies", [0, 1], ids=["no body", "one unseen body"])
def test_without_a_value_the_interval_stands_alone(registry, criteria, bodies):
    view = seen_by(criteria, *[unseen(registry, criteria)][:bodies])
    told = overview_text(view, voice())
    assert "unknown of 100" in told
    assert "between 0 and 100; 0% of the weight" in told
    assert "Most would change" not in told


def test_the_next_step_names_a_body_and_the_file(three):
    told = overview_text(three, voice(), saved_in="night.db")
    assert "Saved in night.db" in told
    assert "sovscan explain big.be" in told


def test_a_terminal_without_colour_gets_no_escapes_and_with_colour_the_same_words(three):
    bare = overview_text(three, voice())
    painted = overview_text(three, voice(), paint=lambda text, colour: f"<{colour}>{text}</>")
    assert "\x1b" not in bare
    assert "<red>Microsoft 365 1</>" in painted
    for colour in ("bold", "red", "yellow"):
        painted = painted.replace(f"<{colour}>", "")
    assert painted.replace("</>", "") == bare


def test_the_table_has_a_row_a_body_with_value_interval_and_grade(three):
    rows = {line.split()[0]: line for line in bodies_table(three.bodies, voice()).splitlines()[2:]}
    assert list(rows) == ["big.be", "small.be", "dark.be"]
    big = three.bodies[0].score
    assert "Microsoft 365" in rows["big.be"]
    assert rows["big.be"].split()[-3:] == [
        f"{big.value:.0f}",
        f"{big.low:.0f}-{big.high:.0f}",
        big.grade,
    ]
    assert rows["dark.be"].count("not seen") == 4
    assert rows["dark.be"].split()[-3:] == ["-", "0-100", "-"]


def test_a_table_without_bodies_has_its_head(criteria):
    assert bodies_table((), voice()).splitlines()[0].split() == [
        *("body", "e-mail", "hosting", "DNS", "CDN", "score", "low-high", "grade")
    ]


def test_a_hostile_name_stays_on_its_line_and_moves_no_cursor(registry, criteria):
    hostile = "\x1b[2J\nAll is well \u202egnp.exe" + "x" * 500
    view = seen_by(criteria, named(body(OWN, "small.be", registry, criteria), hostile))
    table = bodies_table(view.bodies, voice())
    assert len(table.splitlines()) == 3
    assert not {"\x1b", "\u202e"} & set(table)
    assert max(map(len, table.splitlines())) < 250

"""What did not change is stored once and pointed at; what changed adds only itself."""

from dataclasses import replace

import pytest

from sovscan.core.model import Provenance
from sovscan.store import Reader
from tests.store.helpers import (
    DAY_1,
    DAY_2,
    MIXED,
    Case,
    case,
    cases,
    counts,
    judge,
    seen_again,
    store,
    write,
)

GROWS_EVERY_NIGHT = {"sightings", "assessments"}
LATER = Provenance(DAY_2, "192.0.2.53", "tcp", ttl=17, attempts=2)


def growth(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {table: after[table] - before[table] for table in after if after[table] != before[table]}


def test_a_scan_over_unchanged_facts_adds_only_that_it_looked(tmp_path):
    with store(tmp_path / "x.db") as (database, writer):
        write(writer, *cases())
        before = counts(database)
        write(writer, *cases(), day=DAY_2)
        added = growth(before, counts(database))
    assert added == dict.fromkeys(GROWS_EVERY_NIGHT, len(cases()))


def test_time_ttl_resolver_and_transport_alone_are_no_change(tmp_path):
    again = [(body, seen_again(facts, LATER), judged) for body, facts, judged in cases()]
    with store(tmp_path / "x.db") as (database, writer):
        write(writer, *cases())
        before = counts(database)
        write(writer, *again, day=DAY_2)
        assert set(growth(before, counts(database))) == GROWS_EVERY_NIGHT
        [first] = Reader(database).sightings(2, "own.example")
    assert {each.provenance.observed_at for each in first.facts.values()} != {DAY_2}


def test_an_answer_that_changed_adds_itself_and_nothing_else(tmp_path):
    before_case = case("body.example", MIXED)
    after_case = case("body.example", MIXED.replace("37.97.128.45", "37.97.128.46"))
    changed = {q for q, each in after_case[1].items() if before_case[1].get(q) != each}
    members = len(after_case[1])
    with store(tmp_path / "x.db") as (database, writer):
        write(writer, before_case)
        before = counts(database)
        write(writer, after_case, day=DAY_2)
        added = growth(before, counts(database))
    assert added["observations"] == len(changed) == 1
    assert (added["fact_sets"], added["fact_set_members"]) == (1, members)
    assert "targets" not in added
    assert "bases" not in added


def test_an_answer_that_comes_back_is_the_old_one(tmp_path):
    first = case("body.example", MIXED)
    second = case("body.example", MIXED.replace("37.97.128.45", "37.97.128.46"))
    with store(tmp_path / "x.db") as (database, writer):
        write(writer, first)
        write(writer, second, day=DAY_2)
        before = counts(database)
        scan = write(writer, first, day=DAY_2)
        assert set(growth(before, counts(database))) == GROWS_EVERY_NIGHT
        [sighting] = Reader(database).sightings(scan)
        assert dict(sighting.facts) == dict(first[1])


def test_an_answer_that_two_bodies_share_is_stored_once(tmp_path):
    one, two = case("body.example", MIXED), case("body.example", MIXED, name="Another name")
    with store(tmp_path / "x.db") as (database, writer):
        write(writer, one)
        before = counts(database)
        write(writer, two, day=DAY_2)
        added = growth(before, counts(database))
    assert "observations" not in added
    assert "fact_sets" not in added
    assert added["targets"] == 1


def test_a_failure_is_another_fact_than_an_absence(tmp_path):
    absent, failed = case("x.example", ""), case("x.example", "", "x.example")
    with store(tmp_path / "x.db") as (database, writer):
        write(writer, absent)
        scan = write(writer, failed, day=DAY_2)
        [sighting] = Reader(database).sightings(scan)
    assert {each.outcome.value for each in sighting.facts.values()} == {"FAILED"}


def rejudge(writer, scan: int, written: Case, policy: str, day: str = DAY_2) -> str:
    body, facts, _ = written
    with writer.batch():
        return writer.assessment(scan, 1, judge(body, facts, policy), day)


def test_the_same_judgement_again_adds_nothing(tmp_path):
    with store(tmp_path / "x.db") as (database, writer):
        scan = write(writer, cases()[0])
        before, drawn = counts(database), list(database["assessments"].rows)
        rejudge(writer, scan, cases()[0], "eea-ch")
        assert counts(database) == before
        assert list(database["assessments"].rows) == drawn


def test_the_same_verdict_on_another_basis_is_kept_once(tmp_path):
    _, _, judged = cases()[0]
    other = replace(judged, basis=replace(judged.basis, tool="another version"))
    with store(tmp_path / "x.db") as (database, writer):
        scan = write(writer, cases()[0])
        before = counts(database)
        writer.assessment(scan, 1, other, DAY_2)
        assert growth(before, counts(database)) == {"bases": 1, "assessments": 1}


@pytest.mark.parametrize("policy", ["eu27", "europe"])
def test_judged_by_another_policy_and_back_the_last_one_asked_for_is_shown(tmp_path, policy):
    with store(tmp_path / "x.db") as (database, writer):
        scan = write(writer, cases()[0], day=DAY_1)
        for wanted in (policy, "eea-ch", policy, "eea-ch"):
            rejudge(writer, scan, cases()[0], wanted)
            [found] = Reader(database).assessments(scan)
            assert found.basis.policy == wanted
            shown = database.execute("SELECT DISTINCT policy FROM findings_latest").fetchall()
            assert shown == [(wanted,)]
        assert counts(database)["assessments"] == 2


def test_equal_verdicts_have_equal_digests_and_others_have_others(tmp_path):
    with store(tmp_path / "x.db") as (_, writer):
        scan = write(writer, cases()[0])
        digests = [
            rejudge(writer, scan, written, "eea-ch")
            for written in (cases()[0], cases()[1], cases()[0])
        ]
    assert digests[0] == digests[2] != digests[1]

"""What is written comes back equal."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sovscan.core.model import (
    DomainName,
    Fault,
    Observation,
    Outcome,
    Provenance,
    Question,
)
from sovscan.errors import UsageError
from sovscan.store import Reader, open_store
from tests.conftest import target
from tests.store.helpers import DAY_1, DAY_2, Case, cases, judge, store, write

BODIES = ["body.example", "own.example", "fails.example", "gone.example"]


def case_of(domain: str) -> Case:
    return next(each for each in cases() if each[0].domain == domain)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "facts.db"
    with store(path) as (_, writer):
        assert write(writer, *cases()) == 1
    return path


@pytest.mark.parametrize("domain", BODIES)
def test_facts_come_back_equal_with_their_provenance(path, domain):
    body, facts, _ = case_of(domain)
    with open_store(path) as database:
        [sighting] = Reader(database).sightings(1, body.domain)
    assert (sighting.target, sighting.observed_at) == (body, DAY_1)
    assert dict(sighting.facts) == dict(facts)
    for question, each in facts.items():
        assert sighting.facts[question].provenance == each.provenance


@pytest.mark.parametrize("domain", BODIES)
def test_a_judgement_comes_back_equal(path, domain):
    with open_store(path) as database:
        [found] = Reader(database).assessments(1, domain=domain)
    assert found == case_of(domain)[2]


@pytest.mark.parametrize("domain", BODIES)
def test_stored_facts_judged_again_give_the_stored_judgement(path, domain):
    with open_store(path) as database:
        reader = Reader(database)
        [sighting] = reader.sightings(1, domain)
        [found] = reader.assessments(1, domain=domain)
    assert judge(sighting.target, sighting.facts) == found


def test_all_bodies_of_a_scan_come_by_domain(path):
    with open_store(path) as database:
        reader = Reader(database)
        assert [each.target.domain for each in reader.sightings(1)] == sorted(BODIES)
        assert [each.target.domain for each in reader.assessments(1)] == sorted(BODIES)
        assert reader.domains(1) == set(BODIES)


def test_a_scan_and_its_end_are_told(path, tmp_path):
    with open_store(path) as database:
        row = Reader(database).scan()
        assert (row.started_at, row.finished_at, row.targets) == (DAY_1, DAY_1, 4)
        assert Reader(database).unfinished() is None
    with store(tmp_path / "x.db") as (database, writer):
        scan = writer.begin_scan(DAY_2, "test", [], 3)
        assert Reader(database).unfinished().id == scan
        assert Reader(database).scan().finished_at is None


@pytest.mark.parametrize("wanted", [7, 0, -1])
def test_a_scan_that_is_not_there_is_told_with_those_that_are(path, wanted):
    with open_store(path) as database, pytest.raises(UsageError) as error:
        Reader(database).scan(wanted)
    assert str(wanted) in error.value.message
    assert error.value.hint == "Scans here: 1"


def test_a_store_without_scans_says_so(tmp_path):
    with store(tmp_path / "x.db") as (database, _):
        with pytest.raises(UsageError, match="no scan here yet"):
            Reader(database).scan()
        assert Reader(database).unfinished() is None


def test_the_last_scan_that_looked_at_a_domain_is_found(path):
    with open_store(path) as database:
        assert Reader(database).last_seen("own.example") == 1
        with pytest.raises(UsageError, match=r"stranger\.example was never looked at") as error:
            Reader(database).last_seen("stranger.example")
    assert "body.example" in error.value.hint


TEXT = st.text(max_size=20)
PROVENANCE = st.builds(
    Provenance,
    observed_at=st.just(DAY_2),
    resolver=TEXT,
    transport=st.sampled_from(("udp", "tcp", "none")),
    ttl=st.none() | st.integers(0, 2**31),
    attempts=st.integers(0, 9),
)
OBSERVATIONS = st.builds(
    Observation,
    question=st.builds(Question, TEXT.map(DomainName), st.sampled_from(("A", "MX", "TXT"))),
    outcome=st.sampled_from(Outcome),
    answers=st.lists(TEXT, max_size=3).map(tuple),
    aliases=st.lists(TEXT.map(DomainName), max_size=3).map(tuple),
    detail=TEXT,
    fault=st.sampled_from(Fault),
    provenance=PROVENANCE,
)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("store") / "any.db"


@given(seen=st.lists(OBSERVATIONS, max_size=5, unique_by=lambda each: each.question))
@settings(max_examples=40, deadline=None)
def test_any_observation_comes_back_equal(scratch, seen):
    facts = {each.question: each for each in seen}
    with store(scratch) as (database, writer):
        scan = writer.begin_scan(DAY_2, "test", [], 1)
        writer.sighting(scan, target("any.example"), facts, DAY_2)
        [sighting] = Reader(database).sightings(scan)
    assert dict(sighting.facts) == facts
    assert list(sighting.facts) == sorted(facts)

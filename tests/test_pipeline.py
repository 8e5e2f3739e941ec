"""The staircase: scan, assess and resume over the same world come to the same verdicts."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime

import dns.message
import pytest

from sovscan import pipeline
from sovscan.collect import Survey, Surveyed
from sovscan.collect.dns.port import Health
from sovscan.collect.dns.reading import read
from sovscan.core.model import Provenance
from sovscan.core.registry import Probe
from sovscan.demo.world import World
from sovscan.errors import LockedError, SovscanError, UsageError
from sovscan.pipeline import BATCH, Judge
from sovscan.store import Reader
from tests.conftest import TODAY, target

NIGHT_1 = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)
NIGHT_2 = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)
MAIL = """
town0.example. MX 0 town0-example.mail.protection.outlook.com.
autodiscover.town0.example. CNAME autodiscover.outlook.com.
town0.example. NS ns0.transip.net.
town0.example. A 37.97.128.31
town1.example. MX 10 mx1.mail.ovh.net.
town1.example. TXT "v=spf1 include:mx.ovh.com -all"
www.town1.example. CNAME town1.azurefd.net.
town53.example. MX 1 smtp.google.com.
town53.example. NS ada.ns.cloudflare.com.
"""
WORLD = World(MAIL, ["town2.example", "town54.example"])
BODIES = [target(f"town{number}.example") for number in range(BATCH + 6)]
PROBES = (Probe(name="selector1._domainkey", type="CNAME"),)


class Offline:
    """A resolver that asks a world without a network, and may be interrupted after some bodies."""

    def __init__(self, at: datetime = NIGHT_1, interrupted_after: int | None = None) -> None:
        self.made = Provenance(at.strftime("%Y-%m-%dT%H:%M:%SZ"), "127.0.0.1", ttl=at.hour)
        self.left = interrupted_after
        self.gave_up = False
        self.health = Health()
        self.asked: set[str] = set()

    def run(self, survey: Survey) -> Iterator[Surveyed]:
        while not survey.is_finished:
            for question in survey.questions(30):
                self.asked.add(question.name)
                query = dns.message.make_query(question.name, question.type)
                survey.take(read(question, WORLD.respond(query).to_wire(max_size=65535), self.made))
            for body in survey.finished():
                if self.left == 0:
                    raise KeyboardInterrupt
                self.left = None if self.left is None else self.left - 1
                yield body


@pytest.fixture(scope="module")
def judge(registry) -> Judge:
    """The registry that ships, with few probes: this is about order, not about vendors."""
    vendors = {key: replace(each, probes=PROBES) for key, each in registry.vendors.items()}
    criteria = pipeline.criteria(registry, "eea-ch", "2026-1", TODAY)
    return Judge(replace(registry, vendors=vendors), criteria)


def scan(path, judge: Judge, resolver=None, bodies=BODIES, at=NIGHT_1, **how) -> int:
    return pipeline.scan(bodies, resolver or Offline(at), [], judge, path, clock=lambda: at, **how)


def verdicts(path, scan_id: int) -> dict[str, str]:
    """The digest of the last verdict on every body of a scan."""
    query = """
        SELECT t.domain, v.digest FROM assessments a JOIN targets t ON t.id = a.target
        JOIN verdicts v ON v.id = a.verdict WHERE a.scan = ? ORDER BY a.id
    """
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute(query, [scan_id]))


def judgements(path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute("SELECT count(*) FROM assessments").fetchone()[0]


@pytest.fixture(scope="module")
def scanned(judge, tmp_path_factory):
    path = tmp_path_factory.mktemp("pipeline") / "x.db"
    assert scan(path, judge) == 1
    return path, verdicts(path, 1)


def test_a_scan_judges_every_body(scanned):
    path, found = scanned
    assert set(found) == {body.domain for body in BODIES}
    assert len(set(found.values())) >= 5
    with pipeline.reading(path) as reader:
        row = reader.scan(1)
    assert (row.started_at, row.finished_at) == ("2026-11-23T02:10:00Z",) * 2
    assert row.targets == len(BODIES)
    assert pipeline.scan_day(row) == date(2026, 11, 23)


def test_stored_facts_judged_again_give_the_verdicts_of_the_scan(scanned, judge):
    path, found = scanned
    before = judgements(path)
    later = Judge(judge.knowledge, replace(judge.criteria, on=date(2026, 11, 24)))
    assert pipeline.assess(path, lambda row: later, scan_id=1) == (1, len(BODIES))
    assert verdicts(path, 1) == found
    # Another day is another basis: they were judged again, not found again.
    assert judgements(path) == before + len(BODIES)


def test_another_policy_gives_other_verdicts_and_leaves_the_facts(scanned, judge):
    path, found = scanned
    criteria = pipeline.criteria(judge.knowledge, "eu27", "2026-1", TODAY)

    def facts() -> list[tuple]:
        with closing(sqlite3.connect(path)) as connection:
            return connection.execute("SELECT * FROM observations ORDER BY id").fetchall()

    before = facts()
    pipeline.assess(path, lambda row: Judge(judge.knowledge, criteria), scan_id=1)
    with pipeline.reading(path) as reader:
        assert {each.basis.policy for each in reader.assessments(1)} == {"eu27"}
    assert facts() == before
    pipeline.assess(path, lambda row: judge, scan_id=1)
    assert verdicts(path, 1) == found


def test_a_scan_of_the_same_world_on_another_day_gives_the_same_verdicts(scanned, judge):
    path, found = scanned
    on = Judge(judge.knowledge, replace(judge.criteria, on=NIGHT_2.date()))
    again = scan(path, on, at=NIGHT_2)
    assert verdicts(path, again) == found
    with pipeline.reading(path) as reader:
        assert reader.scan(again).started_at == "2026-11-25T04:00:00Z"


def test_the_order_of_the_list_does_not_matter(scanned, judge, tmp_path):
    scan(tmp_path / "x.db", judge, bodies=BODIES[::-1])
    assert verdicts(tmp_path / "x.db", 1) == scanned[1]


@pytest.mark.parametrize("after", [0, BATCH - 1, BATCH + 3], ids=["at-once", "first", "second"])
def test_an_interrupted_scan_resumed_looks_at_what_is_missing_and_ends_alike(
    scanned, judge, tmp_path, after
):
    path = tmp_path / "x.db"
    with pytest.raises(KeyboardInterrupt):
        scan(path, judge, Offline(interrupted_after=after))
    done = set(verdicts(path, 1))
    assert len(done) == after  # what had come is kept, the unfinished batch too
    second = Offline(NIGHT_2)
    assert scan(path, judge, second, at=NIGHT_2, resume=True) == 1
    looked_at = {body.domain for body in BODIES if body.domain in second.asked}
    assert looked_at == {body.domain for body in BODIES} - done
    assert verdicts(path, 1) == scanned[1]
    with pipeline.reading(path) as reader:
        assert reader.scan(1).finished_at == "2026-11-25T04:00:00Z"


def test_resuming_what_ended_begins_anew(judge, tmp_path):
    path = tmp_path / "x.db"
    assert scan(path, judge, bodies=BODIES[:2], resume=True) == 1  # a new file just starts
    assert scan(path, judge, bodies=BODIES[:2], resume=True) == 2


def test_without_resume_an_interrupted_scan_stays_as_it_is(judge, tmp_path):
    path = tmp_path / "x.db"
    with pytest.raises(KeyboardInterrupt):
        scan(path, judge, Offline(interrupted_after=1))
    assert scan(path, judge, bodies=BODIES[:2]) == 2
    with pipeline.reading(path) as reader:
        assert reader.scan(1).finished_at is None


class Told:
    """Writes down what it hears."""

    def __init__(self) -> None:
        self.heard: list[object] = []

    def started(self, bodies: int) -> None:
        self.heard.append(bodies)

    def finished(self, domain: str, failed: int = 0) -> None:
        self.heard.append(domain)

    def ended(self) -> None:
        self.heard.append("ended")


def test_the_observer_hears_the_start_every_body_and_the_end(judge, tmp_path):
    told = Told()
    scan(tmp_path / "x.db", judge, bodies=BODIES[:3], observer=told)
    assert told.heard[0] == 3
    assert sorted(told.heard[1:-1]) == [body.domain for body in BODIES[:3]]
    assert told.heard[-1] == "ended"


def test_the_observer_hears_the_end_of_an_interrupted_scan(judge, tmp_path):
    told = Told()
    with pytest.raises(KeyboardInterrupt):
        scan(tmp_path / "x.db", judge, Offline(interrupted_after=0), observer=told)
    assert told.heard == [len(BODIES), "ended"]


class Meanwhile(Offline):
    """A resolver during whose work something else is tried."""

    def __init__(self, attempt) -> None:
        super().__init__()
        self.attempt = attempt

    def run(self, survey: Survey) -> Iterator[Surveyed]:
        thread = threading.Thread(target=self.attempt)
        thread.start()
        thread.join(timeout=3)
        assert not thread.is_alive()
        yield from super().run(survey)


@pytest.mark.parametrize("job", ["scan", "assess"])
def test_a_second_writer_is_told_at_once_and_the_first_goes_on(judge, tmp_path, job):
    path = tmp_path / "x.db"
    told: list[LockedError] = []

    def second() -> None:
        try:
            if job == "scan":
                scan(path, judge, bodies=BODIES[:1])
            else:
                pipeline.assess(path, lambda row: judge)
        except LockedError as error:
            told.append(error)

    assert scan(path, judge, Meanwhile(second), bodies=BODIES[:2]) == 1
    [error] = told
    assert str(path) in error.message
    assert error.hint
    assert len(verdicts(path, 1)) == 2
    assert scan(path, judge, bodies=BODIES[:2]) == 2  # and the lock is free again


def test_others_may_read_while_a_scan_writes(judge, tmp_path):
    path = tmp_path / "x.db"
    seen: list[Reader] = []

    def read() -> None:
        with pipeline.reading(path) as reader:
            seen.append(reader.unfinished())

    scan(path, judge, Meanwhile(read), bodies=BODIES[:2])
    assert seen[0].id == 1


@pytest.mark.parametrize(
    ("kind", "policy", "methodology"),
    [("policy", "mars", "2026-1"), ("methodology", "eea-ch", "1999-1")],
)
def test_an_unknown_policy_or_methodology_is_told_with_those_known(
    registry, kind, policy, methodology
):
    with pytest.raises(UsageError, match=f"there is no {kind}") as error:
        pipeline.criteria(registry, policy, methodology, TODAY)
    assert {"policy": "eea-ch", "methodology": "2026-1"}[kind] in error.value.hint


def test_judging_a_scan_that_is_not_there_is_told(scanned, judge, tmp_path):
    with pytest.raises(UsageError, match="no scan 99"):
        pipeline.assess(scanned[0], lambda row: judge, scan_id=99)
    with pytest.raises(UsageError, match="there is no database"):
        pipeline.assess(tmp_path / "none.db", lambda row: judge)


@pytest.mark.parametrize("folder", ["file", "none"])
def test_a_folder_that_is_none_is_told_before_anything_is_asked(judge, tmp_path, folder):
    (tmp_path / "file").touch()
    resolver = Offline()
    with pytest.raises(SovscanError, match=folder) as error:
        scan(tmp_path / folder / "x.db", judge, resolver)
    assert error.value.hint
    assert resolver.asked == set()


def test_the_basis_says_with_what_it_was_judged(scanned, judge):
    with pipeline.reading(scanned[0]) as reader:
        basis = reader.basis(1)
    assert basis == judge.basis
    assert (basis.policy, basis.methodology) == ("eea-ch", "2026-1")
    assert basis.datasets == judge.knowledge.digest
    assert basis.on == TODAY.isoformat()

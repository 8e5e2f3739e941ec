"""A batch is there whole, or not at all: through faults, a full disk, and other readers."""

import os
import resource
import shutil
import sqlite3
import subprocess
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from sovscan.errors import StoreError
from sovscan.store import Reader, open_store
from tests.store.helpers import DAY_1, DAY_2, cases, counts, store, whole, write


class Interrupted(BaseException):
    """As KeyboardInterrupt, but nobody else's."""


def fail_half_way(writer, scan: int, fault: type[BaseException]) -> None:
    body, facts, assessment = cases()[1]
    with writer.batch():
        target_id = writer.sighting(scan, body, facts, DAY_2)
        writer.assessment(scan, target_id, assessment, DAY_2)
        raise fault


@pytest.mark.parametrize("fault", [ValueError, KeyboardInterrupt, Interrupted])
def test_a_batch_that_fails_half_way_leaves_nothing(tmp_path, fault):
    path = tmp_path / "x.db"
    with store(path) as (database, writer):
        write(writer, cases()[0])
        before = counts(database)
        scan = writer.begin_scan(DAY_2, "test", [], 2)
        with pytest.raises(fault):
            fail_half_way(writer, scan, fault)
        assert counts(database) == before
        write(writer, cases()[1], scan=scan)  # and the writer goes on
        assert counts(database)["sightings"] == 2
    whole(path)


def test_a_body_cannot_be_seen_twice_in_a_scan(tmp_path):
    path = tmp_path / "x.db"
    with store(path) as (_, writer):
        scan = write(writer, cases()[0])
    with pytest.raises(StoreError, match="UNIQUE"), store(path) as (_, writer):
        write(writer, cases()[0], scan=scan)
    with open_store(path) as database:
        assert counts(database)["sightings"] == 1


def test_a_judgement_on_what_was_not_seen_is_refused(tmp_path):
    path = tmp_path / "x.db"
    with store(path) as (_, writer):
        scan = writer.begin_scan(DAY_1, "test", [], 1)
    with pytest.raises(StoreError, match="FOREIGN KEY"), store(path) as (_, writer):
        writer.assessment(scan, 99, cases()[0][2], DAY_1)


def test_references_hold_and_the_file_is_sound_after_many_scans(tmp_path):
    path = tmp_path / "x.db"
    with store(path) as (_, writer):
        for start in range(4):
            write(writer, *cases()[start:])
    whole(path)


def test_a_reader_never_sees_a_part_of_a_batch(tmp_path):
    path = tmp_path / "x.db"
    with store(path) as (_, writer), open_store(path) as other:
        write(writer, cases()[0])
        before = counts(other)
        scan = writer.begin_scan(DAY_2, "test", [], 3)
        with writer.batch():
            for body, facts, assessment in cases()[1:]:
                target_id = writer.sighting(scan, body, facts, DAY_2)
                writer.assessment(scan, target_id, assessment, DAY_2)
                assert counts(other) == before
                assert list(Reader(other).sightings(scan)) == []
        assert len(list(Reader(other).sightings(scan))) == 3


def distinct(number: int):
    """A body whose facts nobody has seen yet: it takes room."""
    body, facts, assessment = cases()[0]
    return (
        replace(body, id=f"body-{number}"),
        {key: replace(each, detail=f"{number}") for key, each in facts.items()},
        assessment,
    )


def test_a_database_that_may_not_grow_keeps_what_was_committed(tmp_path):
    path = tmp_path / "x.db"
    with pytest.raises(StoreError, match="full") as error:
        write_many(path, pages=80)
    assert "Make room" in error.value.hint
    whole(path)
    check_committed(path)


def write_many(path: Path, pages: int = 100_000) -> None:
    with store(path) as (database, writer):
        database.execute(f"PRAGMA max_page_count = {pages}")
        for number in range(200):
            write(writer, distinct(number))


def check_committed(path: Path) -> None:
    """Every scan that ended is there with its body, its facts and its judgement."""
    with open_store(path) as database:
        reader = Reader(database)
        ended = [row["id"] for row in database.query("SELECT id FROM scans WHERE finished_at > ''")]
        assert len(ended) >= 2
        for scan in ended:
            [sighting] = reader.sightings(scan)
            assert len(sighting.facts) == len(cases()[0][1])
            assert len(list(reader.assessments(scan))) == 1


@contextmanager
def files_up_to(octets: int):
    """No file of this process may grow beyond; the system refuses, as a full disk or quota does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (octets, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_that_may_not_grow_keeps_what_was_committed(tmp_path):
    path = tmp_path / "x.db"
    with files_up_to(1_000_000), pytest.raises(StoreError) as error:
        write_many(path)
    assert str(path) in error.value.message
    assert error.value.hint
    whole(path)
    check_committed(path)


@pytest.fixture
def tiny_disk(tmp_path):
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1M", "tmpfs", str(disk)]
    if os.geteuid() != 0 or not shutil.which("mount"):
        pytest.skip("a small disk can be mounted by root only")
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_full_disk_is_told_with_what_to_do_and_keeps_what_was_committed(tiny_disk, tmp_path):
    path = tiny_disk / "x.db"
    with pytest.raises(StoreError, match="full") as error:
        write_many(path)
    assert str(path) in error.value.message
    assert "--resume" in error.value.hint
    rescued = tmp_path / "rescued"
    rescued.mkdir()
    for part in tiny_disk.iterdir():
        (rescued / part.name).write_bytes(part.read_bytes())
    whole(rescued / "x.db")
    check_committed(rescued / "x.db")


def test_a_process_that_is_killed_loses_the_batch_in_flight_only(tmp_path):
    path = tmp_path / "x.db"
    with store(path) as (database, writer):
        write(writer, cases()[0])
        scan = writer.begin_scan(DAY_2, "test", [], 1)
        database.execute("BEGIN IMMEDIATE")
        writer.sighting(scan, *cases()[1][:2], DAY_2)
        for part in (path, path.with_name("x.db-wal")):  # what is on the disk at this moment
            (tmp_path / f"killed{part.name[1:]}").write_bytes(part.read_bytes())
        database.execute("ROLLBACK")
    with sqlite3.connect(tmp_path / "killed.db") as connection:
        found = counts(connection)
    connection.close()
    assert (found["sightings"], found["assessments"]) == (1, 1)
    whole(tmp_path / "killed.db")

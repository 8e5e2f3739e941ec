"""Which files are opened, and which are refused and left as they are."""

import os
import sqlite3
import tempfile
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from sovscan.errors import StoreError, UsageError
from sovscan.store import Reader, open_store
from sovscan.store.database import APPLICATION, SCHEMA
from tests.store.helpers import cases, store, write


def foreign(path: Path, script: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(script)


def tables(path: Path) -> None:
    foreign(path, "CREATE TABLE invoices (id INTEGER); INSERT INTO invoices VALUES (1);")


def another_application(path: Path) -> None:
    foreign(path, "PRAGMA application_id = 1196444487; PRAGMA user_version = 1;")


def newer(path: Path) -> None:
    with store(path) as (database, writer):
        write(writer, cases()[1])
        database.execute(f"PRAGMA user_version = {SCHEMA + 1}")


def text(path: Path) -> None:
    path.write_text("domain,name\nbody.example,Body\n" * 100, encoding="utf-8")


def short_text(path: Path) -> None:
    path.write_bytes(b"x\n")


STRANGERS = [tables, another_application, newer, text, short_text]


@pytest.mark.parametrize("create", [True, False], ids=["to-write", "to-read"])
@pytest.mark.parametrize("stranger", STRANGERS)
def test_a_file_that_is_not_ours_is_refused_and_left_as_it_is(tmp_path, stranger, create):
    path = tmp_path / "x.db"
    stranger(path)
    before = path.read_bytes()
    with pytest.raises(UsageError) as error, open_store(path, create=create):
        raise AssertionError("was opened")
    assert str(path) in error.value.message
    assert error.value.hint
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["x.db"]


def test_a_newer_file_says_that_the_tool_is_old(tmp_path):
    newer(tmp_path / "x.db")
    with pytest.raises(UsageError, match="newer sovscan") as error, open_store(tmp_path / "x.db"):
        pass
    assert "Update" in error.value.hint


def test_a_file_that_is_not_there_is_made_only_by_those_who_write(tmp_path):
    path = tmp_path / "x.db"
    with pytest.raises(UsageError, match="there is no database") as error, open_store(path):
        pass
    assert "sovscan scan" in error.value.hint
    assert not path.exists()
    with open_store(path, create=True):
        pass
    with open_store(path) as database:
        assert database.execute("PRAGMA application_id").fetchone() == (APPLICATION,)


def test_an_empty_file_is_made_ours_by_those_who_write(tmp_path):
    path = tmp_path / "x.db"
    path.touch()
    with pytest.raises(UsageError, match="no sovscan database"), open_store(path):
        pass
    with store(path) as (_, writer):
        write(writer, cases()[1])
    with open_store(path) as database:
        assert Reader(database).domains(1) == {"own.example"}


def test_opening_again_keeps_what_is_there(tmp_path):
    path = tmp_path / "x.db"
    for _ in range(2):
        with store(path) as (_, writer):
            write(writer, cases()[1])
    with open_store(path, create=True) as database:
        assert database.execute("SELECT count(*) FROM scans").fetchone() == (2,)


@pytest.mark.parametrize("place", ["folder", "no/such/folder/x.db"])
def test_a_path_that_cannot_be_a_file_is_told(tmp_path, place):
    (tmp_path / "folder").mkdir()
    with (
        pytest.raises(StoreError, match="unable to open") as error,
        open_store(tmp_path / place, create=True),
    ):
        pass
    assert "--db" in error.value.hint


def test_a_fault_of_the_reader_of_the_data_is_not_blamed_on_the_file(tmp_path):
    with pytest.raises(BrokenPipeError), open_store(tmp_path / "x.db", create=True):
        raise BrokenPipeError


@contextmanager
def as_somebody_else():
    """Root may write everywhere; be nobody for a moment."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def write_one(path: Path) -> None:
    with store(path) as (_, writer):
        write(writer, cases()[0])


@pytest.fixture
def read_only():
    """A folder with a database, both readable to all and writable to none."""
    folder = Path(tempfile.mkdtemp())
    with store(folder / "x.db") as (_, writer):
        write(writer, cases()[1])
    (folder / "x.db").chmod(0o444)
    folder.chmod(0o555)
    yield folder
    folder.chmod(0o755)
    for each in folder.iterdir():
        each.unlink()
    folder.rmdir()


def test_a_read_only_file_is_told_and_keeps_what_it_has(read_only):
    path = read_only / "x.db"
    read_only.chmod(0o777)
    before = path.read_bytes()
    with as_somebody_else(), pytest.raises(StoreError, match="readonly") as error:
        write_one(path)
    assert "writable" in error.value.hint
    assert path.read_bytes() == before


@pytest.mark.parametrize("name", ["x.db", "new.db"])
def test_a_read_only_folder_is_told_and_keeps_what_it_has(read_only, name):
    before = (read_only / "x.db").read_bytes()
    with as_somebody_else(), pytest.raises(StoreError) as error:
        write_one(read_only / name)
    assert str(read_only / name) in error.value.message
    assert "--db" in error.value.hint
    assert (read_only / "x.db").read_bytes() == before
    assert [each.name for each in read_only.iterdir()] == ["x.db"]


def read_all(path: Path) -> None:
    with open_store(path) as database:
        list(Reader(database).rows("findings", 1))
        database.execute("SELECT count(*) FROM scans").fetchone()


@pytest.mark.parametrize(
    ("place", "kind"), [(0, UsageError), (60, UsageError), (100, StoreError), (4096, StoreError)]
)
def test_a_damaged_file_is_told_as_such(tmp_path, place, kind):
    path = tmp_path / "x.db"
    with store(path) as (_, writer):
        write(writer, *cases())
    data = bytearray(path.read_bytes())
    data[place : place + 40] = b"\xa5" * 40
    path.write_bytes(data)
    with pytest.raises(kind) as error:
        read_all(path)
    assert str(path) in error.value.message

"""The schema: it ships, it is strict, and every table is explained by its columns."""

import sqlite3
from contextlib import closing
from importlib import resources

import pytest

from sovscan.store import open_store

TYPES = {"BLOB", "INTEGER", "TEXT", "REAL"}


@pytest.fixture(scope="module")
def schema():
    script = resources.files("sovscan.store").joinpath("schema.sql").read_text(encoding="utf-8")
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(script)
        yield connection


def tables(connection: sqlite3.Connection) -> list[str]:
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    return [name for (name,) in rows]


def test_the_schema_that_ships_loads_by_itself(schema):
    assert {"scans", "targets", "observations", "assessments"} <= set(tables(schema))


def test_every_table_is_strict_and_every_column_typed(schema):
    for name in tables(schema):
        assert schema.execute(
            "SELECT strict FROM pragma_table_list WHERE name = ?", [name]
        ).fetchone() == (1,), name
        for _, column, kind, *_ in schema.execute(f"PRAGMA table_info({name})"):
            assert kind in TYPES, f"{name}.{column}"


def test_text_is_refused_where_a_number_belongs(schema):
    with pytest.raises(sqlite3.IntegrityError, match="cannot store TEXT value in INTEGER"):
        schema.execute("INSERT INTO fact_set_members VALUES ('one', 2)")


def test_every_reference_names_a_key_that_exists(schema):
    for name in tables(schema):
        for row in schema.execute(f"PRAGMA foreign_key_list({name})"):
            assert row[4] in {
                column for _, column, *_ in schema.execute(f"PRAGMA table_info({row[2]})")
            }


def test_every_view_can_be_read(schema):
    views = schema.execute("SELECT name FROM sqlite_master WHERE type = 'view'").fetchall()
    assert ("findings_latest",) in views
    assert ("scores_latest",) in views
    for (name,) in views:
        assert schema.execute(f"SELECT * FROM {name}").fetchall() == []


def test_a_new_store_holds_the_schema_checks_references_and_lets_others_read(tmp_path, schema):
    with open_store(tmp_path / "x.db", create=True) as database:
        made = [each for each in database.table_names() if not each.startswith("sqlite_")]
        assert sorted(made) == sorted(tables(schema))
        assert database.execute("PRAGMA foreign_keys").fetchone() == (1,)
        assert database.execute("PRAGMA journal_mode").fetchone() == ("wal",)

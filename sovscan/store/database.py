"""Opening the file: create, recognise, refuse. A file that is not ours, or is newer than we are, is
never touched.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path

from sqlite_utils import Database

from sovscan.errors import StoreError, UsageError

APPLICATION = 0x536F7653
"""SQLite's application_id of a sovscan database ("SovS")."""

SCHEMA = 1

CACHE_KIB = 16_000
"""How much of the file SQLite keeps in memory (KiB). Digests are spread over their whole index:
with SQLite's own 2 MB, most pages that are written to were dropped before, and are read again.
"""


@contextmanager
def open_store(path: Path, *, create: bool = False) -> Iterator[Database]:
    """The database of a path, closed at the end. Faults of the file or the disk become
    StoreError."""
    if not create and not path.exists():
        raise UsageError(
            f"there is no database {path}", "Make one with: sovscan scan DOMAIN --db FILE"
        )
    with _told_by_sqlite(path):
        database = Database(sqlite3.connect(path, isolation_level=None))
        try:
            _recognise(database, path, create=create)
            yield database
        finally:
            database.conn.close()


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Turn the system's errors about a file into ours: what happened to which, and what to do."""
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"{path}: {error.strerror or error}", "Check the disk and the permissions."
        ) from error


@contextmanager
def _told_by_sqlite(path: Path) -> Iterator[None]:
    """The same for SQLite's errors. An OSError is not one of them: a broken pipe is none of the
    file's.
    """
    try:
        yield
    except sqlite3.DatabaseError as error:
        text = str(error)
        hints = (
            ("full", "Make room on the disk, then go on with: sovscan scan --resume"),
            ("readonly", "Make the file and its folder writable, or choose another with --db."),
            (
                "unable to open",
                "Check the folder and its permissions, or choose another file with --db.",
            ),
            ("locked", "Another program holds the file; try again when it is done."),
        )
        hint = next(
            (hint for word, hint in hints if word in text),
            "Keep a copy of the file before you do anything else.",
        )
        if "not a database" in text:
            raise UsageError(
                f"{path} is no SQLite database", "Choose another file with --db."
            ) from error
        raise StoreError(f"{path}: {text}", hint) from error


def _recognise(database: Database, path: Path, *, create: bool) -> None:
    database.conn.execute("PRAGMA foreign_keys = ON")
    database.conn.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
    application = database.execute("PRAGMA application_id").fetchone()[0]
    version = database.execute("PRAGMA user_version").fetchone()[0]
    if application == APPLICATION and version > SCHEMA:
        raise UsageError(
            f"{path} was written by a newer sovscan (schema {version})",
            "Update sovscan to read it.",
        )
    if application == APPLICATION:
        return
    if application or database.table_names() or not create:
        raise UsageError(f"{path} is no sovscan database", "Choose another file with --db.")
    _create(database)


def _create(database: Database) -> None:
    script = resources.files("sovscan.store").joinpath("schema.sql").read_text(encoding="utf-8")
    database.enable_wal()
    head = f"BEGIN; PRAGMA application_id = {APPLICATION}; PRAGMA user_version = {SCHEMA};"
    database.conn.executescript(f"{head}\n{script}\nCOMMIT;")

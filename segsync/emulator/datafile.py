"""Opening the SQLite database in which the emulator keeps its data: in memory or in a file."""

import sqlite3
import struct
from pathlib import Path

# Written into the header of the file, so that no other program's database is taken for ours.
APPLICATION_ID = 0x53475345
LAYOUT = 1

# https://www.sqlite.org/fileformat.html#the_database_header: both numbers are big-endian.
HEADER = struct.Struct(">16s44xI4xI28x")
MAGIC = b"SQLite format 3\0"

TABLES = (
    """CREATE TABLE IF NOT EXISTS projects (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
        project TEXT NOT NULL, app_id INTEGER NOT NULL, api_user_id TEXT)""",
    """CREATE TABLE IF NOT EXISTS segments (
        seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, export_project_id TEXT NOT NULL,
        segment TEXT NOT NULL, period INTEGER NOT NULL, is_enabled INTEGER NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS published (
        seq INTEGER PRIMARY KEY, project TEXT NOT NULL, segment TEXT NOT NULL,
        message TEXT NOT NULL, at TEXT NOT NULL)""",
    "CREATE INDEX IF NOT EXISTS projects_by_push_project ON projects (project)",
    "CREATE INDEX IF NOT EXISTS segments_by_project ON segments (export_project_id)",
)


class DataFileError(ValueError):
    """The data file cannot be used; the message names the file and says why."""


def open_data(path: Path | None) -> sqlite3.Connection:
    """A connection to the data, with the tables in place; every statement commits by itself.

    `path` None keeps the data in memory. A file that is missing or empty becomes a new database. Raises
    DataFileError, with the file as it was, where it is not ours, is newer, is in use or cannot be opened.
    """
    if path is None:
        return _prepared(sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False))
    try:
        _check_header(path)
        connection = sqlite3.connect(path, timeout=0, isolation_level=None, check_same_thread=False)
        return _prepared(connection)
    except (OSError, sqlite3.Error) as error:
        reason = "another process uses it" if "locked" in str(error) else str(error)
        raise DataFileError(f"cannot use {path} as data file: {reason}") from error


def _check_header(path: Path) -> None:
    # Read here and not by SQLite, which might roll back or rewrite another program's file.
    if not path.exists():
        return
    if not path.is_file():
        raise DataFileError(f"cannot use {path} as data file: it is not a regular file")
    with path.open("rb") as file:
        header = file.read(HEADER.size)
    if not header:
        return
    if len(header) < HEADER.size or not header.startswith(MAGIC):
        raise DataFileError(f"cannot use {path} as data file: it was not written by the emulator")
    _magic, layout, application = HEADER.unpack(header)
    if application != APPLICATION_ID:
        raise DataFileError(f"cannot use {path} as data file: it is the database of another program")
    if layout > LAYOUT:
        raise DataFileError(f"cannot use {path} as data file: a newer version wrote it (layout {layout})")


def _prepared(connection: sqlite3.Connection) -> sqlite3.Connection:
    try:
        connection.execute("PRAGMA locking_mode = EXCLUSIVE")
        # Before WAL, so that the header is in the file itself, where _check_header reads it.
        connection.execute("BEGIN EXCLUSIVE")
        for table in TABLES:
            connection.execute(table)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute(f"PRAGMA user_version = {LAYOUT}")
        connection.execute("COMMIT")
        # A commit reaches the system's cache at once, which outlives a killed process, and waits for no disk.
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = NORMAL")
    except sqlite3.Error:
        connection.close()
        raise
    return connection

"""One connection to the table that states are kept in, and to the row of one state."""

import contextlib
import hashlib
import os
import socket
import threading
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Self

import psycopg
from psycopg import errors
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composed, Identifier
from psycopg.types.json import Json

from segsync.state.postgres.access import Access
from segsync.state.protocol import UNKNOWN_HOLDER, LockInfo

# Not jsonb, which must be able to write out every name of a user in the encoding of the database.
TABLE = "CREATE TABLE segsync_states (name text PRIMARY KEY, document bytea, holder json)"

# A server that is stuck as a whole keeps no timeout of its own.
_LIMIT_SECONDS = 40
_END_MILLISECONDS = 10_000

# What a role or a database may have set otherwise. A commit that was answered must outlive a crash of the server, and a
# lock must outlive a person's thinking, but not its holder's host.
_SETTINGS = SQL("""
    SELECT set_config(name, value, false) FROM (VALUES
        ('statement_timeout', '30s'), ('lock_timeout', '30s'), ('idle_session_timeout', '0'),
        ('default_transaction_isolation', 'read committed'),
        ('synchronous_commit', CASE WHEN current_setting('synchronous_commit') IN ('off', 'local') THEN 'on' END),
        ('tcp_keepalives_idle', '10'), ('tcp_keepalives_interval', '5'), ('tcp_keepalives_count', '4')
    ) AS wanted (name, value) WHERE value IS NOT NULL
""")
_LOCKS = SQL("""
    pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND (classid::bigint << 32) | objid::bigint = %(key)s
""")
_ALLOWED = SQL("(NOT %(locked)s OR EXISTS (SELECT FROM {locks} AND pid = pg_backend_pid()))").format(locks=_LOCKS)
# A session may have a lock twice. Behind a pooler that gives a session to one client after the other, the second time
# is another client's.
_TAKE = SQL("SELECT CASE WHEN EXISTS (SELECT FROM {}) THEN false ELSE pg_try_advisory_lock(%(key)s) END").format(_LOCKS)
_READ = SQL("SELECT document FROM segsync_states WHERE name = %(name)s")
_CREATE = SQL("""
    INSERT INTO segsync_states AS stored (name, document) SELECT %(name)s, %(data)s WHERE {allowed}
    ON CONFLICT (name) DO UPDATE SET document = excluded.document WHERE stored.document IS NULL
""").format(allowed=_ALLOWED)
_REPLACE = SQL("""
    UPDATE segsync_states SET document = %(data)s
    WHERE name = %(name)s AND encode(sha256(document), 'hex') = %(replaces)s AND {allowed}
""").format(allowed=_ALLOWED)
_HOLDER = SQL("SELECT holder FROM segsync_states WHERE name = %(name)s")
_TELL = SQL("""
    INSERT INTO segsync_states (name, holder) VALUES (%(name)s, %(holder)s)
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder
""")
_END = SQL("""
    SELECT pg_terminate_backend(pid, %(wait)s) FROM (
        SELECT DISTINCT pid FROM {locks} AND pid IN (
            SELECT (holder->>'session')::int FROM segsync_states WHERE name = %(name)s AND holder->>'id' = %(id)s
        )
    ) AS held
""").format(locks=_LOCKS)


class Session:
    """Raises psycopg.Error. A table that is missing holds no state; it is made by `make_table` alone.

    The lock is on the name of the state in the database: states of one name in two schemas share it.
    """

    def __init__(self, connection: psycopg.Connection, state: str) -> None:
        self._connection = connection
        self._name = state
        digest = hashlib.sha256(f"segsync_states {state}".encode()).digest()
        self._key = int.from_bytes(digest[:8], "big", signed=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._connection.close()

    @property
    def lost(self) -> bool:
        """Whether the connection is gone, and the lock with it."""
        return bool(self._connection.closed)

    def read(self) -> bytes | None:
        try:
            rows = self._run(_READ)
        except errors.UndefinedTable:
            return None
        return rows[0][0] if rows else None

    def write(self, data: bytes, replaces: str | None, *, locked: bool) -> bool:
        """False where the SHA-256 of what is stored is not `replaces`, or where the lock is to be held and is not."""
        statement = _CREATE if replaces is None else _REPLACE
        try:
            return bool(self._run(statement, data=data, replaces=replaces, locked=locked, returning=False))
        except errors.UndefinedTable:
            return False

    def make_table(self) -> None:
        """Where there is none; one that is there is good for a role that may make none."""
        if self._run(SQL("SELECT to_regclass('segsync_states') IS NOT NULL"))[0][0]:
            return
        # Someone else may make it at the same moment.
        with contextlib.suppress(errors.DuplicateTable, errors.UniqueViolation):
            self._run(SQL(TABLE), returning=False)

    def grant(self) -> str:
        """The statement that lets this role work with the table."""
        role = Identifier(self._connection.info.user)
        return SQL("GRANT SELECT, INSERT, UPDATE ON segsync_states TO {}").format(role).as_string()

    def take(self) -> bool:
        """The lock, unless it is held, be it by this very session."""
        return bool(self._run(_TAKE)[0][0])

    def tell(self, info: LockInfo) -> None:
        """Let others know who holds the lock."""
        holder = {**asdict(info), "session": self._run(SQL("SELECT pg_backend_pid()"))[0][0]}
        with contextlib.suppress(errors.UndefinedTable):
            self._run(_TELL, holder=Json(holder), returning=False)

    def holds(self) -> bool:
        return bool(self._run(SQL("SELECT 1 FROM {} AND pid = pg_backend_pid()").format(_LOCKS)))

    def give_back(self) -> None:
        """The lock, now: the server frees it only some time after the session has ended."""
        self._run(SQL("SELECT pg_advisory_unlock(%(key)s)"))

    def holder(self) -> LockInfo | None:
        """The row tells of the last holder; only of the session that holds the lock is it true."""
        sessions = self._run(SQL("SELECT pid FROM {}").format(_LOCKS))
        if not sessions:
            return None
        try:
            rows = self._run(_HOLDER)
        except errors.UndefinedTable:
            return UNKNOWN_HOLDER
        return _holder(rows[0][0], sessions[0][0]) if rows else UNKNOWN_HOLDER

    def end(self, holder: LockInfo) -> bool | None:
        """End the session by which `holder` holds the lock.

        None where the lock is not held by it, False where the session does not end.
        """
        try:
            rows = self._run(_END, id=holder.id, wait=_END_MILLISECONDS)
        except errors.UndefinedTable:
            return None
        return bool(rows[0][0]) if rows else None

    def _run(self, statement: SQL | Composed, *, returning: bool = True, **values: Any) -> Any:
        """The rows, or the number of rows changed."""
        with _bounded(self._connection):
            cursor = self._connection.execute(statement, {"name": self._name, "key": self._key, **values})
        return cursor.fetchall() if returning else cursor.rowcount


def connect(access: Access) -> Session:
    # Statements that are prepared outlive no change of the session behind a pooler.
    connection = psycopg.connect(access.conninfo, autocommit=True, prepare_threshold=None)
    try:
        with _bounded(connection):
            connection.execute(_SETTINGS)
    except BaseException:
        connection.close()
        raise
    return Session(connection, access.state)


@contextlib.contextmanager
def _bounded(connection: "psycopg.Connection[TupleRow]") -> Iterator[None]:
    """Cut the connection where the answer takes too long."""
    with socket.socket(fileno=os.dup(connection.fileno())) as wire:
        timer = threading.Timer(_LIMIT_SECONDS, wire.shutdown, [socket.SHUT_RDWR])
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            timer.join()


def _holder(document: object, session: int) -> LockInfo:
    match document:
        case {"session": told, "id": str(id), "operation": str(operation), "who": str(who), "pid": int(pid),
              "created": str(created)} if told == session:  # fmt: skip
            return LockInfo(id, operation, who, pid, created)
    return UNKNOWN_HOLDER

"""A state in a table of PostgreSQL: compare-and-swap in one statement, and a lock that ends with its session."""

import contextlib
from collections.abc import Iterator, Mapping

import psycopg
from psycopg import errors

from segsync.errors import StateConflict, StateError, StateLocked
from segsync.state.postgres.access import Access, access
from segsync.state.postgres.session import TABLE, Session, connect
from segsync.state.postgres.troubles import ended_by_server, meaning
from segsync.state.protocol import UNKNOWN_HOLDER, LockInfo, Stored, version_of
from segsync.state.refusals import changed, gone, held, not_held


def postgres_backend(address: str, environment: Mapping[str, str]) -> "PostgresBackend":
    """Raises UsageError for an address that cannot be used."""
    return PostgresBackend(access(address, environment))


class PostgresBackend:
    """One row of `segsync_states`. The version is the digest of its bytes, and so of the serial in them.

    While the lock is held everything goes over its session, so that no write outlives the lock.
    """

    def __init__(self, access: Access) -> None:
        self._access = access
        self._lock: tuple[Session, LockInfo] | None = None

    @property
    def address(self) -> str:
        return self._access.address

    def prove(self) -> None:
        """A pooler that gives each transaction another session loses the lock of that session."""
        with self._explained("the state cannot be locked"), connect(self._access) as one:
            self._make_table(one)
            with connect(self._access) as other:
                if not one.take():
                    raise held(self.address, one.holder() or UNKNOWN_HOLDER)
                shared = other.holds()
                one.give_back()
        if shared:
            raise StateError(f"{self.address}: the lock of one session is held by others too", _POOLER)

    def read(self) -> Stored | None:
        with self._session("the state cannot be read") as session:
            data = session.read()
        return None if data is None else Stored(data, version_of(data))

    def write(self, data: bytes, replaces: str | None) -> str:
        lost = self._written(data, replaces)
        if lost and not self._is_there(data, replaces, lost):
            # It replaces only what it was to replace, so that it may be sent once more.
            lost = self._written(data, replaces)
            if lost and not self._is_there(data, replaces, lost):
                why, hint = meaning(lost)
                raise StateError(f"{self.address}: the state was not written: {why}", hint)
        return version_of(data)

    def _written(self, data: bytes, replaces: str | None) -> psycopg.Error | None:
        """None where it was; else why the answer was lost."""
        with self._session("the state cannot be written") as session:
            if replaces is None:
                self._make_table(session)
            try:
                if not session.write(data, replaces, locked=self._lock is not None):
                    raise self._refusal(session, replaces)
            except psycopg.Error as error:
                if not session.lost:
                    raise
                return error
        return None

    def _is_there(self, data: bytes, replaces: str | None, lost: psycopg.Error) -> bool:
        """Look, over a new connection, for a write whose answer was lost. Raises StateConflict where another is."""
        if self._lock:
            if ended_by_server(lost):
                raise self._lost() from lost
            self._resume(self._lock[1])
        stored = self.read()
        if stored and stored.data == data:
            return True
        if stored is None and replaces is not None:
            raise gone(self.address)
        if (stored.version if stored else None) != replaces:
            raise changed(self.address)
        return False

    @contextlib.contextmanager
    def lock(self, info: LockInfo) -> Iterator[None]:
        with contextlib.ExitStack() as end:
            with self._explained("the state cannot be locked"):
                session = end.enter_context(connect(self._access))
                if not session.take():
                    raise held(self.address, session.holder() or UNKNOWN_HOLDER)
                session.tell(info)
            self._lock = (session, info)
            try:
                yield
            finally:
                self._give_back()

    def holder(self) -> LockInfo | None:
        with self._session("the lock cannot be read") as session:
            return session.holder()

    def unlock(self, holder: LockInfo) -> None:
        with self._session("the lock cannot be freed") as session:
            try:
                ended = session.end(holder)
            except errors.InsufficientPrivilege as error:
                raise StateLocked(
                    f"{self.address}: this role may not end the session that holds the lock",
                    "Come as the role that holds it, or as one that is in pg_signal_backend.",
                ) from error
        if ended is None:
            raise not_held(self.address, holder)
        if not ended:
            raise StateLocked(f"{self.address}: the session that holds the lock does not end", "Look again.")

    @contextlib.contextmanager
    def _session(self, what: str) -> Iterator[Session]:
        with self._explained(what):
            if self._lock:
                yield self._lock[0]
            else:
                with connect(self._access) as session:
                    yield session

    @contextlib.contextmanager
    def _explained(self, what: str) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as error:
            if self._lock and self._lock[0].lost:
                raise self._lost() from error
            why, hint = meaning(error)
            raise StateError(f"{self.address}: {what}: {why}", hint) from error

    def _make_table(self, session: Session) -> None:
        try:
            session.make_table()
        except (errors.InsufficientPrivilege, errors.InvalidSchemaName) as error:
            raise StateError(
                f"{self.address}: there is no table segsync_states, and this role may not create it",
                "Let someone who may create it run the statements above.",
                [f"{TABLE};", f"{session.grant()};"],
            ) from error

    def _refusal(self, session: Session, replaces: str | None) -> StateError:
        if self._lock and not session.holds():
            return self._lost()
        return gone(self.address) if replaces is not None and session.read() is None else changed(self.address)

    def _lost(self) -> StateConflict:
        return StateConflict(f"{self.address}: the lock was lost", _LOST)

    def _resume(self, info: LockInfo) -> None:
        """Hold the lock by a new session, unless someone else has it. Raises StateConflict."""
        with contextlib.ExitStack() as unless_held:
            session = unless_held.enter_context(self._reconnected())
            # The server may not have seen yet that the old one is gone.
            session.end(info)
            if not session.take():
                raise self._lost()
            session.tell(info)
            self._lock = (session, info)
            unless_held.pop_all()

    def _reconnected(self) -> Session:
        try:
            return connect(self._access)
        except psycopg.Error as error:
            why, hint = meaning(error)
            raise StateError(
                f"{self.address}: the connection was lost while the state was written, and it may not have been: {why}",
                hint,
            ) from error

    def _give_back(self) -> None:
        """A lock that is lost is free already, and no write can have followed its loss."""
        assert self._lock
        session, self._lock = self._lock[0], None
        with session, contextlib.suppress(psycopg.Error):
            session.give_back()


_LOST = "Someone has freed it, or the server has ended its session, or a pooler stands between that keeps no sessions."
_POOLER = (
    "Two applies could create the same things. Name PostgreSQL itself with --state, or a pooler that keeps sessions."
)

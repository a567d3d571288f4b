"""What PostgreSQL is asked for, and what is made of its refusals."""

import contextlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from segsync.errors import StateConflict, StateError, StateLocked, UsageError
from segsync.state.locate import backend_at
from segsync.state.postgres import session as sessions
from segsync.state.postgres.access import access
from segsync.state.postgres.backend import PostgresBackend, postgres_backend
from segsync.state.protocol import UNKNOWN_HOLDER, LockInfo
from tests.state.postgres.server import Server, running
from tests.state.postgres.wire import Fault, Wire, pooler_of, wire_to
from tests.support.cli import environment

MINE = LockInfo("l-1", "apply", "ann@laptop", 4711, "2026-11-23T10:00:00Z")
THEIRS = LockInfo("l-2", "state mv", "bob@runner", 4712, "2026-11-23T10:00:05Z")
FIRST, SECOND, THIRD = (f'{{"serial": {serial}}}'.encode() for serial in (1, 2, 3))
TABLE = "CREATE TABLE segsync_states (name text PRIMARY KEY, document bytea, holder json)"
WRITER = "GRANT SELECT, INSERT, UPDATE ON segsync_states TO"


@pytest.fixture
def server() -> Server:
    return running()


@pytest.fixture
def database(server: Server) -> Iterator[str]:
    """One without the table."""
    with server.database() as name:
        yield name


@pytest.fixture
def wire(server: Server) -> Iterator[Wire]:
    with wire_to(server) as wire:
        yield wire


def client(address: str) -> PostgresBackend:
    return postgres_backend(address, {})


def data_of(backend: PostgresBackend) -> bytes | None:
    stored = backend.read()
    return stored.data if stored else None


def tables(server: Server, database: str) -> list[tuple[object, ...]]:
    return server.run("SELECT tablename FROM pg_tables WHERE schemaname = 'public'", database)


# Addresses


@pytest.mark.parametrize(
    ("address", "environment", "sslmode"),
    [
        ("postgresql://db/shop?state=x", {}, "require"),
        ("postgresql://192.0.2.7:5433/shop?state=x", {}, "require"),
        ("postgresql:///shop?state=x&host=db1,db2", {}, "require"),
        ("postgresql:///shop?state=x", {"PGHOST": "db"}, "require"),
        ("postgresql://db/shop?state=x&sslmode=verify-full", {}, "verify-full"),
        ("postgresql://db/shop?state=x&sslmode=disable", {}, "disable"),
        ("postgresql://db/shop?state=x", {"PGSSLMODE": "prefer"}, None),
        ("postgresql://127.0.0.1/shop?state=x", {}, None),
        ("postgresql://localhost/shop?state=x", {}, None),
        ("postgresql://[::1]:5433/shop?state=x", {}, None),
        ("postgresql:///shop?state=x", {}, None),
        ("postgresql:///shop?state=x", {"PGHOST": "/run/postgresql"}, None),
    ],
)
def test_what_leaves_the_machine_is_encrypted_unless_someone_says_otherwise(
    address: str, environment: dict[str, str], sslmode: str | None
) -> None:
    found = dict(part.split("=", 1) for part in access(address, environment).conninfo.split())
    assert found.get("sslmode") == sslmode


@pytest.mark.parametrize(
    ("address", "conninfo"),
    [
        ("postgresql://db.example/shop?state=x", ["host=db.example", "dbname=shop"]),
        ("postgresql://db.example:5433/shop?state=x", ["host=db.example", "port=5433"]),
        ("postgresql://a.example:1,b.example:2/shop?state=x", ["host=a.example,b.example", "port=1,2"]),
        ("postgresql://[::1]/shop?state=x", ["host=::1"]),
        ("postgresql:///shop?state=x", ["dbname=shop"]),
        ("postgresql://%2Fvar%2Frun/shop?state=x", ["host=/var/run"]),
        ("postgresql://db/my%20shop?state=x", ["dbname='my shop'"]),
        ("POSTGRESQL://db/shop?sslmode=verify-full&state=x&sslrootcert=/a+b", ["sslmode=verify-full", "=/a+b"]),
        ("postgresql://db/shop?state=x&connect_timeout=3", ["connect_timeout=3"]),
    ],
)
def test_an_address_says_where(address: str, conninfo: list[str]) -> None:
    found = access(address, {})
    assert (found.address, found.state) == (address, "x")
    assert all(word in found.conninfo for word in conninfo)
    assert "state" not in found.conninfo


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://ann:s3cret@db/shop?state=x", "must not hold a user name or password"),
        ("postgresql://ann@db/shop?state=x", "must not hold a user name or password"),
        ("postgresql://ann:s3cret/s3cret@db/shop?state=x", "must not hold a user name or password"),
        ("postgresql://ann:s3cret?s3cret@db/shop?state=x", "must not hold a user name or password"),
        ("postgresql://ann:s3cret?state=x&s3cret@db/shop?state=x", "must not hold a user name or password"),
        ("postgresql://ann:s3cret#s3cret@db/shop?state=x", "must not hold a user name or password"),
        ("postgresql://db/shop?state=x&password=s3cret", "must not hold the parameter 'password'"),
        ("postgresql://db/shop?state=x&user=ann", "must not hold the parameter 'user'"),
        ("postgresql://db/shop?state=x&options=-csearch_path%3Dteam", "must not hold the parameter 'options'"),
        ("postgresql://db/shop?state=x&dbname=s3cret", "must not hold the parameter 'dbname'"),
        ("postgresql://db/shop?state=x&sslmode=require&sslmode=disable", "must not hold a parameter twice"),
        ("postgresql://db/shop?state=x&state=y", "must not hold a parameter twice"),
        ("postgresql://db/shop", "must end in state=NAME"),
        ("postgresql://db/shop?state=", "must end in state=NAME"),
        ("postgresql://db/shop?state=../x", "must end in state=NAME"),
        ("postgresql://db/shop?state=.x", "must end in state=NAME"),
        ("postgresql://db/shop?state=x%0A", "must end in state=NAME"),
        ("postgresql://db/shop?state=" + 65 * "x", "must end in state=NAME"),
        ("postgresql://db/shop?state=x#s3cret", "must end in state=NAME"),
        ("postgresql://db/shop?state=x&s3cret", "the query of this postgresql address cannot be read"),
        ("postgresql://db?state=x", "must name the database"),
        ("postgresql:///?state=x", "must name the database"),
        ("postgresql://db/s3cret%00?state=x", "is not a postgresql address"),
        ("postgresql://db/s3cret%zz?state=x", "is not a postgresql address"),
        ("postgresql://[db/shop?state=x", "is not a postgresql address"),
    ],
)
def test_an_address_that_cannot_be_used_is_told(address: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        backend_at(address, {})
    assert words in refused.value.message
    assert "s3cret" not in refused.value.message + refused.value.hint


def test_the_timeout_of_the_environment_is_kept() -> None:
    assert "connect_timeout=10" in access("postgresql://db/shop?state=x", {}).conninfo
    assert "connect_timeout" not in access("postgresql://db/shop?state=x", {"PGCONNECT_TIMEOUT": "3"}).conninfo


def test_without_the_extra_the_pip_line_is_told(tmp_path: Path) -> None:
    script = "import sys; sys.modules['psycopg'] = None; from segsync.cli.main import main; main()"
    command = [sys.executable, "-c", script, "state", "show", "--state", "postgresql://db/shop?state=x"]
    ran = subprocess.run(command, cwd=tmp_path, env=environment(), capture_output=True, text=True)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr.splitlines() == [
        "Error: --state: postgresql:// needs `psycopg`, which is not installed",
        "  Run: pip install 'segsync[postgres]'",
    ]


# The table


def test_looking_and_locking_make_no_table(server: Server, database: str) -> None:
    backend = client(server.address(database=database))
    assert backend.read() is None
    assert backend.holder() is None
    with backend.lock(MINE):
        assert client(backend.address).holder() == UNKNOWN_HOLDER
        assert backend.read() is None
    with pytest.raises(StateConflict, match="the state is gone"):
        backend.write(SECOND, "some version")
    assert tables(server, database) == []


def test_the_first_write_makes_the_table(server: Server, database: str) -> None:
    backend = client(server.address("shop", database))
    backend.write(FIRST, None)
    assert server.run("SELECT name, document, holder FROM segsync_states", database) == [("shop", FIRST, None)]


def test_states_of_other_names_do_not_meet(server: Server, database: str) -> None:
    one, other = client(server.address("one", database)), client(server.address("other", database))
    one.write(FIRST, None)
    with one.lock(MINE), other.lock(THEIRS):
        assert (one.holder(), other.holder()) == (MINE, THEIRS)
        assert other.read() is None


def test_a_role_that_may_create_nothing_works_with_a_table_that_is_there(
    server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.run(TABLE, database)
    with server.role(WRITER, database=database) as role:
        monkeypatch.setenv("PGUSER", role)
        backend = client(server.address(database=database))
        backend.prove()
        version = backend.write(FIRST, None)
        with backend.lock(MINE):
            assert client(backend.address).holder() == MINE
            backend.write(SECOND, version)
        assert data_of(backend) == SECOND


def test_a_role_that_may_create_nothing_is_told_what_to_run(
    server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with server.role(database=database) as role:
        monkeypatch.setenv("PGUSER", role)
        backend = client(server.address(database=database))
        assert backend.read() is None
        for ask in (backend.prove, lambda: backend.write(FIRST, None)):
            with pytest.raises(StateError) as refused:
                ask()
            assert "there is no table segsync_states, and this role may not create it" in refused.value.message
        server.run(" ".join(refused.value.details), database)
        monkeypatch.setenv("PGUSER", role)
        backend.prove()
        backend.write(FIRST, None)
        assert data_of(backend) == FIRST


def test_a_role_that_may_only_read_is_told_what_applying_takes(
    server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client(server.address("shop", database)).write(FIRST, None)
    with server.role("GRANT SELECT ON segsync_states TO", database=database) as role:
        monkeypatch.setenv("PGUSER", role)
        backend = client(server.address("shop", database))
        stored = backend.read()
        assert stored is not None
        denied = "the state cannot be locked: the role lacks the right"
        with pytest.raises(StateError, match=denied) as refused, backend.lock(MINE):
            pass
        assert "INSERT and UPDATE" in refused.value.hint
        with pytest.raises(StateError, match="the state cannot be written: the role lacks the right"):
            backend.write(SECOND, stored.version)
        assert data_of(backend) == FIRST
        assert backend.holder() is None


def test_a_table_of_someone_else_is_left_alone(server: Server, database: str) -> None:
    server.run("CREATE TABLE segsync_states (id int)", database)
    backend = client(server.address(database=database))
    with pytest.raises(StateError, match="the state cannot be read: the table segsync_states is not one of segsync's"):
        backend.read()
    with pytest.raises(StateError, match="is not one of segsync's"):
        backend.write(FIRST, None)
    assert server.run("SELECT count(*) FROM segsync_states", database) == [(0,)]


def test_a_server_that_takes_no_writes_is_told(server: Server, database: str) -> None:
    backend = client(server.address(database=database))
    version = backend.write(FIRST, None)
    server.run(f"ALTER DATABASE {database} SET default_transaction_read_only = on")
    assert data_of(backend) == FIRST
    with pytest.raises(StateError, match="takes no writes"):
        backend.write(SECOND, version)
    with pytest.raises(StateError, match="cannot be locked: the server takes no writes"), backend.lock(MINE):
        pass


# Locks


def test_a_session_that_the_server_ends_loses_the_lock(server: Server) -> None:
    backend = client(server.address())
    version = backend.write(FIRST, None)
    other = client(backend.address)
    with backend.lock(MINE):
        other.unlock(MINE)
        with other.lock(THEIRS):
            for act in (backend.read, lambda: backend.write(SECOND, version)):
                with pytest.raises(StateConflict, match="the lock was lost"):
                    act()
    assert data_of(other) == FIRST
    assert other.holder() is None
    backend.write(SECOND, version)
    assert data_of(other) == SECOND


def test_only_the_lock_that_is_held_is_freed(server: Server) -> None:
    backend = client(server.address())
    backend.prove()
    other = client(backend.address)
    with pytest.raises(StateLocked, match="the lock l-1 is not the one that is held now"):
        other.unlock(MINE)
    with backend.lock(MINE):
        pass
    with backend.lock(THEIRS):
        with pytest.raises(StateLocked, match="the lock l-1 is not the one that is held now"):
            other.unlock(MINE)
        assert other.holder() == THEIRS


def test_a_role_that_may_not_end_the_session_is_told(
    server: Server, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = client(server.address(database=database))
    backend.prove()
    with server.role(WRITER, database=database) as role, backend.lock(MINE):
        monkeypatch.setenv("PGUSER", role)
        other = client(backend.address)
        assert other.holder() == MINE
        with pytest.raises(StateLocked, match="may not end the session") as refused:
            other.unlock(MINE)
        assert "pg_signal_backend" in refused.value.hint
        assert other.holder() == MINE


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_holder_is_named_whatever_the_encoding_of_the_database(server: Server, encoding: str) -> None:
    mine = LockInfo("l-1", "apply", "\u0430\u043d\u043d\u0430@laptop", 4711, "2026-11-23T10:00:00Z")
    with server.database(encoding) as database:
        address = server.address(database=database)
        client(address).prove()
        with client(address).lock(mine):
            assert client(address).holder() == mine


def test_the_row_of_a_holder_that_is_gone_names_nobody(server: Server) -> None:
    backend = client(server.address())
    backend.prove()
    with backend.lock(MINE):
        pass
    assert backend.holder() is None
    # Someone has the lock and has not told yet.
    with sessions.connect(access(backend.address, {})) as session:
        assert session.take()
        assert backend.holder() == UNKNOWN_HOLDER
        with pytest.raises(StateLocked, match="locked by another process"), backend.lock(THEIRS):
            pass


def test_a_pooler_that_keeps_no_sessions_is_refused(server: Server) -> None:
    with pooler_of(server, "transaction") as folder:
        backend = client(server.address(host=folder))
        with pytest.raises(StateError, match="the lock of one session is held by others too") as refused:
            backend.prove()
        assert "a pooler that keeps sessions" in refused.value.hint
        assert backend.read() is None
        assert client(server.address(access(backend.address, {}).state)).holder() is None


def test_a_pooler_that_keeps_sessions_will_do(server: Server) -> None:
    with pooler_of(server, "session") as folder:
        backend = client(server.address(host=folder))
        backend.prove()
        version = backend.write(FIRST, None)
        with backend.lock(MINE):
            assert client(backend.address).holder() == MINE
            backend.write(SECOND, version)
        assert data_of(backend) == SECOND


def test_a_lock_that_a_pooler_gave_away_is_lost(server: Server) -> None:
    with pooler_of(server, "transaction") as folder:
        backend = client(server.address(host=folder))
        version = backend.write(FIRST, None)
        direct = client(server.address(access(backend.address, {}).state))
        with backend.lock(MINE):
            direct.unlock(MINE)
            backend.read()
            with pytest.raises(StateConflict, match="the lock was lost"):
                backend.write(SECOND, version)
    assert data_of(direct) == FIRST


def test_a_lock_excludes_even_behind_a_pooler_that_keeps_no_sessions(server: Server) -> None:
    client(server.address()).prove()
    with pooler_of(server, "transaction") as folder:
        one = client(server.address(host=folder))
        other = client(one.address)
        with one.lock(MINE), pytest.raises(StateLocked, match="ann@laptop"), other.lock(THEIRS):
            pass


# The wire


@pytest.mark.parametrize("locked", [False, True])
def test_a_write_of_which_the_answer_was_lost_is_recognised(wire: Wire, locked: bool) -> None:
    backend = client(wire.address())
    client(backend.address).prove()
    wire.fault = Fault.DONE_THEN_LOST
    with backend.lock(MINE) if locked else contextlib.nullcontext():
        version = backend.write(FIRST, None)
        version = backend.write(SECOND, version)
        backend.write(THIRD, version)
        assert data_of(backend) == THIRD
        assert client(backend.address).holder() == (MINE if locked else None)
    assert backend.holder() is None


@pytest.mark.parametrize("locked", [False, True])
def test_a_write_that_was_lost_is_told_and_can_be_made_again(wire: Wire, locked: bool) -> None:
    backend = client(wire.address())
    version = backend.write(FIRST, None)
    with backend.lock(MINE) if locked else contextlib.nullcontext():
        wire.fault = Fault.LOST
        with pytest.raises(StateError, match="the state was not written: ") as lost:
            backend.write(SECOND, version)
        assert type(lost.value) is StateError
        assert data_of(backend) == FIRST
        wire.fault = None
        backend.write(SECOND, version)
    assert data_of(backend) == SECOND


@pytest.mark.parametrize("locked", [False, True])
def test_a_write_that_was_lost_once_is_made_again(wire: Wire, locked: bool) -> None:
    backend = client(wire.address())
    version = backend.write(FIRST, None)

    def meanwhile() -> None:
        wire.fault = None

    wire.fault, wire.meanwhile = Fault.LOST, meanwhile
    with backend.lock(MINE) if locked else contextlib.nullcontext():
        version = backend.write(SECOND, version)
        backend.write(THIRD, version)
    assert data_of(backend) == THIRD


def test_a_write_that_was_lost_and_finds_anothers_is_a_conflict(wire: Wire) -> None:
    backend = client(wire.address())
    version = backend.write(FIRST, None)
    other = client(wire.server.address(access(backend.address, {}).state))

    def meanwhile() -> None:
        other.write(THIRD, version)

    wire.fault, wire.meanwhile = Fault.LOST, meanwhile
    with pytest.raises(StateConflict, match="someone else wrote this state meanwhile"):
        backend.write(SECOND, version)
    assert data_of(other) == THIRD


def test_a_lock_that_someone_took_while_the_wire_was_broken_is_lost(wire: Wire) -> None:
    backend = client(wire.address())
    version = backend.write(FIRST, None)
    other = client(wire.server.address(access(backend.address, {}).state))
    with contextlib.ExitStack() as theirs:

        def meanwhile() -> None:
            other.unlock(MINE)
            theirs.enter_context(other.lock(THEIRS))

        wire.fault, wire.meanwhile = Fault.LOST, meanwhile
        with pytest.raises(StateConflict, match="the lock was lost"), backend.lock(MINE):
            backend.write(SECOND, version)
        assert other.holder() == THEIRS
    assert data_of(other) == FIRST


def test_a_server_that_is_stuck_is_not_waited_for_for_ever(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    backend = client(wire.address())
    version = backend.write(FIRST, None)
    monkeypatch.setattr(sessions, "_LIMIT_SECONDS", 1)
    wire.fault = Fault.STUCK
    with pytest.raises(StateError, match="the state was not written: "):
        backend.write(SECOND, version)
    assert data_of(backend) == FIRST


# Refusals


def refused(address: str, *words: str) -> StateError:
    with pytest.raises(StateError) as told:
        client(address).read()
    assert told.value.message.startswith(f"{address}: the state cannot be read: ")
    assert all(word in told.value.message for word in words), told.value.message
    return told.value


def test_wrong_credentials_are_told(
    server: Server, database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PGPASSFILE", str(tmp_path / "none"))
    with server.role(database=database, password="s3cret") as role:
        monkeypatch.setenv("PGUSER", role)
        for password in ("", "wr0ng"):
            monkeypatch.setenv("PGPASSWORD", password)
            error = refused(server.tcp_address(database), "the user name or password is wrong or missing")
            assert "PGPASSWORD" in error.hint
            assert "wr0ng" not in str(error) + repr(error)
        monkeypatch.setenv("PGPASSWORD", "s3cret")
        assert client(server.tcp_address(database)).read() is None
        refused(server.tcp_address("nowhere"), "there is no such database")
        refused(server.tcp_address(database, sslmode="require"), "no TLS connection")
        refused(server.tcp_address(database, sslmode="sometimes"), 'invalid sslmode value: "sometimes"')
        monkeypatch.delenv("PGPASSWORD")
        monkeypatch.setenv("PGUSER", "nobody-here")
        refused(server.address(), "the user name or password is wrong or missing")


def test_pgpass_is_read(server: Server, database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    pgpass = tmp_path / "pgpass"
    with server.role(database=database, password="s3cret") as role:
        pgpass.write_text(f"127.0.0.1:{server.port}:*:{role}:s3cret\n")
        pgpass.chmod(0o600)
        monkeypatch.setenv("PGUSER", role)
        assert client(server.tcp_address(database, passfile=str(pgpass))).read() is None


def test_a_user_who_is_not_let_in_is_told(server: Server, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with server.role(database=database) as role:
        server.run(f"ALTER ROLE {role} NOLOGIN")
        monkeypatch.setenv("PGUSER", role)
        refused(server.address(), "the server does not let this user in")


def test_a_server_that_is_not_there_is_told(server: Server, tmp_path: Path) -> None:
    refused(server.address(host=str(tmp_path)), "no connection: ", "No such file or directory")
    refused("postgresql://127.0.0.1:1/shop?state=x", "no connection: ", "Connection refused")


def test_no_such_database_is_told(server: Server) -> None:
    assert "Create it" in refused(server.address(database="nowhere"), "there is no such database").hint

"""What the HTTP backend makes of every answer to a read and to a write, in both dialects."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from segsync.errors import StateConflict, StateError, StateLocked
from segsync.state.http.backend import HttpBackend
from tests.state.faulty import CUT, DONE_THEN_422, DONE_THEN_500, DONE_THEN_CUT, Fault, Reply, Request
from tests.state.http.clients import FIRST, MINE, SECOND, THEIRS, THIRD, client, data_of, operations
from tests.state.http.rules import GitLab, Plain
from tests.state.http.server import HTML, REDIRECT, StateServer, serving


@contextmanager
def taken_over(other: HttpBackend) -> Iterator[None]:
    """Someone frees MINE and takes THEIRS."""
    other.unlock(MINE)
    with other.lock(THEIRS):
        yield


@contextmanager
def freed_meanwhile() -> Iterator[None]:
    """What the holder of MINE is told at its end."""
    with pytest.raises(StateError, match="the lock l-1 was freed by someone meanwhile"):
        yield


# Reading


def test_reading_never_locks(server: StateServer, one: HttpBackend) -> None:
    server.rules.seed(FIRST)
    assert one.read()
    assert operations(server) == "read"


def test_a_state_without_a_version_is_none_yet(gitlab: StateServer) -> None:
    one = client(gitlab.address)
    with one.lock(MINE):
        pass
    gitlab.requests.clear()
    assert one.read() is None
    assert operations(gitlab) == "read"


def test_a_state_that_vanished_while_it_was_locked_is_never_an_empty_one(gitlab: StateServer) -> None:
    one = client(gitlab.address)
    with freed_meanwhile(), one.lock(MINE):
        version = one.write(FIRST, None)
        gitlab.rules.vanish()
        for look in (one.read, lambda: one.write(SECOND, version)):
            with pytest.raises(StateError, match="the state vanished while it was locked") as told:
                look()
            assert "segsync state push FILE" in told.value.hint
    assert data_of(gitlab.rules) == [FIRST]
    assert one.read() is None


def test_on_a_plain_server_nothing_under_the_lock_is_nothing_yet(plain: StateServer) -> None:
    one = client(plain.address)
    with freed_meanwhile(), one.lock(MINE):
        assert one.read() is None
        version = one.write(FIRST, None)
        plain.rules.vanish()
        with pytest.raises(StateConflict, match="the state is gone"):
            one.write(SECOND, version)
    assert data_of(plain.rules) == [FIRST]


@pytest.mark.parametrize("fault", [Fault(status=429), Fault(status=502), Fault(status=503), Fault(status=504), CUT])
def test_a_read_is_tried_again(server: StateServer, one: HttpBackend, fault: Fault) -> None:
    server.rules.seed(FIRST)
    server.fails("read", fault, fault)
    stored = one.read()
    assert stored is not None
    assert stored.data == FIRST
    assert operations(server) == "read read read"


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        (Fault(status=503), "the server failed (HTTP 503)"),
        (Fault(status=429), "the server is asked too often (HTTP 429)"),
        (Fault(status=206, body=b"{"), "the server gave an unexpected answer (HTTP 206)"),
        (CUT, "the server closed the connection without an answer"),
        (REDIRECT, "the server redirects, which is never followed (HTTP 302)"),
        (Fault(status=401), "the credentials are wrong or missing (HTTP 401)"),
        (Fault(status=403), "the credentials lack the right to do it (HTTP 403)"),
    ],
)
def test_what_is_no_answer_is_no_state_and_no_empty_one(
    server: StateServer, one: HttpBackend, fault: Fault, why: str
) -> None:
    server.always_fails("read", fault)
    with pytest.raises(StateError) as told:
        one.read()
    assert told.value.message == f"{server.address}: the state cannot be read: {why}"
    with pytest.raises(StateError, match="cannot be read"), one.lock(MINE):
        one.write(FIRST, None)
    assert data_of(server.rules) == []


def test_whatever_else_is_at_the_address_is_for_the_store_to_refuse(server: StateServer, one: HttpBackend) -> None:
    server.fails("read", HTML)
    stored = one.read()
    assert stored is not None
    assert stored.data == HTML.body


def test_a_server_that_does_not_listen_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    address = f"http://127.0.0.1:{port}/state"
    for call in (client(address).read, lambda: client(address).lock(MINE).__enter__()):
        with pytest.raises(StateError, match="no connection: Connection refused"):
            call()


@pytest.mark.parametrize(
    ("rules", "status", "hint"),
    [
        (Plain(), 401, "Set SEGSYNC_HTTP_USERNAME and SEGSYNC_HTTP_PASSWORD."),
        (GitLab(), 401, "CI_JOB_TOKEN"),
        (Plain(), 403, "Ask whoever runs the server for it."),
        (GitLab(), 403, "On GitLab reading needs the Developer role, locking and writing the Maintainer role."),
        (Plain(), 302, "Name the address that it leads to, if that is yours."),
    ],
)
def test_what_to_do_is_told_with_it(rules: Plain | GitLab, status: int, hint: str) -> None:
    with serving(rules) as server:
        server.always_fails("read", Fault(status=status))
        with pytest.raises(StateError) as told:
            client(server.address).read()
    assert hint in told.value.hint


# Writing


def test_a_write_reads_first_and_is_sent_under_the_lock(server: StateServer, one: HttpBackend) -> None:
    with one.lock(MINE):
        one.write(FIRST, None)
    assert operations(server) == "lock read write unlock"
    write = server.received[2]
    assert write.query == {"ID": "l-1"}
    assert write.headers["content-type"] == "application/json"
    assert write.body == FIRST


def test_a_write_without_a_lock_takes_one(server: StateServer, one: HttpBackend) -> None:
    with client(server.address).lock(THEIRS), pytest.raises(StateLocked, match="lock l-2"):
        one.write(FIRST, None)
    assert data_of(server.rules) == []
    server.requests.clear()
    one.write(FIRST, None)
    assert operations(server) == "lock read write unlock"
    assert data_of(server.rules) == [FIRST]


def test_a_stale_writer_sends_nothing(server: StateServer, one: HttpBackend) -> None:
    with one.lock(MINE):
        stale = one.write(FIRST, None)
        version = one.write(SECOND, stale)
        server.requests.clear()
        for replaces, data in ((stale, THIRD), (stale, SECOND), (None, THIRD), (version, SECOND), (version, FIRST)):
            with pytest.raises(StateConflict, match="someone else wrote this state meanwhile"):
                one.write(data, replaces)
        assert operations(server) == "read read read read read"
    assert data_of(server.rules) == [FIRST, SECOND]


def test_a_plain_server_keeps_what_has_no_serial(plain: StateServer) -> None:
    one, version = client(plain.address), None
    for data in (b"not JSON", b"[" * 60_000, b"[]", b'{"serial": "7"}'):
        version = one.write(data, version)
    assert data_of(plain.rules)[-1] == b'{"serial": "7"}'


@pytest.mark.parametrize("fault", [DONE_THEN_500, DONE_THEN_422, DONE_THEN_CUT, Fault(done=True, status=408)])
def test_a_write_of_which_the_answer_was_lost_is_read_back(server: StateServer, one: HttpBackend, fault: Fault) -> None:
    server.always_fails("write", fault)
    with one.lock(MINE):
        version = one.write(FIRST, None)
        one.write(SECOND, version)
    assert operations(server) == "lock read write read read write read unlock"
    assert server.serials == [1, 2]


class Overtaken(Plain):
    """Something else is there after a write that failed: what someone wrote (None: that it was deleted)."""

    def __init__(self, theirs: bytes | None) -> None:
        super().__init__()
        self._theirs = theirs

    def _write(self, request: Request) -> Reply:
        if self._theirs is None:
            self.vanish()
        else:
            self.seed(self._theirs)
        return Reply(500)


@pytest.mark.parametrize(("theirs", "told_so"), [(THIRD, "someone else wrote this state"), (None, "the state is gone")])
def test_a_write_in_doubt_that_finds_something_else_is_a_conflict(theirs: bytes | None, told_so: str) -> None:
    with serving(Overtaken(theirs)) as server:
        server.rules.seed(FIRST)
        one = client(server.address)
        stored = one.read()
        assert stored is not None
        with pytest.raises(StateConflict, match=told_so), one.lock(MINE):
            one.write(SECOND, stored.version)


@pytest.mark.parametrize(
    ("fault", "told_so", "reads"),
    [
        (Fault(status=500), "was not written: the server failed (HTTP 500)", 1),
        (Fault(status=502), "was not written: the server failed (HTTP 502)", 1),
        (Fault(status=202), "was not written: the server gave an unexpected answer (HTTP 202)", 1),
        (CUT, "may not have been written: the server closed the connection without an answer", 3),
    ],
)
def test_a_write_that_did_not_arrive_is_told_and_never_sent_again(
    server: StateServer, one: HttpBackend, fault: Fault, told_so: str, reads: int
) -> None:
    with one.lock(MINE):
        version = one.write(FIRST, None)
        server.always_fails("write", fault)
        server.requests.clear()
        with pytest.raises(StateError) as told:
            one.write(SECOND, version)
        assert not isinstance(told.value, StateConflict)
        assert f"{server.address}: the state {told_so}" in told.value.message
    assert operations(server) == f"read write {'read ' * reads}unlock"
    assert data_of(server.rules) == [FIRST]


def test_a_write_that_cannot_be_read_back_either_is_told(server: StateServer, one: HttpBackend) -> None:
    server.rules.seed(FIRST)
    stored = one.read()
    assert stored is not None
    server.fails("write", DONE_THEN_500)
    server.fails("read", Fault(status=200, body=FIRST), *[Fault(status=503)] * 3)
    with one.lock(MINE), pytest.raises(StateError) as told:
        one.write(SECOND, stored.version)
    assert told.value.message == (
        f"{server.address}: the state cannot be read: the server failed (HTTP 503); "
        "before that, a write was in doubt: the server failed (HTTP 500)"
    )


@pytest.mark.parametrize("status", [401, 403, 413, 429, 302, 400])
def test_a_write_that_was_refused_is_told_without_looking(server: StateServer, one: HttpBackend, status: int) -> None:
    server.always_fails("write", Fault(status=status))
    with one.lock(MINE), pytest.raises(StateError, match=rf"cannot be written: .* \(HTTP {status}\)"):
        one.write(FIRST, None)
    assert operations(server) == "lock read write unlock"


@pytest.mark.parametrize("status", [409, 423])
def test_a_write_whose_lock_was_lost_is_a_conflict(server: StateServer, one: HttpBackend, status: int) -> None:
    server.fails("write", Fault(status=status))
    with one.lock(MINE), pytest.raises(StateConflict, match="the lock was lost, nothing was written"):
        one.write(FIRST, None)
    assert data_of(server.rules) == []


def test_a_plain_server_notices_a_lock_that_someone_has_freed(plain: StateServer) -> None:
    one, other = client(plain.address), client(plain.address)
    with freed_meanwhile(), one.lock(MINE), taken_over(other), pytest.raises(StateConflict, match="the lock was lost"):
        one.write(FIRST, None)
    assert data_of(plain.rules) == []


CAUSES = "GitLab has this serial already, the lock is another one by now, or a file could not be locked"


def test_gitlab_does_not_say_that_a_lock_was_lost_so_the_causes_are_told(gitlab: StateServer) -> None:
    one, other = client(gitlab.address), client(gitlab.address)
    with freed_meanwhile(), one.lock(MINE), taken_over(other), pytest.raises(StateError) as told:
        one.write(FIRST, None)
    assert told.value.message == f"{gitlab.address}: the state was not written: the server failed (HTTP 500): {CAUSES}"
    assert data_of(gitlab.rules) == []


def test_a_serial_that_gitlab_has_already_is_told(gitlab: StateServer) -> None:
    gitlab.rules.seed(b'{"serial": 7}')
    one = client(gitlab.address)
    stored = one.read()
    assert stored is not None
    # Someone else, without the lock, between our read and our write.
    gitlab.always_fails("read", Fault(status=200, body=stored.data))
    gitlab.rules.seed(b'{"serial": 8, "by": "another"}')
    with one.lock(MINE), pytest.raises(StateError) as told:
        one.write(b'{"serial": 8}', stored.version)
    assert told.value.message.endswith(f"the state was not written: GitLab cannot process it (HTTP 422): {CAUSES}")
    assert gitlab.serials == [7, 8]


def test_a_body_with_a_lock_id_would_replace_that_of_the_query(gitlab: StateServer) -> None:
    one = client(gitlab.address)
    with one.lock(MINE), pytest.raises(StateError, match="the state was not written"):
        one.write(b'{"serial": 1, "ID": "another"}', None)
    assert data_of(gitlab.rules) == []

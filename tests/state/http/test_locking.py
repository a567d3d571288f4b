"""How the HTTP backend takes locks, tells who holds them and gives them back, in both dialects."""

import json

import pytest

from segsync.errors import StateError, StateLocked
from segsync.state.http.backend import HttpBackend
from segsync.state.store import Store
from tests.plumbing import server as bare
from tests.state.faulty import CUT, DONE_THEN_500, DONE_THEN_CUT, Fault, Reply, Request
from tests.state.http.clients import MINE, THEIRS, client, operations
from tests.state.http.rules import GitLab, Plain
from tests.state.http.server import StateServer, serving
from tests.support.events import ignore


def test_a_lock_is_asked_for_with_all_that_gitlab_wants_to_know(server: StateServer, one: HttpBackend) -> None:
    with one.lock(MINE):
        pass
    lock, unlock = server.received
    assert lock.headers["content-type"] == "application/json"
    assert {key: value for key, value in lock.json.items() if key != "Version"} == {
        "ID": "l-1",
        "Operation": "segsync apply",
        "Info": "process 4711",
        "Who": "ann@laptop",
        "Created": "2026-11-23T10:00:00Z",
        "Path": "",
    }
    assert lock.json["Version"]
    if isinstance(server.rules, GitLab):
        assert (lock.method, lock.path) == ("POST", f"{server.rules.path}/lock")
        assert (unlock.method, unlock.path, unlock.query, unlock.body) == ("DELETE", lock.path, {"ID": "l-1"}, b"")
    else:
        assert (lock.method, lock.path) == ("LOCK", server.rules.path)
        assert (unlock.method, unlock.path, unlock.query, unlock.json) == ("UNLOCK", lock.path, {}, lock.json)


@pytest.mark.parametrize("status", [409, 423])
def test_a_lock_that_is_held_is_told_by_either_status(status: int) -> None:
    with serving(Plain(held=status)) as server, client(server.address).lock(THEIRS):
        with pytest.raises(StateLocked) as told, client(server.address).lock(MINE):
            pass
        assert told.value.message == (
            f"{server.address}: the state is locked by bob@runner, process 4712, `segsync state mv`, "
            "since 2026-11-23T10:00:05Z (lock l-2)"
        )


def test_of_a_refused_lock_gitlab_is_believed_only_the_holders_keys(gitlab: StateServer) -> None:
    with client(gitlab.address).lock(THEIRS), pytest.raises(StateLocked) as told, client(gitlab.address).lock(MINE):
        pass
    # The answer also held our own operation and process.
    assert told.value.message == (
        f"{gitlab.address}: the state is locked by anonymous, since 2026-11-23T12:00:00.123Z (lock l-2)"
    )


def freed(backend: HttpBackend, lock_id: str) -> None:
    Store(backend, None, ignore).unlock(lock_id, lambda _question: None)


def test_a_server_that_names_nobody_frees_a_lock_by_its_id_alone() -> None:
    by_someone = pytest.raises(StateError, match="was freed by someone meanwhile")
    with serving(Plain(names=False)) as server, by_someone, client(server.address).lock(THEIRS):
        one = client(server.address)
        with pytest.raises(StateLocked, match="the state is locked by another process$"), one.lock(MINE):
            pass
        with pytest.raises(StateLocked, match="the lock l-7 is not the one that is held now"):
            freed(one, "l-7")
        freed(one, THEIRS.id)
        with one.lock(MINE):
            pass


@pytest.mark.parametrize("fault", [DONE_THEN_500, DONE_THEN_CUT, Fault(done=True, status=408)])
def test_a_lock_of_which_the_answer_was_lost_is_given_back(server: StateServer, one: HttpBackend, fault: Fault) -> None:
    server.fails("lock", fault)
    with pytest.raises(StateError, match="nobody knows whether the lock was taken") as told, one.lock(MINE):
        pass
    assert not isinstance(told.value, StateLocked)
    assert told.value.hint == (
        f"It is free again. Should it be locked later, `segsync state unlock {MINE.id}` frees it."
    )
    assert operations(server) == "lock unlock"
    with one.lock(THEIRS):
        pass


@pytest.mark.parametrize("fault", [CUT, Fault(status=500), Fault(status=504)])
def test_a_lock_that_may_be_taken_later_is_told_with_how_to_free_it(
    server: StateServer, one: HttpBackend, fault: Fault
) -> None:
    server.fails("lock", fault)
    with pytest.raises(StateError, match="nobody knows whether the lock was taken") as told, one.lock(MINE):
        pass
    assert told.value.hint == "If it is locked now, `segsync state unlock l-1` frees it."
    assert operations(server) == "lock unlock"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422, 429, 302])
def test_a_lock_that_was_refused_is_told(server: StateServer, one: HttpBackend, status: int) -> None:
    server.fails("lock", Fault(status=status))
    with pytest.raises(StateError, match=rf"the state cannot be locked: .* \(HTTP {status}\)"), one.lock(MINE):
        pass
    assert operations(server) == "lock"


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_that_knows_no_locks_is_told_so(plain: StateServer, status: int) -> None:
    plain.always_fails("lock", Fault(status=status))
    with pytest.raises(StateError) as told:
        client(plain.address).lock(MINE).__enter__()
    if status != 501:
        assert "with LOCK and UNLOCK" in told.value.hint


@pytest.mark.parametrize("fault", [DONE_THEN_500, DONE_THEN_CUT, CUT, Fault(status=503)])
def test_giving_a_lock_back_is_tried_twice(server: StateServer, one: HttpBackend, fault: Fault) -> None:
    server.fails("unlock", fault)
    with one.lock(MINE):
        pass
    assert operations(server) == "lock unlock unlock"
    with one.lock(THEIRS):
        pass


@pytest.mark.parametrize("fault", [CUT, Fault(status=500), Fault(status=403)])
def test_a_lock_that_cannot_be_given_back_is_told_with_how_to_free_it(
    server: StateServer, one: HttpBackend, fault: Fault
) -> None:
    server.always_fails("unlock", fault)
    with pytest.raises(StateError, match="the lock could not be given back: ") as told, one.lock(MINE):
        pass
    assert told.value.hint == "`segsync state unlock l-1` frees it."


def test_a_lock_that_cannot_be_given_back_hides_no_other_error(server: StateServer, one: HttpBackend) -> None:
    server.always_fails("unlock", Fault(status=500))
    with pytest.raises(ZeroDivisionError), one.lock(MINE):
        raise ZeroDivisionError


def test_asking_for_the_holder_gives_back_what_it_took(server: StateServer, one: HttpBackend) -> None:
    assert one.holder() is None
    assert operations(server) == "lock unlock"
    with client(server.address).lock(THEIRS):
        server.requests.clear()
        holder = one.holder()
        assert holder is not None
        assert holder.id == "l-2"
        assert operations(server) == "lock"


def test_a_lock_that_is_another_one_by_now_is_not_freed(server: StateServer, one: HttpBackend) -> None:
    with client(server.address).lock(THEIRS):
        with pytest.raises(StateLocked, match="the lock l-1 is not the one that is held now"):
            one.unlock(MINE)
        with pytest.raises(StateLocked, match="lock l-2"), one.lock(MINE):
            pass


def test_a_lock_that_may_not_be_freed_is_told(server: StateServer, one: HttpBackend) -> None:
    server.fails("unlock", Fault(status=403))
    with pytest.raises(StateError, match="the lock cannot be freed: the credentials lack the right"):
        one.unlock(MINE)


def test_an_answer_that_says_nothing_at_all_is_one() -> None:
    with bare.serving(bare.once(b"HTTP/1.0 200 OK\r\n\r\n")) as server, client(server.url).lock(MINE):
        pass
    assert [request.split()[0] for request in server.requests] == [b"LOCK", b"UNLOCK"]


# Proof


class Generous(Plain):
    """Grants every lock to everyone."""

    def _take(self, request: Request) -> Reply:
        self.lock = json.loads(request.body)
        return Reply(200)


def test_a_server_that_locks_passes_the_proof(server: StateServer, one: HttpBackend) -> None:
    one.prove()
    assert operations(server) == "lock lock unlock"
    with one.lock(MINE):
        pass


def test_a_server_that_grants_a_lock_twice_does_not() -> None:
    with serving(Generous()) as server, pytest.raises(StateError) as told:
        client(server.address).prove()
    assert told.value.message == f"{server.address}: the server grants a lock that is held"

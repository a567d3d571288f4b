"""What every backend keeps to, whatever it stores the bytes in."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from segsync.errors import StateConflict, StateLocked
from segsync.state.protocol import Backend, LockInfo
from tests.state.places import Place
from tests.support.cli import environment

Backends = tuple[Backend, Backend]

MINE = LockInfo("l-1", "apply", "ann@laptop", 4711, "2026-11-23T10:00:00Z")
THEIRS = LockInfo("l-2", "state mv", "bob@runner", 4712, "2026-11-23T10:00:05Z")

HOLDER = """
import os, sys
from segsync.state.locate import backend_at
from segsync.state.protocol import LockInfo
with backend_at(sys.argv[1]).lock(LockInfo("l-9", "apply", "ci@runner", os.getpid(), "2026-11-23T09:00:00Z")):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def held_elsewhere(place: Place) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds the lock until its stdin ends."""
    command = [sys.executable, "-c", HOLDER, place.address]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment(), stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "held\n"
        try:
            yield process
        finally:
            process.kill()


def test_where_nothing_was_written_there_is_nothing(backends: Backends) -> None:
    one, _other = backends
    assert one.read() is None


def test_a_write_is_read_by_its_writer_and_by_others(backends: Backends) -> None:
    one, other = backends
    version = one.write(b'{"serial": 1}', None)
    for client in (one, other):
        stored = client.read()
        assert stored is not None
        assert (stored.data, stored.version) == (b'{"serial": 1}', version)


@pytest.mark.parametrize("data", [b"", b"\n", b"\x00\xff not JSON \r\n", b"x" * 2_000_000], ids=len)
def test_bytes_are_kept_as_they_are_and_empty_is_not_missing(backends: Backends, data: bytes) -> None:
    one, other = backends
    one.write(data, None)
    stored = other.read()
    assert stored is not None
    assert stored.data == data


def test_the_version_changes_with_every_write(backends: Backends) -> None:
    one, _other = backends
    first = one.write(b"first", None)
    second = one.write(b"second", first)
    third = one.write(b"third", second)
    assert len({first, second, third}) == 3


def test_clients_may_take_turns(backends: Backends) -> None:
    one, other = backends
    version = one.write(b"first", None)
    version = other.write(b"second", version)
    version = one.write(b"third", version)
    stored = other.read()
    assert stored is not None
    assert (stored.data, stored.version) == (b"third", version)


def test_a_stale_writer_is_refused_and_changes_nothing(backends: Backends) -> None:
    one, other = backends
    stale = one.write(b"first", None)
    other.write(b"second", stale)
    with pytest.raises(StateConflict, match="someone else wrote this state meanwhile"):
        one.write(b"third", stale)
    stored = one.read()
    assert stored is not None
    assert stored.data == b"second"


def test_creating_where_there_is_one_is_refused(backends: Backends) -> None:
    one, other = backends
    one.write(b"first", None)
    with pytest.raises(StateConflict):
        other.write(b"second", None)
    stored = one.read()
    assert stored is not None
    assert stored.data == b"first"


def test_replacing_where_there_is_none_is_refused(backends: Backends) -> None:
    one, other = backends
    with pytest.raises(StateConflict):
        one.write(b"second", "some version")
    assert other.read() is None


def test_a_lock_excludes_others_and_names_its_holder(backends: Backends) -> None:
    one, other = backends
    with one.lock(MINE), pytest.raises(StateLocked) as refused, other.lock(THEIRS):
        pass
    assert refused.value.exit_code == 5
    assert refused.value.message == (
        f"{other.address}: the state is locked by ann@laptop, process 4711, `segsync apply`, "
        "since 2026-11-23T10:00:00Z (lock l-1)"
    )
    assert "--lock-timeout" in refused.value.hint


def test_everyone_can_ask_who_holds_the_lock(backends: Backends) -> None:
    one, other = backends
    assert other.holder() is None
    with one.lock(MINE):
        assert one.holder() == other.holder() == MINE
    assert other.holder() is None


def test_asking_for_the_holder_takes_nothing(backends: Backends) -> None:
    one, other = backends
    assert other.holder() is None
    with one.lock(MINE):
        assert other.holder() == MINE
        with pytest.raises(StateLocked), other.lock(THEIRS):
            pass


def test_a_lock_excludes_its_own_client_too(backends: Backends) -> None:
    one, _other = backends
    with one.lock(MINE), pytest.raises(StateLocked), one.lock(THEIRS):
        pass


def test_a_refused_lock_leaves_the_holder_its_own(backends: Backends) -> None:
    one, other = backends
    with one.lock(MINE):
        for _ in range(2):
            with pytest.raises(StateLocked, match="ann@laptop"), other.lock(THEIRS):
                pass


def test_a_lock_that_was_given_back_can_be_taken(backends: Backends) -> None:
    one, other = backends
    with one.lock(MINE):
        pass
    with other.lock(THEIRS), pytest.raises(StateLocked, match="bob@runner"), one.lock(MINE):
        pass


def test_an_error_gives_the_lock_back(backends: Backends) -> None:
    one, other = backends
    with pytest.raises(ZeroDivisionError), one.lock(MINE):
        raise ZeroDivisionError
    with other.lock(THEIRS):
        assert other.read() is None


def test_the_holder_of_the_lock_reads_and_writes(backends: Backends) -> None:
    one, other = backends
    with one.lock(MINE):
        assert one.read() is None
        version = one.write(b"first", None)
        one.write(b"second", version)
    stored = other.read()
    assert stored is not None
    assert stored.data == b"second"


def test_a_reader_needs_no_lock(backends: Backends) -> None:
    one, other = backends
    with one.lock(MINE):
        one.write(b"first", None)
        stored = other.read()
    assert stored is not None
    assert stored.data == b"first"


def test_a_lock_alone_makes_no_state(backends: Backends) -> None:
    one, other = backends
    with one.lock(MINE):
        assert other.read() is None
    assert other.read() is None


def test_a_lock_excludes_other_processes_and_names_them(place: Place) -> None:
    with held_elsewhere(place) as process:
        with pytest.raises(StateLocked) as refused, place.client().lock(MINE):
            pass
        assert f"ci@runner, process {process.pid}, `segsync apply`" in refused.value.message
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == 0
    with place.client().lock(MINE):
        pass


def test_the_lock_of_a_killed_process_frees_itself(place: Place) -> None:
    with held_elsewhere(place) as process:
        process.send_signal(signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
    one, other = place.client(), place.client()
    assert one.holder() is None
    with one.lock(MINE), pytest.raises(StateLocked, match="ann@laptop"), other.lock(THEIRS):
        pass

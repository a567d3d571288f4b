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

# A state's document, as an engine sees it: JSON with a serial that grows.
FIRST, SECOND, THIRD = (f'{{"serial": {serial}}}'.encode() for serial in (1, 2, 3))

LARGE = b'{"serial": 1, "name": "' + b"x" * 2_000_000 + b'"}'

HOLDER = """
import os, sys
from segsync.state.locate import backend_at
from segsync.state.protocol import LockInfo
mine = LockInfo("l-9", "apply", "ci@runner", os.getpid(), "2026-11-23T09:00:00Z")
with backend_at(sys.argv[1], os.environ).lock(mine):
    print("held", flush=True)
    sys.stdin.read()
"""


def told(holder: LockInfo | None) -> tuple[str, str, str] | None:
    """What every engine tells of a holder, in its own way."""
    return (holder.id, holder.who, holder.created) if holder else None


@contextmanager
def held_elsewhere(place: Place) -> Iterator["subprocess.Popen[str]"]:
    """Another process that holds the lock until its stdin ends."""
    command = [sys.executable, "-c", HOLDER, place.address]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, env=environment(place.environment), stdin=pipe, stdout=pipe, text=True) as process:
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
    version = one.write(FIRST, None)
    for client in (one, other):
        stored = client.read()
        assert stored is not None
        assert (stored.data, stored.version) == (FIRST, version)


@pytest.mark.parametrize(
    "data",
    [b' {"serial":1,\r\n"name": "\\u0436"}\n\n', '{"serial": 1, "name": "ж"}'.encode(), LARGE],
    ids=["spaced", "unicode", "large"],
)
def test_bytes_are_kept_as_they_are(backends: Backends, data: bytes) -> None:
    one, other = backends
    one.write(data, None)
    stored = other.read()
    assert stored is not None
    assert stored.data == data


def test_the_version_changes_with_every_write(backends: Backends) -> None:
    one, _other = backends
    first = one.write(FIRST, None)
    second = one.write(SECOND, first)
    third = one.write(THIRD, second)
    assert len({first, second, third}) == 3


def test_clients_may_take_turns(backends: Backends) -> None:
    one, other = backends
    version = one.write(FIRST, None)
    version = other.write(SECOND, version)
    version = one.write(THIRD, version)
    stored = other.read()
    assert stored is not None
    assert (stored.data, stored.version) == (THIRD, version)


def test_a_stale_writer_is_refused_and_changes_nothing(backends: Backends) -> None:
    one, other = backends
    stale = one.write(FIRST, None)
    other.write(SECOND, stale)
    with pytest.raises(StateConflict, match="someone else wrote this state meanwhile"):
        one.write(THIRD, stale)
    stored = one.read()
    assert stored is not None
    assert stored.data == SECOND


def test_creating_where_there_is_one_is_refused(backends: Backends) -> None:
    one, other = backends
    one.write(FIRST, None)
    with pytest.raises(StateConflict):
        other.write(SECOND, None)
    stored = one.read()
    assert stored is not None
    assert stored.data == FIRST


def test_replacing_where_there_is_none_is_refused(backends: Backends) -> None:
    one, other = backends
    with pytest.raises(StateConflict):
        one.write(SECOND, "some version")
    assert other.read() is None


def test_a_lock_excludes_others_and_names_its_holder(place: Place, backends: Backends) -> None:
    one, other = backends
    with one.lock(MINE), pytest.raises(StateLocked) as refused, other.lock(THEIRS):
        pass
    assert refused.value.exit_code == 5
    message, mine = refused.value.message, place.known_as(MINE)
    assert message.startswith(f"{other.address}: the state is locked by {mine.who}, ")
    assert message.endswith(f"since {mine.created} (lock l-1)")
    assert "--lock-timeout" in refused.value.hint


def test_everyone_can_ask_who_holds_the_lock(place: Place, backends: Backends) -> None:
    one, other = backends
    assert other.holder() is None
    with one.lock(MINE):
        assert told(one.holder()) == told(other.holder()) == told(place.known_as(MINE))
    assert other.holder() is None


def test_asking_for_the_holder_takes_nothing(place: Place, backends: Backends) -> None:
    one, other = backends
    assert other.holder() is None
    with one.lock(MINE):
        assert told(other.holder()) == told(place.known_as(MINE))
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
            with pytest.raises(StateLocked, match="lock l-1"), other.lock(THEIRS):
                pass


def test_a_lock_that_was_given_back_can_be_taken(backends: Backends) -> None:
    one, other = backends
    with one.lock(MINE):
        pass
    with other.lock(THEIRS), pytest.raises(StateLocked, match="lock l-2"), one.lock(MINE):
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
        version = one.write(FIRST, None)
        one.write(SECOND, version)
    stored = other.read()
    assert stored is not None
    assert stored.data == SECOND


def test_a_reader_needs_no_lock(backends: Backends) -> None:
    one, other = backends
    with one.lock(MINE):
        one.write(FIRST, None)
        stored = other.read()
    assert stored is not None
    assert stored.data == FIRST


def test_a_lock_alone_makes_no_state(backends: Backends) -> None:
    one, other = backends
    with one.lock(MINE):
        assert other.read() is None
    assert other.read() is None


def test_a_lock_excludes_other_processes_and_names_them(place: Place) -> None:
    with held_elsewhere(place) as process:
        with pytest.raises(StateLocked) as refused, place.client().lock(MINE):
            pass
        assert "(lock l-9)" in refused.value.message
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(10) == 0
    with place.client().lock(MINE):
        pass


def test_the_lock_of_a_killed_process_frees_itself_or_can_be_seen_and_freed(place: Place) -> None:
    with held_elsewhere(place) as process:
        process.send_signal(signal.SIGKILL)
        assert process.wait(10) == -signal.SIGKILL
    one, other = place.client(), place.client()
    if not place.frees_itself:
        holder = one.holder()
        assert holder is not None
        assert holder.id == "l-9"
        with pytest.raises(StateLocked, match="lock l-9"), one.lock(MINE):
            pass
        other.unlock(holder)
    assert one.holder() is None
    with one.lock(MINE), pytest.raises(StateLocked, match="lock l-1"), other.lock(THEIRS):
        pass

"""What the store keeps of a state from one write to the next."""

import json
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from segsync.core.events import Event, Warned
from segsync.core.state import State
from segsync.errors import FileError, Interrupted, NotApproved, StateConflict, StateError, StateLocked, StateMissing
from segsync.state.local import LocalBackend
from segsync.state.protocol import LockInfo
from segsync.state.store import Store, read_document
from tests.rustore.fakes import FakeClock
from tests.support.events import ignore
from tests.support.models import ID, LINEAGE, OTHER_ID

MINE = LockInfo("l-1", "apply", "ann@laptop", 4711, "2026-11-23T10:00:00Z")
THEIRS = LockInfo("l-2", "state mv", "bob@runner", 4712, "2026-11-23T10:00:05Z")
NEW = State(lineage=LINEAGE, serial=1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "segsync.state.json"


@pytest.fixture
def store(path: Path) -> Store:
    """A store of a state that exists."""
    Store(LocalBackend(path), None, ignore).put(NEW)
    return Store(LocalBackend(path), LINEAGE, ignore)


def test_a_missing_state_is_never_an_empty_one(path: Path) -> None:
    store = Store(LocalBackend(path), None, ignore)
    assert store.find() is None
    with pytest.raises(StateMissing) as missing:
        store.read()
    assert missing.value.message == f"{path}: there is no state here"
    assert missing.value.hint == (
        "Run `segsync init` once to create it. If there was one, restore it: it holds ids that RuStore cannot list."
    )


def test_an_empty_file_is_a_broken_state_and_no_missing_one(path: Path) -> None:
    path.write_bytes(b"")
    store = Store(LocalBackend(path), None, ignore)
    for look in (store.find, store.read):
        with pytest.raises(StateError, match="the state is broken: it is not JSON") as broken:
            look()
        assert not isinstance(broken.value, StateMissing)


def test_a_created_state_is_read_as_it_is(store: Store, path: Path) -> None:
    assert store.address == str(path)
    assert store.find() == NEW
    assert store.read() == NEW


def test_a_state_is_written_for_people_to_read(store: Store, path: Path) -> None:
    assert path.read_text(encoding="ascii") == (
        "{\n"
        '  "segsync_state": 1,\n'
        f'  "lineage": "{LINEAGE}",\n'
        '  "serial": 1,\n'
        '  "projects": {},\n'
        '  "pending": {},\n'
        '  "published": {}\n'
        "}\n"
    )


def test_a_state_is_created_once(store: Store, path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(StateConflict):
        Store(LocalBackend(path), None, ignore).put(State(lineage=OTHER_ID, serial=1))
    assert path.read_bytes() == before


def test_the_serial_grows_by_one_with_every_write(store: Store, path: Path) -> None:
    written = store.save(store.read())
    assert written == State(lineage=LINEAGE, serial=2)
    assert store.save(written).serial == 3
    assert json.loads(path.read_bytes())["serial"] == 3
    assert store.read() == State(lineage=LINEAGE, serial=3)


def test_a_created_state_can_be_saved_at_once(path: Path) -> None:
    store = Store(LocalBackend(path), None, ignore)
    store.put(NEW)
    assert store.save(NEW).serial == 2


def test_a_store_that_has_not_seen_the_last_write_does_not_undo_it(store: Store, path: Path) -> None:
    late = Store(LocalBackend(path), LINEAGE, ignore)
    stale = late.read()
    store.save(store.read())
    for _ in range(2):
        with pytest.raises(StateConflict):
            late.save(stale)
    assert store.read().serial == 2
    assert late.save(late.read()).serial == 3


def test_a_document_is_put_as_it_is_over_what_was_read(store: Store, path: Path) -> None:
    store.read()
    store.put(State(lineage=LINEAGE, serial=9))
    assert Store(LocalBackend(path), None, ignore).read().serial == 9


def test_a_store_that_has_read_nothing_overwrites_nothing(store: Store, path: Path) -> None:
    with pytest.raises(StateConflict):
        store.save(NEW)


def test_a_state_that_is_gone_since_is_not_made_again(store: Store, path: Path) -> None:
    state = store.read()
    path.unlink()
    with pytest.raises(StateConflict, match="the state is gone"):
        store.save(state)
    assert not path.exists()


def test_the_state_of_another_manifest_is_refused(store: Store, path: Path) -> None:
    other = Store(LocalBackend(path), OTHER_ID, ignore)
    for look in (other.find, other.read):
        with pytest.raises(StateError) as refused:
            look()
        assert refused.value.message == (
            f"{path}: this state has the lineage {LINEAGE}, the manifest's state_lineage is {OTHER_ID}"
        )


def test_without_a_lineage_of_its_own_a_manifest_takes_any(store: Store, path: Path) -> None:
    assert Store(LocalBackend(path), None, ignore).read() == NEW


def test_the_case_of_a_uuid_means_nothing(path: Path) -> None:
    binding = {"export_project_id": ID.upper(), "project": "p", "app_id": 1, "created_at": "2026-11-23T10:00:00Z"}
    document = {"segsync_state": 1, "lineage": LINEAGE.upper(), "serial": 1, "pending": {}, "published": {}}
    path.write_text(json.dumps({**document, "projects": {"shop": {**binding, "by": "ann@laptop"}}}))
    assert Store(LocalBackend(path), LINEAGE, ignore).read().projects["shop"].export_project_id == ID


def test_a_free_lock_is_taken_without_waiting(store: Store, path: Path) -> None:
    clock = FakeClock()
    with store.locked(MINE, clock, 60), pytest.raises(StateLocked, match="ann@laptop"):
        LocalBackend(path).lock(THEIRS).__enter__()
    assert clock.slept == []
    with LocalBackend(path).lock(THEIRS):
        pass


def test_a_held_lock_is_told_at_once_where_nobody_waits(store: Store, path: Path) -> None:
    clock = FakeClock()
    with LocalBackend(path).lock(THEIRS), pytest.raises(StateLocked, match="bob@runner"), store.locked(MINE, clock, 0):
        pass
    assert clock.slept == []


def test_a_held_lock_is_taken_when_it_is_given_back(store: Store, path: Path) -> None:
    clock = FakeClock()
    with ExitStack() as theirs:
        theirs.enter_context(LocalBackend(path).lock(THEIRS))
        clock.while_sleeping = lambda: theirs.close() if len(clock.slept) == 3 else None
        with store.locked(MINE, clock, 60), pytest.raises(StateLocked, match="ann@laptop"):
            LocalBackend(path).lock(THEIRS).__enter__()
    assert len(clock.slept) == 3


def test_waiting_for_a_lock_ends(store: Store, path: Path) -> None:
    clock = FakeClock()
    with LocalBackend(path).lock(THEIRS), pytest.raises(StateLocked, match="bob@runner"), store.locked(MINE, clock, 60):
        pass
    assert 60 <= sum(clock.slept) <= 61
    assert clock.slept[:5] == [0.2, 0.4, 0.8, 1.0, 1.0]
    assert max(clock.slept) == 1


@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM])
def test_waiting_for_a_lock_ends_with_the_process(store: Store, path: Path, signum: int) -> None:
    clock = FakeClock()
    clock.while_sleeping = lambda: clock.stop(signum)
    with LocalBackend(path).lock(THEIRS), pytest.raises(Interrupted) as stopped, store.locked(MINE, clock, 60):
        pass
    assert stopped.value.signum == signum
    assert len(clock.slept) == 1


class Sticky(LocalBackend):
    """Its lock cannot be given back."""

    @contextmanager
    def lock(self, info: LockInfo) -> Iterator[None]:
        with super().lock(info):
            yield
        raise StateError("the lock stays", "Free it.")


def test_a_lock_that_cannot_be_given_back_is_told_and_hides_no_outcome(path: Path) -> None:
    heard: list[Event] = []
    store, clock = Store(Sticky(path), None, heard.append), FakeClock()
    with store.locked(MINE, clock, 0):
        store.put(NEW)
    assert heard == [Warned("the lock stays. Free it.")]
    with pytest.raises(ZeroDivisionError), store.locked(MINE, clock, 0):
        raise ZeroDivisionError
    assert len(heard) == 2


def test_an_error_under_the_lock_is_its_own(store: Store, path: Path) -> None:
    clock = FakeClock()
    with pytest.raises(StateLocked, match="of something else"), store.locked(MINE, clock, 60):
        raise StateLocked("of something else")
    assert clock.slept == []
    with LocalBackend(path).lock(THEIRS):
        pass


def test_a_lock_that_nobody_holds_is_told(store: Store, path: Path) -> None:
    with pytest.raises(StateError) as told:
        store.unlock("l-1", refuse)
    assert told.value.message == f"{path}: the state is not locked"


def test_another_lock_is_not_freed(store: Store, path: Path) -> None:
    with LocalBackend(path).lock(THEIRS):
        with pytest.raises(StateError) as told:
            store.unlock("l-1", refuse)
        assert told.value.message == (
            f"{path}: the lock is another one, held by bob@runner, process 4712, `segsync state mv`, "
            "since 2026-11-23T10:00:05Z (lock l-2)"
        )


def test_a_lock_is_freed_only_after_its_holder_was_shown(store: Store, path: Path) -> None:
    with LocalBackend(path).lock(THEIRS), pytest.raises(NotApproved, match=r"^The lock is held by bob@runner, process"):
        store.unlock("l-2", refuse)


def test_a_local_lock_is_told_to_free_itself(store: Store, path: Path) -> None:
    questions: list[str] = []
    with LocalBackend(path).lock(THEIRS):
        with pytest.raises(StateLocked, match="frees itself when its holder ends") as told:
            store.unlock("l-2", questions.append)
        assert told.value.hint == "End process 4712."
        with pytest.raises(StateLocked), LocalBackend(path).lock(MINE):
            pass
    assert len(questions) == 1


def test_a_document_in_a_file_is_read_as_it_is(path: Path) -> None:
    path.write_bytes(b"not even JSON")
    assert read_document(path) == b"not even JSON"
    with pytest.raises(FileError, match="cannot be read: No such file or directory"):
        read_document(path.with_name("missing.json"))


def refuse(question: str) -> None:
    raise NotApproved(question)

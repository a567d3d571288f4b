"""What the local backend leaves in the folder, and what it makes of a folder that is not as it should be."""

import json
import stat
from pathlib import Path

import pytest

from segsync.errors import FileError, StateConflict, StateError, StateLocked
from segsync.state.local import LocalBackend
from segsync.state.protocol import LockInfo
from segsync.state.store import Store
from tests.support.events import ignore

INFO = LockInfo("l-1", "apply", "ann@laptop", 4711, "2026-11-23T10:00:00Z")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "segsync.state.json"


@pytest.fixture
def backend(path: Path) -> LocalBackend:
    return LocalBackend(path)


def test_messages_show_the_path_as_it_was_given() -> None:
    assert LocalBackend(Path("some/state.json")).address == "some/state.json"


def test_a_new_state_is_private_and_alone(backend: LocalBackend, path: Path) -> None:
    backend.write(b"first", None)
    assert names(path.parent) == ["segsync.state.json"]
    assert mode(path) == 0o600


def test_a_mode_that_someone_has_set_is_kept(backend: LocalBackend, path: Path) -> None:
    version = backend.write(b"first", None)
    path.chmod(0o640)
    backend.write(b"second", version)
    assert mode(path) == 0o640


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    target, link = tmp_path / "kept" / "real.json", tmp_path / "link.json"
    target.parent.mkdir()
    link.symlink_to(target)
    version = LocalBackend(target).write(b"first", None)
    LocalBackend(link).write(b"second", version)
    assert link.is_symlink()
    assert target.read_bytes() == b"second"


def test_a_link_to_nowhere_is_not_a_free_place(tmp_path: Path) -> None:
    link = tmp_path / "link.json"
    link.symlink_to(tmp_path / "gone.json")
    with pytest.raises(StateConflict):
        LocalBackend(link).write(b"first", None)


def test_a_change_by_hand_counts_as_a_write(backend: LocalBackend, path: Path) -> None:
    version = backend.write(b"first", None)
    path.write_bytes(b"edited")
    with pytest.raises(StateConflict):
        backend.write(b"second", version)
    path.unlink()
    with pytest.raises(StateConflict):
        backend.write(b"second", version)


def test_who_holds_the_lock_stands_beside_it_meanwhile(backend: LocalBackend, path: Path) -> None:
    holder = path.with_name("segsync.state.json.lock.json")
    with backend.lock(INFO):
        assert json.loads(holder.read_bytes()) == {
            "id": "l-1",
            "operation": "apply",
            "who": "ann@laptop",
            "pid": 4711,
            "created": "2026-11-23T10:00:00Z",
        }
        assert mode(holder) == 0o600
    assert not holder.exists()
    assert not path.exists()


@pytest.mark.parametrize("found", [None, b"", b"not JSON", b"[]", b"{}", b'{"id": "l-1"}', b"[" * 70_000, b"\xff"])
def test_a_holder_that_cannot_be_told_is_another_process(
    backend: LocalBackend, path: Path, found: bytes | None
) -> None:
    holder = path.with_name("segsync.state.json.lock.json")
    with backend.lock(INFO):
        if found is None:
            holder.unlink()
        else:
            holder.write_bytes(found)
        with pytest.raises(StateLocked, match="the state is locked by another process"), backend.lock(INFO):
            pass


def test_a_holder_is_told_with_its_process_and_operation(backend: LocalBackend) -> None:
    with backend.lock(INFO), pytest.raises(StateLocked) as refused, backend.lock(INFO):
        pass
    assert refused.value.message.endswith(
        "is locked by ann@laptop, process 4711, `segsync apply`, since 2026-11-23T10:00:00Z (lock l-1)"
    )
    assert backend.holder() is None


@pytest.mark.parametrize("data", [b"", b"\n", b"\x00\xff not JSON \r\n"])
def test_any_bytes_are_kept_and_empty_is_not_missing(backend: LocalBackend, data: bytes) -> None:
    backend.write(data, None)
    stored = backend.read()
    assert stored is not None
    assert stored.data == data


def test_a_deeply_nested_holder_is_another_process_too(backend: LocalBackend, path: Path) -> None:
    with backend.lock(INFO):
        path.with_name("segsync.state.json.lock.json").write_bytes(b"[" * 60_000)
        with pytest.raises(StateLocked, match="the state is locked by another process"), backend.lock(INFO):
            pass


def test_a_lock_whose_holder_cannot_be_told_is_still_held(backend: LocalBackend, path: Path) -> None:
    with backend.lock(INFO):
        path.with_name("segsync.state.json.lock.json").unlink()
        with pytest.raises(StateError) as told:
            Store(backend, None, ignore).unlock("l-1", lambda _question: None)
    assert "is not locked" not in told.value.message


def test_two_names_of_one_state_have_one_lock(tmp_path: Path) -> None:
    real, link = tmp_path / "real.json", tmp_path / "link.json"
    LocalBackend(real).write(b"first", None)
    link.symlink_to(real)
    with LocalBackend(real).lock(INFO), pytest.raises(StateLocked), LocalBackend(link).lock(INFO):
        pass


def test_a_folder_is_no_state(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is not a regular file"):
        LocalBackend(tmp_path).read()


def test_a_state_cannot_lie_in_a_missing_folder(tmp_path: Path) -> None:
    backend = LocalBackend(tmp_path / "missing" / "state.json")
    assert backend.read() is None
    with pytest.raises(FileError, match="cannot be written: No such file or directory"):
        backend.write(b"first", None)


def test_a_lock_makes_no_folder(tmp_path: Path) -> None:
    with pytest.raises(FileError), LocalBackend(tmp_path / "missing" / "state.json").lock(INFO):
        pass
    assert names(tmp_path) == []


def test_a_name_that_no_file_can_have_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        LocalBackend(tmp_path / ("x" * 300)).read()


def test_a_lock_that_cannot_be_taken_is_told(backend: LocalBackend, path: Path) -> None:
    path.with_name("segsync.state.json.lock").mkdir()
    with pytest.raises(FileError, match=r"\.lock: cannot be locked: Is a directory$"), backend.lock(INFO):
        pass

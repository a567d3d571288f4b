"""Files: read within a limit, written atomically, durably and privately."""

import errno
import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from segsync.errors import FileError
from segsync.plumbing.files import create_durably, is_within, read_limited, work_tree, write_durably

WRITERS = (write_durably, create_durably)
every_writer = pytest.mark.parametrize("write", WRITERS)
Write = Callable[[Path, bytes], None]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_is_read_up_to_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"12345")
    assert read_limited(file, 5) == b"12345"
    with pytest.raises(FileError) as refused:
        read_limited(file, 4)
    assert refused.value.message == f"{file}: is larger than 0 KiB"


@pytest.mark.parametrize(("limit", "shown"), [(64 * 2**10, "64 KiB"), (2**20 - 1, "1023 KiB"), (64 * 2**20, "64 MiB")])
def test_a_limit_is_told_in_the_unit_that_fits(tmp_path: Path, limit: int, shown: str) -> None:
    file = tmp_path / "file"
    with file.open("wb") as opened:
        opened.truncate(limit + 1)
    with pytest.raises(FileError, match=f"is larger than {shown}$"):
        read_limited(file, limit)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError) as refused:
        read_limited(tmp_path / "none", 5)
    assert refused.value.message == f"{tmp_path}/none: cannot be read: No such file or directory"


def test_a_folder_and_a_device_are_no_regular_files(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="is not a regular file"):
        read_limited(tmp_path, 5)
    with pytest.raises(FileError, match="/dev/null: is not a regular file"):
        read_limited(Path("/dev/null"), 5)


def test_a_pipe_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError) as refused:
        read_limited(tmp_path / "pipe", 5)
    assert refused.value.message == f"{tmp_path}/pipe: is not a regular file"


def test_no_descriptor_is_left_open_whatever_is_read(tmp_path: Path) -> None:
    before = os.dup(0)
    os.close(before)
    with pytest.raises(FileError):
        read_limited(tmp_path, 5)
    after = os.dup(0)
    os.close(after)
    assert after == before


@every_writer
def test_a_new_file_is_private(write: Write, tmp_path: Path) -> None:
    previous = os.umask(0)
    try:
        write(tmp_path / "file", b"new")
    finally:
        os.umask(previous)
    assert (tmp_path / "file").read_bytes() == b"new"
    assert mode(tmp_path / "file") == 0o600
    assert names(tmp_path) == ["file"]


def test_replacing_keeps_the_mode(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    file.chmod(0o640)
    write_durably(file, b"new")
    assert (file.read_bytes(), mode(file)) == (b"new", 0o640)
    assert names(tmp_path) == ["file"]


def test_replacing_is_atomic_for_whoever_has_the_file_open(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")
    with file.open("rb") as opened:
        write_durably(file, b"new")
        assert opened.read() == b"old"
    assert file.read_bytes() == b"new"


def test_replacing_through_a_link_replaces_its_target_beside_the_target(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    link, target = tmp_path / "link", tmp_path / "real" / "target"
    target.write_bytes(b"old")
    link.symlink_to("real/target")
    write_durably(link, b"new")
    assert link.readlink() == Path("real/target")
    assert target.read_bytes() == b"new"
    assert (names(tmp_path), names(tmp_path / "real")) == (["link", "real"], ["target"])


def test_writing_through_a_link_that_leads_nowhere_creates_its_target(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("target")
    write_durably(tmp_path / "link", b"new")
    assert (tmp_path / "link").is_symlink()
    assert ((tmp_path / "target").read_bytes(), mode(tmp_path / "target")) == (b"new", 0o600)


def test_a_file_is_created_with_the_mode_that_is_asked_for(tmp_path: Path) -> None:
    previous = os.umask(0o077)
    try:
        create_durably(tmp_path / "file", b"new", mode=0o644)
    finally:
        os.umask(previous)
    assert mode(tmp_path / "file") == 0o644


@pytest.mark.parametrize("kind", ["file", "folder", "link"])
def test_creating_never_replaces(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "there"
    match kind:
        case "file":
            path.write_bytes(b"old")
        case "folder":
            path.mkdir()
        case _:
            path.symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        create_durably(path, b"new")
    assert names(tmp_path) == ["there"]
    assert kind != "file" or path.read_bytes() == b"old"


@every_writer
def test_a_folder_that_is_none_is_told(write: Write, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"old")
    with pytest.raises(FileError) as refused:
        write(tmp_path / "file" / "below", b"new")
    assert refused.value.message == f"{tmp_path}/file/below: cannot be written: Not a directory"
    with pytest.raises(FileError) as refused:
        write(tmp_path / "none" / "below", b"new")
    assert refused.value.message == f"{tmp_path}/none/below: cannot be written: No such file or directory"
    assert names(tmp_path) == ["file"]


def test_a_folder_in_the_place_of_the_file_is_told_and_nothing_is_left_behind(tmp_path: Path) -> None:
    (tmp_path / "place").mkdir()
    with pytest.raises(FileError) as refused:
        write_durably(tmp_path / "place", b"new")
    assert refused.value.message == f"{tmp_path}/place: cannot be written: Is a directory"
    assert names(tmp_path) == ["place"]


@every_writer
def test_a_disk_that_fails_leaves_the_old_file_and_nothing_else(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(FileError) as refused:
        write(tmp_path / "new", b"new")
    assert refused.value.message == f"{tmp_path}/new: cannot be written: No space left on device"
    assert names(tmp_path) == []
    (tmp_path / "old").write_bytes(b"old")
    with pytest.raises(FileError):
        write_durably(tmp_path / "old", b"new")
    assert names(tmp_path) == ["old"]
    assert (tmp_path / "old").read_bytes() == b"old"


@every_writer
def test_the_bytes_are_on_the_disk_before_the_name_and_the_name_before_the_end(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[tuple[bool, list[str]]] = []

    def watched(descriptor: int) -> None:
        folder = stat.S_ISDIR(os.fstat(descriptor).st_mode)
        synced.append((folder, [name for name in names(tmp_path) if not name.endswith(".tmp")]))

    monkeypatch.setattr(os, "fsync", watched)
    write(tmp_path / "file", b"new")
    assert synced == [(False, []), (True, ["file"])]


def test_what_lies_within_a_folder(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "link").symlink_to("folder")
    assert is_within(tmp_path / "folder" / "file", tmp_path / "folder")
    assert is_within(tmp_path / "folder", tmp_path / "folder")
    assert is_within(tmp_path / "link" / "file", tmp_path / "folder")
    assert is_within(tmp_path / "folder" / "file", tmp_path / "link")
    assert not is_within(tmp_path / "folder" / ".." / "file", tmp_path / "folder")
    assert not is_within(tmp_path / "folder-beside", tmp_path / "folder")


def test_the_work_tree_is_the_nearest_folder_above_with_git_in_it(tmp_path: Path) -> None:
    deep = tmp_path / "outer" / "inner" / "deep"
    deep.mkdir(parents=True)
    assert work_tree(deep) == deep
    (tmp_path / "outer" / ".git").mkdir()
    assert work_tree(deep) == tmp_path / "outer"
    (tmp_path / "outer" / "inner" / ".git").write_text("gitdir: elsewhere")
    assert work_tree(deep) == tmp_path / "outer" / "inner"
    (tmp_path / "link").symlink_to(deep)
    assert work_tree(tmp_path / "link") == tmp_path / "outer" / "inner"


def test_writing_where_links_lead_in_a_circle_is_told(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(FileError):
        write_durably(tmp_path / "loop", b"new")

"""Files: read within a limit, written atomically, durably and privately."""

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from segsync.errors import FileError


def read_limited(path: Path, limit: int) -> bytes:
    """The bytes of a regular file of at most `limit` bytes. Raises FileError, which names `path`."""
    try:
        data = _read(path, limit + 1)
    except (OSError, ValueError) as error:
        raise FileError(f"{path}: cannot be read: {_why(error)}") from error
    if len(data) > limit:
        raise FileError(f"{path}: is larger than {_size(limit)}")
    return data


def write_durably(path: Path, data: bytes, new_mode: int = 0o600) -> None:
    """Replace `path` with `data`: after a crash at any moment it holds the old bytes or the new ones.

    A new file gets `new_mode`. A symbolic link stays one, its target is replaced. Raises FileError.
    """
    with _naming(path):
        target = path.resolve()
        mode = stat.S_IMODE(target.stat().st_mode) if target.exists() else new_mode
        temporary = _durable_copy(target, data, mode)
        try:
            temporary.replace(target)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise
        _sync_folder(target.parent)


def create_durably(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Write a new file, whole or not at all. Raises FileExistsError where there is one, or FileError."""
    with _naming(path):
        temporary = _durable_copy(path, data, mode)
        try:
            # Unlike a rename, a link never replaces a file that appeared meanwhile.
            os.link(temporary, path)
        finally:
            temporary.unlink()
        _sync_folder(path.parent)


def is_within(path: Path, folder: Path) -> bool:
    """Whether `path` lies in `folder`, links resolved. A path that cannot be resolved lies nowhere."""
    try:
        # Unlike Path.resolve, realpath takes a loop of links as it is, in every version of Python.
        return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(folder))
    except (OSError, ValueError):
        return False


def work_tree(folder: Path) -> Path:
    """The git work tree that `folder` lies in, or `folder` itself."""
    resolved = folder.resolve()
    return next((place for place in (resolved, *resolved.parents) if (place / ".git").exists()), resolved)


def _read(path: Path, count: int) -> bytes:
    # O_NONBLOCK: opening a pipe that nobody writes to would wait for ever.
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise FileError(f"{path}: is not a regular file")
        with os.fdopen(descriptor, "rb", closefd=False) as file:
            return file.read(count)
    finally:
        os.close(descriptor)


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or "the path cannot be used"


def _durable_copy(path: Path, data: bytes, mode: int) -> Path:
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError:
        temporary.unlink()
        raise
    return temporary


def _sync_folder(folder: Path) -> None:
    # Without this the new name itself may be lost when the power goes.
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _naming(path: Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except (OSError, RuntimeError, ValueError) as error:
        # RuntimeError: a loop of links, before Python 3.13.
        raise FileError(f"{path}: cannot be written: {_why(error)}") from error


def _size(limit: int) -> str:
    return f"{limit // 2**20} MiB" if limit >= 2**20 else f"{limit // 2**10} KiB"

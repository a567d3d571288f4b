"""A state in a local file, with a lock of the operating system: it frees itself when its holder dies."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from filelock import FileLock, Timeout

from segsync.errors import FileError, StateLocked
from segsync.plumbing.files import create_durably, read_limited, write_durably
from segsync.state.protocol import UNKNOWN_HOLDER, LockInfo, Stored, version_of
from segsync.state.refusals import changed, gone, held

_LIMIT = 256 * 2**20


class LocalBackend:
    """`PATH` with, beside it, `PATH.lock` (locked while in use) and `PATH.lock.json` (by whom)."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # Beside the file itself, so that all of its names have one lock.
        real = path.resolve()
        self._lock_path = real.with_name(real.name + ".lock")
        self._holder_path = real.with_name(real.name + ".lock.json")

    @property
    def address(self) -> str:
        return str(self._path)

    def prove(self) -> None:
        """Files and locks of the operating system need no proof."""

    def read(self) -> Stored | None:
        try:
            if not self._path.exists():
                return None
        except OSError as error:
            raise FileError(f"{self._path}: cannot be read: {error.strerror}") from error
        data = read_limited(self._path, _LIMIT)
        return Stored(data, version_of(data))

    def write(self, data: bytes, replaces: str | None) -> str:
        stored = self.read()
        if stored is None and replaces is not None:
            raise gone(self.address)
        if (stored.version if stored else None) != replaces:
            raise changed(self.address)
        if stored is None:
            try:
                create_durably(self._path, data)
            except FileExistsError as error:
                raise changed(self.address) from error
        else:
            write_durably(self._path, data)
        return version_of(data)

    @contextlib.contextmanager
    def lock(self, info: LockInfo) -> Iterator[None]:
        lock = self._taken()
        if lock is None:
            raise held(self.address, self.holder() or UNKNOWN_HOLDER, frees_itself=True)
        try:
            write_durably(self._holder_path, json.dumps(asdict(info)).encode("ascii"))
            yield
        finally:
            self._holder_path.unlink(missing_ok=True)
            lock.release()

    def holder(self) -> LockInfo | None:
        lock = self._taken()
        if lock is not None:
            lock.release()
            return None
        try:
            return LockInfo(**json.loads(read_limited(self._holder_path, 2**16)))
        except (FileError, ValueError, TypeError, RecursionError):
            # The holder writes this right after it has taken the lock.
            return UNKNOWN_HOLDER

    def unlock(self, holder: LockInfo) -> None:
        raise StateLocked(f"{self._path}: a local lock frees itself when its holder ends", f"End process {holder.pid}.")

    def _taken(self) -> FileLock | None:
        """The lock, taken; None where another process holds it."""
        if not self._lock_path.parent.is_dir():
            raise FileError(f"{self._lock_path.parent}: there is no such folder")
        lock = FileLock(self._lock_path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            return None
        except OSError as error:
            raise FileError(f"{self._lock_path}: cannot be locked: {error.strerror}") from error
        return lock

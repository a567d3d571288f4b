"""What a state backend is: something that reads, writes and locks bytes. Their meaning is the store's."""

import hashlib
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Stored:
    """The bytes of a state, and a version that changes with every write."""

    data: bytes
    version: str


def version_of(data: bytes) -> str:
    """The version of bytes whose engine gives them none of its own."""
    return hashlib.sha256(data).hexdigest()


@dataclass(frozen=True, slots=True)
class LockInfo:
    """Who holds a lock. `created` is RFC 3339 in UTC, `who` is USER@HOST, `pid` the process there.

    What an engine does not tell of a holder is empty or 0.
    """

    id: str
    operation: str
    who: str
    pid: int
    created: str

    def __str__(self) -> str:
        known = (
            self.who or "another process",
            f"process {self.pid}" if self.pid else "",
            f"`segsync {self.operation}`" if self.operation else "",
            f"since {self.created}" if self.created else "",
        )
        return ", ".join(filter(None, known)) + (f" (lock {self.id})" if self.id else "")


UNKNOWN_HOLDER = LockInfo("", "", "", 0, "")
"""Someone who holds a lock and has not told who they are."""


class Backend(Protocol):
    @property
    def address(self) -> str:
        """Where the state is, as messages show it; never with a credential."""
        ...

    def prove(self) -> None:
        """Raises StateError where the engine does not keep what `write` and `lock` promise. Asked once, by `init`."""
        ...

    def read(self) -> Stored | None:
        """None where there is no state; raises StateError or FileError where that cannot be told."""
        ...

    def write(self, data: bytes, replaces: str | None) -> str:
        """Store `data` durably if the stored version is still `replaces` (None: there is none yet).

        Returns the new version. Raises StateConflict where someone else wrote meanwhile.
        """
        ...

    def lock(self, info: LockInfo) -> AbstractContextManager[None]:
        """Hold the lock while the context lasts. Raises StateLocked, naming the holder, where it is held.

        Raises StateError at its end where the lock may still be held, unless something else went wrong before.
        """
        ...

    def holder(self) -> LockInfo | None:
        """Who holds the lock now; None where nobody does."""
        ...

    def unlock(self, holder: LockInfo) -> None:
        """Free the lock of a holder that is gone. Raises StateLocked where that is not possible."""
        ...

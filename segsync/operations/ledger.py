"""The state while an apply works: one writer, and nothing that an answer brought is ever lost."""

from dataclasses import replace
from pathlib import Path

from segsync.core.state import State
from segsync.errors import FileError, SegsyncError, StateConflict, StateError, StateUnsaved
from segsync.plumbing.files import create_durably
from segsync.state.store import Store, encode

_NONE = State(lineage="")


class Ledger:
    """Holds the state in memory and writes it when it has changed. Without a store it only remembers.

    A write that fails is kept in `error` rather than raised: calls may be in flight whose answers must still be
    recorded. Whoever sees `broken` starts nothing new; `close` then puts everything into a recovery file.
    """

    def __init__(self, store: Store | None, state: State | None, recovery_folder: Path) -> None:
        self._store = store
        self._saved = self.state = state or _NONE
        self._recovery_folder = recovery_folder
        self.error: SegsyncError | None = None

    @property
    def kept(self) -> bool:
        """Whether a state is used at all."""
        return self._store is not None

    @property
    def broken(self) -> bool:
        return self.error is not None

    def save(self) -> bool:
        """Write what has changed. False where the state cannot be written, now or earlier."""
        if self._store is None or self.state == self._saved or self.broken:
            return not self.broken
        try:
            self._saved = self.state = self._store.save(self.state)
        except (FileError, StateError) as error:
            self.error = error
        return not self.broken

    def close(self) -> SegsyncError | None:
        """The last write. Returns what to tell where the state could not be saved."""
        self.save()
        if self.error is None or self.state == self._saved:
            return self.error
        return self._recover(self.error)

    def _recover(self, error: SegsyncError) -> SegsyncError:
        serial = self.state.serial + 1
        document = encode(replace(self.state, serial=serial))
        path = self._recovery_folder / f"segsync.recovery.{serial}.json"
        kind = StateConflict if isinstance(error, StateConflict) else StateUnsaved
        try:
            create_durably(path, document)
        except (OSError, FileError):
            return kind(
                f"{error.message}; no recovery file could be written to {self._recovery_folder} either",
                "Put the ids printed above into the manifest. The state would be the document shown here.",
                document.decode("ascii").splitlines(),
            )
        return kind(
            f"{error.message}; what it should hold is in {path}",
            f"Mend the cause, then run `segsync state push {path}`.",
        )

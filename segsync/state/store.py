"""The meaning of a state, in one place: its format, its lineage and its serial, whatever backend holds the bytes."""

import contextlib
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from segsync.core.codec import FORMAT_VERSION, decode_state, encode_state
from segsync.core.events import Listener, Warned
from segsync.core.state import State
from segsync.errors import Interrupted, StateError, StateLocked, StateMissing
from segsync.plumbing.clock import Clock
from segsync.plumbing.files import read_limited
from segsync.plumbing.schemas import first_breach
from segsync.state.protocol import Backend, LockInfo

_FIRST_POLL_SECONDS = 0.2
_POLL_SECONDS = 1.0
_LIMIT = 256 * 2**20


class Store:
    """One state. Remembers the version that it read, so that each write replaces just that one.

    `lineage` is the only one that the manifest may be used with, None for any. `listener` is told what a person should
    know and what changes nothing of the outcome.
    """

    def __init__(self, backend: Backend, lineage: str | None, listener: Listener) -> None:
        self._backend = backend
        self._lineage = lineage
        self._listener = listener
        self._version: str | None = None

    @property
    def address(self) -> str:
        return self._backend.address

    def prove(self) -> None:
        """Raises StateError where the backend would let two writers win."""
        self._backend.prove()

    def find(self) -> State | None:
        """The state, or None where there is none yet."""
        stored = self._backend.read()
        self._version = stored.version if stored else None
        return self.checked(decode(stored.data, self.address)) if stored else None

    def read(self) -> State:
        """Raises StateMissing where there is none: a state that is gone is never an empty one."""
        found = self.find()
        if found is None:
            raise StateMissing(f"{self.address}: there is no state here", _MISSING)
        return found

    def save(self, state: State) -> State:
        """Write `state` with the next serial over the version that was read last; returns it as written."""
        written = replace(state, serial=state.serial + 1)
        self.put(written)
        return written

    def put(self, state: State) -> None:
        """Write `state` as it is over the version that was read last; none was read, or there was none: the first."""
        self._version = self._backend.write(encode(state), self._version)

    @contextlib.contextmanager
    def locked(self, info: LockInfo, clock: Clock, wait: float) -> Iterator[None]:
        """Hold the lock; waits up to `wait` seconds for it.

        A lock that cannot be given back is told and not raised: the work under it is done.
        """
        with contextlib.ExitStack() as taking:
            _wait_for(lambda: taking.enter_context(self._backend.lock(info)), clock, wait)
            held = taking.pop_all()
        try:
            yield
        finally:
            try:
                held.close()
            except StateError as error:
                self._listener(Warned(f"{error.message}. {error.hint}"))

    def unlock(self, lock_id: str, approve: Callable[[str], None]) -> None:
        """Free a lock whose holder is gone. `approve` raises NotApproved. Raises StateError where it is another."""
        holder = self._backend.holder()
        if holder is None:
            raise StateError(f"{self.address}: the state is not locked")
        if holder.id and holder.id != lock_id:
            raise StateError(f"{self.address}: the lock is another one, held by {holder}")
        approve(f"The lock is held by {holder}. If that still works, two of them may create the same things.")
        # A server that does not name the holder knows all the same whether the id is right.
        self._backend.unlock(replace(holder, id=lock_id))

    def checked(self, state: State) -> State:
        """`state`, if the manifest may be used with it; raises StateError."""
        if self._lineage is not None and state.lineage != self._lineage:
            raise StateError(
                f"{self.address}: this state has the lineage {state.lineage}, "
                f"the manifest's state_lineage is {self._lineage}",
                "Name the state of this manifest with --state.",
            )
        return state


def encode(state: State) -> bytes:
    return (json.dumps(encode_state(state), indent=2) + "\n").encode("ascii")


def read_document(path: Path) -> bytes:
    """A state's document in a local file. Raises FileError."""
    return read_limited(path, _LIMIT)


def decode(data: bytes, address: str) -> State:
    """Raises StateError where `data` is not a whole state of this version."""
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise StateError(f"{address}: the state is broken: it is not JSON", _RESTORE) from error
    if not isinstance(document, dict) or "segsync_state" not in document:
        raise StateError(f"{address}: this is not a segsync state", "Name another place with --state.")
    version = document["segsync_state"]
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise StateError(
            f"{address}: the state has format {version}, which is newer than this segsync", "Update segsync."
        )
    if problem := _breach(document):
        raise StateError(f"{address}: the state is broken at {problem}", _RESTORE)
    return decode_state(document)


def _breach(document: object) -> str | None:
    try:
        return first_breach("state", document)
    except RecursionError:
        return "a place that is nested too deeply"


def _wait_for(take: Callable[[], Any], clock: Clock, wait: float) -> None:
    deadline = clock.monotonic() + wait
    pause = _FIRST_POLL_SECONDS
    while True:
        try:
            take()
        except StateLocked:
            if clock.stop_signal is not None:
                raise Interrupted(clock.stop_signal) from None
            if clock.monotonic() >= deadline:
                raise
            clock.sleep(pause)
            # A lock may be asked for over a network.
            pause = min(2 * pause, _POLL_SECONDS)
        else:
            return


_MISSING = "Run `segsync init` once to create it. If there was one, restore it: it holds ids that RuStore cannot list."
_RESTORE = "Restore it from a backup: it holds ids that RuStore cannot list."

"""A state in an S3 store: conditional writes of one object, and a lock that is a second one beside it."""

import contextlib
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from segsync.errors import StateError, StateLocked
from segsync.state.protocol import UNKNOWN_HOLDER, LockInfo, Stored
from segsync.state.refusals import changed, gone, held
from segsync.state.release import released
from segsync.state.s3 import locks
from segsync.state.s3.access import LOCK, access
from segsync.state.s3.bucket import Bucket
from segsync.state.s3.troubles import Trouble


def s3_backend(address: str, environment: Mapping[str, str]) -> "S3Backend":
    """Raises UsageError for an address or variables that cannot be used."""
    found = access(address, environment)
    return S3Backend(address, Bucket(found), found.key)


@dataclass(frozen=True, slots=True)
class _Refused:
    """The condition of a write does not hold; `found` is what is there."""

    found: Stored | None


class S3Backend:
    """`KEY` with, beside it while it is locked, `KEY.lock`."""

    def __init__(self, address: str, bucket: Bucket, key: str) -> None:
        self._address = address
        self._bucket = bucket
        self._key = key
        self._lock_key = key + LOCK

    @property
    def address(self) -> str:
        return self._address

    def prove(self) -> None:
        """Some stores accept the conditions of a write and ignore them."""
        probe = f"{self._key}.probe-{uuid.uuid4()}"
        try:
            self._prove(probe)
        except BaseException:
            self._bucket.delete(probe)
            raise
        if trouble := self._bucket.delete(probe):
            raise self._error("nothing can be deleted there, which a lock needs", trouble)

    def read(self) -> Stored | None:
        found = self._bucket.get(self._key)
        if isinstance(found, Trouble):
            raise self._error("the state cannot be read", found)
        return found

    def write(self, data: bytes, replaces: str | None) -> str:
        written = self._put("the state cannot be written", self._key, data, replaces)
        if isinstance(written, _Refused):
            raise changed(self._address) if written.found or replaces is None else gone(self._address)
        return written

    @contextlib.contextmanager
    def lock(self, info: LockInfo) -> Iterator[None]:
        self._take(info)
        with released(lambda: self._give_back(info)):
            yield

    def holder(self) -> LockInfo | None:
        found = self._bucket.get(self._lock_key)
        if isinstance(found, Trouble):
            raise self._error("the lock cannot be read", found)
        return locks.decode(found) if found else None

    def unlock(self, holder: LockInfo) -> None:
        found = self.holder()
        if found is not None and found.id != holder.id:
            raise StateLocked(f"{self._address}: the lock is another one, held by {found}", "Look again.")
        if trouble := self._bucket.delete(self._lock_key) if found else None:
            raise self._error("the lock cannot be freed", trouble)

    def _put(self, what: str, key: str, data: bytes, replaces: str | None, hint: str = "") -> str | _Refused:
        """A write, read back where its answer leaves open whether it was stored.

        Raises StateError; `hint` is for a write that may still come to pass.
        """
        reply = self._bucket.put(key, data, replaces)
        if isinstance(reply, str):
            return reply
        refused = reply.unmet or reply.missing
        if not refused and not reply.in_doubt:
            raise self._error(what, reply)
        found = self._bucket.get(key)
        if isinstance(found, Trouble):
            why = reply.why if found.why == reply.why else f"{reply.why}, nor can it be read back: {found.why}"
            raise StateError(f"{self._address}: {what}: {why}", f"{found.hint} {hint}".strip())
        if found and found.data == data:
            return found.version
        if (refused and not reply.in_doubt) or (found.version if found else None) != replaces:
            return _Refused(found)
        raise StateError(f"{self._address}: {what}: {reply.why}", f"{reply.hint} {hint}".strip())

    def _take(self, info: LockInfo) -> None:
        unlock = f"If it is locked now, `segsync state unlock {info.id}` frees it."
        taken = self._put("the state cannot be locked", self._lock_key, locks.encode(info), None, unlock)
        if isinstance(taken, _Refused):
            # What is gone by now was there a moment ago: whoever waits asks again.
            raise held(self._address, locks.decode(taken.found) if taken.found else UNKNOWN_HOLDER)

    def _give_back(self, info: LockInfo) -> None:
        """Raises StateError where the lock may still be held. One that someone has freed may be another's by now."""
        found = self._bucket.get(self._lock_key)
        if isinstance(found, Stored):
            found = self._bucket.delete(self._lock_key) if locks.decode(found).id == info.id else None
        if found:
            raise StateError(
                f"{self._address}: the lock could not be given back: {found.why}",
                f"`segsync state unlock {info.id}` frees it.",
            )

    def _prove(self, probe: str) -> None:
        """Raises StateError where one of these writes ends otherwise than its condition says."""
        self._expect(probe, b"1", '"00000000000000000000000000000000"', stored=False)
        first = self._expect(probe, b"2", None, stored=True)
        self._expect(probe, b"3", None, stored=False)
        self._expect(probe, b"4", first, stored=True)
        self._expect(probe, b"5", first, stored=False)

    def _expect(self, probe: str, data: bytes, replaces: str | None, *, stored: bool) -> str | None:
        written = self._put("nothing can be written there", probe, data, replaces)
        version = written if isinstance(written, str) else None
        if (version is not None) is not stored:
            condition = "If-None-Match" if replaces is None else "If-Match"
            fault = f"refuses a write whose {condition} holds" if stored else f"ignores {condition} on a write"
            raise StateError(f"{self._address}: the store {fault}", _UNSAFE)
        return version

    def _error(self, what: str, trouble: Trouble) -> StateError:
        return StateError(f"{self._address}: {what}: {trouble.why}", trouble.hint)


_UNSAFE = "Two applies could both win there and create the same things. Keep the state in another store."

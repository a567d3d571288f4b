"""A state on a server of the Terraform HTTP state protocol, such as GitLab."""

import contextlib
import json
import time
from collections.abc import Iterator, Mapping

from segsync.errors import StateConflict, StateError
from segsync.plumbing.calls import Broken
from segsync.plumbing.http import Answer
from segsync.state.http import access, locks
from segsync.state.http.calls import Call, Caller, done, in_doubt, lock_is_held, write_in_doubt
from segsync.state.http.dialects import Dialect, GitLab, by_id, dialect_of, refusal
from segsync.state.protocol import LockInfo, Stored, version_of
from segsync.state.refusals import changed, gone, held, not_held
from segsync.state.release import released

_READ_BACK_DELAYS = (0.0, 1.0, 2.0)


def http_backend(address: str, environment: Mapping[str, str]) -> "HttpBackend":
    """Raises UsageError for an address or credentials that cannot be used."""
    address = access.checked_address(address)
    dialect = dialect_of(address)
    auth = access.explicit(environment)
    if auth is None and isinstance(dialect, GitLab):
        auth = access.of_job(address, environment)
    return HttpBackend(address, dialect, Caller(address, auth, time.sleep))


class HttpBackend:
    """The protocol has no compare-and-swap: between a read and a write the lock alone keeps others out."""

    def __init__(self, address: str, dialect: Dialect, caller: Caller) -> None:
        self._address = address
        self._dialect = dialect
        self._caller = caller
        self._lock: LockInfo | None = None

    @property
    def address(self) -> str:
        return self._address

    def prove(self) -> None:
        with self.lock(locks.own("init")):
            if self.holder() is None:
                raise StateError(
                    f"{self._address}: the server grants a lock that is held",
                    "Two applies could create the same things. Name another place with --state.",
                )

    def read(self) -> Stored | None:
        reply = self._caller.send(Call("GET"))
        status = reply.status if isinstance(reply, Answer) else None
        if isinstance(reply, Answer) and status == 200:
            return Stored(reply.body, version_of(reply.body))
        if status == 404 and self._lock and self._dialect.lock_makes_state:
            raise StateError(f"{self._address}: the state vanished while it was locked", _BRING_BACK)
        if status in (204, 404):
            return None
        raise self._error("the state cannot be read", reply)

    def write(self, data: bytes, replaces: str | None) -> str:
        if self._lock is None:
            with self.lock(locks.own("init")):
                return self.write(data, replaces)
        self._check(data, self.read(), replaces)
        reply = self._caller.send(Call("POST", by_id(self._lock), data))
        if lock_is_held(reply):
            raise StateConflict(f"{self._address}: the lock was lost, nothing was written", "Someone has freed it.")
        if write_in_doubt(reply):
            self._read_back(data, replaces, reply)
        elif not done(reply):
            raise self._error("the state cannot be written", reply)
        return version_of(data)

    @contextlib.contextmanager
    def lock(self, info: LockInfo) -> Iterator[None]:
        holder = self._take(info)
        if holder is not None:
            raise held(self._address, holder)
        self._lock = info
        with released(lambda: self._give_back(info)):
            yield

    def holder(self) -> LockInfo | None:
        # There is no other way to ask.
        asking = locks.own("state unlock")
        holder = self._take(asking)
        if holder is None:
            self._free(asking)
        return holder

    def unlock(self, holder: LockInfo) -> None:
        reply = self._caller.send(self._dialect.unlock(holder))
        if lock_is_held(reply):
            raise not_held(self._address, holder)
        if not done(reply):
            raise self._error("the lock cannot be freed", reply)

    def _check(self, data: bytes, stored: Stored | None, replaces: str | None) -> None:
        """Raises StateConflict where `data` is not what comes next."""
        if stored is None and replaces is not None:
            raise gone(self._address)
        if (stored.version if stored else None) != replaces:
            raise changed(self._address)
        # GitLab takes a serial below the stored one, and goes on showing the other.
        earlier, later = _serial(stored.data) if stored else None, _serial(data)
        if earlier is not None and later is not None and later <= earlier:
            raise changed(self._address)

    def _read_back(self, data: bytes, replaces: str | None, reply: Answer | Broken) -> None:
        """Raises StateError where a write that is in doubt has not brought `data` there."""
        # What has not answered may still be at it.
        for pause in _READ_BACK_DELAYS if isinstance(reply, Broken) else _READ_BACK_DELAYS[:1]:
            self._caller.wait(pause)
            stored = self._read_in_doubt(reply)
            if stored and stored.data == data:
                return
            if stored is None and replaces is not None:
                raise gone(self._address)
            if (stored.version if stored else None) != replaces:
                raise changed(self._address)
        why, hint = self._why(reply)
        causes = self._dialect.doubts.get(reply.status) if isinstance(reply, Answer) else None
        what = "may not have been written" if isinstance(reply, Broken) else "was not written"
        raise StateError(f"{self._address}: the state {what}: {why}{f': {causes}' if causes else ''}", hint)

    def _read_in_doubt(self, reply: Answer | Broken) -> Stored | None:
        try:
            return self.read()
        except StateError as error:
            why, _ = self._why(reply)
            raise StateError(f"{error.message}; before that, a write was in doubt: {why}", error.hint) from error

    def _take(self, info: LockInfo) -> LockInfo | None:
        """Take the lock; returns who holds it where someone does."""
        reply = self._caller.send(self._dialect.lock(info))
        if isinstance(reply, Answer) and lock_is_held(reply):
            return self._dialect.holder(reply.body)
        if in_doubt(reply):
            freed = done(self._caller.send(self._dialect.unlock(info)))
            when = "It is free again. Should it be locked later" if freed else "If it is locked now"
            raise StateError(
                f"{self._address}: nobody knows whether the lock was taken: {self._why(reply)[0]}",
                f"{when}, `segsync state unlock {info.id}` frees it.",
            )
        if not done(reply):
            raise self._error("the state cannot be locked", reply)
        return None

    def _give_back(self, info: LockInfo) -> None:
        self._lock = None
        if not self._free(info):
            raise StateError(
                f"{self._address}: the lock {info.id} was freed by someone meanwhile",
                "Another segsync may have worked at the same time. Look at `segsync plan`.",
            )

    def _free(self, info: LockInfo) -> bool:
        """Whether a lock of our own was still held. Raises StateError where it may be even now."""
        reply = self._caller.send(self._dialect.unlock(info))
        sure = not in_doubt(reply)
        if not sure:
            reply = self._caller.send(self._dialect.unlock(info))
        if lock_is_held(reply):
            # Not by this id: in doubt before, it was freed by the first call.
            return not sure
        if not done(reply):
            raise StateError(
                f"{self._address}: the lock could not be given back: {self._why(reply)[0]}",
                f"`segsync state unlock {info.id}` frees it.",
            )
        return True

    def _error(self, what: str, reply: Answer | Broken) -> StateError:
        why, hint = self._why(reply)
        return StateError(f"{self._address}: {what}: {why}", hint)

    def _why(self, reply: Answer | Broken) -> tuple[str, str]:
        if isinstance(reply, Broken):
            return (reply.why if reply.began else f"no connection: {reply.why}"), ""
        return refusal(self._dialect, reply.status)


def _serial(data: bytes) -> int | None:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    serial = document.get("serial") if isinstance(document, dict) else None
    return serial if isinstance(serial, int) else None


_BRING_BACK = "Bring it back (`segsync state push FILE`): it holds ids that RuStore cannot list."

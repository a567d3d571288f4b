"""What a server of the Terraform HTTP state protocol does with a request: GitLab, and a plain one."""

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from tests.state.faulty import Reply, Request

LOCKED_AT = "2026-11-23T12:00:00.123Z"
"""GitLab tells the time of a lock by its own clock."""

_LOCK_KEYS = ("ID", "Operation", "Info", "Who", "Version", "Created", "Path")


class Rules(ABC):
    """One state. `history` has every version that was ever stored, as its serial and its bytes, oldest first."""

    path: str

    def __init__(self) -> None:
        self.history: list[tuple[int | None, bytes]] = []

    @abstractmethod
    def operation(self, request: Request) -> str:
        """One of read, write, lock, unlock; of another request, nothing."""

    @abstractmethod
    def answer(self, request: Request, user: str) -> Reply: ...

    @abstractmethod
    def vanish(self) -> None:
        """Someone deletes the state, lock and all."""

    def seed(self, data: bytes) -> None:
        """Another tool, or an accident, has put this there."""
        self.history.append((_serial(data), data))


class Plain(Rules):
    """LOCK and UNLOCK. `held` is the status of a lock that is held; one that `names` nobody gives no body with it."""

    path = "/states/segsync"

    def __init__(self, *, held: int = 423, names: bool = True) -> None:
        super().__init__()
        self._held = held
        self._names = names
        self._data: bytes | None = None
        self.lock: dict[str, Any] | None = None

    def operation(self, request: Request) -> str:
        names = {"GET": "read", "POST": "write", "LOCK": "lock", "UNLOCK": "unlock"}
        return names.get(request.method, "") if request.path == self.path else ""

    def answer(self, request: Request, user: str) -> Reply:
        return {"read": self._read, "write": self._write, "lock": self._take, "unlock": self._free}[
            self.operation(request)
        ](request)

    def vanish(self) -> None:
        self._data = self.lock = None

    def seed(self, data: bytes) -> None:
        super().seed(data)
        self._data = data

    def _read(self, request: Request) -> Reply:
        return Reply(404) if self._data is None else Reply(200, self._data)

    def _write(self, request: Request) -> Reply:
        if self.lock and request.query.get("ID") != self.lock["ID"]:
            return self._refused()
        self.seed(request.body)
        return Reply(200)

    def _take(self, request: Request) -> Reply:
        if self.lock:
            return self._refused()
        self.lock = request.json
        return Reply(200)

    def _free(self, request: Request) -> Reply:
        if self.lock is None or request.json["ID"] != self.lock["ID"]:
            return Reply(409)
        self.lock = None
        return Reply(200)

    def _refused(self) -> Reply:
        return Reply(self._held, json.dumps(self.lock).encode() if self._names else b"")


class GitLab(Rules):
    """GitLab, from 18.5 on or `old`. Users with `readers`' names have the Developer role, others that of Maintainer."""

    path = "/api/v4/projects/42/terraform/state/segsync"

    def __init__(self, *, old: bool = False, readers: tuple[str, ...] = ()) -> None:
        super().__init__()
        self._unreadable = 500 if old else 422
        self._readers = readers
        self._exists = False
        self._versions: dict[int, bytes] = {}
        self.lock: dict[str, str] | None = None

    def operation(self, request: Request) -> str:
        of_state, of_lock = {"GET": "read", "POST": "write"}, {"POST": "lock", "DELETE": "unlock"}
        names = {self.path: of_state, f"{self.path}/lock": of_lock}.get(request.path, {})
        return names.get(request.method, "")

    def answer(self, request: Request, user: str) -> Reply:
        operation = self.operation(request)
        if operation == "read":
            return self._read()
        if user in self._readers:
            return _told(403, "403 Forbidden")
        # What the body holds goes before what the query holds.
        parameters = {**request.query, **request.json}
        if operation == "lock":
            return self._take(parameters, user)
        return self._free(parameters) if operation == "unlock" else self._write(request.body, parameters)

    def vanish(self) -> None:
        self._exists, self._versions, self.lock = False, {}, None

    def seed(self, data: bytes) -> None:
        serial = _serial(data)
        super().seed(data)
        self._exists = True
        self._versions[serial or 0] = data

    def _read(self) -> Reply:
        if not self._exists:
            return _told(404, "404 Not found")
        return Reply(200, self._versions[max(self._versions)]) if self._versions else Reply(204)

    def _write(self, body: bytes, parameters: Mapping[str, Any]) -> Reply:
        if not body:
            return Reply(204)
        self._exists = True
        if parameters.get("ID") != (self.lock["ID"] if self.lock else None):
            return _told(500, "500 Internal Server Error")
        serial = parameters.get("serial")
        if not isinstance(serial, int):
            return _told(self._unreadable, "422 Unprocessable entity")
        if serial in self._versions:
            return _told(422, "PG::UniqueViolation")
        self.history.append((serial, body))
        self._versions[serial] = body
        return Reply(200)

    def _take(self, parameters: Mapping[str, Any], user: str) -> Reply:
        missing = [key for key in _LOCK_KEYS if key not in parameters]
        if missing or not parameters["ID"]:
            return _told(400, f"{', '.join(missing)} is missing")
        self._exists = True
        free = self.lock is None
        self.lock = self.lock or {"ID": parameters["ID"], "Who": user, "Created": LOCKED_AT}
        mixed = {key: parameters[key] for key in ("Operation", "Info", "Version", "Path")} | self.lock
        return Reply(200 if free else 409, json.dumps(mixed).encode())

    def _free(self, parameters: Mapping[str, Any]) -> Reply:
        self._exists = True
        if "ID" in parameters and parameters["ID"] != (self.lock["ID"] if self.lock else ""):
            return Reply(409)
        self.lock = None
        return Reply(200)


def _told(status: int, message: str) -> Reply:
    return Reply(status, json.dumps({"message": message}).encode())


def _serial(data: bytes) -> int | None:
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    serial = document.get("serial") if isinstance(document, dict) else None
    return serial if isinstance(serial, int) else None

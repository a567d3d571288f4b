"""A server of the Terraform HTTP state protocol on loopback, with faults that a test switches on per request."""

import base64
from collections.abc import Mapping
from contextlib import AbstractContextManager
from urllib.parse import parse_qsl, urlsplit

from tests.state.faulty import Fault, FaultyServer, Received, Reply
from tests.state.http.rules import Request, Rules

REDIRECT = Fault(status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"})
HTML = Fault(status=200, body=b"<!DOCTYPE html><title>Sign in</title>")


class StateServer(FaultyServer):
    """Serves one state by `rules`; `users` are names with their passwords, and where there are none it asks for none.

    `requests` has the operation of each request in order: read, write, lock, unlock, or else its method and path.
    """

    def __init__(self, rules: Rules, users: Mapping[str, str] | None = None) -> None:
        super().__init__()
        self.rules = rules
        self.users = dict(users or {})
        self.received: list[Request] = []

    @property
    def address(self) -> str:
        """Of the state."""
        return self.root + self.rules.path

    @property
    def environment(self) -> dict[str, str]:
        """The variables that a client needs, with the credentials of the first user."""
        for name, password in self.users.items():
            return {"SEGSYNC_HTTP_USERNAME": name, "SEGSYNC_HTTP_PASSWORD": password}
        return {}

    @property
    def secret(self) -> str:
        return next(iter(self.users.values()))

    @property
    def stored(self) -> bytes | None:
        return self.rules.history[-1][1] if self.rules.history else None

    @property
    def serials(self) -> list[int | None]:
        """Of everything that was ever stored, oldest first."""
        return [serial for serial, _ in self.rules.history]

    def noted(self, request: Received) -> str:
        read = self._read(request)
        self.received.append(read)
        return self._operation(request, read) or f"{request.method} {urlsplit(request.target).path}"

    def answer(self, request: Received) -> Reply:
        user = self._user(request.headers.get("authorization", ""))
        if user is None:
            return Reply(401, b"{}", {"WWW-Authenticate": "Basic"})
        read = self._read(request)
        return self.rules.answer(read, user) if self._operation(request, read) else Reply(404)

    def _read(self, request: Received) -> Request:
        parts = urlsplit(request.target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        below = parts.path.removeprefix(self.rules.path)
        return Request(request.method, below, query, request.headers, request.body)

    def _operation(self, request: Received, read: Request) -> str:
        known = urlsplit(request.target).path.startswith(self.rules.path)
        return self.rules.operation(read) if known else ""

    def _user(self, authorization: str) -> str | None:
        """None where the credentials are wrong."""
        if not self.users:
            return "anonymous"
        kind, _, encoded = authorization.partition(" ")
        if kind != "Basic":
            return None
        name, _, password = base64.b64decode(encoded).decode("utf-8").partition(":")
        return name if self.users.get(name) == password else None


def serving(rules: Rules, users: Mapping[str, str] | None = None) -> AbstractContextManager[StateServer]:
    return StateServer(rules, users).running()

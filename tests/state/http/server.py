"""A server of the Terraform HTTP state protocol on loopback, with faults that a test switches on per request."""

import base64
from collections.abc import Mapping
from contextlib import AbstractContextManager

from tests.state.faulty import Fault, FaultyServer, Reply, Request
from tests.state.http.rules import Rules

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

    def name(self, request: Request) -> str:
        return self.rules.operation(request) or f"{request.method} {request.path}"

    def answer(self, request: Request) -> Reply:
        user = self._user(request.headers.get("authorization", ""))
        if user is None:
            return Reply(401, b"{}", {"WWW-Authenticate": "Basic"})
        return self.rules.answer(request, user) if self.rules.operation(request) else Reply(404)

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

"""Clients of a StateServer that never really wait."""

from collections.abc import Mapping

from segsync.state.http.access import explicit
from segsync.state.http.backend import HttpBackend
from segsync.state.http.calls import Caller
from segsync.state.http.dialects import dialect_of
from segsync.state.protocol import LockInfo
from tests.state.http.rules import Rules
from tests.state.http.server import StateServer

MINE = LockInfo("l-1", "apply", "ann@laptop", 4711, "2026-11-23T10:00:00Z")
THEIRS = LockInfo("l-2", "state mv", "bob@runner", 4712, "2026-11-23T10:00:05Z")

FIRST, SECOND, THIRD = (f'{{"serial": {serial}}}'.encode() for serial in (1, 2, 3))

CREDENTIALS = {"SEGSYNC_HTTP_USERNAME": "ann", "SEGSYNC_HTTP_PASSWORD": "s3cret"}


def client(address: str, environment: Mapping[str, str] | None = None) -> HttpBackend:
    caller = Caller(address, explicit(environment or {}), lambda _seconds: None)
    return HttpBackend(address, dialect_of(address), caller)


def data_of(rules: Rules) -> list[bytes]:
    return [data for _, data in rules.history]


def operations(server: StateServer, first: int = 0) -> str:
    return " ".join(server.requests[first:])

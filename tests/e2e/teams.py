"""A team that keeps its state on a server."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from tests.state.http.server import StateServer
from tests.state.s3.server import S3Server
from tests.support.cli import Cli, Ran


class Server(Protocol):
    """`secret` must not reach any output; `stored` is what was stored last; `environment` is what clients need."""

    @property
    def address(self) -> str: ...

    @property
    def environment(self) -> Mapping[str, str]: ...

    @property
    def secret(self) -> str: ...

    @property
    def stored(self) -> bytes | None: ...


class NotingServer(Server, Protocol):
    requests: list[str]


S_co = TypeVar("S_co", bound=Server, covariant=True)


@dataclass(frozen=True)
class Team(Generic[S_co]):
    """segsync in one folder, with its state at `server`."""

    cli: Cli
    server: S_co

    def __call__(self, *arguments: str, stdin: str = "", **extra: str) -> Ran:
        ran = self.cli(*arguments, stdin=stdin, **{**self.settings, **extra})
        assert self.server.secret not in ran.out + ran.err
        assert "Traceback" not in ran.err
        return ran

    def start(self, *arguments: str, stdin: int = subprocess.DEVNULL, **extra: str) -> "subprocess.Popen[str]":
        return self.cli.start(*arguments, stdin=stdin, **{**self.settings, **extra})

    @property
    def settings(self) -> dict[str, str]:
        return {"SEGSYNC_STATE": self.server.address, **self.server.environment}

    @property
    def state(self) -> dict[str, object]:
        stored: dict[str, object] = json.loads(self.server.stored or b"null")
        return stored

    def asked(self: "Team[NotingServer]", *arguments: str) -> list[str]:
        """What one command asks of the server."""
        before = len(self.server.requests)
        assert self(*arguments).code == 0
        return self.server.requests[before:]


HttpTeam = Team[StateServer]
S3Team = Team[S3Server]

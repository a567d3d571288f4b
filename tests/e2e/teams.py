"""A team that keeps its state on an HTTP server."""

import json
import subprocess
from dataclasses import dataclass

from tests.state.http.server import StateServer
from tests.support.cli import Cli, Ran

PASSWORD = "s3cret-of-ann"


@dataclass(frozen=True)
class Team:
    """segsync in one folder, with its state at `server`."""

    cli: Cli
    server: StateServer

    def __call__(self, *arguments: str, stdin: str = "", **extra: str) -> Ran:
        ran = self.cli(*arguments, stdin=stdin, **{**self.settings, **extra})
        assert PASSWORD not in ran.out + ran.err
        assert "Traceback" not in ran.err
        return ran

    def start(self, *arguments: str, stdin: int = subprocess.DEVNULL) -> "subprocess.Popen[str]":
        return self.cli.start(*arguments, stdin=stdin, **self.settings)

    @property
    def settings(self) -> dict[str, str]:
        user, password = next(iter(self.server.users.items()))
        address = self.server.address
        return {"SEGSYNC_STATE": address, "SEGSYNC_HTTP_USERNAME": user, "SEGSYNC_HTTP_PASSWORD": password}

    @property
    def state(self) -> dict[str, object]:
        stored: dict[str, object] = json.loads(self.server.rules.history[-1][1])
        return stored

    def asked(self, *arguments: str) -> list[str]:
        """What one command asks of the server."""
        before = len(self.server.requests)
        assert self(*arguments).code == 0
        return self.server.requests[before:]

"""Runs the real command line as a process, as a user or a pipeline does."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "segsync")
ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
SECRETS = {"TOKEN": "s3rvice-token-value", "KEY": "mytracker-s3cret-value"}
_KEPT = ("PATH", "HOME", "TMPDIR", "LANG")


@dataclass(frozen=True)
class Ran:
    """How a process ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Of a clean machine: nothing that says CI, no setting of segsync's own, no proxy; and the tests' secrets."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": str(ROOT), **SECRETS, **(extra or {})}


@dataclass(frozen=True)
class Cli:
    """segsync in one folder, against one API."""

    folder: Path
    api_url: str

    def __call__(self, *arguments: str, stdin: str = "", **extra: str) -> Ran:
        """Run a command to its end. `extra` are environment variables."""
        ran = subprocess.run(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=environment({"SEGSYNC_API_URL": self.api_url, **extra}),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
        )
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    def start(self, *arguments: str, stdin: int = subprocess.DEVNULL, **extra: str) -> "subprocess.Popen[str]":
        """Start a command and leave it running. `stdin` is as of subprocess."""
        return subprocess.Popen(
            [*COMMAND, *arguments],
            cwd=self.folder,
            env=environment({"SEGSYNC_API_URL": self.api_url, **extra}),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def write(self, text: str, name: str = "segsync.yaml") -> Path:
        path = self.folder / name
        path.write_text(text, encoding="utf-8")
        return path

"""segsync demo"""

import http.client
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import click

from segsync.cli import options
from segsync.cli.terminal import Terminal
from segsync.errors import SegsyncError, UsageError

_SEGSYNC = (sys.executable, "-m", "segsync")
_SECRETS = {"RUSTORE_SERVICE_TOKEN": "demo-token", "MYTRACKER_SECRET_KEY": "demo-key"}
_DATA = "emulator.db"
_MANIFEST = """\
version: 1
defaults:
  service_token: {env: RUSTORE_SERVICE_TOKEN}
  secret_key: {env: MYTRACKER_SECRET_KEY}
  api_user_id: "40412"
  period: 24
projects:
  shop-android:
    project: Zq3vX0c8
    app_id: 52210
    segments:
      payers: {segment: "1742"}
      churned: {segment: "1743", period: 7d}
  shop-ios:
    project: Kd81mWqa
    app_id: 52211
    segments:
      payers: {segment: "1742"}
"""


@click.command("demo")
@options.option("--keep", type=click.Path(path_type=Path), metavar="DIR", help="Leave the files in this new folder.")
@options.common()
def command(keep: Path | None, terminal: Terminal) -> None:
    """The whole story in one command, against an emulator that it starts itself.

    Needs no account. The files stay, so that you can go on by hand.
    """
    folder = _folder(keep)
    with _emulator(folder) as url:
        story = _Story(folder, _environment(url), terminal)
        story.told(url)
        story.how_to_go_on(url)


def _folder(keep: Path | None) -> Path:
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="segsync-demo-"))
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise UsageError(f"--keep: {keep} is there already, and not an empty folder")
    keep.mkdir(parents=True, exist_ok=True)
    return keep.resolve()


def _environment(url: str) -> dict[str, str]:
    """This process's, without what a pipeline or a user has set for real work."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SEGSYNC_", "GITHUB_", "CI"))}
    return {**kept, **_SECRETS, "SEGSYNC_API_URL": url}


@contextmanager
def _emulator(folder: Path) -> Iterator[str]:
    process = subprocess.Popen(
        [*_SEGSYNC, "emulator", "--port", "0", "--data", _DATA],
        cwd=folder,
        env=_environment(""),
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        url = process.stdout.readline().strip()
        if not url:
            raise SegsyncError("the emulator did not start")
        yield url
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


@dataclass(frozen=True, slots=True)
class _Story:
    """Each command is shown as a user would type it, and really run."""

    folder: Path
    environment: Mapping[str, str]
    terminal: Terminal

    def told(self, url: str) -> None:
        self._say("RuStore's API is here, emulated; nothing of this reaches RuStore.")
        self._typed(f"cd {shlex.quote(str(self.folder))}")
        self._typed(f"segsync emulator --port {urlsplit(url).port} --data {_DATA} &")
        self.terminal.out(f"{url}\n")
        self._typed(_exports(url))
        self._say("A manifest says what is wanted: two projects.")
        (self.folder / "segsync.yaml").write_text(_MANIFEST, encoding="utf-8")
        self._typed("cat segsync.yaml")
        self.terminal.out(_MANIFEST)
        self._say("The state keeps what RuStore cannot list: the ids of export projects.")
        self._run("init", append_to="segsync.yaml")
        self._run("plan")
        self._run("apply", "--yes")
        self._say("Once more: there is nothing left to do.")
        self._run("plan", "--detailed-exitcode")
        self._say("Now someone changes a period in the console. RuStore's API could not change it back.")
        self._edit(url)
        self._run("plan", "--detailed-exitcode", expected=3)

    def how_to_go_on(self, url: str) -> None:
        self._say(f"The files are in {self.folder}. To go on by hand:")
        on_path = shutil.which("segsync")
        if not on_path or Path(on_path).parent != Path(sys.executable).parent:
            self._typed(f'export PATH="{Path(sys.executable).parent}:$PATH"')
        self._typed(f"cd {shlex.quote(str(self.folder))}")
        self._typed(f"segsync emulator --port {urlsplit(url).port} --data {_DATA} &")
        self._typed(_exports(url))
        self._typed("segsync plan")

    def _run(self, *arguments: str, expected: int = 0, append_to: str = "") -> None:
        self._typed(" ".join(("segsync", *arguments)) + (f" >> {append_to}" if append_to else ""))
        self.terminal.flush()
        with (self.folder / append_to).open("a") if append_to else nullcontext() as out:
            ran = subprocess.run([*_SEGSYNC, *arguments], cwd=self.folder, env=self.environment, stdout=out)
        if ran.returncode != expected:
            raise SegsyncError(f"the demo failed: exit code {ran.returncode} where {expected} was expected")
        if expected:
            self.terminal.out(f"(exit code {expected}: a person is needed)\n")

    def _edit(self, url: str) -> None:
        host = urlsplit(url).netloc
        exports = json.loads(_request(host, "GET", "/_emulator/data"))["projects"][0]["segments"]
        segment = next(export["id"] for export in exports if export["segment"] == "1743")
        body = json.dumps({"period": 24})
        self._typed(f"curl -X PATCH {url}/_emulator/segments/{segment} -d '{body}'")
        self.terminal.out(_request(host, "PATCH", f"/_emulator/segments/{segment}", body) + "\n")

    def _say(self, text: str) -> None:
        self.terminal.out(f"\n# {text}\n")

    def _typed(self, command: str) -> None:
        self.terminal.out(self.terminal.bold(f"$ {command}") + "\n")


def _exports(url: str) -> str:
    values = {"SEGSYNC_API_URL": url, **_SECRETS}
    return "export " + " ".join(f"{name}={shlex.quote(value)}" for name, value in values.items())


def _request(host: str, method: str, path: str, body: str | None = None) -> str:
    """To the emulator's console; not through any proxy that the environment names."""
    connection = http.client.HTTPConnection(host, timeout=10)
    try:
        connection.request(method, path, body)
        return connection.getresponse().read().decode("utf-8")
    finally:
        connection.close()

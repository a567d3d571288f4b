import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from segsync.emulator.server import Emulator, Settings
from tests.state.postgres import server as postgres_server
from tests.support.cli import Cli
from tests.support.console import Console


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test may depend on where it runs: in CI, behind a proxy, or with settings of segsync's own."""
    for name in list(os.environ):
        if name.startswith(("SEGSYNC_", "AWS_", "PG")) or name.upper().endswith("_PROXY") or name in ("CI", "NO_COLOR"):
            monkeypatch.delenv(name)
    for name in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session", autouse=True)
def servers() -> Iterator[None]:
    """Those that tests have started for all that come after them."""
    yield
    postgres_server.stop()


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """The API on a socket of this machine, empty and without faults."""
    emulator = Emulator(Settings(port=0))
    emulator.start()
    yield emulator
    emulator.stop()


@pytest.fixture
def console(emulator: Emulator) -> Console:
    return Console(emulator.url)


@pytest.fixture
def cli(emulator: Emulator, tmp_path: Path) -> Cli:
    """segsync in an empty folder, against the emulator."""
    return Cli(tmp_path, emulator.url)

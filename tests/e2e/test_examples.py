"""Every example does what it says, against the emulator."""

import pytest

from tests.support.cli import EXAMPLES, Cli
from tests.support.console import Console


@pytest.mark.parametrize("example", ["single-app"], indirect=True)
def test_single_app(example: Cli, console: Console) -> None:
    secrets = {"RUSTORE_SERVICE_TOKEN": "any", "MYTRACKER_SECRET_KEY": "any"}
    assert example("validate").out == "Valid: 1 project, 3 segments.\n"
    assert example("init", **secrets).code == 0
    assert example("apply", "--yes", **secrets).code == 0
    assert example("plan", "--detailed-exitcode", **secrets).code == 0
    assert console.creates() == (1, 3)


@pytest.mark.parametrize("example", ["team"], indirect=True)
def test_team(example: Cli, console: Console) -> None:
    names = ("SHOP_ANDROID_TOKEN", "SHOP_TV_TOKEN", "CHESS_TOKEN", "MYTRACKER_SECRET_KEY")
    settings = {**dict.fromkeys(names, "any"), "SEGSYNC_MANIFEST": "segments"}
    assert example("init", **settings).code == 0
    assert example("apply", "--yes", "--project", "shop-*", **settings).code == 0
    assert console.creates() == (2, 4)
    assert example("apply", "--yes", **settings).code == 0
    assert example("plan", "--detailed-exitcode", **settings).code == 0
    assert console.creates() == (3, 6)
    assert (example.folder / "segments" / "segsync.state.json").exists()


def test_every_example_is_run() -> None:
    tested = {path.relative_to(EXAMPLES).parts[0] for path in EXAMPLES.glob("*/.git*")} | {"single-app", "team"}
    assert {path.name for path in EXAMPLES.iterdir()} == tested


def test_no_example_leaves_files_behind() -> None:
    assert not list(EXAMPLES.rglob("*.json"))

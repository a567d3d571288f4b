"""Every example does what it says, against the emulator."""

import os
import shutil
import subprocess

import pytest
import yaml

from tests.e2e.pipelines import add_program, run_segsync
from tests.support.cli import ROOT, Cli, environment
from tests.support.console import Console

EXAMPLES = ROOT / "examples"


@pytest.fixture
def example(cli: Cli, request: pytest.FixtureRequest) -> Cli:
    """segsync in a copy of the example's folder."""
    folder = cli.folder / "example"
    shutil.copytree(EXAMPLES / request.param, folder)
    return Cli(folder, cli.api_url)


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


@pytest.mark.parametrize("example", ["campaign"], indirect=True)
def test_campaign(example: Cli, console: Console) -> None:
    """The workflow's own line, in a shell, as a job for a tag runs it: twice, and then for another tag."""
    pin = console.add_project("Zq3vX0c8", 52210, id="b04b48ab-3125-444f-94eb-aad511c074e7")
    console.add_segment(pin, "1742")
    job = yaml.safe_load((example.folder / ".github/workflows/publish.yml").read_text())["jobs"]["publish"]
    line = job["steps"][-1]["run"]
    assert line.startswith("exec segsync publish ")
    settings = {
        "SEGSYNC_STATE": str(example.folder.parent / "shared.json"),
        "SEGSYNC_API_URL": example.api_url,
        "SEGSYNC_ALLOW_SECRETS": job["env"]["SEGSYNC_ALLOW_SECRETS"],
        "RUSTORE_SERVICE_TOKEN": "any",
        "CI": "true",
    }
    assert example("init", **settings).code == 0
    add_program(example.folder, "segsync", run_segsync())
    settings["PATH"] = f"{example.folder.parent / 'bin'}:{os.environ['PATH']}"
    for tag, published in (("campaign-spring", 1), ("campaign-spring", 1), ("campaign-summer", 2)):
        job_settings = environment({**settings, "GITHUB_REF_NAME": tag})
        ran = subprocess.run(["bash", "-e", "-c", line], cwd=example.folder, env=job_settings, capture_output=True)
        assert (ran.returncode, ran.stderr) == (0, b"")
        assert len(console.published()) == published
    assert console.published()[0]["message"]["notification"]["title"] == "Весенняя распродажа \N{TULIP}"


def test_every_example_is_run() -> None:
    tested = {path.relative_to(EXAMPLES).parts[0] for path in EXAMPLES.glob("*/.git*")} | {"single-app", "team"}
    assert {path.name for path in EXAMPLES.iterdir()} == tested


def test_no_example_leaves_files_behind() -> None:
    assert not list(EXAMPLES.rglob("*.json"))

import subprocess
from pathlib import Path

from tests.support.cli import COMMAND, ROOT, Cli, environment
from tests.support.console import Console


def demo(*arguments: str, folder: Path, **extra: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, "demo", *arguments], cwd=folder, env=environment(extra), capture_output=True, text=True, timeout=60
    )


def test_the_demo_tells_the_whole_story(tmp_path: Path) -> None:
    ran = demo("--keep", "story", folder=tmp_path, CI="true", SEGSYNC_STATE="s3://not/used")
    assert ran.returncode == 0, ran.stderr
    told = ran.stdout
    for step in (
        "$ segsync init >> segsync.yaml\n",
        "$ segsync plan\n",
        "Plan: 5 to create, 0 drifted, 0 unmanaged, 0 blocked, 0 unchanged.\n",
        "$ segsync apply --yes\n",
        "Apply: 5 created, 0 adopted, 0 failed, 0 unknown, 0 skipped.\n",
        "No changes. RuStore matches the manifest.\n",
        "$ curl -X PATCH ",
        "cannot change: period is ",
        "(exit code 3: a person is needed)\n",
    ):
        assert step in told
        told = told[told.index(step) + len(step) :]
    assert str(tmp_path / "story") in told


def test_a_user_can_go_on_by_hand_where_the_demo_ended(tmp_path: Path) -> None:
    assert demo("--keep", "story", folder=tmp_path).returncode == 0
    folder = tmp_path / "story"
    assert {path.name for path in folder.iterdir()} >= {"segsync.yaml", "segsync.state.json", "emulator.db"}
    secrets = {"RUSTORE_SERVICE_TOKEN": "demo-token", "MYTRACKER_SECRET_KEY": "demo-key"}
    with Cli(folder, "").start("emulator", "--port", "0", "--data", "emulator.db") as emulator:
        assert emulator.stdout is not None
        url = emulator.stdout.readline().strip()
        planned = Cli(folder, url)("plan", "--detailed-exitcode", **secrets)
        assert planned.code == 3
        assert len(Console(url).data()) == 2
        emulator.terminate()
        assert emulator.wait(10) == 143


def test_files_that_are_there_are_not_overwritten(tmp_path: Path) -> None:
    ran = demo("--keep", str(ROOT / "segsync"), folder=tmp_path)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "not an empty folder" in ran.stderr

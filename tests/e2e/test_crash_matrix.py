"""An apply that is killed at any step: the next ones create nothing twice and lose nothing."""

import json
import shutil
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from segsync.emulator.faults import parse_fault
from segsync.emulator.server import Emulator, Settings
from tests.e2e.stories import TWO_PROJECTS
from tests.support.cli import Cli, environment
from tests.support.console import Console

# One call at a time, so that the steps come in the same order in every run; a short settle keeps the test short, and
# an even shorter lag keeps what was created out of the list for a while.
APPLY = ("apply", "--yes", "--parallelism", "1", "--settle", "0.6")
LAG = "segment-create:lag:0.4"


class Case:
    """One folder with one server, and an apply that dies at step `at` (0: not at all)."""

    def __init__(self, folder: Path, state: Path, at: int) -> None:
        folder.mkdir()
        shutil.copy(state, folder)
        self.at = at
        self.log = folder / "steps"
        self.emulator = Emulator(Settings(port=0, faults=(parse_fault(LAG),)))
        self.emulator.start()
        self.cli = Cli(folder, self.emulator.url)
        self.console = Console(self.emulator.url)
        self.cli.write(TWO_PROJECTS)

    def die(self) -> int:
        settings = {"CRASH_LOG": str(self.log), "CRASH_AT": str(self.at), "SEGSYNC_API_URL": self.emulator.url}
        command = [sys.executable, "-m", "tests.e2e.crashing", *APPLY]
        ran = subprocess.run(command, cwd=self.cli.folder, env=environment(settings), capture_output=True, timeout=60)
        return ran.returncode

    @property
    def steps(self) -> list[str]:
        return self.steps_in(self.cli.folder)

    @staticmethod
    def steps_in(folder: Path) -> list[str]:
        return (folder / "steps").read_text().splitlines()

    def settle_by_hand(self) -> list[str]:
        """What a person does for each project in doubt, from what RuStore really holds; returns the projects."""
        state = json.loads((self.cli.folder / "segsync.state.json").read_text())
        in_doubt = {name: entry for name, entry in state["pending"].items() if "/" not in name}
        for name, entry in in_doubt.items():
            ids = [project["id"] for project in self.console.data() if project["project"] == entry["project"]]
            answer = ["--id", ids[0]] if ids else ["--not-created", "--yes"]
            assert self.cli("state", "resolve", name, *answer).code == 0
        return list(in_doubt)

    def holds_each_once(self) -> bool:
        held = [(p["project"], sorted(s["segment"] for s in p["segments"])) for p in self.console.data()]
        return sorted(held) == [("Kd81mWqa", ["1742"]), ("Zq3vX0c8", ["1742", "1743"])]


def survive(case: Case) -> str:
    """Kill at the step, run again as CI would, and check everything. Returns what is wrong, or nothing."""
    try:
        if case.die() not in (-signal.SIGKILL, 0):
            return "it ended by itself"
        again = case.cli(*APPLY, "-o", "json")
        in_doubt = case.settle_by_hand()
        if again.code != (3 if in_doubt else 0):
            return f"the next apply ended with {again.code}: {again.err}"
        if in_doubt:
            if not all(f"x {name}" in again.err for name in in_doubt):
                return f"in doubt and not blocked: {in_doubt}"
            again = case.cli(*APPLY, "-o", "json")
        return "" if again.json["converged"] and case.holds_each_once() else f"{case.console.data()}: {again.out}"
    finally:
        case.emulator.stop()


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state as `init` makes it."""
    folder = tmp_path_factory.mktemp("state")
    assert Cli(folder, "")("init").code == 0
    return folder / "segsync.state.json"


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory, state: Path) -> list[str]:
    """The steps of one whole apply, as they happened."""
    case = Case(tmp_path_factory.mktemp("whole") / "run", state, at=0)
    try:
        assert case.die() == 0
        return case.steps
    finally:
        case.emulator.stop()


def test_the_steps_are_the_ones_that_matter(steps: list[str]) -> None:
    assert set(steps) == {
        "before request",
        "request is out",
        "after request",
        "before state write",
        "state file complete, not in place",
        "after state write",
    }
    assert steps.count("after state write") == 6
    assert steps.count("before request") == steps.count("request is out") == steps.count("after request") >= 14


def test_an_apply_that_is_killed_at_any_step_is_continued_by_the_next(
    steps: list[str], state: Path, tmp_path: Path
) -> None:
    def run(at: int) -> str:
        wrong = survive(Case(tmp_path / f"step-{at}", state, at))
        return f"killed at step {at} ({steps[at - 1]}): {wrong}" if wrong else ""

    with ThreadPoolExecutor(2) as pool:
        wrong = [text for text in pool.map(run, range(1, len(steps) + 1)) if text]
    assert wrong == []
    # How often the list is read while it lags differs from run to run, so the last steps may not come. No other may
    # be missing.
    died = [at for at in range(1, len(steps) + 1) if len(Case.steps_in(tmp_path / f"step-{at}")) == at]
    assert len(died) > len(steps) - 10

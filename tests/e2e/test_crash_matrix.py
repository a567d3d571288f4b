"""An apply that is killed at any step: the next ones create nothing twice and lose nothing."""

import contextlib
import re
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from segsync.emulator.faults import parse_fault
from segsync.emulator.server import Emulator, Settings
from tests.e2e.stories import TWO_PROJECTS
from tests.state.places import PLACES
from tests.support.cli import Cli, Ran, environment
from tests.support.console import Console

# One call at a time, so that the steps come in the same order in every run; a short settle keeps the test short, and
# an even shorter lag keeps what was created out of the list for a while.
APPLY = ("apply", "--yes", "--parallelism", "1", "--settle", "0.6")
LAG = "segment-create:lag:0.4"
# Of the other backends a sample: what an apply does to RuStore is the same with each.
DEATHS_ELSEWHERE = 16


class Case:
    """One folder with one server and one state, and an apply that dies at step `at` (0: not at all)."""

    def __init__(self, folder: Path, backend: str, at: int) -> None:
        folder.mkdir()
        self.at = at
        self.log = folder / "steps"
        self._open = contextlib.ExitStack()
        self.place = self._open.enter_context(PLACES[backend](folder))
        self._settings = {"SEGSYNC_STATE": self.place.address, **self.place.environment}
        self.emulator = Emulator(Settings(port=0, faults=(parse_fault(LAG),)))
        self.emulator.start()
        self._open.callback(self.emulator.stop)
        self._cli = Cli(folder, self.emulator.url)
        self.console = Console(self.emulator.url)
        self._cli.write(TWO_PROJECTS)
        assert self.run("init").code == 0

    def close(self) -> None:
        self._open.close()

    def run(self, *arguments: str) -> Ran:
        return self._cli(*arguments, **self._settings)

    def die(self) -> int:
        crash = {"CRASH_LOG": str(self.log), "CRASH_AT": str(self.at), "SEGSYNC_API_URL": self.emulator.url}
        command = [sys.executable, "-m", "tests.e2e.crashing", *APPLY]
        settings = environment({**self._settings, **crash})
        return subprocess.run(command, cwd=self._cli.folder, env=settings, capture_output=True, timeout=60).returncode

    def apply(self) -> Ran:
        ran = self.run(*APPLY, "-o", "json")
        lock = re.search(r"\(lock (\S+)\)", ran.err)
        if ran.code != 5 or lock is None or self.place.frees_itself:
            return ran
        assert self.run("state", "unlock", lock[1], "--yes").code == 0
        return self.run(*APPLY, "-o", "json")

    @property
    def steps(self) -> list[str]:
        return self.steps_in(self.log.parent)

    @staticmethod
    def steps_in(folder: Path) -> list[str]:
        return (folder / "steps").read_text().splitlines()

    def settle_by_hand(self) -> list[str]:
        """What a person does for each project in doubt, from what RuStore really holds; returns the projects."""
        state = self.run("state", "pull").json
        in_doubt = {name: entry for name, entry in state["pending"].items() if "/" not in name}
        for name, entry in in_doubt.items():
            ids = [project["id"] for project in self.console.data() if project["project"] == entry["project"]]
            answer = ["--id", ids[0]] if ids else ["--not-created", "--yes"]
            assert self.run("state", "resolve", name, *answer).code == 0
        return list(in_doubt)

    def holds_each_once(self) -> bool:
        held = [(p["project"], sorted(s["segment"] for s in p["segments"])) for p in self.console.data()]
        return sorted(held) == [("Kd81mWqa", ["1742"]), ("Zq3vX0c8", ["1742", "1743"])]


def survive(case: Case) -> str:
    """Kill at the step, run again as CI would, and check everything. Returns what is wrong, or nothing."""
    try:
        if case.die() not in (-signal.SIGKILL, 0):
            return "it ended by itself"
        again = case.apply()
        in_doubt = case.settle_by_hand()
        if again.code != (3 if in_doubt else 0):
            return f"the next apply ended with {again.code}: {again.err}"
        if in_doubt:
            if not all(f"x {name}" in again.err for name in in_doubt):
                return f"in doubt and not blocked: {in_doubt}"
            again = case.apply()
        return "" if again.json["converged"] and case.holds_each_once() else f"{case.console.data()}: {again.out}"
    finally:
        case.close()


@pytest.fixture(scope="module", params=PLACES)
def backend(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def steps(tmp_path_factory: pytest.TempPathFactory, backend: str) -> list[str]:
    """The steps of one whole apply, as they happened."""
    case = Case(tmp_path_factory.mktemp("whole") / "run", backend, at=0)
    try:
        assert case.die() == 0
        return case.steps
    finally:
        case.close()


def test_the_steps_are_the_ones_that_matter(steps: list[str], backend: str) -> None:
    of_files = {"state file complete, not in place"} if backend == "local" else set()
    assert set(steps) - of_files == {
        "before request",
        "request is out",
        "after request",
        "before state write",
        "after state write",
    }
    assert of_files <= set(steps)
    assert steps.count("after state write") == 6
    assert steps.count("before request") == steps.count("request is out") == steps.count("after request") >= 14


def test_an_apply_that_is_killed_at_any_step_is_continued_by_the_next(
    steps: list[str], backend: str, tmp_path: Path
) -> None:
    chosen = range(1, len(steps) + 1, 1 if backend == "local" else max(1, len(steps) // DEATHS_ELSEWHERE))

    def run(at: int) -> str:
        wrong = survive(Case(tmp_path / f"step-{at}", backend, at))
        return f"killed at step {at} ({steps[at - 1]}): {wrong}" if wrong else ""

    with ThreadPoolExecutor(2) as pool:
        wrong = [text for text in pool.map(run, chosen) if text]
    assert wrong == []
    # How often the list is read while it lags differs from run to run, so the last steps may not come. No other may
    # be missing.
    missing = [at for at in chosen if len(Case.steps_in(tmp_path / f"step-{at}")) != at]
    assert [at for at in missing if at <= len(steps) - 10] == []

"""The hook for pre-commit, run by pre-commit itself in a repository of someone who uses it.

pre-commit would build an environment for segsync, for which it needs a network: here it is told that segsync is on
the PATH already.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.pipelines import add_program, run_segsync
from tests.e2e.stories import one_project
from tests.support.cli import ROOT, environment

GOOD = one_project("1742")
BROKEN = GOOD.replace("app_id: 52210", "app_id: many")
CONFIG = """\
repos:
  - repo: {hooks}
    rev: {rev}
    hooks:
      - {{id: segsync-validate, language: unsupported{more}}}
"""


@dataclass(frozen=True)
class Repository:
    """A git repository whose commits run the hook."""

    folder: Path
    hooks: Path
    rev: str

    def configure(self, more: str = "") -> None:
        config = CONFIG.format(hooks=self.hooks, rev=self.rev, more=more)
        (self.folder / ".pre-commit-config.yaml").write_text(config)

    def commit(self, name: str, text: str) -> "subprocess.CompletedProcess[str]":
        """Write a file and commit it, as a person does."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        git(self.folder, "add", "--all")
        return subprocess.run(
            ["git", *IDENTITY, "commit", "--message", "x"],
            cwd=self.folder,
            env=variables(self.folder),
            capture_output=True,
            text=True,
        )


IDENTITY = ("-c", "user.name=ann", "-c", "user.email=ann@example.com", "-c", "commit.gpgsign=false")


def variables(folder: Path) -> dict[str, str]:
    path = f"{folder.parent / 'bin'}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    nothing = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return environment({"PATH": path, "PRE_COMMIT_HOME": str(folder.parent / "cache"), **nothing})


def git(folder: Path, *arguments: str) -> str:
    ran = subprocess.run(
        ["git", *IDENTITY, *arguments], cwd=folder, env=variables(folder), capture_output=True, text=True, check=True
    )
    return ran.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    hooks, folder = tmp_path / "segsync", tmp_path / "work"
    hooks.mkdir()
    folder.mkdir()
    shutil.copy(ROOT / ".pre-commit-hooks.yaml", hooks)
    for place in (hooks, folder):
        git(place, "init", "--initial-branch=main")
    git(hooks, "add", "--all")
    git(hooks, "commit", "--message", "hooks")
    add_program(folder, "segsync", run_segsync())
    repository = Repository(folder, hooks, git(hooks, "rev-parse", "HEAD"))
    repository.configure()
    command = [sys.executable, "-m", "pre_commit", "install"]
    subprocess.run(command, cwd=folder, env=variables(folder), check=True, capture_output=True)
    return repository


def test_a_good_manifest_is_committed(repository: Repository) -> None:
    ran = repository.commit("segsync.yaml", GOOD)
    assert ran.returncode == 0, ran.stderr
    assert "segsync validate" in ran.stderr
    assert "Passed" in ran.stderr


def test_a_broken_manifest_is_not_and_its_places_are_told(repository: Repository) -> None:
    ran = repository.commit("segsync.yaml", BROKEN)
    assert ran.returncode == 1
    assert "segsync.yaml:6:13: error: /projects/shop/app_id: " in ran.stderr
    assert git(repository.folder, "rev-list", "--all") == ""


def test_a_commit_of_something_else_does_not_wait_for_it(repository: Repository) -> None:
    repository.commit("segsync.yaml", GOOD)
    (repository.folder / "segsync.yaml").unlink()
    ran = repository.commit("other.txt", "text")
    assert ran.returncode == 0, ran.stderr
    ran = repository.commit("more.yaml", "broken: [")
    assert (ran.returncode, "(no files to check)Skipped" in ran.stderr) == (0, True)


def test_manifests_in_a_folder_are_named_in_the_configuration(repository: Repository) -> None:
    repository.configure(more=", files: ^segments/, args: [-f, segments]")
    assert repository.commit("segments/shop.yaml", GOOD).returncode == 0
    ran = repository.commit("segments/games.yaml", "version: 2\n")
    assert ran.returncode == 1
    assert "segments/games.yaml:1:10: error: /version: " in ran.stderr

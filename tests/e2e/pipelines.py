"""Pipelines of the examples, run as their CI runs them: each line of a job in a shell, with the job's variables."""

import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.support.cli import COMMAND, Ran, environment

_EXPRESSION = re.compile(r"\$\{\{ *([\w.]+) *\}\}")


@dataclass(frozen=True)
class Step:
    """A script, and the variables that it gets beside those of the machine."""

    script: str
    variables: Mapping[str, str]


def github_steps(workflow: Path, job: str, context: Mapping[str, str]) -> list[Step]:
    """What `job` runs, but for installing. `context` has the values of expressions, such as `secrets.TOKEN`."""
    document = yaml.safe_load(workflow.read_text(encoding="utf-8"))
    body = document["jobs"][job]
    return [
        Step(step["run"], _filled([document, body, step], context))
        for step in body["steps"]
        if "run" in step and "pip install" not in step["run"]
    ]


def gitlab_steps(pipeline: Path, job: str, predefined: Mapping[str, str]) -> list[Step]:
    """What `job` runs, but for installing. `predefined` are GitLab's own variables and the project's."""
    document = yaml.safe_load(pipeline.read_text(encoding="utf-8"))
    variables = dict(predefined)
    for name, text in document["variables"].items():
        variables[name] = re.sub(r"\$(\w+)", lambda found: variables[found[1]], str(text))
    return [Step(line, variables) for line in document[job]["script"]]


def segsync_lines(file: Path) -> Iterator[str]:
    """Every line of a pipeline that runs segsync."""
    for line in file.read_text(encoding="utf-8").splitlines():
        if found := re.match(r" *(?:- )?(?:run: )?((?:exec )?segsync .*)", line):
            yield found[1]


def run(steps: list[Step], folder: Path, machine: Mapping[str, str], here: Mapping[str, str]) -> list[Ran]:
    """Each step in turn, until one fails, in a shell as runners start it.

    `machine` are variables of the runner, `here` those of the pipeline that a test has in other places.
    """
    add_program(folder, "segsync", run_segsync())
    path = f"{folder.parent / 'bin'}:{os.environ['PATH']}"
    endings: list[Ran] = []
    for step in steps:
        variables = environment({**machine, **step.variables, **here, "CI": "true", "PATH": path})
        ran = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step.script],
            cwd=folder,
            env=variables,
            capture_output=True,
            text=True,
            timeout=120,
        )
        endings.append(Ran(ran.returncode, ran.stdout, ran.stderr))
        if ran.returncode:
            break
    return endings


def run_segsync() -> str:
    """The script of a program that is segsync."""
    return f'exec {shlex.join(COMMAND)} "$@"'


def add_program(folder: Path, name: str, script: str) -> None:
    """One more program on the PATH of the machine that runs the pipelines of `folder`."""
    path = folder.parent / "bin" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def _filled(levels: list[Mapping[str, Any]], context: Mapping[str, str]) -> dict[str, str]:
    merged = {name: str(text) for level in levels for name, text in level.get("env", {}).items()}
    return {name: _EXPRESSION.sub(lambda found: context[found[1]], text) for name, text in merged.items()}

"""Manifests in short: texts go in, and the lines that a person reads come out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from segsync.core.model import Diagnostic, Manifest, Project, Segment
from segsync.manifest.load import load
from segsync.manifest.marked import Problem
from segsync.manifest.strict_yaml import parse

TEXT_KEYS = frozenset({"project", "segment", "api_user_id"})
# Six lines: what a test puts after them begins in line 7.
DEFAULTS = """\
version: 1
defaults:
  service_token: {env: TOKEN}
  api_user_id: "40412"
  secret_key: {env: KEY}
  period: 24
"""
# Eleven lines: a segment after them stands in line 12.
SHOP = f"""\
{DEFAULTS}projects:
  shop:
    project: Zq3vX0c8
    app_id: 52210
    segments:
"""


def told(text: str, *, file: str = "segsync.yaml", **environment: str) -> list[str]:
    """What is said of one manifest file, without the file's name."""
    return [line.removeprefix(f"{file}:") for line in told_of({file: text}, **environment)]


def told_of(texts: Mapping[str, str], **environment: str) -> list[str]:
    """What is said of several manifest files that are given together."""
    return [shown(diagnostic) for diagnostic in load(written(texts), environment).diagnostics]


def loaded(*texts: str, **environment: str) -> Manifest:
    """The manifest of texts that are good; warnings are not looked at."""
    found = load(written({f"{number}.yaml": text for number, text in enumerate(texts)}), environment)
    assert found.manifest is not None, [shown(diagnostic) for diagnostic in found.diagnostics]
    return found.manifest


def only_project(text: str) -> Project:
    (project,) = loaded(text).projects
    return project


def only_segment(text: str) -> Segment:
    (segment,) = only_project(text).segments
    return segment


def written(texts: Mapping[str, str]) -> list[Path]:
    paths = [Path(name) for name in texts]
    for path in paths:
        path.write_bytes(texts[str(path)].encode())
    return paths


def shown(diagnostic: Diagnostic) -> str:
    place = f"{diagnostic.file}:{diagnostic.line}:{diagnostic.column}"
    hint = f" ({diagnostic.hint})" if diagnostic.hint else ""
    return f"{place}: {diagnostic.severity}: {diagnostic.pointer}: {diagnostic.message}{hint}"


def read(text: str) -> Any:
    """The data of a YAML text that has no problem."""
    data, problems = parse(text, TEXT_KEYS)
    assert problems == []
    return data


def refused(text: str) -> list[str]:
    """What the YAML reader says of a text."""
    return [_shown(problem) for problem in parse(text, TEXT_KEYS)[1]]


def _shown(problem: Problem) -> str:
    hint = f" ({problem.hint})" if problem.hint else ""
    return f"{problem.mark.line}:{problem.mark.column}: {problem.pointer}: {problem.message}{hint}"

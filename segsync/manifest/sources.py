"""From the paths that a user gives to the texts of the manifest files."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from segsync.core.model import Diagnostic
from segsync.errors import FileError
from segsync.plumbing.files import is_within, read_limited

FILE_LIMIT = 64 * 2**20
SUFFIXES = (".yaml", ".yml")
_BOM = "\ufeff"
_START = "`segsync init` writes a first manifest."


@dataclass(frozen=True, slots=True)
class Source:
    """A manifest file. `label` is its name as messages show it."""

    path: Path
    label: str
    text: str


def read_sources(paths: Sequence[Path], environment: Mapping[str, str]) -> Iterator[Source | Diagnostic]:
    """Every manifest file that `paths` (files and folders) name, or what is wrong with it."""
    for path in paths:
        try:
            yield from _folder(path, environment) if path.is_dir() else [read_source(path, environment)]
        except OSError as error:
            yield _diagnostic(path, environment, f"cannot be read: {error.strerror}")


def _folder(path: Path, environment: Mapping[str, str]) -> Iterator[Source | Diagnostic]:
    found = sorted(entry for entry in path.iterdir() if entry.suffix in SUFFIXES and not entry.is_dir())
    if not found:
        yield _diagnostic(path, environment, "this folder has no manifest (*.yaml, *.yml) in it")
    for entry in found:
        if is_within(entry, path):
            yield read_source(entry, environment)
        else:
            yield _diagnostic(entry, environment, "is a link that leaves the folder", "Name its target with -f.")


def read_source(path: Path, environment: Mapping[str, str], *, if_missing: str = _START) -> Source | Diagnostic:
    """One file as UTF-8 text. `if_missing` is the hint where there is none."""
    if not path.exists():
        return _diagnostic(path, environment, "there is no such file", if_missing)
    try:
        data = read_limited(path, FILE_LIMIT)
    except FileError as error:
        return _diagnostic(path, environment, error.message.removeprefix(f"{path}: "))
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        return _diagnostic(path, environment, "is not UTF-8 here", "Save the file as UTF-8.", (line, column))
    if text.startswith(_BOM):
        return _diagnostic(path, environment, "starts with a byte order mark", "Save the file as UTF-8 without one.")
    return Source(path, shown_path(path, environment), text)


def shown_path(path: Path, environment: Mapping[str, str]) -> str:
    """Relative to the repository in CI, so that annotations find the file; else to the working directory."""
    absolute = Path(os.path.abspath(path))
    for variable in ("GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        root = environment.get(variable)
        if root and absolute.is_relative_to(os.path.abspath(root)):
            return absolute.relative_to(os.path.abspath(root)).as_posix()
    return Path(os.path.relpath(absolute)).as_posix()


def _diagnostic(
    path: Path, environment: Mapping[str, str], message: str, hint: str = "", at: tuple[int, int] = (1, 1)
) -> Diagnostic:
    return Diagnostic("error", shown_path(path, environment), *at, "", message, hint)

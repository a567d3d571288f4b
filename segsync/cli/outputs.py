"""`-o FORMAT[=PATH]`: which formats go where, checked before anything is read or created."""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from segsync.cli.terminal import Terminal
from segsync.errors import FileError, UsageError
from segsync.plumbing.files import write_durably
from segsync.render.paper import Paper

PLAN_FORMATS = ("text", "json", "markdown", "html", "github", "gitlab-terraform", "gitlab-codequality")
RESULT_FORMATS = ("text", "json", "markdown", "html")
VALIDATE_FORMATS = ("text", "json", "github", "gitlab-codequality")

Renderer = Callable[[str, Paper], str]
"""Renders one format, named, for a paper."""


@dataclass(frozen=True, slots=True)
class Outputs:
    """`stdout` is the format that goes to stdout, None for none; `files` are the formats by path."""

    stdout: str | None
    files: Mapping[Path, str]

    def write(self, render: Renderer, terminal: Terminal) -> None:
        """Each format to its place, stdout first. A file is complete or absent. Raises FileError."""
        if self.stdout:
            terminal.out(render(self.stdout, terminal.paper(sys.stdout)))
        for path, name in self.files.items():
            _write(path, render(name, Paper()).encode("utf-8", "backslashreplace"))

    def write_done(self, render: Renderer, terminal: Terminal) -> int:
        """The same of what cannot be undone: a file that fails is told, and the exit code for it returned."""
        try:
            self.write(render, terminal)
        except FileError as error:
            terminal.error(error.message, error.hint)
            return error.exit_code
        return 0


def parse_outputs(given: tuple[str, ...], formats: tuple[str, ...]) -> Outputs:
    """Raises UsageError for an unknown format, two formats for one place, and a place that cannot be written."""
    to_stdout: list[str] = []
    files: dict[Path, str] = {}
    for text in given or ("text",):
        name, equals, path = text.partition("=")
        if name not in formats:
            raise UsageError(f"-o: unknown format `{name}`", f"Formats here: {', '.join(formats)}.")
        if not equals:
            to_stdout.append(name)
        elif (place := _place(path)).resolve() in {other.resolve() for other in files}:
            raise UsageError(f"-o: {path} is given twice")
        else:
            files[place] = name
    if len(to_stdout) > 1:
        raise UsageError("-o: only one format can go to stdout", "Give the others a path: -o FORMAT=PATH.")
    return Outputs(to_stdout[0] if to_stdout else None, files)


def _place(path: str) -> Path:
    if not path:
        raise UsageError("-o: the path is missing", "Write -o FORMAT=PATH.")
    place = Path(os.path.abspath(path))
    replaced = place.is_file() or not place.exists()
    if place.is_dir() or (replaced and not (place.parent.is_dir() and os.access(place.parent, os.W_OK | os.X_OK))):
        raise UsageError(f"-o: {path} cannot be written")
    if place.exists() and not os.access(place, os.W_OK):
        raise UsageError(f"-o: {path} cannot be written")
    return place


def _write(place: Path, data: bytes) -> None:
    if place.exists() and not place.is_file():
        # A pipe or a device: there is nothing to replace.
        try:
            with place.open("wb") as stream:
                stream.write(data)
        except OSError as error:
            raise FileError(f"{place}: cannot be written: {error.strerror}") from error
    else:
        write_durably(place, data, new_mode=0o666 & ~_umask())


def _umask() -> int:
    """The system tells it only by setting another."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask

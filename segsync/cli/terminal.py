"""The only printer: results to stdout, everything else to stderr, progress on a terminal only."""

import contextlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO

import click

from segsync.core.events import Diagnosed, Event, Exchanged, Progress, ProjectCreated, Waiting, Warned
from segsync.render.escape import escaped, shown
from segsync.render.paper import Paper

_CLEAR_LINE = "\r\x1b[K"


@dataclass(slots=True)
class Terminal:
    """`color` is auto, always or never; NO_COLOR counts for auto. `verbose` shows each request."""

    color: str = "auto"
    verbose: bool = False
    _in_progress: bool = field(default=False, init=False)

    def colors(self, stream: IO[str]) -> bool:
        if self.color != "auto":
            return self.color == "always"
        return stream.isatty() and not os.environ.get("NO_COLOR")

    def paper(self, stream: IO[str]) -> Paper:
        """What a text for `stream` is laid out for: only a terminal has an edge."""
        return Paper(self.colors(stream), _columns(stream) if stream.isatty() else None)

    def bold(self, text: str) -> str:
        """For stdout."""
        return click.style(text, bold=True) if self.colors(sys.stdout) else text

    def out(self, text: str) -> None:
        """A result. A reader that has gone away (`| head`) ends nothing but the printing."""
        self._clear()
        try:
            click.echo(text, nl=False, color=True)
        except BrokenPipeError:
            self.silence()

    def err(self, text: str) -> None:
        self._clear()
        with contextlib.suppress(BrokenPipeError):
            click.echo(text, err=True, color=True)

    def error(self, message: str, hint: str = "", details: Sequence[str] = ()) -> None:
        """What is wrong, and what to do. Text of files may be in it, so nothing in it starts a line of its own."""
        label = click.style("Error:", fg="red", bold=True) if self.colors(sys.stderr) else "Error:"
        below = [f"  {escaped(line)}" for line in (*details, *([hint] if hint else []))]
        self.err("\n".join((f"{label} {escaped(message)}", *below)))

    def listen(self, event: Event) -> None:
        """Tell what happens while a command works."""
        if isinstance(event, Progress):
            self._progress(event)
        elif isinstance(event, Exchanged):
            if self.verbose:
                self.err(f"{event.method} {event.url} (Authorization: Bearer ***): {shown(event.ending)}")
        elif isinstance(event, ProjectCreated):
            self.err(f"{event.name}: export_project_id: {event.export_project_id}")
        elif isinstance(event, Diagnosed):
            from segsync.render.text import diagnostic_line

            self.err(diagnostic_line(event.diagnostic))
        elif isinstance(event, Waiting):
            self.err(f"Waiting up to {event.seconds:.0f} s: {shown(event.why)}")
        elif isinstance(event, Warned):
            self.err(f"Warning: {escaped(event.message)}")

    def break_line(self) -> None:
        """After an answer that never came: what is printed next begins a line. For a terminal alone."""
        if sys.stderr.isatty():
            self.err("")

    def leave(self) -> None:
        """The same where the process ends at once, in a signal handler: nothing may be buffered or wait for a lock."""
        if self._in_progress:
            os.write(sys.stderr.fileno(), b"\n")

    def flush(self) -> None:
        self._clear()
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            self.silence()

    def silence(self) -> None:
        """Nobody reads stdout any more; without this, Python complains about it when it exits."""
        devnull = os.open(os.devnull, os.O_WRONLY)
        os.dup2(devnull, sys.stdout.fileno())

    def _progress(self, event: Progress) -> None:
        if sys.stderr.isatty():
            self._in_progress = True
            click.echo(f"{_CLEAR_LINE}{event.doing}: {event.done} of {event.total}", err=True, nl=False)

    def _clear(self) -> None:
        if self._in_progress:
            self._in_progress = False
            click.echo(_CLEAR_LINE, err=True, nl=False)


def _columns(stream: IO[str]) -> int | None:
    """Of the terminal behind this very stream, which shutil does not ask; None where it does not know."""
    told = os.environ.get("COLUMNS", "")
    return (int(told) if told.isdigit() else os.get_terminal_size(stream.fileno()).columns) or None

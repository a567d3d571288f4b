import json
import os
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import closing
from io import TextIOWrapper
from pathlib import Path

import pytest

from segsync.cli.terminal import Terminal
from segsync.core.events import Diagnosed, Event, Exchanged, Progress, ProjectCreated, Waiting, Warned
from segsync.core.model import Diagnostic
from segsync.render.paper import Paper
from segsync.state.local import LocalBackend
from segsync.state.protocol import LockInfo
from tests.cli.calling import called
from tests.support.cli import COMMAND, environment
from tests.support.models import ID, LINEAGE

END = "(end)"
RED, PLAIN = "\x1b[31m\x1b[1m", "\x1b[0m"


class Screen:
    """A terminal: what is printed to `stream` is seen by whoever sits before it."""

    def __init__(self) -> None:
        self._master, slave = os.openpty()
        self.stream = os.fdopen(slave, "w", encoding="utf-8")

    def seen(self) -> str:
        """All that was printed so far."""
        self.stream.write(END)
        self.stream.flush()
        seen = ""
        while not seen.endswith(END):
            seen += os.read(self._master, 65536).decode()
        return seen.removesuffix(END).replace("\r\n", "\n")

    def close(self) -> None:
        self.stream.close()
        os.close(self._master)


@pytest.fixture
def screen() -> Iterator[Screen]:
    with closing(Screen()) as screen:
        yield screen


@pytest.fixture
def file(tmp_path: Path) -> Iterator[TextIOWrapper]:
    with (tmp_path / "file").open("w") as file:
        yield file


@pytest.mark.parametrize(("color", "expected"), [("auto", True), ("always", True), ("never", False)])
def test_on_a_terminal_there_are_colours(screen: Screen, color: str, expected: bool) -> None:
    assert Terminal(color).colors(screen.stream) is expected


@pytest.mark.parametrize(("color", "expected"), [("auto", False), ("always", True), ("never", False)])
def test_in_a_file_there_are_none_unless_always(file: TextIOWrapper, color: str, expected: bool) -> None:
    assert Terminal(color).colors(file) is expected


@pytest.mark.parametrize(
    ("value", "color", "expected"),
    [("1", "auto", False), ("anything", "auto", False), ("", "auto", True), ("1", "always", True)],
)
def test_no_color_counts_for_auto(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, value: str, color: str, expected: bool
) -> None:
    monkeypatch.setenv("NO_COLOR", value)
    assert Terminal(color).colors(screen.stream) is expected


@pytest.mark.parametrize(
    ("columns", "told", "width"), [(132, None, 132), (132, "60", 60), (132, "wide", 132), (0, None, None)]
)
def test_a_text_is_laid_out_for_the_terminal_that_it_goes_to(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, columns: int, told: str | None, width: int | None
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    if told is not None:
        monkeypatch.setenv("COLUMNS", told)
    termios.tcsetwinsize(screen.stream.fileno(), (24, columns))
    assert Terminal("never").paper(screen.stream) == Paper(color=False, width=width)


def test_a_file_has_no_edge(file: TextIOWrapper) -> None:
    assert Terminal("always").paper(file) == Paper(color=True, width=None)


def test_a_result_goes_to_stdout_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal("never").out("\x1b[1mdone\x1b[0m")
    assert capsys.readouterr() == ("\x1b[1mdone\x1b[0m", "")


def test_everything_else_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal()
    terminal.err("a line")
    terminal.error("what is wrong", "What to do.")
    terminal.error("without a hint")
    assert capsys.readouterr() == ("", "a line\nError: what is wrong\n  What to do.\nError: without a hint\n")


def test_the_word_error_is_coloured(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal("always").error("what is wrong")
    assert capsys.readouterr().err == f"{RED}Error:{PLAIN} what is wrong\n"


@pytest.mark.parametrize("color", ["always", "never"])
def test_the_error_that_ends_a_command_obeys_its_colour(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], color: str, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    if color == "never":
        monkeypatch.setattr(sys, "stderr", screen.stream)
    err = called(capsys, "state", "show", "--color", color).err or screen.seen()
    assert "there is no state here" in err
    assert ("\x1b[" in err) == (color == "always")


def test_what_is_typed_is_bold_where_there_are_colours() -> None:
    assert Terminal("always").bold("$ segsync") == "\x1b[1m$ segsync\x1b[0m"
    assert Terminal("never").bold("$ segsync") == "$ segsync"


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (ProjectCreated("shop-ios", ID), f"shop-ios: export_project_id: {ID}\n"),
        (Waiting(7.4, "segment-create: later"), "Waiting up to 7 s: segment-create: later\n"),
        (Waiting(3, "\x1b[2J\n"), "Waiting up to 3 s: \\x1b[2J\\n\n"),
        (Warned("The manifest says nothing."), "Warning: The manifest says nothing.\n"),
        (Warned("two\nlines"), "Warning: two\\nlines\n"),
        (
            Diagnosed(Diagnostic("warning", "segsync.yaml", 9, 3, "/defaults", "is short")),
            "segsync.yaml:9:3: warning: /defaults: is short\n",
        ),
        (Exchanged("POST", "https://host/v1", "200", 0.1), ""),
        (Progress("Reading projects", 1, 2), ""),
    ],
)
def test_events_are_told(capsys: pytest.CaptureFixture[str], event: Event, line: str) -> None:
    Terminal().listen(event)
    assert capsys.readouterr() == ("", line)


def test_requests_are_told_with_verbose_and_their_token_is_hidden(capsys: pytest.CaptureFixture[str]) -> None:
    terminal = Terminal(verbose=True)
    terminal.listen(Exchanged("POST", "https://host/v1", "200", 0.1))
    terminal.listen(Exchanged("POST", "https://host/v1", "\x1b[2J\nreset", 0.1))
    assert capsys.readouterr().err == (
        "POST https://host/v1 (Authorization: Bearer ***): 200\n"
        "POST https://host/v1 (Authorization: Bearer ***): \\x1b[2J\\nreset\n"
    )


def test_progress_is_one_line_that_the_next_text_replaces(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", screen.stream)
    terminal = Terminal("never")
    terminal.listen(Progress("Reading projects", 1, 2))
    terminal.listen(Progress("Reading projects", 2, 2))
    terminal.err("done")
    terminal.err("more")
    assert screen.seen() == ("\r\x1b[KReading projects: 1 of 2\r\x1b[KReading projects: 2 of 2\r\x1b[Kdone\nmore\n")


@pytest.mark.parametrize("what", ["out", "flush"])
def test_progress_is_gone_when_a_result_comes(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    monkeypatch.setattr(sys, "stderr", screen.stream)
    terminal = Terminal()
    terminal.listen(Progress("Reading projects", 1, 2))
    if what == "out":
        terminal.out("done\n")
    else:
        terminal.flush()
    assert screen.seen() == "\r\x1b[KReading projects: 1 of 2\r\x1b[K"
    assert capsys.readouterr().out == ("done\n" if what == "out" else "")


def test_a_reader_that_has_gone_ends_nothing_but_the_printing() -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ran = subprocess.run(
        [*COMMAND, "schema", "manifest"], stdout=writer, stderr=subprocess.PIPE, env=environment(), timeout=60
    )
    os.close(writer)
    assert (ran.returncode, ran.stderr) == (0, b"")


def shown_state(folder: Path, who: str, **variables: str) -> subprocess.CompletedProcess[bytes]:
    """`segsync state show` of a state in which `who` created something."""
    binding = {"export_project_id": ID, "project": "p", "app_id": 1, "created_at": "2026-11-23T10:00:00Z", "by": who}
    state = {"segsync_state": 1, "lineage": LINEAGE, "serial": 1, "projects": {"shop": binding}}
    (folder / "segsync.state.json").write_text(json.dumps({**state, "pending": {}, "published": {}}))
    return subprocess.run(
        [*COMMAND, "state", "show"], cwd=folder, env=environment(variables), capture_output=True, timeout=60
    )


def test_text_in_any_script_is_printed(tmp_path: Path) -> None:
    ran = shown_state(tmp_path, "аня@ноутбук")
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert "аня@ноутбук" in ran.stdout.decode()


@pytest.mark.parametrize(("who", "encoding"), [("\ud800", "utf-8"), ("аня", "latin-1"), ("x" * 300, "koi8-r")])
def test_what_the_terminal_cannot_show_is_spelled_out(tmp_path: Path, who: str, encoding: str) -> None:
    ran = shown_state(tmp_path, who, PYTHONIOENCODING=encoding)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert b"serial 1" in ran.stdout


@pytest.mark.parametrize("what", ["broken state", "lock holder"])
def test_an_error_that_quotes_a_file_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    monkeypatch.chdir(tmp_path)
    hostile = "\x1b[2J\nApply: 1 created"
    state = tmp_path / "segsync.state.json"
    document = {"segsync_state": 1, "lineage": LINEAGE, "serial": 1, "projects": {}, "pending": {}, "published": {}}
    if what == "broken state":
        state.write_text(json.dumps({**document, "published": {hostile: 5}}))
        ended = called(capsys, "state", "show")
    else:
        state.write_text(json.dumps(document))
        with LocalBackend(state).lock(LockInfo("l-1", "apply", hostile, 1, "2026-11-23T10:00:00Z")):
            ended = called(capsys, "state", "resolve", "shop", "--not-created", "--yes")
    assert ended.code != 0
    assert "\x1b" not in ended.err
    assert "\nApply: " not in ended.err


@pytest.mark.parametrize("in_progress", [True, False])
def test_a_process_that_ends_at_once_leaves_the_cursor_at_the_start_of_a_line(
    screen: Screen, monkeypatch: pytest.MonkeyPatch, in_progress: bool
) -> None:
    monkeypatch.setattr(sys, "stderr", screen.stream)
    terminal = Terminal()
    if in_progress:
        terminal.listen(Progress("Reading projects", 1, 2))
        screen.stream.flush()
    terminal.leave()
    assert screen.seen() == ("\r\x1b[KReading projects: 1 of 2\n" if in_progress else "")


def test_after_a_question_without_an_answer_a_line_begins(screen: Screen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", screen.stream)
    Terminal().break_line()
    assert screen.seen() == "\n"


def test_in_a_log_no_line_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    Terminal().break_line()
    assert capsys.readouterr() == ("", "")

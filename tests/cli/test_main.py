import re
from pathlib import Path

import pytest

from segsync import __version__
from tests.cli.calling import called

PENDING = """\
{"segsync_state": 1, "lineage": "5b0e7a52-9c1d-4c55-8d6e-2f1c1b7f3a90", "serial": 1, "projects": {}, "published": {},
 "pending": {"shop": {"project": "p", "app_id": 1, "attempt": "5b0e7a52-9c1d-4c55-8d6e-2f1c1b7f3a90",
                      "since": "2026-11-23T10:00:00Z", "by": "ann"}}}
"""


class BrokenStdin:
    """What nobody foresaw, with a secret in its message."""

    def readline(self) -> str:
        raise RuntimeError("s3cret\nsecond line")


class InterruptedStdin:
    """A person who presses Ctrl-C where an answer is awaited."""

    def readline(self) -> str:
        raise KeyboardInterrupt


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_bare_call_prints_help(capsys: pytest.CaptureFixture[str]) -> None:
    ended = called(capsys)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Usage: segsync [OPTIONS] [COMMAND] [ARGS]...\n")
    assert ended == called(capsys, "--help")


def test_a_bare_group_prints_help(capsys: pytest.CaptureFixture[str]) -> None:
    ended = called(capsys, "state")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("Usage: segsync state [OPTIONS] [COMMAND] [ARGS]...\n")
    assert ended == called(capsys, "state", "--help")


def test_the_help_lists_what_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    listed = re.findall(r"^  ([a-z]+) ", called(capsys).out.partition("Commands:\n")[2], re.MULTILINE)
    assert {"init", "validate", "plan", "apply", "state", "schema", "emulator", "demo"} <= set(listed)
    for name in listed:
        ended = called(capsys, name, "--help")
        assert (ended.code, ended.err) == (0, "")
        assert ended.out.startswith(f"Usage: segsync {name} ")


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    ended = called(capsys, "--version")
    assert (ended.code, ended.out, ended.err) == (0, f"segsync {__version__}\n", "")


@pytest.mark.parametrize(
    ("arguments", "command"),
    [
        (["nonsense"], "segsync"),
        (["--nonsense"], "segsync"),
        (["plan", "--nonsense"], "segsync plan"),
        (["plan", "more"], "segsync plan"),
        (["plan", "--parallelism", "x"], "segsync plan"),
        (["schema"], "segsync schema"),
        (["schema", "nonsense"], "segsync schema"),
        (["state", "nonsense"], "segsync state"),
        (["state", "mv"], "segsync state mv"),
    ],
)
def test_bad_usage_ends_1_and_names_the_help(
    capsys: pytest.CaptureFixture[str], arguments: list[str], command: str
) -> None:
    ended = called(capsys, *arguments)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("Error: ")
    assert ended.err.endswith(f"\n  `{command} --help` shows what there is.\n")


def test_an_option_without_its_value_ends_1(capsys: pytest.CaptureFixture[str]) -> None:
    ended = called(capsys, "plan", "--state")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("Error: Option '--state' requires an argument.\n")


def test_an_error_of_segsyncs_own_is_told_with_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    ended = called(capsys, "validate", "-o", "yaml")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith("Error: -o: unknown format `yaml`\n  Formats here: text, json")


def test_an_unforeseen_error_shows_its_place_and_nothing_else(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "segsync.state.json").write_text(PENDING)
    monkeypatch.setattr("sys.stdin", BrokenStdin())
    ended = called(capsys, "state", "resolve", "shop", "--not-created")
    assert (ended.code, ended.out) == (1, "")
    told = ended.err[ended.err.index("Error: ") :]
    assert re.fullmatch(
        r"Error: this is a bug in segsync: RuntimeError at \w+\.py:\d+\n  Please report it with this line\.\n", told
    )
    assert "s3cret" not in ended.err
    assert "Traceback" not in ended.err


def test_an_interrupt_ends_130_without_a_word(
    capsys: pytest.CaptureFixture[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "segsync.state.json").write_text(PENDING)
    monkeypatch.setattr("sys.stdin", InterruptedStdin())
    ended = called(capsys, "state", "resolve", "shop", "--not-created")
    assert (ended.code, ended.out) == (130, "")
    assert "Error" not in ended.err
    assert (folder / "segsync.state.json").read_text() == PENDING

import io
import os
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from segsync.cli.main import group
from tests.cli.calling import called
from tests.support.models import ID, OTHER_ID

MANIFEST = f"""\
version: 1
defaults: {{service_token: {{env: TOKEN}}, period: 24}}
projects:
  shop: {{project: Zq3vX0c8, app_id: 52210, export_project_id: {ID}}}
"""
OTHER_MANIFEST = f"""\
version: 1
projects:
  games: {{project: Qw8, app_id: 8812, export_project_id: {OTHER_ID}}}
"""
FROM_A_PERSON_ALONE = {"--yes", "--token", "--fault"}
OF_CLICK = {"--help", "--version"}


def commands() -> Iterator[tuple[str, click.Command]]:
    """Every command, by what is typed for it."""
    waiting: list[tuple[str, click.Command]] = [("segsync", group)]
    for typed, command in waiting:
        yield typed, command
        if isinstance(command, click.Group):
            context = click.Context(command)
            for name in command.list_commands(context):
                found = command.get_command(context, name)
                assert found is not None
                waiting.append((f"{typed} {name}", found))


COMMANDS = dict(commands())
OPTIONS = [
    (typed, option)
    for typed, command in COMMANDS.items()
    for option in command.params
    if isinstance(option, click.Option) and not OF_CLICK & set(option.opts)
]


def long_name(option: click.Option) -> str:
    (name,) = (name for name in option.opts if name.startswith("--"))
    return name


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "segsync.yaml").write_text(MANIFEST, encoding="utf-8")
    (tmp_path / "other.yaml").write_text(OTHER_MANIFEST, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    ("typed", "option"), OPTIONS, ids=[f"{typed} {long_name(option)}" for typed, option in OPTIONS]
)
def test_every_option_has_its_variable_but_those_of_a_person(typed: str, option: click.Option) -> None:
    name = long_name(option)
    if name in FROM_A_PERSON_ALONE:
        assert option.envvar is None
    else:
        assert option.envvar == "SEGSYNC_" + name.removeprefix("--").replace("-", "_").upper()


def test_the_commands_that_were_walked_are_those_of_the_help() -> None:
    assert {"segsync plan", "segsync apply", "segsync state resolve", "segsync emulator"} <= COMMANDS.keys()
    assert {long_name(option) for _typed, option in OPTIONS} >= {"--state", "--output", *FROM_A_PERSON_ALONE}


@pytest.mark.parametrize("typed", COMMANDS)
def test_every_command_and_option_says_what_it_is(typed: str) -> None:
    assert COMMANDS[typed].help
    for option in COMMANDS[typed].params:
        assert not isinstance(option, click.Option) or option.help


def test_an_option_is_taken_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEGSYNC_STATE", "elsewhere.json")
    assert called(capsys, "state", "show").err.startswith("Error: elsewhere.json: there is no state here\n")


def test_an_option_wins_over_its_variable(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("SEGSYNC_MANIFEST", "missing.yaml")
    assert called(capsys, "validate").code == 1
    assert called(capsys, "validate", "-f", "segsync.yaml").out == "Valid: 1 project, 0 segments.\n"


def test_paths_in_a_variable_are_separated_as_paths_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEGSYNC_MANIFEST", os.pathsep.join(["segsync.yaml", "other.yaml"]))
    assert called(capsys, "validate").out == "Valid: 2 projects, 0 segments.\n"


def test_other_lists_in_a_variable_are_separated_by_white_space(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    monkeypatch.setenv("SEGSYNC_OUTPUT", "text  json=found.json")
    assert called(capsys, "validate").out == "Valid: 1 project, 0 segments.\n"
    assert (folder / "found.json").exists()
    monkeypatch.setenv("SEGSYNC_PROJECT", "shop nobody*")
    ended = called(capsys, "plan")
    assert ended.code == 1
    assert ended.err.startswith("Error: --project: a pattern matches no project of the manifest\n")


def test_an_empty_variable_sets_nothing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    for name in ("MANIFEST", "OUTPUT", "COLOR", "VERBOSE"):
        monkeypatch.setenv(f"SEGSYNC_{name}", "")
    assert called(capsys, "validate").out == "Valid: 1 project, 0 segments.\n"


def test_a_wrong_value_in_a_variable_is_bad_usage(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEGSYNC_PARALLELISM", "many")
    ended = called(capsys, "plan")
    assert ended.code == 1
    assert ended.err.startswith("Error: Invalid value for '--parallelism'")


def test_approval_is_never_taken_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], folder: Path
) -> None:
    monkeypatch.setenv("SEGSYNC_YES", "1")
    assert called(capsys, "init").code == 0
    monkeypatch.setattr("sys.stdin", io.StringIO())
    pending = '"pending": {"shop": {"project": "p", "app_id": 1, "attempt": "%s", "since": "%s", "by": "ann"}}'
    state = folder / "segsync.state.json"
    state.write_text(state.read_text().replace('"pending": {}', pending % (ID, "2026-11-23T10:00:00Z")))
    before = state.read_bytes()
    ended = called(capsys, "state", "resolve", "shop", "--not-created")
    assert ended.code == 1
    assert "Error: nobody is here to answer, nothing was done\n" in ended.err
    assert state.read_bytes() == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("plan", "--parallelism", "0"),
        ("plan", "--parallelism", "65"),
        ("plan", "--timeout", "0"),
        ("plan", "--timeout", "3601"),
        ("plan", "--max-creates", "-1"),
        ("apply", "--lock-timeout", "-1"),
        ("apply", "--settle", "-1"),
        ("validate", "--color", "sometimes"),
    ],
)
def test_a_number_or_a_word_out_of_range_is_bad_usage(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    ended = called(capsys, *arguments)
    assert ended.code == 1
    assert ended.out == ""
    assert ended.err.startswith(f"Error: Invalid value for '{arguments[1]}'")

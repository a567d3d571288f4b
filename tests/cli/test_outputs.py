import os
import stat
from pathlib import Path

import pytest

from segsync.cli.outputs import Outputs, parse_outputs
from segsync.cli.terminal import Terminal
from segsync.errors import FileError, UsageError
from segsync.render.paper import Paper

FORMATS = ("text", "json", "html")
RENDERED = {"text": "как есть\n", "json": "{}\n", "html": "<p>\n"}


def render(name: str, _paper: Paper) -> str:
    return RENDERED[name]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def refusal(*given: str) -> UsageError:
    with pytest.raises(UsageError) as refused:
        parse_outputs(given, FORMATS)
    return refused.value


def test_text_goes_to_stdout_where_nothing_is_said() -> None:
    assert parse_outputs((), FORMATS) == Outputs("text", {})


def test_a_format_without_a_path_goes_to_stdout() -> None:
    assert parse_outputs(("json",), FORMATS) == Outputs("json", {})


def test_with_paths_alone_stdout_stays_empty(folder: Path) -> None:
    outputs = parse_outputs(("json=plan.json", "html=./out.html"), FORMATS)
    assert outputs == Outputs(None, {folder / "plan.json": "json", folder / "out.html": "html"})


def test_a_path_may_hold_an_equals_sign(folder: Path) -> None:
    assert parse_outputs(("json=a=b.json",), FORMATS).files == {folder / "a=b.json": "json"}


@pytest.mark.parametrize("given", ["yaml", "yaml=plan.yaml", "", "=plan.json", "JSON", " json"])
def test_an_unknown_format_is_refused(given: str) -> None:
    error = refusal("text", given)
    assert error.message == f"-o: unknown format `{given.partition('=')[0]}`"
    assert error.hint == "Formats here: text, json, html."


@pytest.mark.parametrize("second", ["json", "text"])
def test_stdout_takes_one_format(second: str) -> None:
    error = refusal("text", "html=out.html", second)
    assert error.message == "-o: only one format can go to stdout"
    assert error.hint == "Give the others a path: -o FORMAT=PATH."


def test_a_path_must_follow_its_equals_sign() -> None:
    assert refusal("json=").message == "-o: the path is missing"


@pytest.mark.parametrize("again", ["plan", "./plan", "sub/../plan", "{folder}/plan", ".//plan"])
@pytest.mark.parametrize("format_", ["json", "html"])
def test_a_path_is_given_once_however_it_is_spelled(folder: Path, again: str, format_: str) -> None:
    (folder / "sub").mkdir()
    spelled = again.format(folder=folder)
    assert refusal("json=plan", f"{format_}={spelled}").message == f"-o: {spelled} is given twice"


def test_a_link_is_another_spelling_of_its_target(folder: Path) -> None:
    (folder / "plan").touch()
    (folder / "link").symlink_to("plan")
    refusal("json=plan", "html=link")


@pytest.mark.parametrize("place", ["missing/plan.json", "folder", "file/plan.json"])
def test_a_place_that_cannot_be_written_is_told_before_anything_is_done(folder: Path, place: str) -> None:
    (folder / "folder").mkdir()
    (folder / "file").touch()
    assert refusal(f"json={place}").message == f"-o: {place} cannot be written"


def test_a_program_is_no_folder_either(folder: Path) -> None:
    (folder / "program").touch(mode=0o755)
    refusal("json=program/plan.json")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everything")
@pytest.mark.parametrize("place", ["closed/plan.json", "kept.json"])
def test_a_place_that_may_not_be_written_is_told_before_anything_is_done(folder: Path, place: str) -> None:
    (folder / "closed").mkdir(mode=0o555)
    (folder / "kept.json").touch(mode=0o444)
    assert refusal(f"json={place}").message == f"-o: {place} cannot be written"


def test_every_format_is_written_to_its_places(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "old.json").write_text("something that was longer before\n")
    outputs = parse_outputs(("text", "json=old.json", "text=new.txt"), FORMATS)
    outputs.write(render, Terminal())
    assert (folder / "old.json").read_bytes() == b"{}\n"
    assert (folder / "new.txt").read_bytes() == "как есть\n".encode()
    assert capsys.readouterr() == ("как есть\n", "")
    assert sorted(path.name for path in folder.iterdir()) == ["new.txt", "old.json"]


def test_a_file_is_as_everyone_may_read_it(folder: Path) -> None:
    parse_outputs(("json=new.json", "json=old.json"), FORMATS)
    (folder / "old.json").touch(mode=0o640)
    before = os.umask(0o027)
    try:
        parse_outputs(("json=new.json", "json=old.json"), FORMATS).write(render, Terminal())
    finally:
        os.umask(before)
    assert [stat.S_IMODE((folder / name).stat().st_mode) for name in ("new.json", "old.json")] == [0o640, 0o640]


def test_only_a_terminal_has_colours_and_an_edge(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    papers: list[Paper] = []

    def record(_name: str, paper: Paper) -> str:
        papers.append(paper)
        return ""

    parse_outputs(("text", "text=plan.txt"), FORMATS).write(record, Terminal("always"))
    assert papers == [Paper(color=True, width=None), Paper(color=False, width=None)]


def test_what_was_not_asked_for_is_not_printed(capsys: pytest.CaptureFixture[str]) -> None:
    parse_outputs(("json=plan.json",), FORMATS).write(render, Terminal())
    assert capsys.readouterr() == ("", "")


def test_what_is_no_regular_file_is_never_replaced_by_one(folder: Path) -> None:
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    # Someone listens, so that writing into the pipe would not wait.
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        parse_outputs(("json=pipe",), FORMATS).write(render, Terminal())
    except UsageError:
        pass
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_device_can_be_written_whoever_its_folder_belongs_to() -> None:
    assert parse_outputs(("json=/dev/null",), FORMATS).files == {Path("/dev/null"): "json"}


def test_stdout_is_complete_whatever_happens_to_a_file(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    outputs = parse_outputs(("text", "json=/dev/full"), FORMATS)
    with pytest.raises(FileError, match="/dev/full: cannot be written: No space left on device"):
        outputs.write(render, Terminal())
    assert capsys.readouterr().out == RENDERED["text"]

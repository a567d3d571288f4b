"""From the paths that a user gives to the texts of the manifest files."""

import os
from pathlib import Path

import pytest

from segsync.manifest.sources import FILE_LIMIT, Source, read_sources, shown_path
from tests.manifest.manifests import shown

GOOD = b"version: 1\n"


def said(*paths: str | Path, **environment: str) -> list[str]:
    """The label of each file that is read, and what is wrong with each other one."""
    found = read_sources([Path(path) for path in paths], environment)
    return [one.label if isinstance(one, Source) else shown(one) for one in found]


def test_a_file_is_read_as_text() -> None:
    Path("a.yaml").write_bytes("имя: 1\r\n".encode())
    assert list(read_sources([Path("a.yaml")], {})) == [Source(Path("a.yaml"), "a.yaml", "имя: 1\r\n")]


def test_a_file_that_is_named_may_have_any_name() -> None:
    Path("manifest").write_bytes(GOOD)
    assert said("manifest") == ["manifest"]


def test_a_folder_stands_for_its_manifests_sorted_and_not_for_those_below_it(folder: Path) -> None:
    for name in ("b.yaml", "a.yml", "B.yaml", "notes.txt", "c.YAML", "yaml", "d.yaml.bak"):
        (folder / name).write_bytes(GOOD)
    (folder / "deep.yaml").mkdir()
    (folder / "deep.yaml" / "x.yaml").write_bytes(GOOD)
    assert said(folder) == ["B.yaml", "a.yml", "b.yaml"]


def test_paths_are_read_in_the_order_given(folder: Path) -> None:
    (folder / "more").mkdir()
    for name in ("z.yaml", "more/a.yaml"):
        (folder / name).write_bytes(GOOD)
    assert said("z.yaml", "more") == ["z.yaml", "more/a.yaml"]
    assert said("more", "z.yaml") == ["more/a.yaml", "z.yaml"]


def test_a_folder_without_manifests(folder: Path) -> None:
    (folder / "empty").mkdir()
    (folder / "empty" / "notes.txt").write_bytes(GOOD)
    assert said("empty") == ["empty:1:1: error: : this folder has no manifest (*.yaml, *.yml) in it"]


def test_a_link_that_leaves_the_folder(folder: Path) -> None:
    (folder / "in").mkdir()
    (folder / "out.yaml").write_bytes(GOOD)
    (folder / "in" / "a.yaml").symlink_to(folder / "out.yaml")
    (folder / "in" / "b.yaml").symlink_to("../out.yaml")
    problem = "is a link that leaves the folder (Name its target with -f.)"
    assert said("in") == [f"in/a.yaml:1:1: error: : {problem}", f"in/b.yaml:1:1: error: : {problem}"]


def test_a_link_that_stays_in_the_folder_is_read(folder: Path) -> None:
    (folder / "in" / "deep").mkdir(parents=True)
    (folder / "in" / "deep" / "target").write_bytes(GOOD)
    (folder / "in" / "a.yaml").symlink_to("deep/target")
    assert said("in") == ["in/a.yaml"]


def test_a_link_to_the_folder_is_no_link_that_leaves_it(folder: Path) -> None:
    (folder / "real").mkdir()
    (folder / "real" / "a.yaml").write_bytes(GOOD)
    (folder / "link").symlink_to("real")
    assert said("link") == ["link/a.yaml"]


def test_a_link_that_is_named_is_read_wherever_it_leads(folder: Path) -> None:
    (folder / "in").mkdir()
    (folder / "out.yaml").write_bytes(GOOD)
    (folder / "in" / "a.yaml").symlink_to("../out.yaml")
    assert said("in/a.yaml") == ["in/a.yaml"]


MISSING = "there is no such file (`segsync init` writes a first manifest.)"


def test_a_missing_file(folder: Path) -> None:
    (folder / "dangling.yaml").symlink_to("gone.yaml")
    assert said("none.yaml") == [f"none.yaml:1:1: error: : {MISSING}"]
    assert said("dangling.yaml") == [f"dangling.yaml:1:1: error: : {MISSING}"]


def test_a_pipe_is_refused_and_never_waited_for() -> None:
    os.mkfifo("pipe.yaml")
    assert said("pipe.yaml") == ["pipe.yaml:1:1: error: : is not a regular file"]


def test_a_file_over_the_limit(folder: Path) -> None:
    for name, size in (("just.yaml", FILE_LIMIT), ("over.yaml", FILE_LIMIT + 1)):
        with (folder / name).open("wb") as file:
            file.truncate(size)
    assert said("just.yaml", "over.yaml") == ["just.yaml", "over.yaml:1:1: error: : is larger than 64 MiB"]


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"\xff", "1:1"),
        (b"a: 1\nb: caf\xe9\n", "2:7"),
        (b"\xff\xfea\x00", "1:1"),
        (b"a: \xed\xa0\x80", "1:4"),
        (b"a: 1\n\xc3", "2:1"),
    ],
)
def test_bytes_that_are_not_utf_8(data: bytes, place: str) -> None:
    Path("a.yaml").write_bytes(data)
    assert said("a.yaml") == [f"a.yaml:{place}: error: : is not UTF-8 here (Save the file as UTF-8.)"]


def test_the_column_of_a_byte_that_is_not_utf_8_counts_characters() -> None:
    Path("a.yaml").write_bytes("a: é".encode() + b"\xff")
    assert said("a.yaml") == ["a.yaml:1:5: error: : is not UTF-8 here (Save the file as UTF-8.)"]


def test_a_byte_order_mark() -> None:
    Path("a.yaml").write_bytes(b"\xef\xbb\xbf" + GOOD)
    problem = "starts with a byte order mark (Save the file as UTF-8 without one.)"
    assert said("a.yaml") == [f"a.yaml:1:1: error: : {problem}"]


@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR"])
def test_in_ci_a_file_is_named_relative_to_the_repository(folder: Path, variable: str) -> None:
    path = Path("deep/../segsync.yaml")
    assert shown_path(path, {variable: str(folder.parent)}) == "work/segsync.yaml"
    assert shown_path(path, {variable: f"{folder.parent}/other/.."}) == "work/segsync.yaml"
    assert shown_path(path, {variable: f"{folder}/"}) == "segsync.yaml"


@pytest.mark.parametrize("root", ["", "/nowhere", "{folder}-beside", "{folder}/deeper"])
def test_a_file_outside_the_repository_is_named_relative_to_the_working_directory(folder: Path, root: str) -> None:
    environment = {"GITHUB_WORKSPACE": root.format(folder=folder)}
    assert shown_path(folder / "segsync.yaml", environment) == "segsync.yaml"


def test_of_two_repositories_that_of_github_counts(folder: Path) -> None:
    both = {"CI_PROJECT_DIR": str(folder), "GITHUB_WORKSPACE": str(folder.parent)}
    assert shown_path(Path("a.yaml"), both) == "work/a.yaml"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.yaml", "a.yaml"),
        ("./a.yaml", "a.yaml"),
        ("deep/./a.yaml", "deep/a.yaml"),
        ("deep/../a.yaml", "a.yaml"),
        ("../a.yaml", "../a.yaml"),
        ("{folder}/deep/a.yaml", "deep/a.yaml"),
    ],
)
def test_elsewhere_a_file_is_named_relative_to_the_working_directory(folder: Path, path: str, expected: str) -> None:
    assert shown_path(Path(path.format(folder=folder)), {}) == expected


def test_a_link_in_a_folder_that_leads_in_a_circle_is_a_missing_file(folder: Path) -> None:
    (folder / "in").mkdir()
    (folder / "in" / "a.yaml").symlink_to("a.yaml")
    assert said("in") == [f"in/a.yaml:1:1: error: : {MISSING}"]


def test_a_name_that_is_too_long_for_a_file_cannot_be_read() -> None:
    (line,) = said("a" * 300)
    assert "error" in line


@pytest.mark.parametrize("path", ["closed", "closed/a.yaml"])
def test_a_folder_that_may_not_be_read_is_told(folder: Path, path: str) -> None:
    folder.chmod(0o755)
    (folder / "closed").mkdir(mode=0o000)
    me = os.geteuid()
    # Root may read everything, so for once it is someone else.
    os.seteuid(65534 if me == 0 else me)
    try:
        (line,) = said(path)
    finally:
        os.seteuid(me)
    assert line.startswith(f"{path}:1:1: error: : ")

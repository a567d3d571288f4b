"""The data file: what it keeps, what it never holds, and which files are refused."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from segsync.emulator.datafile import DataFileError
from segsync.emulator.server import Emulator, Settings
from tests.emulator.emulator_client import PROJECT, PROJECT_CREATE, PUSH_PROJECT, SECRET_KEY, TOKEN, Client, running

SERVE = """
import sys
from pathlib import Path
from segsync.emulator.server import Emulator, Settings
emulator = Emulator(Settings(port=0, data=Path(sys.argv[1])))
print(emulator.url, flush=True)
emulator.serve_forever()
"""


def killed_after(file: Path, act: Callable[[Client], object]) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", SERVE, str(file)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    client = Client(process.stdout.readline().strip())
    try:
        act(client)
    finally:
        process.kill()
        client.connection.close()
    return process


def test_data_survive_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "emulator.db"
    with running(data=file) as client:
        project_id = client.create_project()
        client.create_segment(project_id)
        segment_id = client.create_segment(project_id, "0123").json()["id"]
        client.console("PATCH", f"segments/{segment_id}", {"is_enabled": False, "period": 168})
        client.publish({"data": {"a": "b"}})
        before = [client.console("GET", page).json() for page in ("data", "published")]
    with running(data=file) as client:
        assert [client.console("GET", page).json() for page in ("data", "published")] == before
        assert set(client.counts().values()) == {0}


def test_data_survive_a_kill_right_after_the_answer(tmp_path: Path) -> None:
    file = tmp_path / "emulator.db"
    for count in range(1, 4):
        with killed_after(file, lambda client: client.create_project()) as process:
            assert process.wait(10) == -signal.SIGKILL
        with running(data=file) as client:
            assert client.known_projects() == count


def test_the_file_never_holds_a_secret(tmp_path: Path) -> None:
    with running(data=tmp_path / "emulator.db", tokens=(TOKEN,)) as client:
        client.create_segment(client.create_project())
        client.publish({})
        client.call(PROJECT_CREATE, {**PROJECT, "app_id": "refused"})
        while_open = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    closed = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    for content in (while_open, closed):
        assert PUSH_PROJECT.encode() in content
        assert SECRET_KEY.encode() not in content
        assert TOKEN.encode() not in content


def test_without_a_file_nothing_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with running() as client:
        client.create_project()
    assert list(tmp_path.iterdir()) == []
    with running() as client:
        assert client.known_projects() == 0


def test_an_empty_file_becomes_a_data_file(tmp_path: Path) -> None:
    file = tmp_path / "emulator.db"
    file.touch()
    with running(data=file) as client:
        client.create_project()
    with running(data=file) as client:
        assert client.known_projects() == 1


def write_text(file: Path) -> None:
    file.write_text("version: 1\n" * 100)


def write_short(file: Path) -> None:
    file.write_text("x")


def write_database(file: Path) -> None:
    connection = sqlite3.connect(file)
    connection.execute("CREATE TABLE projects (name TEXT)")
    connection.close()


def write_newer(file: Path) -> None:
    with running(data=file) as client:
        client.create_project()
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA journal_mode = DELETE")
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def write_cut(file: Path) -> None:
    with running(data=file) as client:
        client.create_project()
    with file.open("rb+") as opened:
        opened.truncate(4096)


@pytest.mark.parametrize(
    ("write", "reason"),
    [
        (write_text, "it was not written by the emulator"),
        (write_short, "it was not written by the emulator"),
        (write_database, "it is the database of another program"),
        (write_newer, r"a newer version wrote it \(layout 99\)"),
        (write_cut, "database disk image is malformed"),
    ],
)
def test_a_file_that_is_not_ours_is_refused_and_left_as_it_was(
    tmp_path: Path, write: Callable[[Path], None], reason: str
) -> None:
    file = tmp_path / "notes"
    write(file)
    before = file.read_bytes()
    with pytest.raises(DataFileError, match=f"^cannot use {file} as data file: {reason}$"):
        Emulator(Settings(port=0, data=file))
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="it is not a regular file"):
        Emulator(Settings(port=0, data=tmp_path))


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="unable to open database file"):
        Emulator(Settings(port=0, data=tmp_path / "nowhere" / "emulator.db"))
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_use_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "emulator.db"
    with running(data=file) as client:
        with pytest.raises(DataFileError, match="another process uses it"):
            Emulator(Settings(port=0, data=file))
        client.create_project()
        assert client.known_projects() == 1

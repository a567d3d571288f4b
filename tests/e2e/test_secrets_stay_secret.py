"""No secret value reaches anything that a run prints or writes."""

import json
import socket
import threading
from pathlib import Path

import pytest

from tests.e2e.stories import TWO_PROJECTS
from tests.support.cli import SECRETS, Cli
from tests.support.console import Console

_NOT_FOUND = '404 Not Found\r\n\r\n{"code": 5, "status": "NOT_FOUND", "message": "none%.0s%.0s"}'


def leaks(folder: Path, *texts: str) -> list[str]:
    """Where a secret value is found."""
    found = [f"printed: {text[:200]}" for text in texts if any(secret in text for secret in SECRETS.values())]
    files = (path for path in folder.rglob("*") if path.is_file())
    return found + [
        str(path) for path in files if any(secret.encode() in path.read_bytes() for secret in SECRETS.values())
    ]


def test_a_whole_story_with_faults_and_verbose_output_holds_no_secret(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS)
    texts: list[str] = []

    def run(*arguments: str) -> None:
        ran = cli(*arguments)
        texts.extend((ran.out, ran.err))

    run("init")
    run("plan", "-v", "-o", "text", "-o", "json=plan.json")
    console.faults("project-create:malformed@1", "project-create:500@2", "segment-create:drop-before%50", seed=1)
    run("apply", "--yes", "-v", "--settle", "0.2", "-o", "json")
    run("apply", "--yes", "-v", "--settle", "0.2", "--color", "always")
    run("state", "show", "-v")
    run("state", "pull")
    assert any("Authorization: Bearer ***" in text for text in texts)
    assert leaks(cli.folder, *texts) == []


@pytest.mark.parametrize(
    "answer",
    [
        '400 Bad Request\r\n\r\n{"code": 2001, "status": "BAD", "message": "no: %s %s"}',
        "500 Oops\r\n\r\n<html>Authorization: Bearer %s, body: %s</html>",
        '200 OK\r\n\r\n{"id": "%s %s"}',
        "302 Found\r\nLocation: https://elsewhere.example/?%s&%s\r\n\r\n",
    ],
)
def test_a_server_that_repeats_secrets_does_not_get_them_printed(tmp_path: Path, answer: str) -> None:
    """Every create is answered with the secrets that it could have brought."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    request = connection.recv(65536)
                    text = answer if b"/create " in request else _NOT_FOUND
                    connection.sendall(("HTTP/1.1 " + text % tuple(SECRETS.values())).encode())

        thread = threading.Thread(target=serve)
        thread.start()
        cli = Cli(tmp_path, f"http://127.0.0.1:{server.getsockname()[1]}")
        cli.write(TWO_PROJECTS)
        assert cli("init").code == 0
        ran = cli("apply", "--yes", "-v", "-o", "json", "--settle", "0")
        server.shutdown(socket.SHUT_RDWR)
        thread.join()
    assert ran.code in (1, 3)
    assert json.loads(ran.out)["summary"]["created"] == 0
    assert leaks(tmp_path, ran.out, ran.err) == []


def test_netrc_does_not_replace_the_token(cli: Cli, console: Console, tmp_path: Path) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login someone password from-netrc\n")
    cli.write(TWO_PROJECTS)
    cli("init")
    ran = cli("apply", "--yes", NETRC=str(netrc), HOME=str(tmp_path))
    assert ran.code == 0

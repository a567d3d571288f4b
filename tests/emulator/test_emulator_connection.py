"""HTTP/1.1 on the wire: keep-alive, bodies read to their end, and clients that misbehave."""

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

import pytest

from tests.emulator.emulator_client import PROJECT, PROJECT_CREATE, PROJECT_GET, SECRET_KEY, TOKEN, Client, running

HEAD = f"POST {PROJECT_CREATE} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\n".encode()
BODY = json.dumps(PROJECT).encode()


@contextmanager
def raw_connection(client: Client) -> Iterator[socket.socket]:
    address = urlsplit(client.url)
    with socket.create_connection((address.hostname, address.port), timeout=10) as connection:
        yield connection


def answer_to(client: Client, request: bytes) -> bytes:
    """All that comes back until the emulator closes the connection."""
    with raw_connection(client) as connection, connection.makefile("rb") as answers:
        connection.sendall(request)
        return answers.read()


def envelope_of(answer: bytes) -> tuple[bytes, dict[str, object]]:
    head, _, body = answer.partition(b"\r\n\r\n")
    envelope: dict[str, object] = json.loads(body)
    return head.split(b"\r\n")[0], envelope


def test_one_connection_serves_many_requests() -> None:
    with running() as client:
        project_id = client.create_project()
        own_port = client.connection.sock.getsockname()[1]
        client.create_segment(project_id)
        client.call(PROJECT_GET, {"id": "unknown"})
        client.call("/nowhere", {"a": "b"}, "")
        client.send("GET", PROJECT_CREATE, b"a body that nobody wants", {})
        client.console("PATCH", "segments/x", {"period": 1})
        client.console("DELETE", "segments/x")
        client.console("GET", "data")
        assert client.connection.sock.getsockname()[1] == own_port


def test_requests_sent_at_once_are_answered_in_order() -> None:
    request = HEAD + b"Content-Length: %d\r\n" % len(BODY)
    with running() as client:
        both = request + b"\r\n" + BODY + request + b"Connection: close\r\n\r\n" + BODY
        assert answer_to(client, both).count(b"HTTP/1.1 200 OK\r\n") == 2
        assert client.known_projects() == 2


def test_a_body_that_comes_in_pieces_is_read_to_its_end() -> None:
    with running() as client, raw_connection(client) as connection, connection.makefile("rb") as answers:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for piece in (
            HEAD,
            b"Content-Length: %d\r\nConnection: close\r\n\r\n" % len(BODY),
            BODY[:7],
            BODY[7:],
        ):
            connection.sendall(piece)
        assert answers.read().startswith(b"HTTP/1.1 200 OK\r\n")


def test_connection_close_is_honoured() -> None:
    with running() as client:
        head = HEAD + b"Connection: close\r\n"
        answer = answer_to(client, head + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY)
        assert b"\r\nConnection: close\r\n" in answer


def test_expect_100_continue_is_answered() -> None:
    head = HEAD + b"Expect: 100-continue\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(BODY)
    with running() as client, raw_connection(client) as connection, connection.makefile("rb") as answers:
        connection.sendall(head)
        assert answers.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert answers.readline() == b"\r\n"
        connection.sendall(BODY)
        assert answers.readline() == b"HTTP/1.1 200 OK\r\n"


def test_a_chunked_body_is_refused_and_the_connection_closed() -> None:
    chunk = b"%x\r\n%b\r\n" % (len(BODY), BODY)
    with running() as client:
        answer = answer_to(client, HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + chunk * 100)
        line, envelope = envelope_of(answer)
        assert line == b"HTTP/1.1 411 Length Required"
        assert envelope["status"] == "LENGTH_REQUIRED"
        assert client.known_projects() == 0


@pytest.mark.parametrize("length", ["-1", "+5", "five", "0x10", "5, 5", "9" * 30, "²"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    with running() as client:
        answer = answer_to(client, HEAD + f"Content-Length: {length}\r\n\r\n".encode("latin-1") + BODY)
        assert envelope_of(answer)[0] == b"HTTP/1.1 400 Bad Request"


def test_a_body_that_is_too_large_is_refused_and_the_connection_kept() -> None:
    with running() as client:
        reply = client.send("POST", PROJECT_CREATE, b"x" * (3 << 20), {})
        assert reply.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        assert reply.json()["status"] == HTTPStatus(413).name  # Python 3.13 has another name for it
        own_port = client.connection.sock.getsockname()[1]
        client.create_project()
        assert client.connection.sock.getsockname()[1] == own_port


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"hello\r\n\r\n", 400),
        (b"GET / HTTP/x\r\n\r\n", 400),
        (b"GET / HTTP/2.0\r\n\r\n", 505),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\n" + b"A: a\r\n" * 200 + b"\r\n", 431),
    ],
)
def test_what_is_no_request_is_refused_in_the_envelope(request_bytes: bytes, status: int) -> None:
    with running() as client:
        line, envelope = envelope_of(answer_to(client, request_bytes))
        assert int(line.split()[1]) == status
        assert list(envelope) == ["code", "status", "message"]


def test_head_has_no_body() -> None:
    with running() as client:
        reply = client.send("HEAD", PROJECT_CREATE, None, {})
        assert reply.status == HTTPStatus.METHOD_NOT_ALLOWED
        assert reply.body == b""
        client.create_project()


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"",
        b"PO",
        HEAD + b"Content-Length: 5\r\n",
        HEAD + b"Content-Length: %d\r\n\r\n" % (len(BODY) + 1) + BODY,
    ],
)
def test_a_request_that_breaks_off_does_nothing(request_bytes: bytes, capfd: pytest.CaptureFixture[str]) -> None:
    with running() as client, raw_connection(client) as connection:
        connection.sendall(request_bytes)
        connection.shutdown(socket.SHUT_WR)
        assert b"200 OK" not in connection.recv(1000)
        assert client.counts()["project-create"] == 0
    assert capfd.readouterr() == ("", "")


def test_a_client_that_goes_away_is_quiet(capfd: pytest.CaptureFixture[str]) -> None:
    lines: list[str] = []
    request = HEAD + b"Content-Length: %d\r\n\r\n" % len(BODY) + BODY
    with running(log=lines.append) as client:
        for _ in range(20):
            with raw_connection(client) as connection:
                # Closed at once with a reset instead of a goodbye.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
                connection.sendall(request)
        client.create_project()
    assert {line for line in lines if "create" not in line} == set()
    assert capfd.readouterr() == ("", "")


def test_a_defect_is_logged_without_a_traceback(capfd: pytest.CaptureFixture[str]) -> None:
    lines: list[str] = []

    def broken_sleep(_seconds: float) -> None:
        raise RuntimeError(SECRET_KEY)

    with (
        running(latency_ms=1, sleep=broken_sleep, log=lines.append) as client,
        pytest.raises(http.client.RemoteDisconnected),
    ):
        client.create_project()
    assert lines == ["a request could not be served: RuntimeError"]
    assert capfd.readouterr() == ("", "")


def test_the_log_has_one_line_a_request_and_no_secret() -> None:
    lines: list[str] = []
    with running(log=lines.append, faults=["project-get:drop-before"], tokens=(TOKEN,)) as client:
        client.create_project()
        client.call(f"{PROJECT_CREATE}?key={SECRET_KEY}", PROJECT, "Bearer other")
        with pytest.raises(http.client.RemoteDisconnected):
            client.call(PROJECT_GET, {"id": "x"})
        client.console("GET", "data")
        answer_to(client, b"GET /\x1b[31m\xff HTTP/1.1\r\nConnection: close\r\n\r\n")
        answer_to(client, b"nonsense\r\n\r\n")
        answer_to(client, b"GET /" + b"a" * 1000 + b" HTTP/1.1\r\nConnection: close\r\n\r\n")
    assert lines == [
        f"POST {PROJECT_CREATE} 200",
        f"POST {PROJECT_CREATE} 400",
        f"POST {PROJECT_GET} dropped",
        "GET /_emulator/data 200",
        "GET /%1B%5B31m%C3%BF 404",
        "- - 400",
        f"GET /{'a' * 199} 404",
    ]


def test_every_answer_has_a_date_and_a_length() -> None:
    with running() as client:
        reply = client.call("/nowhere")
        assert reply.headers["Date"].endswith("GMT")
        assert int(reply.headers["Content-Length"]) == len(reply.body)

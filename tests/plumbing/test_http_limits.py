"""Limits of size and of time, and the end of a call from outside."""

import threading

import pytest

from segsync.plumbing import http as module
from segsync.plumbing.calls import Broken
from segsync.plumbing.http import Answer
from tests.plumbing.calls import SHORT, Call, Connect, Serve, get
from tests.plumbing.server import Handler, Talk, always, answer, silent

HEAD = b"HTTP/1.1 200 OK\r\n"
TOO_LARGE = Broken(began=True, why="the answer is larger than 1 MiB")
TIMED_OUT = Broken(began=True, why="no whole answer within 0.3 s", timed_out=True)
MEBIBYTE = b"a" * 2**20


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(module, "ANSWER_LIMIT", 2**20)
    return 2**20


def dripping(head: bytes, drop: bytes = b"a") -> Handler:
    """Sends a head, then one byte after another until the client has had enough."""

    def handler(talk: Talk) -> None:
        talk.request()
        if talk.send(head):
            talk.drip(drop, times=10_000)

    return handler


def test_a_body_of_just_the_limit_is_an_answer(serve: Serve, connect: Connect, limit: int) -> None:
    found = get(connect(serve(always(answer(MEBIBYTE))).url))
    assert isinstance(found, Answer)
    assert len(found.body) == limit


@pytest.mark.parametrize(
    "data",
    [
        answer(MEBIBYTE + b"a"),
        HEAD + b"Transfer-Encoding: chunked\r\n\r\n100001\r\n" + MEBIBYTE + b"a\r\n0\r\n\r\n",
    ],
)
def test_a_body_over_the_limit(serve: Serve, connect: Connect, limit: int, data: bytes) -> None:
    assert get(connect(serve(always(data)).url)) == TOO_LARGE


def endless(head: bytes, sent: list[bool]) -> Handler:
    """Sends 64 MiB, and notes whether the client took them all."""

    def handler(talk: Talk) -> None:
        talk.request()
        talk.send(head)
        sent.append(all(talk.send(MEBIBYTE) for _ in range(64)))

    return handler


@pytest.mark.parametrize(
    "head",
    [
        HEAD + b"Connection: close\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: /x\r\nConnection: close\r\n\r\n",
    ],
)
def test_no_more_is_read_than_the_limit(serve: Serve, connect: Connect, limit: int, head: bytes) -> None:
    sent: list[bool] = []
    server = serve(endless(head, sent))
    assert get(connect(server.url)) == TOO_LARGE
    server.join_talks()
    assert sent == [False]


def test_a_server_that_never_answers(serve: Serve, connect: Connect) -> None:
    assert get(connect(serve(silent).url, SHORT)) == TIMED_OUT


def test_a_server_that_never_reads(serve: Serve, connect: Connect) -> None:
    def deaf(talk: Talk) -> None:
        server.stopped.wait()

    server = serve(deaf)
    found = connect(server.url, SHORT).send("POST", "/", auth=None, headers={}, body=MEBIBYTE * 64)
    assert isinstance(found, Broken)
    assert found.began


@pytest.mark.parametrize(("head", "body"), [(b"", MEBIBYTE * 64), (HEAD + b"Content-Length: 9\r\n\r\n", None)])
def test_a_wait_that_the_socket_ends_is_a_time_out_too(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch, head: bytes, body: bytes | None
) -> None:
    # On a busy machine the socket's own limit can come before the timer's.
    monkeypatch.setattr(threading.Timer, "start", lambda _: None)

    def stuck(talk: Talk) -> None:
        talk.send(head)
        server.stopped.wait()

    server = serve(stuck)
    assert connect(server.url, SHORT).send("POST", "/", auth=None, headers={}, body=body) == TIMED_OUT


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (HEAD + b"X: ", b"a"),
        (HEAD, b"X: a\r\n"),
        (b"HTTP/1.1 200 ", b"a"),
        (HEAD + b"Connection: close\r\n\r\n", b"a"),
        (b"", b"a"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n"),
        (HEAD + b"Content-Length: 100000\r\n\r\n", b"a"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n"),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\nffffff\r\n", b"a"),
        (b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 100000\r\n\r\n", b"a"),
    ],
)
def test_an_answer_that_drips_ends_at_the_time_out(serve: Serve, connect: Connect, head: bytes, drop: bytes) -> None:
    assert get(connect(serve(dripping(head, drop)).url, SHORT)) == TIMED_OUT


def test_each_call_has_the_whole_time(serve: Serve, connect: Connect) -> None:
    answers = iter([False, True])

    def handler(talk: Talk) -> None:
        while talk.request():
            if next(answers):
                talk.send(answer())

    http = connect(serve(handler).url, timeout=1)
    assert [type(get(http)) for _ in range(2)] == [Broken, Answer]


def test_an_abort_ends_a_call_in_flight(serve: Serve, connect: Connect) -> None:
    server = serve(silent)
    http = connect(server.url)
    call = Call(http)
    server.wait_for(lambda: len(server.requests) == 1)
    http.abort()
    assert call.result() == Broken(began=True, why="stopped")


def test_an_abort_ends_every_call_in_flight(serve: Serve, connect: Connect) -> None:
    server = serve(silent)
    http = connect(server.url)
    calls = [Call(http), Call(http)]
    server.wait_for(lambda: len(server.requests) == 2)
    http.abort()
    assert [call.result() for call in calls] == [Broken(began=True, why="stopped")] * 2


@pytest.mark.parametrize(
    "head",
    [
        HEAD + b"Content-Length: 100000\r\n\r\na",
        HEAD + b"X: a",
        HEAD + b"Connection: close\r\n\r\na",
    ],
)
def test_an_abort_ends_a_call_in_the_middle_of_its_answer(serve: Serve, connect: Connect, head: bytes) -> None:
    sent: list[bool] = []

    def handler(talk: Talk) -> None:
        talk.request()
        sent.append(talk.send(head))
        server.note(b"")
        talk.client_leaves()

    server = serve(handler)
    http = connect(server.url)
    call = Call(http)
    server.wait_for(lambda: sent == [True])
    http.abort()
    assert call.result() == Broken(began=True, why="stopped")


def heard_after_an_abort(serve: Serve, connect: Connect, *before: str) -> list[bytes]:
    """The paths of the requests that a server hears where a call follows an abort."""
    server = serve(always(answer()))
    http = connect(server.url)
    for path in before:
        get(http, path)
    http.abort()
    assert get(http, "/late") == Broken(began=False, why="stopped")
    http.close()
    # Connections are accepted in order: once this one is heard to its end, every other one is too.
    last = connect(server.url)
    get(last, "/last")
    last.close()
    server.join_talks()
    return [request.split()[1] for request in server.requests]


def test_after_an_abort_no_call_begins(serve: Serve, connect: Connect) -> None:
    assert heard_after_an_abort(serve, connect) == [b"/last"]


def test_after_an_abort_no_call_begins_on_a_connection_that_stands(serve: Serve, connect: Connect) -> None:
    assert heard_after_an_abort(serve, connect, "/first") == [b"/first", b"/last"]

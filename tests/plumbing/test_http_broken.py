"""No whole answer: whether the request may have gone out is what everything later depends on."""

import socket

import pytest

from segsync.plumbing.calls import Broken
from segsync.plumbing.http import Answer
from tests.plumbing.calls import Connect, Serve, get
from tests.plumbing.server import Talk, always, answer, once

OK = b"HTTP/1.1 200 OK\r\n"


def closed_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def test_a_refused_connection_sent_nothing(connect: Connect) -> None:
    assert get(connect(f"http://127.0.0.1:{closed_port()}")) == Broken(began=False, why="Connection refused")


def test_a_name_that_can_be_no_host_sent_nothing(connect: Connect) -> None:
    found = get(connect("https://a..b"))
    assert isinstance(found, Broken)
    assert not found.began


def test_a_connection_that_is_closed_without_an_answer(serve: Serve, connect: Connect) -> None:
    why = "the server closed the connection without an answer"
    assert get(connect(serve(once(b"")).url)) == Broken(began=True, why=why)


def test_a_connection_that_is_reset(serve: Serve, connect: Connect) -> None:
    def resetting(talk: Talk) -> None:
        talk.request()
        talk.reset()

    found = get(connect(serve(resetting).url))
    assert found == Broken(began=True, why="Connection reset by peer")


@pytest.mark.parametrize(
    "data",
    [
        OK + b"Content-Length: 10\r\n\r\nabc",
        OK + b"Content-Length: 10\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nff\r\nabc",
        OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_a_body_that_is_cut_off(serve: Serve, connect: Connect, data: bytes) -> None:
    found = get(connect(serve(once(data)).url))
    assert isinstance(found, Broken)
    assert (found.began, found.timed_out) == (True, False)


def test_a_body_that_is_cut_off_is_called_so(serve: Serve, connect: Connect) -> None:
    server = serve(once(OK + b"Content-Length: 10\r\n\r\nabc"))
    assert get(connect(server.url)) == Broken(began=True, why="the answer was cut off")


@pytest.mark.parametrize("data", [b"\x00\x01\x02\r\n\r\n", b"garbage", b"SSH-2.0-x\r\n", b"HTTP/1.1 abc OK\r\n\r\n"])
def test_an_answer_that_is_not_http(serve: Serve, connect: Connect, data: bytes) -> None:
    assert get(connect(serve(once(data)).url)) == Broken(began=True, why="the answer is not HTTP")


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/2.0 200 OK\r\n\r\n",
        OK + b"X: " + b"a" * 70_000 + b"\r\n\r\n",
        OK + b"X: a\r\n" * 200 + b"\r\n",
        OK + b"Content-Length: 3, 4\r\n\r\nabc",
        OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
        answer(b"no gzip", "Content-Encoding: gzip"),
    ],
)
def test_an_answer_that_breaks_the_rules_of_http(serve: Serve, connect: Connect, data: bytes) -> None:
    found = get(connect(serve(once(data)).url))
    assert isinstance(found, Broken)
    assert (found.began, found.timed_out) == (True, False)


@pytest.mark.parametrize("data", [OK + b"Content-Le", OK, b"HTTP/1.1 200"])
def test_a_head_that_is_cut_off(serve: Serve, connect: Connect, data: bytes) -> None:
    found = get(connect(serve(once(data)).url))
    assert isinstance(found, Broken)
    assert found.began


def test_a_broken_call_does_not_spoil_the_next_one(serve: Serve, connect: Connect) -> None:
    answers = iter([b"", b"garbage", OK + b"Content-Length: 10\r\n\r\nabc", answer()])

    def handler(talk: Talk) -> None:
        talk.request()
        talk.send(next(answers))

    http = connect(serve(handler).url)
    assert [type(get(http)) for _ in range(4)] == [Broken, Broken, Broken, Answer]


def test_a_call_is_sent_at_most_once(serve: Serve, connect: Connect) -> None:
    server = serve(once(b""))
    get(connect(server.url))
    assert (len(server.requests), server.connections) == (1, 1)


def test_what_went_wrong_holds_no_token(serve: Serve, connect: Connect) -> None:
    for data in (b"", b"garbage", OK + b"Content-Length: 9\r\n\r\n", OK + b"Transfer-Encoding: chunked\r\n\r\n"):
        assert "t0ken" not in str(get(connect(serve(once(data)).url), token="t0ken"))
    assert "t0ken" not in str(get(connect(f"http://127.0.0.1:{closed_port()}"), token="t0ken"))


def test_the_session_goes_on_after_an_answer_that_says_close(serve: Serve, connect: Connect) -> None:
    server = serve(always(answer(b"{}", "Connection: close")))
    http = connect(server.url)
    assert [type(get(http)) for _ in range(2)] == [Answer, Answer]
    assert server.connections == 2

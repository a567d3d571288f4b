"""What a session sends and what it makes of a good answer."""

import gzip
from pathlib import Path

import pytest

from segsync import __version__
from segsync.core.model import Secret
from segsync.plumbing.calls import Broken
from segsync.plumbing.http import Answer, Bearer
from tests.plumbing.calls import Connect, Serve, get, headers_of
from tests.plumbing.server import Talk, always, answer, once

ALWAYS = {"accept": "application/json", "accept-encoding": "gzip", "user-agent": f"segsync/{__version__}"}


def test_an_answer_is_whole_and_its_header_names_are_in_lower_case(serve: Serve, connect: Connect) -> None:
    server = serve(always(answer(b'{"a": 1}', "X-Mixed-CASE: Value", status="404 Not Found")))
    expected = {"content-length": "8", "x-mixed-case": "Value"}
    assert get(connect(server.url)) == Answer(404, expected, b'{"a": 1}')


def test_a_request_is_what_was_given_and_nothing_of_requests_own(serve: Serve, connect: Connect) -> None:
    server = serve(always(answer()))
    http = connect(f"{server.url}/base")
    headers = {"Content-Type": "application/json", "X-One": "1"}
    http.send("POST", "/api/x?y=1", auth=Bearer(Secret("t0ken")), headers=headers, body=b'{"b": 2}')
    (request,) = server.requests
    assert request.startswith(b"POST /base/api/x?y=1 HTTP/1.1\r\n")
    assert request.endswith(b'\r\n\r\n{"b": 2}')
    assert headers_of(request) == {
        **ALWAYS,
        "host": f"127.0.0.1:{server.port}",
        "authorization": "Bearer t0ken",
        "content-type": "application/json",
        "content-length": "8",
        "x-one": "1",
    }


@pytest.mark.parametrize(
    ("data", "body"),
    [
        (answer(b""), b""),
        (answer(gzip.compress(b"text", mtime=0), "Content-Encoding: gzip"), b"text"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", b"abc"),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nabc", b"abc"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" + answer(b"abc"), b"abc"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
    ],
)
def test_a_body_is_read_however_it_is_sent(serve: Serve, connect: Connect, data: bytes, body: bytes) -> None:
    found = get(connect(serve(once(data)).url))
    assert isinstance(found, Answer)
    assert found.body == body


def test_one_connection_serves_many_calls(serve: Serve, connect: Connect) -> None:
    server = serve(always(answer()))
    http = connect(server.url)
    for path in ("/a", "/b", "/c"):
        get(http, path)
    assert [request.split()[1] for request in server.requests] == [b"/a", b"/b", b"/c"]
    assert server.connections == 1


def test_a_connection_that_the_server_has_closed_is_not_used_again(serve: Serve, connect: Connect) -> None:
    server = serve(once(answer()))
    http = connect(server.url)
    for _ in range(3):
        assert isinstance(get(http), Answer)
        server.join_talks()
    assert (len(server.requests), server.connections) == (3, 3)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_an_answer_and_is_never_followed(serve: Serve, connect: Connect, status: str) -> None:
    other = serve(always(answer()))
    server = serve(always(answer(b"there", f"Location: {other.url}/there", status=status)))
    found = get(connect(server.url), token="t0ken")
    assert isinstance(found, Answer)
    assert (found.status, found.headers["location"], found.body) == (int(status[:3]), f"{other.url}/there", b"there")
    assert (len(server.requests), other.connections) == (1, 0)


@pytest.mark.parametrize("location", ["http://[", "\xff\xfe", "", "//", "mailto:x", "http://127.0.0.1:1/\x80"])
def test_a_redirect_to_nowhere_never_raises(serve: Serve, connect: Connect, location: str) -> None:
    server = serve(always(answer(b"", f"Location: {location}", status="302 Found")))
    found = get(connect(server.url))
    assert found.began if isinstance(found, Broken) else found.status == 302


def test_netrc_neither_replaces_nor_adds_a_token(
    serve: Serve, connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("netrc", ".netrc"):
        (tmp_path / name).write_text(
            "machine 127.0.0.1 login user password netrc-password\ndefault login a password b\n"
        )
        (tmp_path / name).chmod(0o600)
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HOME", str(tmp_path))
    server = serve(always(answer()))
    http = connect(server.url)
    get(http)
    get(http, token="t0ken")
    assert [headers_of(request).get("authorization") for request in server.requests] == [None, "Bearer t0ken"]


def test_a_cookie_is_not_sent_back(serve: Serve, connect: Connect) -> None:
    server = serve(always(answer(b"{}", "Set-Cookie: session=1; Path=/")))
    http = connect(server.url)
    get(http)
    get(http)
    assert ["cookie" in headers_of(request) for request in server.requests] == [False, False]


def test_a_token_is_sent_with_its_own_call_alone(serve: Serve, connect: Connect) -> None:
    server = serve(always(answer()))
    http = connect(server.url)
    for token in ("one", "two", None):
        get(http, token=token)
    assert [headers_of(request).get("authorization") for request in server.requests] == [
        "Bearer one",
        "Bearer two",
        None,
    ]


def test_a_token_shows_itself_in_no_text_of_a_session_or_of_its_auth(connect: Connect) -> None:
    auth = Bearer(Secret("t0ken"))
    assert "t0ken" not in f"{auth!r} {auth} {vars(auth)}"


def test_an_answer_before_the_whole_request_is_read_is_an_answer(serve: Serve, connect: Connect) -> None:
    def refusing(talk: Talk) -> None:
        talk.send(answer(b"", status="413 Too Large"))
        talk.client_leaves()

    found = get(connect(serve(refusing).url))
    assert isinstance(found, Answer)
    assert found.status == 413

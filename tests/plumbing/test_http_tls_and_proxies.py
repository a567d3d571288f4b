"""Before the request: TLS and proxies. What fails there has sent nothing of it."""

import gc

import pytest

from segsync.plumbing.calls import Broken
from segsync.plumbing.http import Answer
from tests.plumbing.calls import SHORT, Call, Connect, Serve, certificates, get, headers_of
from tests.plumbing.server import Handler, Server, Talk, always, answer, once, silent

ELSEWHERE = "https://example.invalid"
NO_CONNECTION = Broken(began=False, why="no connection within 0.3 s", timed_out=True)


def encrypted(handler: Handler) -> Handler:
    def encrypting(talk: Talk) -> None:
        talk.encrypt(certificates().server)
        handler(talk)

    return encrypting


def https(server: Server) -> str:
    return server.url.replace("http", "https")


@pytest.fixture
def trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", certificates().authority)


@pytest.mark.usefixtures("trusted")
def test_the_certificates_of_the_environment_are_honoured(serve: Serve, connect: Connect) -> None:
    server = serve(encrypted(always(answer(b"{}"))))
    http = connect(https(server))
    assert [get(http), get(http)] == [Answer(200, {"content-length": "2"}, b"{}")] * 2
    assert server.connections == 1


def test_a_certificate_that_nobody_signed_sends_nothing(serve: Serve, connect: Connect) -> None:
    def refused(talk: Talk) -> None:
        with pytest.raises(OSError, match="SSL"):
            talk.encrypt(certificates().server)

    server = serve(refused)
    found = get(connect(https(server)), token="t0ken")
    assert isinstance(found, Broken)
    assert (found.began, found.timed_out) == (False, False)
    assert found.why == "TLS: unable to get local issuer certificate"


def test_a_server_that_speaks_no_tls_sends_nothing(serve: Serve, connect: Connect) -> None:
    def plain(talk: Talk) -> None:
        talk.send(answer())
        talk.client_leaves()

    found = get(connect(https(serve(plain))))
    assert isinstance(found, Broken)
    assert (found.began, found.timed_out) == (False, False)
    assert found.why.startswith("TLS: ")


@pytest.mark.usefixtures("trusted")
def test_over_tls_a_call_ends_at_the_time_out(serve: Serve, connect: Connect) -> None:
    found = get(connect(https(serve(encrypted(silent))), SHORT))
    assert found == Broken(began=True, why="no whole answer within 0.3 s", timed_out=True)


@pytest.mark.usefixtures("trusted")
def test_over_tls_an_abort_ends_a_call_in_flight(serve: Serve, connect: Connect) -> None:
    server = serve(encrypted(silent))
    http = connect(https(server))
    call = Call(http)
    server.wait_for(lambda: len(server.requests) == 1)
    http.abort()
    assert call.result() == Broken(began=True, why="stopped")


@pytest.mark.usefixtures("trusted")
def test_a_handshake_that_is_never_answered_ends_at_the_time_out(serve: Serve, connect: Connect) -> None:
    def mute(talk: Talk) -> None:
        talk.client_leaves()

    assert get(connect(https(serve(mute)), SHORT)) == NO_CONNECTION


@pytest.mark.usefixtures("trusted")
def test_an_abort_ends_a_call_in_its_handshake(serve: Serve, connect: Connect) -> None:
    left: list[bool] = []

    def mute(talk: Talk) -> None:
        server.note(b"")
        left.append(talk.client_leaves(within=1))

    server = serve(mute)
    http = connect(https(server), timeout=3)
    call = Call(http)
    server.wait_for(lambda: len(server.requests) == 1)
    http.abort()
    result = call.result()
    server.join_talks()
    assert left == [True]
    assert result == Broken(began=False, why="stopped")


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"])
def test_no_proxy_of_the_environment_is_used_for_loopback(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    proxy, server = serve(always(answer(b"proxy"))), serve(always(answer(b"server")))
    monkeypatch.setenv(variable, proxy.url)
    for url in (server.url, server.url.replace("127.0.0.1", "localhost")):
        found = get(connect(url))
        assert isinstance(found, Answer)
        assert found.body == b"server"
    assert proxy.connections == 0


def test_a_proxy_that_refuses_has_been_sent_nothing_of_the_request(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(once(answer(b"", status="403 Forbidden")))
    monkeypatch.setenv("https_proxy", proxy.url)
    found = get(connect(ELSEWHERE), token="t0ken")
    assert found == Broken(began=False, why="Tunnel connection failed: 403 Forbidden")
    (request,) = proxy.requests
    assert request.startswith(b"CONNECT example.invalid:443 HTTP/1.")
    assert b"t0ken" not in request


def test_a_proxy_is_read_from_the_environment_once(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy, later = serve(once(answer(b"", status="403 Forbidden"))), serve(once(b""))
    monkeypatch.setenv("https_proxy", proxy.url)
    http = connect(ELSEWHERE)
    monkeypatch.setenv("https_proxy", later.url)
    get(http)
    assert (proxy.connections, later.connections) == (1, 0)


def tunnel(server: Server) -> Handler:
    """A proxy that leads to `server`, whatever it is asked for."""

    def proxy(talk: Talk) -> None:
        talk.request()
        talk.send(b"HTTP/1.1 200 Connection established\r\n\r\n")
        talk.relay(server.port)

    return proxy


@pytest.mark.usefixtures("trusted")
def test_a_proxy_of_the_environment_leads_to_the_server_and_sees_nothing_of_the_request(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = serve(encrypted(always(answer(b"{}"))))
    proxy = serve(tunnel(server))
    monkeypatch.setenv("https_proxy", proxy.url)
    http = connect(ELSEWHERE)
    assert [get(http, token="t0ken"), get(http)] == [Answer(200, {"content-length": "2"}, b"{}")] * 2
    assert [headers_of(request).get("authorization") for request in server.requests] == ["Bearer t0ken", None]
    assert (server.connections, proxy.connections, len(proxy.requests)) == (1, 1, 1)
    assert b"t0ken" not in proxy.requests[0]


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_through_a_proxy_an_abort_ends_a_call_in_flight(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    server = serve(encrypted(silent))
    proxy = serve(tunnel(server) if scheme == "http" else encrypted(tunnel(server)))
    monkeypatch.setenv("https_proxy", proxy.url.replace("http", scheme))
    http = connect(ELSEWHERE)
    call = Call(http)
    server.wait_for(lambda: len(server.requests) == 1)
    http.abort()
    assert call.result() == Broken(began=True, why="stopped")


@pytest.mark.parametrize("data", [b"", b"garbage\r\n\r\n"])
def test_a_proxy_that_breaks_off_has_been_sent_nothing_of_the_request(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch, data: bytes
) -> None:
    monkeypatch.setenv("https_proxy", serve(once(data)).url)
    found = get(connect(ELSEWHERE))
    assert isinstance(found, Broken)
    assert not found.began


@pytest.mark.parametrize("proxy", ["http://user:pr0xy-password@127.0.0.1:1", "http://u:pr0xy-password@127.0.0.1:x"])
def test_what_went_wrong_with_a_proxy_holds_no_password(
    connect: Connect, monkeypatch: pytest.MonkeyPatch, proxy: str
) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    found = get(connect(ELSEWHERE))
    assert isinstance(found, Broken)
    assert not found.began
    assert "pr0xy-password" not in found.why


# urllib3 leaves a TLS socket that could not be connected to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_proxy_that_drips_its_answer_is_left_at_the_time_out(
    serve: Serve, connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    stayed: list[bool] = []

    def dripping(talk: Talk) -> None:
        talk.request()
        talk.send(b"HTTP/1.1 200 OK\r\nX: ")
        stayed.append(talk.drip(b"a", times=50))

    proxy = serve(dripping)
    monkeypatch.setenv("https_proxy", proxy.url)
    assert get(connect(ELSEWHERE, SHORT)) == NO_CONNECTION
    proxy.join_talks()
    assert stayed == [False]
    gc.collect()

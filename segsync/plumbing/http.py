"""The one maker of HTTP sessions: no redirect, no .netrc, no cookies; limits on size and on the time of a whole call.

requests bounds each wait for bytes, never the call as a whole, and reports "refused to connect" and "cut after it
was sent" as one exception. Here every connection tells the call that it serves when the request begins to go out,
and the call can end it from outside: at its deadline, or when the process is asked to stop.
"""

import contextlib
import http.client
import os
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.exceptions import HTTPError, IncompleteRead

from segsync import __version__
from segsync.core.model import Secret
from segsync.errors import UsageError

ANSWER_LIMIT = 64 * 2**20
# Printable ASCII with no query, fragment or backslash.
_ADDRESS = re.compile(r"[!-\"$->@-\[\]-~]+")
_CHUNK = 2**16
_TIMED_OUT = "timed out"


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Broken:
    """No whole answer. `began`: the request may have gone out, in part or whole. `why` holds no secret."""

    began: bool
    why: str
    timed_out: bool = False


class Bearer(AuthBase):
    """The token as an Authorization header. As an auth object it cannot be replaced from .netrc."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        return request


def checked_url(url: str, option: str) -> str:
    """`url` without a trailing slash, if it is https, or http to loopback, and nothing but scheme, host and path."""
    try:
        parts = urlsplit(url)
        well_formed = bool(parts.hostname) and parts.port != 0 and _ADDRESS.fullmatch(url)
    except ValueError:
        well_formed = None
    if not well_formed or parts.scheme not in ("http", "https"):
        raise UsageError(f"{option}: is not an http or https address", "Give it as https://HOST or https://HOST/PATH.")
    if parts.username is not None or parts.password is not None:
        raise UsageError(f"{option}: must not hold a user name or password")
    if parts.scheme == "http" and not is_loopback(url):
        raise UsageError(f"{option}: http:// is accepted for loopback alone", "Use https://.")
    return url.rstrip("/")


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Http:
    """One pooled session for one server. Safe to use from several threads."""

    def __init__(self, base_url: str, *, timeout: float, connections: int) -> None:
        self._base_url = base_url
        self._timeout = timeout
        self._calls: set[_Call] = set()
        self._lock = threading.Lock()
        self._aborted = False
        self._session = _session(base_url, connections)

    def send(
        self, method: str, path: str, *, auth: AuthBase | None, headers: Mapping[str, str], body: bytes | None
    ) -> Answer | Broken:
        """One request, sent at most once, with its answer. Takes no longer than the time-out, all in all."""
        with self._call() as call:
            try:
                return self._exchange(call, method, path, auth, headers, body)
            except (requests.RequestException, HTTPError, OSError, ValueError, AttributeError) as error:
                # AttributeError and ValueError: what http.client raises when its socket is shut under it.
                return call.broken(error, self._timeout)

    def abort(self) -> None:
        """End the calls in flight, at once; later ones do not begin."""
        with self._lock:
            self._aborted = True
            for call in self._calls:
                call.end("stopped")

    def close(self) -> None:
        self._session.close()

    def _exchange(
        self,
        call: "_Call",
        method: str,
        path: str,
        auth: AuthBase | None,
        headers: Mapping[str, str],
        body: bytes | None,
    ) -> Answer | Broken:
        response = self._session.request(
            method,
            self._base_url + path,
            auth=auth,
            headers=dict(headers),
            data=body,
            timeout=self._timeout,
            allow_redirects=False,
            stream=True,
        )
        with response:
            content = bytearray()
            for chunk in response.iter_content(_CHUNK):
                content += chunk
                if len(content) > ANSWER_LIMIT:
                    return Broken(began=True, why=f"the answer is larger than {ANSWER_LIMIT // 2**20} MiB")
        answer_headers = {name.lower(): value for name, value in response.headers.items()}
        if not {"content-length", "transfer-encoding"} & answer_headers.keys():
            # Nothing but the end of the connection told where this answer ends.
            if call.ended:
                return call.broken(None, self._timeout)
            if response.status_code == 200 and not content:
                return Broken(began=True, why="the answer was cut off")
        return Answer(response.status_code, answer_headers, bytes(content))

    @contextlib.contextmanager
    def _call(self) -> Iterator["_Call"]:
        call = _Call()
        deadline = threading.Timer(self._timeout, call.end, [_TIMED_OUT])
        deadline.daemon = True
        with self._lock:
            self._calls.add(call)
            if self._aborted:
                call.end("stopped")
        _current.call = call
        deadline.start()
        try:
            yield call
        finally:
            deadline.cancel()
            call.finish()
            _current.call = None
            with self._lock:
                self._calls.discard(call)


class _Call:
    """One request, from before it connects until its answer is read."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._descriptor: int | None = None
        self._why = ""
        self.began = False

    @property
    def ended(self) -> bool:
        return self._why != ""

    def attach(self, sock: Any) -> None:
        """The connection that serves this call. Raises where the call has been ended already."""
        with self._lock:
            if self._why:
                raise ConnectionAbortedError(self._why)
            self._release()
            # A descriptor of our own: the socket's may be closed, and its number taken, before the call is ended.
            self._descriptor = os.dup(sock.fileno())

    def begin(self, sock: Any) -> None:
        """The request goes out now."""
        self.attach(sock)
        self.began = True

    def end(self, why: str) -> None:
        """Shut the connection down, whatever it is doing."""
        with self._lock:
            self._why = self._why or why
            if self._descriptor is not None:
                # Below TLS, which would talk to the server first and race with the reader.
                with contextlib.suppress(OSError), socket.socket(fileno=os.dup(self._descriptor)) as connection:
                    connection.shutdown(socket.SHUT_RDWR)

    def finish(self) -> None:
        with self._lock:
            self._release()

    def broken(self, error: Exception | None, timeout: float) -> Broken:
        reason = _reason(error) if error else self._why
        if self._why == _TIMED_OUT or isinstance(_innermost(error), (TimeoutError, urllib3.exceptions.TimeoutError)):
            what = "no whole answer" if self.began else "no connection"
            return Broken(self.began, f"{what} within {timeout:g} s", timed_out=True)
        return Broken(self.began, self._why or reason)

    def _release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class _CurrentCall(threading.local):
    call: _Call | None = None


_current = _CurrentCall()


class _Watched:
    """Mixed into urllib3's connections: tells the current call when its request begins to go out."""

    sock: Any

    def _new_conn(self) -> Any:
        sock = super()._new_conn()  # type: ignore[misc]
        try:
            if _current.call is not None:
                _current.call.attach(sock)
        except ConnectionAbortedError:
            sock.close()
            raise
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]  # what fails in here has sent nothing of the request
        if _current.call is not None:
            _current.call.begin(self.sock)
        super().request(*args, **kwargs)  # type: ignore[misc]


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Redirects are never followed; asked where one leads, requests would read its body without a limit."""


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        _watch(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return _watch(super().proxy_manager_for(proxy, **kwargs))


def _watch(manager: PoolManager) -> PoolManager:
    pools = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _watched_pool(pool) for scheme, pool in pools.items()}
    return manager


@cache
def _watched_pool(pool: type[HTTPConnectionPool]) -> type[HTTPConnectionPool]:
    if issubclass(pool.ConnectionCls, _Watched):
        return pool
    connection = type("WatchedConnection", (_Watched, pool.ConnectionCls), {})
    return type("WatchedPool", (pool,), {"ConnectionCls": connection})


def _session(base_url: str, connections: int) -> requests.Session:
    session = _Session()
    environment = session.merge_environment_settings(base_url, {}, stream=None, verify=None, cert=None)
    session.verify = environment["verify"] if environment["verify"] is not None else True
    session.proxies = {} if is_loopback(base_url) else dict(environment["proxies"])
    # Read once, above: from here on neither .netrc nor a changed variable has a say.
    session.trust_env = False
    session.headers = requests.structures.CaseInsensitiveDict(
        {"User-Agent": f"segsync/{__version__}", "Accept": "application/json", "Accept-Encoding": "gzip"}
    )
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    adapter = _Adapter(pool_connections=1, pool_maxsize=connections, max_retries=0)
    for scheme in ("http://", "https://"):
        session.mount(scheme, adapter)
    return session


def _reason(error: BaseException) -> str:
    """What went wrong, by the innermost of the wrapped exceptions: the outer ones print addresses and objects."""
    error = _innermost(error) or error
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"TLS: {error.verify_message}"
    if isinstance(error, ssl.SSLError):
        return f"TLS: {(error.reason or 'failed').replace('_', ' ').lower()}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return _IN_WORDS.get(type(error)) or str(error) or type(error).__name__


def _innermost(error: BaseException | None) -> BaseException | None:
    inner = error
    while inner is not None:
        error, inner = inner, _wrapped(inner)
    return error


def _wrapped(error: BaseException) -> BaseException | None:
    candidates = (getattr(error, "reason", None), *error.args, error.__cause__)
    return next((candidate for candidate in candidates if isinstance(candidate, BaseException)), None)


_IN_WORDS: dict[type[BaseException], str] = {
    http.client.RemoteDisconnected: "the server closed the connection without an answer",
    IncompleteRead: "the answer was cut off",
    http.client.BadStatusLine: "the answer is not HTTP",
}

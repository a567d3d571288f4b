"""The one maker of HTTP sessions: no redirect, no .netrc, no cookies; limits on size and on the time of a whole call.

Each call ends at its deadline as a whole, or when the process is asked to stop.
"""

import contextlib
import re
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from http.cookiejar import DefaultCookiePolicy
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError

from segsync import __version__
from segsync.core.model import Secret
from segsync.errors import UsageError
from segsync.plumbing.calls import TIMED_OUT, Broken, Call, current, watch

ANSWER_LIMIT = 64 * 2**20
# Printable ASCII with no query, fragment or backslash.
_ADDRESS = re.compile(r"[!-\"$->@-\[\]-~]+")
_CHUNK = 2**16


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Bearer(AuthBase):
    """The token as an Authorization header. As an auth object it cannot be replaced from .netrc."""

    def __init__(self, token: Secret) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token.reveal()}"
        return request


class Basic(AuthBase):
    """User name and password as an Authorization header; like a token, not to be replaced from .netrc."""

    def __init__(self, username: str, password: Secret) -> None:
        self._username = username
        self._password = password

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        # requests' own would encode a text as latin-1.
        pair = f"{self._username}:{self._password.reveal()}".encode("utf-8", "surrogateescape")
        request.headers["Authorization"] = f"Basic {b64encode(pair).decode('ascii')}"
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
    """One pooled session for one server. Safe to use from several threads.

    `may_be_empty`: an answer with 200 that says nothing, not even that it is empty, is a whole one.
    """

    def __init__(self, base_url: str, *, timeout: float, connections: int, may_be_empty: bool = False) -> None:
        self._base_url = base_url
        self._may_be_empty = may_be_empty
        self._timeout = timeout
        self._calls: set[Call] = set()
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
        call: Call,
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
            if response.status_code == 200 and not content and not self._may_be_empty:
                return Broken(began=True, why="the answer was cut off")
        return Answer(response.status_code, answer_headers, bytes(content))

    @contextlib.contextmanager
    def _call(self) -> Iterator[Call]:
        call = Call()
        deadline = threading.Timer(self._timeout, call.end, [TIMED_OUT])
        deadline.daemon = True
        with self._lock:
            self._calls.add(call)
            if self._aborted:
                call.end("stopped")
        current.call = call
        deadline.start()
        try:
            yield call
        finally:
            deadline.cancel()
            call.finish()
            current.call = None
            with self._lock:
                self._calls.discard(call)


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Redirects are never followed; asked where one leads, requests would read its body without a limit."""


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        watch(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        return watch(super().proxy_manager_for(proxy, **kwargs))


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

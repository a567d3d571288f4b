"""One HTTP call as something that can be ended from outside.

requests reports "refused to connect" and "cut after it was sent" as one exception, and bounds no call as a whole. Here
every connection tells the call that it serves when the request begins to go out, and the call can shut it down.
"""

import contextlib
import http.client
import os
import socket
import ssl
import threading
from dataclasses import dataclass
from functools import cache
from typing import Any

import urllib3
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.exceptions import IncompleteRead

TIMED_OUT = "timed out"


@dataclass(frozen=True, slots=True)
class Broken:
    """No whole answer. `began`: the request may have gone out, in part or whole. `why` holds no secret."""

    began: bool
    why: str
    timed_out: bool = False


class Call:
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
        if self._why == TIMED_OUT or isinstance(_innermost(error), (TimeoutError, urllib3.exceptions.TimeoutError)):
            what = "no whole answer" if self.began else "no connection"
            return Broken(self.began, f"{what} within {timeout:g} s", timed_out=True)
        return Broken(self.began, self._why or reason)

    def _release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


class _CurrentCall(threading.local):
    call: Call | None = None


current = _CurrentCall()


class _Watched:
    """Mixed into urllib3's connections: tells the current call when its request begins to go out."""

    sock: Any

    def _new_conn(self) -> Any:
        sock = super()._new_conn()  # type: ignore[misc]
        try:
            if current.call is not None:
                current.call.attach(sock)
        except ConnectionAbortedError:
            sock.close()
            raise
        return sock

    def request(self, *args: Any, **kwargs: Any) -> None:
        if self.sock is None:
            self.connect()  # type: ignore[attr-defined]  # what fails in here has sent nothing of the request
        if current.call is not None:
            current.call.begin(self.sock)
        super().request(*args, **kwargs)  # type: ignore[misc]


def watch(manager: PoolManager) -> PoolManager:
    pools = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {scheme: _watched_pool(pool) for scheme, pool in pools.items()}
    return manager


@cache
def _watched_pool(pool: type[HTTPConnectionPool]) -> type[HTTPConnectionPool]:
    if issubclass(pool.ConnectionCls, _Watched):
        return pool
    connection = type("WatchedConnection", (_Watched, pool.ConnectionCls), {})
    return type("WatchedPool", (pool,), {"ConnectionCls": connection})


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

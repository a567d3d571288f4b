"""Calls in short."""

import atexit
import shutil
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

import trustme

from segsync.core.model import Secret
from segsync.plumbing.calls import Broken
from segsync.plumbing.http import Answer, Bearer, Http
from tests.plumbing.server import Handler, Server

SHORT = 0.3

Serve = Callable[[Handler], Server]


@dataclass(frozen=True)
class Certificates:
    """Files: a server's certificate with its key, and the authority that signed it, which nobody else knows."""

    server: str
    authority: str


@cache
def certificates() -> Certificates:
    """Good for 127.0.0.1 and example.invalid; made anew by each run."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    authority = trustme.CA()
    authority.issue_cert("127.0.0.1", "example.invalid").private_key_and_cert_chain_pem.write_to_path(folder / "server")
    authority.cert_pem.write_to_path(folder / "authority")
    return Certificates(str(folder / "server"), str(folder / "authority"))


class Connect(Protocol):
    def __call__(self, url: str, timeout: float = 60) -> Http: ...


def get(http: Http, path: str = "/api", token: str | None = None) -> Answer | Broken:
    auth = Bearer(Secret(token)) if token else None
    return http.send("GET", path, auth=auth, headers={}, body=None)


class Call:
    """A call in another thread."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._result: Answer | Broken | None = None
        self._thread = threading.Thread(target=self._send)
        self._thread.start()

    def result(self) -> Answer | Broken | None:
        self._thread.join(60)
        return self._result

    def _send(self) -> None:
        self._result = get(self._http)


def headers_of(request: bytes) -> dict[str, str]:
    lines = request.partition(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")[1:]
    return {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}

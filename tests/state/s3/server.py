"""An S3 store on loopback: moto, behind a door that looks at each request first and can spoil it.

moto looks whether an object is there and stores it in two steps, so the door lets one request in at a time.
"""

import contextlib
import re
import socket
import threading
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from html import unescape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import EnvironBuilder, run_wsgi_app

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

KEY_ID, SECRET_KEY = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
_OWNER = {"authorization": f"AWS4-HMAC-SHA256 Credential={KEY_ID}/20261123/us-east-1/s3/aws4_request"}
CONDITIONS = ("if-match", "if-none-match")


def error(code: str, more: str = "") -> bytes:
    """The body of a refusal, as S3 words it."""
    text = f"<Error><Code>{code}</Code><Message>Not for you, {SECRET_KEY}</Message>{more}</Error>"
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode()


@dataclass(frozen=True)
class Fault:
    """What happens to one request. `done`: it is carried out first. Without a status the connection is cut, or, with
    `hangs`, kept open without an answer.
    """

    done: bool = False
    status: int | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    hangs: bool = False


CUT = Fault()
DONE_THEN_CUT = Fault(done=True)
DONE_THEN_500 = Fault(done=True, status=500)
HANGS = Fault(hangs=True)
DONE_THEN_HANGS = Fault(done=True, hangs=True)


@dataclass(frozen=True)
class Reply:
    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class S3Server:
    """One store with one bucket. `ignores` are the conditions that it takes and does not keep to.

    `requests` has each request as METHOD KEY CONDITION, `received` its headers (names in lower case).
    """

    def __init__(self, ignores: tuple[str, ...] = ()) -> None:
        self.bucket = f"bucket-{uuid.uuid4()}"
        self.key = "team/segsync.state.json"
        self.requests: list[str] = []
        self.received: list[Mapping[str, str]] = []
        self.stopped = threading.Event()
        self._ignores = ignores
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._always: dict[str, Fault] = {}
        self._lock = threading.Condition()
        self._http = _Listener(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=[0.005])
        self._stored("PUT", f"/{self.bucket}")

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def address(self) -> str:
        """Of the state."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that a client needs."""
        return {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_ENDPOINT_URL": self.url}

    def fails(self, request: str, *faults: Fault) -> None:
        """These happen to the next requests that begin so (METHOD KEY), one each."""
        self._faults[request] += faults

    def always_fails(self, request: str, fault: Fault) -> None:
        self._always[request] = fault

    def recovers(self) -> None:
        self._faults.clear()
        self._always.clear()

    def keys(self) -> list[str]:
        listed = self._stored("GET", f"/{self.bucket}?list-type=2").body.decode()
        return [unescape(key) for key in re.findall("<Key>([^<]*)</Key>", listed)]

    def object(self, key: str | None = None) -> bytes | None:
        found = self._stored("GET", self._path(key))
        return found.body if found.status == 200 else None

    def objects(self) -> dict[str, bytes | None]:
        found = self.keys()
        return {key: self.object(key) for key in found}

    def put(self, data: bytes, key: str | None = None) -> None:
        """As someone else would."""
        self._stored("PUT", self._path(key), data)

    def remove(self, key: str | None = None) -> None:
        self._stored("DELETE", self._path(key))

    def wait_for(self, requests: int) -> None:
        """Until so many have come in."""
        with self._lock:
            assert self._lock.wait_for(lambda: len(self.requests) >= requests, timeout=60)

    def reply_to(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply | Fault:
        with self._lock:
            request = self._note(method, path, headers)
            fault = self._fault(request)
            if fault is not None and not fault.done:
                return fault
            reply = self._answer(method, path, headers, body)
            return fault or reply

    def _path(self, key: str | None) -> str:
        return f"/{self.bucket}/{quote(key or self.key)}"

    def _note(self, method: str, path: str, headers: Mapping[str, str]) -> str:
        request = f"{method} {unquote(path).removeprefix(f'/{self.bucket}/')}"
        conditions = [name for name in CONDITIONS if name in headers]
        self.requests.append(" ".join([request, *conditions]))
        self.received.append(headers)
        self._lock.notify_all()
        return request

    def _fault(self, request: str) -> Fault | None:
        for beginning, faults in self._faults.items():
            if request.startswith(beginning) and faults:
                return faults.pop(0)
        return next((fault for start, fault in self._always.items() if request.startswith(start)), None)

    def _answer(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> Reply:
        if f"Credential={KEY_ID}/" not in headers.get("authorization", ""):
            return Reply(403, body=error("InvalidAccessKeyId"))
        kept = {name: value for name, value in headers.items() if name not in self._ignores}
        return self._stored(method, path, body, kept)

    def _stored(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        path, _, query = path.partition("?")
        fields = list((headers or _OWNER).items())
        builder = EnvironBuilder(path=path, method=method, query_string=query, headers=fields, data=body)
        chunks, status, answer_headers = run_wsgi_app(_moto(), builder.get_environ(), buffered=True)
        return Reply(int(status.split()[0]), tuple(answer_headers.items()), b"".join(chunks))

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.stopped.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@contextlib.contextmanager
def serving(*, ignores: tuple[str, ...] = ()) -> Iterator[S3Server]:
    server = S3Server(ignores)
    server.start()
    try:
        yield server
    finally:
        server.stop()


@cache
def _moto() -> "WSGIApplication":
    application: WSGIApplication = DomainDispatcherApplication(create_backend_app)
    return application


class _Listener(ThreadingHTTPServer):
    daemon_threads = False
    owner: S3Server

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that goes away in the middle


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30
    server: _Listener

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = self.server.owner.reply_to(self.command, self.path, headers, body)
        # So that no connection outlives the test.
        self.close_connection = True
        if isinstance(reply, Fault):
            if reply.status is None:
                self._say_nothing(reply)
                return
            reply = Reply(reply.status, tuple(reply.headers.items()), reply.body)
        self.send_response(reply.status)
        for name, value in reply.headers:
            if name.lower() not in ("content-length", "connection", "date", "server"):
                self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)

    def _say_nothing(self, fault: Fault) -> None:
        if fault.hangs:
            self.server.owner.stopped.wait(60)
        self.connection.shutdown(socket.SHUT_RDWR)

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _handle  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        pass

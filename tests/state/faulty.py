"""HTTP servers on loopback that do what they are for, until a test spoils a request."""

import contextlib
import json
import socket
import threading
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Request:
    """What was received. `target` is the path with the query, header names are in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return urlsplit(self.target).path

    @property
    def query(self) -> dict[str, str]:
        return dict(parse_qsl(urlsplit(self.target).query, keep_blank_values=True))

    @property
    def json(self) -> dict[str, Any]:
        """Its parameters in JSON; none where the content type does not say so."""
        if self.headers.get("content-type") != "application/json" or not self.body:
            return {}
        document = json.loads(self.body)
        return document if isinstance(document, dict) else {}


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


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
DONE_THEN_422 = Fault(done=True, status=422)
DONE_THEN_500 = Fault(done=True, status=500)
HANGS = Fault(hangs=True)
DONE_THEN_HANGS = Fault(done=True, hangs=True)


class FaultyServer(ABC):
    """Answers one request at a time. `requests` has the name of each in order, `received` the requests themselves."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.received: list[Request] = []
        self.stopped = threading.Event()
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._always: dict[str, Fault] = {}
        self._lock = threading.Condition()
        self._http = _Listener(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=[0.005])

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @abstractmethod
    def name(self, request: Request) -> str:
        """What it is called in `requests`, and where a test spoils it."""

    @abstractmethod
    def answer(self, request: Request) -> Reply: ...

    def fails(self, beginning: str, *faults: Fault) -> None:
        """These happen to the next requests whose names begin so, one each."""
        self._faults[beginning] += faults

    def always_fails(self, beginning: str, fault: Fault) -> None:
        self._always[beginning] = fault

    def recovers(self) -> None:
        self._faults.clear()
        self._always.clear()

    def wait_for(self, requests: int) -> None:
        """Until so many have come in."""
        with self._lock:
            assert self._lock.wait_for(lambda: len(self.requests) >= requests, timeout=60)

    def reply_to(self, request: Request) -> Reply | Fault:
        with self._lock:
            name = self.name(request)
            self.requests.append(name)
            self.received.append(request)
            self._lock.notify_all()
            fault = self._fault(name)
            if fault is not None and not fault.done:
                return fault
            reply = self.answer(request)
            return fault or reply

    def _fault(self, name: str) -> Fault | None:
        for beginning, faults in self._faults.items():
            if name.startswith(beginning) and faults:
                return faults.pop(0)
        return next((fault for beginning, fault in self._always.items() if name.startswith(beginning)), None)

    @contextlib.contextmanager
    def running(self) -> Iterator[Self]:
        self._thread.start()
        try:
            yield self
        finally:
            self.stopped.set()
            self._http.shutdown()
            self._thread.join()
            self._http.server_close()


class _Listener(ThreadingHTTPServer):
    daemon_threads = False
    owner: FaultyServer

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
        reply = self.server.owner.reply_to(Request(self.command, self.path, headers, body))
        # So that no connection outlives the test; clients must cope with that anyway.
        self.close_connection = True
        if isinstance(reply, Reply) or reply.status is not None:
            self._say(reply.status or 0, reply.headers, reply.body)
            return
        if reply.hangs:
            self.server.owner.stopped.wait(60)
        self.connection.shutdown(socket.SHUT_RDWR)

    def _say(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = do_LOCK = do_UNLOCK = _handle  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        pass

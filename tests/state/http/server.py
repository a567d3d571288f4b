"""A server of the Terraform HTTP state protocol on loopback, with faults that a test switches on per request."""

import base64
import contextlib
import socket
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from tests.state.http.rules import Reply, Request, Rules


@dataclass(frozen=True)
class Fault:
    """What happens to one request. `done`: it is carried out first. Without a status the connection is cut."""

    done: bool = False
    status: int | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


CUT = Fault()
DONE_THEN_CUT = Fault(done=True)
DONE_THEN_422 = Fault(done=True, status=422)
DONE_THEN_500 = Fault(done=True, status=500)
REDIRECT = Fault(status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"})
HTML = Fault(status=200, body=b"<!DOCTYPE html><title>Sign in</title>")


class StateServer:
    """Serves one state by `rules`; `users` are names with their passwords, and where there are none it asks for none.

    `requests` has the operation of each request in order: read, write, lock, unlock, or else its method and path.
    """

    def __init__(self, rules: Rules, users: Mapping[str, str] | None = None) -> None:
        self.rules = rules
        self.users = dict(users or {})
        self.requests: list[str] = []
        self.received: list[Request] = []
        self._faults: dict[str, list[Fault]] = defaultdict(list)
        self._always: dict[str, Fault] = {}
        self._lock = threading.Lock()
        self._http = _Listener(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self._thread = threading.Thread(target=self._http.serve_forever, args=[0.005])

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._http.server_address[1]}"

    @property
    def address(self) -> str:
        """Of the state."""
        return self.root + self.rules.path

    @property
    def serials(self) -> list[int | None]:
        """Of everything that was ever stored, oldest first."""
        return [serial for serial, _ in self.rules.history]

    def fails(self, operation: str, *faults: Fault) -> None:
        """These happen to the next requests of this kind, one each."""
        self._faults[operation] += faults

    def always_fails(self, operation: str, fault: Fault) -> None:
        self._always[operation] = fault

    def recovers(self) -> None:
        self._faults.clear()
        self._always.clear()

    def reply_to(self, request: Request, path: str) -> Reply | None:
        """None: no answer at all."""
        with self._lock:
            known = path.startswith(self.rules.path)
            operation = self.rules.operation(request) if known else ""
            self.requests.append(operation or f"{request.method} {path}")
            self.received.append(request)
            fault = self._faults[operation].pop(0) if self._faults[operation] else self._always.get(operation)
            if fault is None or fault.done:
                reply = self._reply(request, operation)
            if fault is None:
                return reply
            return None if fault.status is None else Reply(fault.status, fault.body, fault.headers)

    def _reply(self, request: Request, operation: str) -> Reply:
        user = self._user(request.headers.get("authorization", ""))
        if user is None:
            return Reply(401, b"{}", {"WWW-Authenticate": "Basic"})
        return self.rules.answer(request, user) if operation else Reply(404)

    def _user(self, authorization: str) -> str | None:
        """None where the credentials are wrong."""
        if not self.users:
            return "anonymous"
        kind, _, encoded = authorization.partition(" ")
        if kind != "Basic":
            return None
        name, _, password = base64.b64decode(encoded).decode("utf-8").partition(":")
        return name if self.users.get(name) == password else None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()


@contextlib.contextmanager
def serving(rules: Rules, users: Mapping[str, str] | None = None) -> Iterator[StateServer]:
    server = StateServer(rules, users)
    server.start()
    try:
        yield server
    finally:
        server.stop()


class _Listener(ThreadingHTTPServer):
    daemon_threads = False
    owner: StateServer

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that goes away in the middle


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 30
    server: _Listener

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        parts, owner = urlsplit(self.path), self.server.owner
        request = Request(
            self.command,
            parts.path.removeprefix(owner.rules.path),
            dict(parse_qsl(parts.query, keep_blank_values=True)),
            {name.lower(): value for name, value in self.headers.items()},
            body,
        )
        reply = owner.reply_to(request, parts.path)
        # So that no connection outlives the test; clients must cope with that anyway.
        self.close_connection = True
        if reply is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status != 204:
            self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_DELETE = do_LOCK = do_UNLOCK = do_PUT = _handle  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        pass

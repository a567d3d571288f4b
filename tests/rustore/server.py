"""A server on loopback that answers as it is told to, and remembers what it was asked."""

import json
import socket
import struct
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import Enum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any


@dataclass(frozen=True)
class Request:
    """What was received. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    """A whole answer."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Raw:
    """These bytes, and then the connection is closed."""

    data: bytes


class Ending(Enum):
    """No answer at all."""

    CLOSED = auto()
    RESET = auto()
    SILENCE = auto()


Step = Reply | Raw | Ending


def answer(document: object, status: int = 200, **headers: str) -> Reply:
    """An answer in JSON; `retry_after` is the header Retry-After."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(document).encode(), {"Content-Type": "application/json", **named})


def error(status: int, code: int = 2004, message: str = "no such thing", *, name: str = "NOT_FOUND") -> Reply:
    """An error in the API's envelope."""
    return answer({"code": code, "status": name, "message": message}, status)


class Server:
    """Plays the script once and goes on with its last step. Until `listen`, connections to it are refused."""

    def __init__(self) -> None:
        self.script: Sequence[Step] = ()
        self.requests: list[Request] = []
        self.asked = threading.Event()
        self.quit = threading.Event()
        self.connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._http = _Listener(self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=[0.005])

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def plays(self, *steps: Step) -> None:
        self.script = steps

    @property
    def request(self) -> Request:
        """The only one that was received."""
        (only,) = self.requests
        return only

    def listen(self) -> None:
        self._http.server_activate()
        self._thread.start()

    def take(self, request: Request) -> Step:
        with self._lock:
            self.requests.append(request)
            self.asked.set()
            return self.script[min(len(self.requests), len(self.script)) - 1]

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: TracebackType | None) -> None:
        self.quit.set()
        if self._thread.ident is not None:
            self._http.shutdown()
            self._thread.join()
        # A client may keep its idle connections open for a while.
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        self._http.server_close()


@contextmanager
def listening(*steps: Step) -> Iterator[Server]:
    with Server() as server:
        server.plays(*steps)
        server.listen()
        yield server


class _Listener(ThreadingHTTPServer):
    daemon_threads = False
    allow_reuse_address = True

    def __init__(self, owner: Server) -> None:
        self.owner = owner
        super().__init__(("127.0.0.1", 0), _Handler, bind_and_activate=False)
        self.server_bind()

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # a client that goes away in the middle


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Listener

    def setup(self) -> None:
        super().setup()
        self.server.owner.connections.add(self.connection)

    def finish(self) -> None:
        self.server.owner.connections.discard(self.connection)
        super().finish()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        step = self.server.owner.take(Request(self.command, self.path, headers, body))
        if isinstance(step, Reply):
            self._reply(step)
            return
        self.close_connection = True
        if isinstance(step, Raw):
            self.wfile.write(step.data)
        elif step is Ending.SILENCE:
            self.server.owner.quit.wait(10)
        elif step is Ending.RESET:
            # Lingering for no time makes the closing a reset.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.connection.close()

    def _reply(self, reply: Reply) -> None:
        self.send_response(reply.status, "Told")
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if reply.status not in (204, 304):
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, format: str, *args: object) -> None:
        pass

"""A server on a socket of this machine that says and does exactly what a test tells it, however wrong."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator

Handler = Callable[["Talk"], None]


class Talk:
    """One connection, as its server sees it."""

    def __init__(self, server: "Server", connection: socket.socket) -> None:
        self._server = server
        self._socket = connection

    def request(self) -> bytes:
        """Read one request with its body; nothing where the client has left."""
        data = b""
        while b"\r\n\r\n" not in data:
            if not (chunk := self._read()):
                return b""
            data += chunk
        head, _, body = data.partition(b"\r\n\r\n")
        while len(body) < _length(head) and (chunk := self._read()):
            body += chunk
        self._server.note(head + b"\r\n\r\n" + body)
        return head + b"\r\n\r\n" + body

    def send(self, data: bytes) -> bool:
        """Whether the client still takes it."""
        try:
            self._socket.sendall(data)
        except OSError:
            return False
        return True

    def drip(self, data: bytes, times: int) -> bool:
        """Send it again and again, slowly. Whether the client stayed to the end."""
        return all(self.send(data) and not self._server.stopped.wait(0.02) for _ in range(times))

    def client_leaves(self, within: float = 60) -> bool:
        """Wait until the client closes the connection."""
        self._socket.settimeout(within)
        try:
            while self._socket.recv(2**16):
                pass
        except TimeoutError:
            return False
        except OSError:
            pass
        return True

    def encrypt(self, certificate: str) -> None:
        """Speak TLS from here on."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        self._socket = context.wrap_socket(self._socket, server_side=True)

    def relay(self, port: int) -> None:
        """Pass on everything in both directions, as a proxy does after CONNECT."""
        with socket.create_connection(("127.0.0.1", port)) as other:
            back = threading.Thread(target=_pump, args=(other, self._socket))
            back.start()
            _pump(self._socket, other)
            with contextlib.suppress(OSError):
                other.shutdown(socket.SHUT_RDWR)
            back.join(60)

    def reset(self) -> None:
        """Close at once, without the farewell of TCP."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._socket.close()

    def close(self) -> None:
        # A shutdown first: it ends a read that another thread waits in, and sends what was written.
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _read(self) -> bytes:
        try:
            return self._socket.recv(2**16)
        except OSError:
            return b""


class Server:
    """Every connection is handled by `handler`, in a thread of its own, and closed after it."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._condition = threading.Condition()
        self._threads: list[threading.Thread] = []
        self._talks: list[Talk] = []
        self.stopped = threading.Event()
        self.requests: list[bytes] = []
        self.port: int = self._listener.getsockname()[1]
        self._accepting = threading.Thread(target=self._accept)
        self._accepting.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def connections(self) -> int:
        return len(self._talks)

    def note(self, request: bytes) -> None:
        with self._condition:
            self.requests.append(request)
            self._condition.notify_all()

    def wait_for(self, what: Callable[[], bool]) -> None:
        """Until it is so; asked again whenever something has happened here."""
        with self._condition:
            assert self._condition.wait_for(what, timeout=60)

    def join_talks(self) -> None:
        """Until every connection so far is closed."""
        for thread in self._threads:
            thread.join(60)

    def stop(self) -> None:
        self.stopped.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._accepting.join(60)
        for talk in self._talks:
            talk.close()
        self.join_talks()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            talk = Talk(self, connection)
            self._talks.append(talk)
            thread = threading.Thread(target=self._handle, args=(talk,))
            thread.start()
            self._threads.append(thread)

    def _handle(self, talk: Talk) -> None:
        try:
            self._handler(talk)
        finally:
            talk.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(2**16):
            target.sendall(data)


def _length(head: bytes) -> int:
    lengths = [line.partition(b":")[2] for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
    return int(lengths[0]) if lengths else 0


def answer(body: bytes = b"{}", *headers: str, status: str = "200 OK") -> bytes:
    """A whole answer."""
    lines = (f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", "")
    return "\r\n".join(lines).encode("latin-1") + body


def always(data: bytes) -> Handler:
    """Answers every request so, on one connection."""

    def handler(talk: Talk) -> None:
        while talk.request() and talk.send(data):
            pass

    return handler


def once(data: bytes) -> Handler:
    """Answers one request so, and closes the connection."""

    def handler(talk: Talk) -> None:
        talk.request()
        talk.send(data)

    return handler


def silent(talk: Talk) -> None:
    """Reads the request and never answers."""
    talk.request()
    talk.client_leaves()


@contextlib.contextmanager
def serving(handler: Handler) -> Iterator[Server]:
    server = Server(handler)
    try:
        yield server
    finally:
        server.stop()

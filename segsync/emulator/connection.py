"""HTTP/1.1 on one connection: requests are read to their end, each answer leaves in one piece."""

import socket
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import BaseServer
from urllib.parse import quote

from segsync.emulator.exchange import Answer, Delivery, Refused, Request, bad_request, refusal

Respond = Callable[[Request], Answer]
Log = Callable[[str], None]

LONGEST_LINE = 65536
LARGEST_BODY = 1 << 20
LONGEST_LOGGED = 200
PIECE = 1 << 16
LINGER_SECONDS = 1.0


class Connection(BaseHTTPRequestHandler):
    """Serves the requests of one client, one after another, until either side closes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(
        self, respond: Respond, log: Log | None, request: socket.socket, address: object, server: BaseServer
    ) -> None:
        """Serve at once and to the end; `log` gets one line a request, without its query and headers."""
        self._respond = respond
        self._log = log
        super().__init__(request, address, server)

    def handle_one_request(self) -> None:
        """Read one request and answer it; sets `close_connection` where it was the last."""
        self.raw_requestline = self.rfile.readline(LONGEST_LINE + 1)
        if not self.raw_requestline:
            self.close_connection = True
        elif len(self.raw_requestline) > LONGEST_LINE:
            self.command = ""
            self.send_error(HTTPStatus.REQUEST_URI_TOO_LONG)
        elif self.parse_request():
            self._answer_request()

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Refuse, in the API's envelope, what is no HTTP request, and close."""
        status = HTTPStatus(code)
        self._refuse_and_close(refusal(status, explain or message or status.phrase))

    def _answer_request(self) -> None:
        try:
            length = self._body_length()
        except Refused as refused:
            self._refuse_and_close(refused.answer)
            return
        path = self.path.partition("?")[0]
        if length > LARGEST_BODY:
            self._discard(length)
            message = f"a body has at most {LARGEST_BODY} bytes"
            self._deliver(refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, message), path)
            return
        body = self.rfile.read(length)
        if len(body) < length:
            # The client left in the middle: this was no request, and nobody waits for an answer.
            self.close_connection = True
            return
        authorization = self.headers.get("Authorization", "")
        self._deliver(self._respond(Request(self.command, path, authorization, body)), path)

    def _body_length(self) -> int:
        """Bytes of the body; raises Refused for a length that is missing or no number."""
        if "Transfer-Encoding" in self.headers:
            raise Refused(refusal(HTTPStatus.LENGTH_REQUIRED, "send the body with a Content-Length"))
        length = self.headers.get("Content-Length", "0").strip()
        if not (length.isascii() and length.isdigit() and len(length) < 19):
            raise bad_request("Content-Length must be a number")
        return int(length)

    def _discard(self, length: int) -> None:
        while length > 0 and (piece := self.rfile.read(min(PIECE, length))):
            length -= len(piece)

    def _deliver(self, answer: Answer, path: str) -> None:
        if self._log is not None:
            outcome = "dropped" if answer.delivery is Delivery.DROPPED else answer.status.value
            self._log(f"{self.command or '-'} {quote(path, safe='/%:')[:LONGEST_LOGGED]} {outcome}")
        if answer.delivery is not Delivery.WHOLE:
            self.close_connection = True
        if answer.delivery is not Delivery.DROPPED:
            # One write, so that no part waits until the client has confirmed another.
            self.wfile.write(self._head(answer) + self._sent_body(answer))

    def _head(self, answer: Answer) -> bytes:
        lines = [f"HTTP/1.1 {answer.status.value} {answer.status.phrase}", f"Date: {self.date_time_string()}"]
        if answer.status is not HTTPStatus.NO_CONTENT:
            lines += [f"Content-Type: {answer.content_type}", f"Content-Length: {len(answer.body)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers]
        if self.close_connection:
            lines.append("Connection: close")
        return "\r\n".join([*lines, "", ""]).encode("latin-1")

    def _sent_body(self, answer: Answer) -> bytes:
        if self.command == "HEAD":
            return b""
        return answer.body[: len(answer.body) // 2] if answer.delivery is Delivery.CUT else answer.body

    def _refuse_and_close(self, answer: Answer) -> None:
        self.close_connection = True
        self._deliver(answer, "-")
        # What the client still sends is read for a moment: a socket that is closed with unread bytes resets
        # the connection, and the answer would be lost with it.
        self.connection.shutdown(socket.SHUT_WR)
        self.connection.settimeout(LINGER_SECONDS)
        while self.rfile.read1(PIECE):
            pass

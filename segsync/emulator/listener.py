"""The listening socket, and a thread for each connection."""

import os
import socket
import sys
import threading
from contextlib import suppress
from functools import partial
from socketserver import ThreadingTCPServer

from segsync.emulator.connection import Connection, Log, Respond

GOODBYE_SECONDS = 2.0


class ListenError(OSError):
    """The address cannot be listened on; the message names it and says why."""


class Listener(ThreadingTCPServer):
    """Accepts connections; each is served in a thread of its own that does not keep the process alive."""

    request_queue_size = 128
    # On Windows the same option would let two servers share one port.
    allow_reuse_address = os.name == "posix"

    def __init__(self, host: str, port: int, respond: Respond, log: Log | None) -> None:
        self._log = log
        self._threads_by_socket: dict[socket.socket, threading.Thread] = {}
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
            self.address_family = found[0][0]
            super().__init__((host, port), partial(Connection, respond, log))
        except (OSError, OverflowError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise ListenError(f"cannot listen on {host} port {port}: {reason}") from error

    def process_request(self, request: socket.socket, client_address: object) -> None:  # type: ignore[override]
        """Serve a new connection in its thread."""
        serve = partial(self.process_request_thread, request, client_address)
        thread = threading.Thread(target=serve, daemon=True)
        self._threads_by_socket[request] = thread
        thread.start()

    def shutdown_request(self, request: socket.socket) -> None:  # type: ignore[override]
        """Close a connection, so that its client sees the end of it."""
        self._threads_by_socket.pop(request, None)
        super().shutdown_request(request)

    def say_goodbye(self) -> None:
        """End every connection after the request that it is at."""
        for request in list(self._threads_by_socket):
            with suppress(OSError):  # The client may have been quicker.
                request.shutdown(socket.SHUT_RD)
        for thread in list(self._threads_by_socket.values()):
            thread.join(GOODBYE_SECONDS)

    def handle_error(self, request: object, client_address: object) -> None:  # noqa: ARG002
        """Log a request that could not be served; a client that went away is nothing to tell."""
        error = sys.exception()
        if self._log is not None and not isinstance(error, OSError):
            self._log(f"a request could not be served: {type(error).__name__}")

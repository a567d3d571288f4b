"""What may stand between segsync and PostgreSQL: a wire that breaks, and a pooler."""

import contextlib
import select
import shutil
import socket
import socketserver
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from enum import Enum, auto
from pathlib import Path

from tests.state.postgres.server import Server, required, unprivileged

_WRITE = b"SET document"


class Fault(Enum):
    """What happens to a write: it is lost, or its answer is, or nothing more moves."""

    LOST = auto()
    DONE_THEN_LOST = auto()
    STUCK = auto()


class Wire:
    """A socket in `folder` that leads to `server`. `meanwhile` runs when a fault has happened, before it is seen."""

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.folder = folder
        self.fault: Fault | None = None
        self.meanwhile: Callable[[], None] = lambda: None
        self.ended = threading.Event()

    def address(self, state: str = "") -> str:
        return self.server.address(state, host=str(self.folder))

    def carry(self, client: socket.socket) -> None:
        """Until one side ends. A fault ends the client's alone: the server has not noticed it yet."""
        with socket.socket(socket.AF_UNIX) as server:
            server.connect(str(self.server.folder / f".s.PGSQL.{self.server.port}"))
            writing = False
            while True:
                for source in select.select([client, server], [], [])[0]:
                    data = source.recv(2**16)
                    writing |= source is client and _WRITE in data
                    if not data:
                        return
                    if self._breaks(writing, asked=source is client):
                        client.shutdown(socket.SHUT_RDWR)
                        self.ended.wait()
                        return
                    if not (writing and self.fault is Fault.STUCK):
                        (server if source is client else client).sendall(data)
                    writing &= source is client

    def _breaks(self, writing: bool, *, asked: bool) -> bool:
        breaks = writing and self.fault is (Fault.LOST if asked else Fault.DONE_THEN_LOST)
        if breaks:
            self.meanwhile()
        return breaks


@contextlib.contextmanager
def wire_to(server: Server) -> Iterator[Wire]:
    with _folder() as folder:
        wire = Wire(server, folder)

        class Carrier(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                wire.carry(self.request)

        with socketserver.ThreadingUnixStreamServer(str(folder / f".s.PGSQL.{server.port}"), Carrier) as listener:
            threading.Thread(target=listener.serve_forever, args=[0.05], daemon=True).start()
            try:
                yield wire
            finally:
                wire.ended.set()
                listener.shutdown()


@contextlib.contextmanager
def pooler_of(server: Server, mode: str) -> Iterator[str]:
    """The folder of the socket of a PgBouncer; `mode` is session or transaction."""
    binary = shutil.which("pgbouncer", path="/usr/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin")
    if binary is None:
        required("PgBouncer is not installed")
    with _folder() as folder:
        path = folder / f".s.PGSQL.{server.port}"
        settings = {
            "listen_port": server.port,
            "unix_socket_dir": folder,
            "pool_mode": mode,
            "auth_type": "any",
            "logfile": folder / "log",
        }
        lines = [f"{name} = {value}" for name, value in settings.items()]
        database = f"* = host={server.folder} port={server.port} user={server.administrator}"
        (folder / "ini").write_text("\n".join(["[databases]", database, "[pgbouncer]", *lines, ""]))
        user = unprivileged()
        if user is not None:
            shutil.chown(folder, user)
        with subprocess.Popen([str(binary), "-q", str(folder / "ini")], user=user, stderr=subprocess.DEVNULL) as pooler:
            deadline = time.monotonic() + 30
            while not path.exists() and pooler.poll() is None and time.monotonic() < deadline:
                time.sleep(0.05)
            try:
                assert path.exists(), (folder / "log").read_text()
                yield str(folder)
            finally:
                pooler.terminate()


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    """One whose sockets have a short path."""
    with tempfile.TemporaryDirectory(prefix="segsync-pg-", dir="/tmp") as folder:
        yield Path(folder)

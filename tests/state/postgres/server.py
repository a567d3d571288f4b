"""A real PostgreSQL of this test process, started when the first test asks for it."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import psycopg
import pytest
from psycopg.sql import SQL

# Read when the tests are collected: each test has a clean environment.
_REQUIRED = bool(os.environ.get("REQUIRE_SERVERS"))
_HBA = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
_LISTENS = 30.0


@dataclass(frozen=True)
class Server:
    """Everybody is let in on the socket in `folder`; on `port` of loopback by password alone.

    `administrator` is the user of the tests.
    """

    folder: Path
    port: int
    administrator: str

    def address(self, state: str = "", database: str = "postgres", **parameters: str) -> str:
        """On the socket. A state of its own where none is named."""
        query = {"host": str(self.folder), "port": str(self.port), **parameters}
        query["state"] = state or f"state-{uuid.uuid4()}"
        return f"postgresql:///{database}?" + "&".join(f"{name}={value}" for name, value in query.items())

    def tcp_address(self, database: str = "postgres", **parameters: str) -> str:
        more = "".join(f"&{name}={value}" for name, value in parameters.items())
        return f"postgresql://127.0.0.1:{self.port}/{database}?state=shop{more}"

    def run(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """As an administrator does."""
        host, user = str(self.folder), self.administrator
        with psycopg.connect(host=host, port=self.port, dbname=database, user=user, autocommit=True) as connection:
            cursor = connection.execute(SQL(statement))
            return cursor.fetchall() if cursor.description else []

    @contextlib.contextmanager
    def database(self, encoding: str = "UTF8") -> Iterator[str]:
        """An empty one."""
        name = f"d{uuid.uuid4().hex}"
        self.run(f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LOCALE 'C'")
        try:
            yield name
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    @contextlib.contextmanager
    def role(self, *grants: str, database: str, password: str = "") -> Iterator[str]:
        """One that may log in and whatever `grants` say, which end in the name of the role."""
        name = f"r{uuid.uuid4().hex}"
        self.run(f"CREATE ROLE {name} LOGIN PASSWORD '{password}'")
        for grant in grants:
            self.run(f"{grant} {name}", database)
        try:
            yield name
        finally:
            self.run(f"DROP OWNED BY {name}", database)
            self.run(f"DROP ROLE {name}")


_running: list[tuple[Server, "subprocess.Popen[bytes]"]] = []


def running() -> Server:
    """Skips the test where there is none, unless servers are required."""
    if not _running:
        binaries = _binaries()
        if binaries is None:
            required("PostgreSQL's server (initdb, postgres) is not installed")
        _running.append(_start(binaries))
    return _running[0][0]


def required(missing: str) -> NoReturn:
    if _REQUIRED:
        pytest.fail(missing)
    pytest.skip(missing)


def stop() -> None:
    while _running:
        server, process = _running.pop()
        process.send_signal(2)  # fast: sessions are ended
        process.wait(30)
        shutil.rmtree(server.folder)


def _binaries() -> Path | None:
    config = shutil.which("pg_config")
    asked = subprocess.run([config, "--bindir"], capture_output=True, text=True).stdout.strip() if config else ""
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name), reverse=True)
    on_path = shutil.which("postgres")
    candidates = [*([Path(asked)] if asked else []), *debian, *([Path(on_path).resolve().parent] if on_path else [])]
    return next((path for path in candidates if (path / "initdb").exists() and (path / "postgres").exists()), None)


def _start(binaries: Path) -> tuple[Server, "subprocess.Popen[bytes]"]:
    # A socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="segsync-pg-", dir="/tmp"))
    user = unprivileged()
    if user is not None:
        shutil.chown(folder, user)
    administrator = pwd.getpwuid(os.geteuid()).pw_name
    data = folder / "data"
    initdb: list[str | Path] = [
        binaries / "initdb",
        "-D",
        data,
        "-U",
        administrator,
        "-A",
        "trust",
        "-E",
        "UTF8",
        "--no-locale",
        "-N",
    ]
    subprocess.run(initdb, user=user, cwd=folder, stdout=subprocess.DEVNULL, check=True)
    (data / "pg_hba.conf").write_text(_HBA)
    server = Server(folder, _free_port(), administrator)
    settings = {"listen_addresses": "127.0.0.1", "port": server.port, "unix_socket_directories": folder, "fsync": "off"}
    command: list[str | Path] = [
        binaries / "postgres",
        "-D",
        data,
        *(f"--{name}={value}" for name, value in settings.items()),
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, user=user, cwd=folder, stdout=log, stderr=log)
    _wait(server, process)
    return server, process


def _wait(server: Server, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _LISTENS
    while True:
        try:
            server.run("SELECT 1")
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                pytest.fail((server.folder / "log").read_text())
            time.sleep(0.05)
        else:
            return


def unprivileged() -> str | None:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port

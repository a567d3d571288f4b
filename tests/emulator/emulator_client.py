"""A client of the emulator for tests: plain http.client, nothing of segsync but the emulator itself."""

import http.client
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from segsync.emulator.faults import parse_fault
from segsync.emulator.server import Emulator, Settings

SETTINGS = "/v1/export_settings/project"
PROJECT_CREATE = f"{SETTINGS}/create"
PROJECT_GET = f"{SETTINGS}/get"
NOBODY = "00000000-0000-0000-0000-000000000000"
TOKEN = "tkn-Fh3kQ9"
SECRET_KEY = "sk-0hUsh71"
PUSH_PROJECT = "Zq3vX0c8"
PROJECT = {"project": PUSH_PROJECT, "api_user_id": "40412", "secret_key": SECRET_KEY, "app_id": 52210}


@dataclass(frozen=True)
class Reply:
    """What came back, read to its end."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """One keep-alive connection; it is opened anew only after the other side has closed it."""

    def __init__(self, url: str) -> None:
        self.url = url
        address = urlsplit(url)
        self.connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=10)

    def send(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        self.connection.request(method, path, body, dict(headers))
        with self.connection.getresponse() as response:
            return Reply(response.status, response.headers, response.read())

    def call(self, path: str, payload: object = None, authorization: str = f"Bearer {TOKEN}") -> Reply:
        """A call of the API; without a payload it has no body, as the vendor's example for the list."""
        body = None if payload is None else json.dumps(payload).encode()
        return self.send("POST", path, body, {"Authorization": authorization})

    def console(self, method: str, path: str, payload: object = None) -> Reply:
        body = None if payload is None else json.dumps(payload).encode()
        return self.send(method, f"/_emulator/{path}", body, {})

    def create_project(self) -> str:
        reply = self.call(PROJECT_CREATE, PROJECT)
        assert reply.status == HTTPStatus.OK, reply.body
        return str(reply.json()["id"])

    def create_segment(self, project_id: str, segment: str = "1742", period: int = 24) -> Reply:
        return self.call(f"{SETTINGS}/{project_id}/segments/create", {"period": period, "segment": segment})

    def list_segments(self, project_id: str) -> Reply:
        return self.call(f"{SETTINGS}/{project_id}/segments/get")

    def publish(self, message: object, project: str = PUSH_PROJECT, segment: str = "1742") -> Reply:
        return self.call(f"/v1/projects/{project}/segments/{segment}/publish", {"message": message})

    def known_segments(self) -> list[str]:
        """The myTracker ids of all segments that the emulator has, listed or not."""
        projects = self.console("GET", "data").json()["projects"]
        return [segment["segment"] for project in projects for segment in project["segments"]]

    def known_projects(self) -> int:
        return len(self.console("GET", "data").json()["projects"])

    def counts(self) -> dict[str, int]:
        counts: dict[str, int] = self.console("GET", "requests").json()
        return counts


@contextmanager
def running(
    *,
    data: Path | None = None,
    tokens: tuple[str, ...] = (),
    latency_ms: int = 0,
    faults: Iterable[str] = (),
    seed: int | None = None,
    log: Callable[[str], None] | None = None,
    sleep: Callable[[float], object] | None = None,
    clock: Callable[[], float] = lambda: 0.0,
) -> Iterator[Client]:
    """A client of an emulator that runs in this process on a free port."""
    settings = Settings(
        port=0,
        data=data,
        tokens=tokens,
        latency_ms=latency_ms,
        faults=tuple(parse_fault(fault) for fault in faults),
        seed=seed,
    )
    with Emulator(settings, log, sleep=sleep, clock=clock) as emulator:
        client = Client(emulator.url)
        try:
            yield client
        finally:
            client.connection.close()

from collections.abc import Iterator

import pytest

from segsync.core.events import Event
from segsync.plumbing.http import Http
from segsync.rustore.client import Client
from segsync.rustore.transport import Transport
from tests.rustore.fakes import FakeClock
from tests.rustore.server import Server, listening


@pytest.fixture
def server() -> Iterator[Server]:
    with listening() as server:
        yield server


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def events() -> list[Event]:
    """What the transport has told."""
    return []


@pytest.fixture
def client(server: Server, clock: FakeClock, events: list[Event]) -> Iterator[Client]:
    http = Http(server.url, timeout=10, connections=1)
    yield Client(Transport(http, server.url, clock, events.append))
    http.close()

from collections.abc import Iterator
from pathlib import Path

import pytest

from segsync.state.http.backend import HttpBackend
from segsync.state.protocol import Backend
from tests.state.http.clients import client
from tests.state.http.rules import GitLab, Plain
from tests.state.http.server import StateServer, serving
from tests.state.places import PLACES, Place


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with PLACES[request.param](tmp_path) as place:
        yield place


@pytest.fixture
def backends(place: Place) -> tuple[Backend, Backend]:
    """Two clients of one state."""
    return place.client(), place.client()


@pytest.fixture(params=[Plain, GitLab])
def server(request: pytest.FixtureRequest) -> Iterator[StateServer]:
    with serving(request.param()) as server:
        yield server


@pytest.fixture
def gitlab() -> Iterator[StateServer]:
    with serving(GitLab()) as server:
        yield server


@pytest.fixture
def plain() -> Iterator[StateServer]:
    with serving(Plain()) as server:
        yield server


@pytest.fixture
def one(server: StateServer) -> HttpBackend:
    return client(server.address)

from collections.abc import Iterator
from pathlib import Path

import pytest

from segsync.state.protocol import Backend
from tests.state.places import PLACES, Place


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    with PLACES[request.param](tmp_path) as place:
        yield place


@pytest.fixture
def backends(place: Place) -> tuple[Backend, Backend]:
    """Two clients of one state."""
    return place.client(), place.client()

import contextlib
from collections.abc import Iterator

import pytest

from segsync.plumbing.http import Http
from tests.plumbing.calls import Connect, Serve
from tests.plumbing.server import serving


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Starts servers, and stops them after the test."""
    with contextlib.ExitStack() as stack:
        yield lambda handler: stack.enter_context(serving(handler))


@pytest.fixture
def connect() -> Iterator[Connect]:
    """Makes sessions, and closes them after the test."""
    with contextlib.ExitStack() as stack:

        def connect(url: str, timeout: float = 60) -> Http:
            http = Http(url, timeout=timeout, connections=2)
            stack.callback(http.close)
            return http

        yield connect

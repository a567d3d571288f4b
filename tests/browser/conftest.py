from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import chromium
from tests.browser.reader import Reader


# Of these tests alone: while playwright runs, so does its event loop, and no other test may find one in its thread.
@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def reader(tmp_path: Path, browser: Browser) -> Iterator[Reader]:
    """No page may make the browser complain, and none may ask for anything but itself."""
    reader = Reader(tmp_path, browser)
    yield reader
    for context in browser.contexts:
        context.close()
    assert reader.complaints == []
    assert set(reader.requests) <= reader.visited

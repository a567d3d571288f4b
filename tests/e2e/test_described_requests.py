"""Every request that segsync sends is one that the API's OpenAPI description knows."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import pytest
import requests

from segsync.emulator.server import Emulator
from tests.e2e.stories import DEFAULTS
from tests.rustore.server import Reply, Request, Server
from tests.support.cli import SECRETS, Cli
from tests.support.description import DESCRIPTION, OPERATIONS, Described, breaches

MANIFEST = f"""\
version: 1
{DEFAULTS}projects:
  shop:
    project: 0815
    app_id: 52210
    segments:
      payers: {{segment: 0123}}
      churned: {{segment: "1743", period: 7d}}
"""
MESSAGE = """\
notification: {title: Весна, body: Half price until Sunday., image: https://example.com/spring.png}
data: {campaign: spring}
android:
  ttl: 3.5s
  notification: {title: Весна, icon: ic_sale, color: "#0077ff", click_action: a, click_action_type: 1}
"""


class Recording(Server):
    """Passes every request on to the API at `target`, and its answer back."""

    def __init__(self, target: str) -> None:
        super().__init__()
        self._target = target

    def take(self, request: Request) -> Reply:
        self.requests.append(request)
        sent = {name: text for name, text in request.headers.items() if name != "host"}
        answer = requests.post(self._target + request.path, data=request.body, headers=sent, timeout=10)
        return Reply(answer.status_code, answer.content, {"Content-Type": answer.headers["Content-Type"]})


@pytest.fixture
def recording(emulator: Emulator) -> Iterator[Recording]:
    server = Recording(emulator.url)
    with server:
        server.listen()
        yield server


def test_apply_and_publish_send_what_is_described(cli: Cli, recording: Recording) -> None:
    segsync = Cli(cli.folder, recording.url)
    segsync.write(MANIFEST)
    segsync.write(MESSAGE, "message.yaml")
    assert segsync("init").code == 0
    assert segsync("apply", "--yes").code == 0
    assert segsync("publish", "shop/payers", "--message", "message.yaml", "--yes").code == 0
    called = [check(request) for request in recording.requests]
    assert set(called) == {operation.name for operation in OPERATIONS}
    assert called[-1] == "publishToSegment"


def check(request: Request) -> str:
    """The name of the operation, of which everything in the request is."""
    operation, parts = found(request.path)
    assert request.method == "POST"
    assert request.headers["authorization"] == f"Bearer {SECRETS['TOKEN']}"
    for name, text in parts.items():
        assert breaches(operation.parameters[name]["schema"], unquote(text)) == []
    if operation.body is None:
        assert (request.body, request.headers.get("content-type")) == (b"", None)
    else:
        assert request.headers["content-type"] == "application/json"
        assert breaches(operation.body["schema"], request.json) == []
        assert list(unknown(operation.body["schema"], request.json)) == []
    return operation.name


def found(path: str) -> tuple[Described, dict[str, str]]:
    ((operation, parts),) = [(one, parts) for one in OPERATIONS if (parts := one.parts(path)) is not None]
    return operation, parts


def unknown(schema: Any, value: object) -> Iterator[str]:
    """The names of fields that the description lets by, but does not know."""
    if "$ref" in schema:
        schema = DESCRIPTION["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if isinstance(value, dict) and "properties" in schema:
        for key, part in value.items():
            if key in schema["properties"]:
                yield from unknown(schema["properties"][key], part)
            else:
                yield key

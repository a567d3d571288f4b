"""The console over one connection that is kept: a story visits it hundreds of times."""

import json
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tests.support.console import Console


class QuickConsole(Console):
    def __init__(self, url: str) -> None:
        super().__init__(url)
        self._connection = HTTPConnection(urlsplit(url).netloc, timeout=10)

    def close(self) -> None:
        self._connection.close()

    def delete(self, export_segment_id: str) -> None:
        self._call("DELETE", f"segments/{export_segment_id}")

    def _call(self, method: str, path: str, **body: object) -> Any:
        self._connection.request(method, f"/_emulator/{path}", json.dumps(body) if body else None)
        answer = self._connection.getresponse()
        text = answer.read()
        assert answer.status < 300, text
        return json.loads(text) if text else None

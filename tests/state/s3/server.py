"""An S3 store on loopback: moto, behind a door that looks at each request first and can spoil it.

moto looks whether an object is there and stores it in two steps, so the door lets one request in at a time.
"""

import re
import uuid
from collections.abc import Mapping
from contextlib import AbstractContextManager
from functools import cache
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.state.faulty import FaultyServer, Reply, Request

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

KEY_ID, SECRET_KEY = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
_OWNER = {"authorization": f"AWS4-HMAC-SHA256 Credential={KEY_ID}/20261123/us-east-1/s3/aws4_request"}
CONDITIONS = ("if-match", "if-none-match")
_NOT_ITS_OWN = ("content-length", "connection", "date", "server")


def error(code: str, more: str = "") -> bytes:
    """The body of a refusal, as S3 words it."""
    text = f"<Error><Code>{code}</Code><Message>Not for you, {SECRET_KEY}</Message>{more}</Error>"
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + text.encode()


class S3Server(FaultyServer):
    """One store with one bucket. `ignores` are the conditions that it takes and does not keep to.

    `requests` has each request as METHOD KEY CONDITION.
    """

    def __init__(self, ignores: tuple[str, ...] = ()) -> None:
        super().__init__()
        self.bucket = f"bucket-{uuid.uuid4()}"
        self.key = "team/segsync.state.json"
        self._ignores = ignores
        self._stored("PUT", f"/{self.bucket}")

    @property
    def address(self) -> str:
        """Of the state."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that a client needs."""
        return {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET_KEY, "AWS_ENDPOINT_URL": self.root}

    @property
    def secret(self) -> str:
        return SECRET_KEY

    @property
    def stored(self) -> bytes | None:
        return self.object()

    def keys(self) -> list[str]:
        listed = self._stored("GET", f"/{self.bucket}?list-type=2").body.decode()
        return [unescape(key) for key in re.findall("<Key>([^<]*)</Key>", listed)]

    def object(self, key: str | None = None) -> bytes | None:
        found = self._stored("GET", self._path(key))
        return found.body if found.status == 200 else None

    def objects(self) -> dict[str, bytes | None]:
        found = self.keys()
        return {key: self.object(key) for key in found}

    def put(self, data: bytes, key: str | None = None) -> None:
        """As someone else would."""
        self._stored("PUT", self._path(key), data)

    def remove(self, key: str | None = None) -> None:
        self._stored("DELETE", self._path(key))

    def _path(self, key: str | None) -> str:
        return f"/{self.bucket}/{quote(key or self.key)}"

    def name(self, request: Request) -> str:
        key = unquote(request.target).removeprefix(f"/{self.bucket}/")
        return " ".join([request.method, key, *(name for name in CONDITIONS if name in request.headers)])

    def answer(self, request: Request) -> Reply:
        if f"Credential={KEY_ID}/" not in request.headers.get("authorization", ""):
            return Reply(403, error("InvalidAccessKeyId"))
        kept = {name: value for name, value in request.headers.items() if name not in self._ignores}
        return self._stored(request.method, request.target, request.body, kept)

    def _stored(self, method: str, path: str, body: bytes = b"", headers: Mapping[str, str] | None = None) -> Reply:
        path, _, query = path.partition("?")
        fields = list((headers or _OWNER).items())
        builder = EnvironBuilder(path=path, method=method, query_string=query, headers=fields, data=body)
        chunks, status, answer_headers = run_wsgi_app(_moto(), builder.get_environ(), buffered=True)
        told = {name: value for name, value in answer_headers.items() if name.lower() not in _NOT_ITS_OWN}
        return Reply(int(status.split()[0]), b"".join(chunks), told)


def serving(*, ignores: tuple[str, ...] = ()) -> AbstractContextManager[S3Server]:
    return S3Server(ignores).running()


@cache
def _moto() -> "WSGIApplication":
    application: WSGIApplication = DomainDispatcherApplication(create_backend_app)
    return application

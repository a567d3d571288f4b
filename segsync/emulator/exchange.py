"""A request as the emulator reads it, and an answer before it is put on the wire."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from http import HTTPStatus

Payload = Mapping[str, object]

# RuStore's one documented error: https://www.rustore.ru/help/sdk/push-notifications/user-segments/segments-api
INVALID_TOKEN_CODE = 2000
# Our choice: the vendor documents no code for a body or a request that it refuses.
BAD_REQUEST_CODE = 2001


@dataclass(frozen=True)
class Request:
    """One request, read to its end. The two fields that may hold a secret stay out of the repr.

    `path` is still percent-encoded and has no query; `authorization` is the header's value, "" without one.
    """

    method: str
    path: str
    authorization: str = field(repr=False)
    body: bytes = field(repr=False)


class Delivery(Enum):
    """How an answer reaches the client: whole, cut in the middle of its body, or not at all."""

    WHOLE = auto()
    CUT = auto()
    DROPPED = auto()


@dataclass(frozen=True)
class Answer:
    """One answer. `headers` come on top of the type, length and date that every answer has."""

    status: HTTPStatus
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    delivery: Delivery = Delivery.WHOLE


class Refused(Exception):
    """The request is not carried out; `answer` is what the client gets instead."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status.phrase)
        self.answer = answer


def json_answer(status: HTTPStatus, payload: Payload, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    """An answer whose body is `payload` as JSON, in plain ASCII."""
    return Answer(status, json.dumps(payload).encode("ascii"), headers=headers)


def refusal(
    status: HTTPStatus, message: str, *, code: int | None = None, headers: tuple[tuple[str, str], ...] = ()
) -> Answer:
    """An answer in the API's error envelope: `{"code": int, "status": text, "message": text}`.

    Without `code` the number is our choice, since the vendor does not document it: 2000 and the last two
    digits of the status, so that 404 has 2004.
    """
    number = 2000 + status % 100 if code is None else code
    return json_answer(status, {"code": number, "status": status.name, "message": message}, headers)


def bad_request(message: str) -> Refused:
    """The refusal of a request whose body or parameters are wrong: HTTP 400, code 2001."""
    return Refused(refusal(HTTPStatus.BAD_REQUEST, message, code=BAD_REQUEST_CODE))


def not_found(message: str) -> Refused:
    """The refusal of something unknown: HTTP 404, code 2004 (our choice, the vendor does not document it)."""
    return Refused(refusal(HTTPStatus.NOT_FOUND, message))

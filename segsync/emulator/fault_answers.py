"""What the client gets when a fault fires: some faults replace the work, the others only its answer."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus

from segsync.emulator.exchange import Answer, Delivery, json_answer, refusal
from segsync.emulator.vocabulary import FaultName

# Not the API's envelope: what a gateway says that has lost the server behind it.
GATEWAY_ERROR = Answer(
    HTTPStatus.INTERNAL_SERVER_ERROR,
    b"<html><head><title>500 Internal Server Error</title></head>"
    b"<body><center><h1>500 Internal Server Error</h1></center></body></html>\r\n",
    content_type="text/html",
)
DROPPED = Answer(HTTPStatus.OK, delivery=Delivery.DROPPED)
# Our choice of code, as for every error but the token's.
REFUSED = refusal(HTTPStatus.BAD_REQUEST, "refused by a fault of the emulator", code=2099)
TOO_MANY = refusal(HTTPStatus.TOO_MANY_REQUESTS, "too many requests", headers=(("Retry-After", "1"),))


def _malformed(_answer: Answer) -> Answer:
    return Answer(HTTPStatus.OK, b'{"id": ')


def _without_id(answer: Answer) -> Answer:
    payload = json.loads(answer.body)
    kept = {name: value for name, value in payload.items() if name != "id"} if "id" in payload else {}
    return json_answer(HTTPStatus.OK, kept)


def _cut(answer: Answer) -> Answer:
    return replace(answer, delivery=Delivery.CUT)


# Nothing is done, and this is the answer.
INSTEAD: Mapping[FaultName | None, Answer] = {
    FaultName.REFUSE: REFUSED,
    FaultName.DROP_BEFORE: DROPPED,
    FaultName.SERVER_ERROR: GATEWAY_ERROR,
    FaultName.TOO_MANY_REQUESTS: TOO_MANY,
}

# The request is carried out (or refused, if it is wrong), and then its answer is made into this one.
AFTERWARDS: Mapping[FaultName | None, Callable[[Answer], Answer]] = {
    FaultName.DROP_AFTER_COMMIT: lambda _answer: DROPPED,
    FaultName.SERVER_ERROR_AFTER_COMMIT: lambda _answer: GATEWAY_ERROR,
    FaultName.MALFORMED: _malformed,
    FaultName.NO_ID: _without_id,
    FaultName.CUT_BODY: _cut,
}

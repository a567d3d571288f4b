"""The publish operation: sent at most once, whatever comes back."""

import pytest

from segsync.core.message import Message
from segsync.core.model import Failure, FailureKind, Secret
from segsync.rustore.client import Client
from tests.rustore.fakes import FakeClock
from tests.rustore.server import Ending, Reply, Server, Step, answer, error

TOKEN = Secret("s3rvice-token-value")
MESSAGE = Message({"notification": {"title": "Весна", "body": "b"}})
DONE = "payload has been successfully published to segment 1742"


def publish(client: Client, project: str = "Zq3vX0c8", segment: str = "1742") -> str | Failure:
    return client.publish(TOKEN, project, segment, MESSAGE)


def test_a_message_goes_to_the_push_project_and_the_mytracker_segment(client: Client, server: Server) -> None:
    server.plays(answer({"message": DONE}))
    assert publish(client) == DONE
    request = server.request
    assert (request.method, request.path) == ("POST", "/v1/projects/Zq3vX0c8/segments/1742/publish")
    assert request.headers["authorization"] == "Bearer s3rvice-token-value"
    assert request.headers["content-type"] == "application/json"
    assert request.body == MESSAGE.encoded
    assert request.json == {"message": {"notification": {"title": "Весна", "body": "b"}}}


def test_an_id_cannot_change_the_path(client: Client, server: Server) -> None:
    server.plays(answer({"message": DONE}))
    publish(client, "../a b", "1?c#d%2F")
    assert server.request.path == "/v1/projects/..%2Fa%20b/segments/1%3Fc%23d%252F/publish"


@pytest.mark.parametrize(
    "step",
    [
        Ending.CLOSED,
        Ending.RESET,
        error(500),
        error(503),
        Reply(429),
        Reply(408),
        Reply(302, headers={"Location": "/elsewhere"}),
        Reply(200),
        Reply(200, b"<html>hello</html>"),
        answer({}),
        answer([]),
        answer({"message": ""}),
        answer({"message": 7}),
        answer({"code": 2004, "status": "NOT_FOUND", "message": "no such thing"}),
        answer({"error": {"code": 5, "message": "no"}, "message": "no"}),
    ],
    ids=str,
)
def test_anything_but_the_documented_answer_is_unknown_and_never_sent_again(
    client: Client, server: Server, step: Step, clock: FakeClock
) -> None:
    server.plays(step)
    failure = publish(client)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.UNKNOWN
    assert (len(server.requests), clock.slept) == (1, [])


@pytest.mark.parametrize(
    "step", [error(400, 2000), error(404), error(429), error(409), Reply(403), Reply(413)], ids=str
)
def test_a_refusal_is_one_and_never_sent_again(client: Client, server: Server, step: Step, clock: FakeClock) -> None:
    server.plays(step)
    failure = publish(client)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.REFUSED
    assert (len(server.requests), clock.slept) == (1, [])

"""What a reply means, and that a create is sent once whatever comes back."""

from collections.abc import Callable

import pytest

from segsync.core.model import Failure, FailureKind, Secret
from segsync.plumbing.http import Http
from segsync.rustore.client import Client
from segsync.rustore.transport import Transport
from tests.rustore.fakes import FakeClock
from tests.rustore.server import Ending, Raw, Reply, Server, Step, answer
from tests.support.models import ID

TOKEN = Secret("s3rvice-token-value")
REFUSED, UNKNOWN = FailureKind.REFUSED, FailureKind.UNKNOWN

ALWAYS_REFUSALS = (400, 401, 403, 404, 405, 407, 411, 413, 414, 415, 422)
REFUSALS_IN_AN_ENVELOPE = (402, 406, 409, 410, 412, 418, 423, 426, 451, 499)
NEVER_REFUSALS = (300, 301, 302, 303, 307, 308, 408, 500, 502, 503, 504, 599, 999)

BODIES: dict[str, Reply] = {
    "flat": answer({"code": 7, "status": "NO", "message": "told"}),
    "nested": answer({"error": {"code": 7, "status": "NO", "message": "told"}}),
    "empty": Reply(),
    "html": Reply(body=b"<html>no</html>", headers={"Content-Type": "text/html"}),
    "json": answer({"message": "told"}),
}

REFUSED_ALL = dict.fromkeys(BODIES, REFUSED)
UNKNOWN_ALL = dict.fromkeys(BODIES, UNKNOWN)
REFUSED_BY_THE_API = {**UNKNOWN_ALL, "flat": REFUSED, "nested": REFUSED}
TABLE = [
    *((status, REFUSED_ALL) for status in ALWAYS_REFUSALS),
    *((status, REFUSED_BY_THE_API) for status in REFUSALS_IN_AN_ENVELOPE),
    *((status, UNKNOWN_ALL) for status in NEVER_REFUSALS),
]

Send = Callable[[Client], object]
CREATES: dict[str, Send] = {
    "project-create": lambda client: client.create_project(
        TOKEN, project="Zq3vX0c8", app_id=52210, api_user_id="40412", secret_key=Secret("mytracker-s3cret-value")
    ),
    "segment-create": lambda client: client.create_segment(TOKEN, ID, segment="1742", period=24),
}
READS: dict[str, Send] = {
    "project-get": lambda client: client.project(TOKEN, ID),
    "segment-list": lambda client: client.segments(TOKEN, ID),
}


def sent(client: Client, send: Send) -> Failure:
    outcome = send(client)
    assert isinstance(outcome, Failure), outcome
    return outcome


def judged(client: Client, server: Server, send: Send, status: int) -> dict[str, FailureKind]:
    """What an answer with `status` means, by its body."""
    kinds = {}
    for name, reply in BODIES.items():
        server.plays(Reply(status, reply.body, reply.headers))
        failure = sent(client, send)
        assert failure.http == status
        kinds[name] = failure.kind
    return kinds


@pytest.mark.parametrize("create", CREATES)
@pytest.mark.parametrize(("status", "meaning"), TABLE)
def test_a_create_that_was_answered_is_never_sent_again(
    client: Client, server: Server, clock: FakeClock, status: int, meaning: dict[str, FailureKind], create: str
) -> None:
    assert judged(client, server, CREATES[create], status) == meaning
    assert len(server.requests) == len(BODIES)
    assert clock.slept == []


@pytest.mark.parametrize(("status", "meaning"), TABLE)
def test_a_read_is_judged_as_a_create_is(
    client: Client, server: Server, status: int, meaning: dict[str, FailureKind]
) -> None:
    assert judged(client, server, READS["project-get"], status) == meaning
    assert len(server.requests) == len(BODIES) * (4 if status >= 500 else 1)


@pytest.mark.parametrize("create", CREATES)
@pytest.mark.parametrize(
    ("body", "kind", "requests"),
    [("flat", REFUSED, 4), ("nested", REFUSED, 4), ("empty", UNKNOWN, 1), ("html", UNKNOWN, 1), ("json", UNKNOWN, 1)],
)
def test_too_many_requests_is_a_refusal_in_the_envelope_alone(
    client: Client, server: Server, create: str, body: str, kind: FailureKind, requests: int
) -> None:
    server.plays(Reply(429, BODIES[body].body, BODIES[body].headers))
    assert sent(client, CREATES[create]).kind is kind
    assert len(server.requests) == requests


@pytest.mark.parametrize("body", ["flat", "nested"])
def test_the_apis_own_error_is_told_as_it_stands(client: Client, server: Server, body: str) -> None:
    server.plays(Reply(422, BODIES[body].body))
    assert sent(client, CREATES["segment-create"]) == Failure(REFUSED, "told", http=422, code=7, status="NO")


def test_an_error_without_a_message_still_says_something(client: Client, server: Server) -> None:
    server.plays(answer({"code": 7, "status": "NO"}, 422))
    assert sent(client, CREATES["segment-create"]).message == "HTTP 422, no message"


@pytest.mark.parametrize(
    ("status", "message"),
    [
        (404, "HTTP 404, no error of the API's own"),
        (502, "HTTP 502, no error of the API's own"),
        (307, "HTTP 307, a redirect, which is never followed"),
    ],
)
def test_an_answer_of_someone_else_is_told_by_its_status(
    client: Client, server: Server, status: int, message: str
) -> None:
    server.plays(Reply(status, b"<html>no</html>", {"Location": f"{server.url}/elsewhere"}))
    assert sent(client, CREATES["segment-create"]).message == message
    assert len(server.requests) == 1


@pytest.mark.parametrize("create", CREATES)
def test_the_documented_bad_token_is_a_refusal_of_the_token(client: Client, server: Server, create: str) -> None:
    server.plays(answer({"code": 2000, "status": "BAD_REQUEST", "message": "Invalid S2S token"}, 400))
    failure = sent(client, CREATES[create])
    assert failure == Failure(REFUSED, "Invalid S2S token", http=400, code=2000, status="BAD_REQUEST")
    assert failure.token_refused


@pytest.mark.parametrize("create", CREATES)
@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Reply(200), "the answer is not JSON"),
        (Reply(204), "the answer is not JSON"),
        (Reply(200, b"<html>welcome</html>", {"Content-Type": "text/html"}), "the answer is not JSON"),
        (Reply(200, b'{"id": "e-1"'), "the answer is not JSON"),
        (Reply(200, b"\xff\xfe{}"), "the answer is not JSON"),
        (Reply(200, b"[" * 100_000), "the answer is not JSON"),
        (Reply(200, b"9" * 100_000), "the answer is not JSON"),
        (answer([]), "the answer is not the documented JSON object"),
        (answer("e-1"), "the answer is not the documented JSON object"),
        (answer({}), "the answer has no id"),
        (answer({"id": 5}), "the answer has no id"),
        (answer({"code": 7, "status": "NO", "message": "told"}, 201), "the answer has no id"),
        (answer({"id": "a", "export_project_id": "b", "export_segment_id": "c"}), "the answer has two different ids"),
    ],
    ids=lambda value: f"{value.status} {value.body[:16]!r}" if isinstance(value, Reply) else "",
)
def test_success_without_the_documented_id_is_unknown(
    client: Client, server: Server, create: str, step: Reply, message: str
) -> None:
    server.plays(step)
    assert sent(client, CREATES[create]) == Failure(UNKNOWN, message, http=step.status)
    assert len(server.requests) == 1


@pytest.mark.parametrize("status", [200, 201, 202, 299])
def test_any_success_with_the_documented_id_counts(client: Client, server: Server, status: int) -> None:
    server.plays(answer({"id": ID}, status))
    assert CREATES["project-create"](client) == ID


@pytest.mark.parametrize("read", READS)
def test_a_read_that_succeeds_without_the_documented_answer_is_not_repeated(
    client: Client, server: Server, read: str
) -> None:
    server.plays(answer({"id": ID}))
    assert sent(client, READS[read]).kind is UNKNOWN
    assert len(server.requests) == 1


@pytest.mark.parametrize("create", CREATES)
@pytest.mark.parametrize(
    ("step", "message"),
    [
        (Ending.CLOSED, "the server closed the connection without an answer"),
        (Ending.RESET, "Connection reset by peer"),
        (Raw(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"id": '), "the answer was cut off"),
        (Raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "the answer is not HTTP"),
    ],
)
def test_no_whole_answer_after_sending_is_unknown(
    client: Client, server: Server, create: str, step: Step, message: str
) -> None:
    server.plays(step)
    assert sent(client, CREATES[create]) == Failure(UNKNOWN, message)
    assert len(server.requests) == 1


@pytest.mark.parametrize("send", [*CREATES, *READS])
def test_a_call_that_timed_out_after_sending_is_sent_once(server: Server, clock: FakeClock, send: str) -> None:
    http = Http(server.url, timeout=0.2, connections=1)
    client = Client(Transport(http, server.url, clock, lambda _event: None))
    server.plays(Ending.SILENCE)
    assert sent(client, {**CREATES, **READS}[send]) == Failure(UNKNOWN, "no whole answer within 0.2 s")
    assert len(server.requests) == 1
    http.close()

"""Which calls are repeated, how often, and how long after."""

import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from segsync.core.events import Event, Exchanged, Waiting
from segsync.core.model import Failure, FailureKind, Secret
from segsync.plumbing.http import Http
from segsync.rustore.client import Client
from segsync.rustore.transport import Transport
from tests.rustore.fakes import FakeClock
from tests.rustore.server import Ending, Raw, Reply, Server, Step, answer, error
from tests.support.models import ID, live_project

TOKEN = Secret("s3rvice-token-value")
CREATED = answer({"id": "e-1"})
FOUND = answer({"id": ID, "project": "Zq3vX0c8", "app_id": 52210})


def create(client: Client) -> str | Failure:
    return client.create_segment(TOKEN, ID, segment="1742", period=24)


def too_many(retry_after: str) -> Reply:
    return answer({"code": 8, "status": "BUSY", "message": "later"}, 429, retry_after=retry_after)


@pytest.fixture
def nobody() -> Iterator[Server]:
    """A port on which nobody listens yet."""
    with Server() as server:
        yield server


@pytest.fixture
def knocking(nobody: Server, clock: FakeClock) -> Iterator[Client]:
    """A client of that port."""
    with closing(Http(nobody.url, timeout=10, connections=1)) as http:
        yield Client(Transport(http, nobody.url, clock, lambda _event: None))


def test_a_create_that_found_nobody_is_sent_when_someone_comes(
    nobody: Server, knocking: Client, clock: FakeClock
) -> None:
    nobody.plays(CREATED)
    clock.while_sleeping = lambda: nobody.listen() if len(clock.slept) == 2 else None
    assert create(knocking) == "e-1"
    assert len(nobody.requests) == 1
    assert len(clock.slept) == 2


def test_what_was_never_sent_is_told_as_that(nobody: Server, knocking: Client, clock: FakeClock) -> None:
    failure = Failure(FailureKind.NOT_SENT, "Connection refused")
    assert create(knocking) == failure
    assert knocking.project(TOKEN, ID) == failure
    assert len(clock.slept) == 6


def test_a_failed_tls_handshake_has_sent_nothing(server: Server, clock: FakeClock) -> None:
    url = server.url.replace("http:", "https:")
    with closing(Http(url, timeout=10, connections=1)) as http:
        failure = create(Client(Transport(http, url, clock, lambda _event: None)))
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.NOT_SENT
    assert failure.message.startswith("TLS: ")
    assert len(clock.slept) == 3
    assert server.requests == []


@pytest.mark.parametrize(
    "step",
    [Ending.CLOSED, Ending.RESET, Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"), Reply(429), error(429)]
    + [Reply(status) for status in (500, 502, 503, 504)]
    + [error(500)],
)
def test_a_read_is_sent_again(client: Client, server: Server, clock: FakeClock, step: Step) -> None:
    server.plays(step, step, FOUND)
    assert client.project(TOKEN, ID) == live_project()
    assert len(server.requests) == 3
    assert len(clock.slept) == 2


@pytest.mark.parametrize("step", [Ending.CLOSED, Reply(429), error(429), Reply(500)])
def test_a_read_is_given_up_after_four_attempts(client: Client, server: Server, clock: FakeClock, step: Step) -> None:
    server.plays(step)
    assert isinstance(client.segments(TOKEN, ID), Failure)
    assert len(server.requests) == 4
    assert len(clock.slept) == 3


@pytest.mark.parametrize("step", [Reply(404), error(404), error(400, 2000), Reply(408), error(408), Reply(302)])
def test_a_read_that_would_get_the_same_answer_is_sent_once(client: Client, server: Server, step: Step) -> None:
    server.plays(step)
    assert isinstance(client.project(TOKEN, ID), Failure)
    assert len(server.requests) == 1


def test_a_create_that_was_refused_for_the_load_is_sent_again(client: Client, server: Server, clock: FakeClock) -> None:
    server.plays(too_many("7"), CREATED)
    assert create(client) == "e-1"
    assert clock.slept == [7.0]
    assert [request.body for request in server.requests] == [server.requests[0].body] * 2


def test_a_refusal_for_the_load_may_be_followed_by_an_unknown_outcome(client: Client, server: Server) -> None:
    server.plays(too_many("0"), Ending.CLOSED, CREATED)
    failure = create(client)
    assert isinstance(failure, Failure)
    assert failure.kind is FailureKind.UNKNOWN
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0.0),
        ("7", 7.0),
        ("60", 60.0),
        ("61", 60.0),
        ("9" * 400, 60.0),
        ("Mon, 23 Nov 2026 12:00:09 GMT", 9.0),
        ("Mon, 23 Nov 2026 12:00:09 -0000", 9.0),
        ("Mon, 23 Nov 2026 15:00:09 +0300", 9.0),
        ("Mon, 23 Nov 2026 11:59:00 GMT", 0.0),
        ("Thu, 31 Dec 9999 23:59:59 GMT", 60.0),
    ],
)
def test_the_server_says_when_to_come_again(
    client: Client, server: Server, clock: FakeClock, text: str, seconds: float
) -> None:
    server.plays(too_many(text), CREATED)
    assert create(client) == "e-1"
    assert clock.slept == [seconds]


@pytest.mark.parametrize("text", ["", "-5", "soon", "1.5", "0x10", "Mon, 99 Nov 2026 12:00:09 GMT", "7 s", "1e3"])
def test_what_makes_no_sense_is_not_obeyed(client: Client, server: Server, clock: FakeClock, text: str) -> None:
    server.plays(too_many(text), CREATED)
    assert create(client) == "e-1"
    assert [0.25 <= seconds <= 0.5 for seconds in clock.slept] == [True]


@pytest.mark.parametrize(
    "text",
    [
        "Mon, 23 Nov 9999999999999 12:00:09 GMT",
        "Mon, 23 Nov 2026 12:00:99999999999999999999 GMT",
        "Mon, 23 Nov 2026 12:00:09 +99999999999999999",
    ],
)
@pytest.mark.parametrize("step", [too_many("0"), CREATED])
def test_no_date_is_too_far_off_to_be_judged(client: Client, server: Server, text: str, step: Reply) -> None:
    server.plays(Reply(step.status, step.body, {"Retry-After": text}), CREATED)
    assert create(client) == "e-1"


def test_the_wait_grows(client: Client, server: Server, clock: FakeClock) -> None:
    server.plays(Reply(503))
    client.project(TOKEN, ID)
    first, second, third = clock.slept
    assert 0.25 <= first <= 0.5 <= second <= 1.0 <= third <= 2.0


def test_the_wait_differs_from_one_client_to_the_next(client: Client, server: Server, clock: FakeClock) -> None:
    server.plays(Reply(503))
    for _ in range(5):
        client.project(TOKEN, ID)
    assert len(set(clock.slept)) == 15


def test_nothing_is_sent_again_once_the_process_is_to_stop(client: Client, server: Server, clock: FakeClock) -> None:
    server.plays(Reply(503), FOUND)
    clock.while_sleeping = lambda: clock.stop(signal.SIGTERM)
    failure = client.project(TOKEN, ID)
    assert isinstance(failure, Failure)
    assert failure.http == 503
    assert len(server.requests) == 1


def test_a_connection_that_the_server_has_closed_since_is_no_unknown_outcome(client: Client, server: Server) -> None:
    server.plays(Reply(200, CREATED.body, {"Connection": "close"}))
    assert [create(client), create(client)] == ["e-1", "e-1"]
    assert len(server.requests) == 2


def test_only_a_long_wait_is_told(client: Client, server: Server, events: list[Event]) -> None:
    server.plays(too_many("2"), too_many("3"), CREATED)
    create(client)
    assert [event for event in events if isinstance(event, Waiting)] == [Waiting(3.0, "segment-create: later")]


def test_every_request_is_told_with_its_ending(client: Client, server: Server, events: list[Event]) -> None:
    server.plays(Ending.CLOSED, Reply(500), FOUND)
    client.project(TOKEN, ID)
    url = f"{server.url}/v1/export_settings/project/get"
    assert [event for event in events if isinstance(event, Exchanged)] == [
        Exchanged("POST", url, "the server closed the connection without an answer", 0.0),
        Exchanged("POST", url, "500", 0.0),
        Exchanged("POST", url, "200", 0.0),
    ]


def test_calls_after_an_abort_are_not_sent(server: Server, clock: FakeClock) -> None:
    server.plays(CREATED)
    clock.stop(signal.SIGINT)
    with closing(Http(server.url, timeout=10, connections=1)) as http:
        client = Client(Transport(http, server.url, clock, lambda _event: None))
        http.abort()
        assert create(client) == Failure(FailureKind.NOT_SENT, "stopped")
    assert server.requests == []


def test_an_abort_leaves_a_call_in_flight_unknown(server: Server, clock: FakeClock) -> None:
    server.plays(Ending.SILENCE)
    with closing(Http(server.url, timeout=10, connections=1)) as http, ThreadPoolExecutor(1) as pool:
        outcome = pool.submit(create, Client(Transport(http, server.url, clock, lambda _event: None)))
        assert server.asked.wait(10)
        http.abort()
        assert outcome.result(10) == Failure(FailureKind.UNKNOWN, "stopped")
    assert len(server.requests) == 1

"""No text that a call leaves behind holds a secret that it carried."""

import json

import pytest

from segsync.core.events import Event
from segsync.core.model import Failure, Secret
from segsync.plumbing.http import Http
from segsync.rustore import wire
from segsync.rustore.client import Client
from segsync.rustore.transport import PROJECT_CREATE, Call, Transport
from tests.rustore.fakes import FakeClock
from tests.rustore.server import Raw, Reply, Server, Step, answer
from tests.support.models import ID

TOKEN = Secret("s3rvice-token-value")
KEY = Secret("mytracker-s3cret-value")
WITHHELD = "(the server's message is withheld: it repeats a secret)"


def create(client: Client) -> str | Failure:
    return client.create_project(TOKEN, project="Zq3vX0c8", app_id=52210, api_user_id="40412", secret_key=KEY)


def failure_of(client: Client) -> Failure:
    outcome = create(client)
    assert isinstance(outcome, Failure), outcome
    return outcome


def has_secret(text: str) -> bool:
    return TOKEN.occurs_in(text) or KEY.occurs_in(text)


@pytest.mark.parametrize("secret", [TOKEN, KEY], ids=["token", "key"])
@pytest.mark.parametrize("status", [400, 409, 500])
def test_a_message_that_repeats_a_secret_is_withheld(
    client: Client, server: Server, status: int, secret: Secret
) -> None:
    server.plays(answer({"code": 7, "status": "NO", "message": f"what is {secret.reveal()}?"}, status))
    failure = failure_of(client)
    assert (failure.message, failure.code, failure.status, failure.http) == (WITHHELD, 7, "NO", status)


@pytest.mark.parametrize("secret", [TOKEN, KEY], ids=["token", "key"])
def test_a_status_that_repeats_a_secret_is_withheld(client: Client, server: Server, secret: Secret) -> None:
    server.plays(answer({"error": {"code": 7, "status": secret.reveal(), "message": "no"}}, 400))
    failure = failure_of(client)
    assert (failure.message, failure.status) == ("no", WITHHELD)


def test_an_escaped_secret_is_withheld_too(client: Client, server: Server) -> None:
    escaped = "".join(f"\\u{ord(character):04x}" for character in KEY.reveal())
    server.plays(Reply(400, f'{{"code": 7, "message": "{escaped}"}}'.encode()))
    assert failure_of(client).message == WITHHELD


def test_an_id_that_repeats_a_secret_is_withheld(client: Client, server: Server) -> None:
    server.plays(answer({"id": KEY.reveal()}))
    assert failure_of(client).message == WITHHELD


def test_the_key_of_another_call_is_not_looked_for(client: Client, server: Server) -> None:
    server.plays(answer({"code": 7, "message": f"about {KEY.reveal()}"}, 400))
    outcome = client.create_segment(TOKEN, ID, segment="1742", period=24)
    assert isinstance(outcome, Failure)
    assert outcome.message == f"about {KEY.reveal()}"


ECHOES = [
    Raw(f"HTTP/{TOKEN.reveal()} 200 OK\r\n\r\n".encode()),
    Raw(f"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n{KEY.reveal()}\r\n".encode()),
]


@pytest.mark.parametrize("step", ECHOES, ids=["version", "chunk"])
def test_a_broken_answer_that_repeats_a_secret_is_withheld(
    client: Client, server: Server, events: list[Event], step: Step
) -> None:
    server.plays(step)
    failure = failure_of(client)
    assert not has_secret(repr(failure))
    assert not has_secret(repr(events))


@pytest.mark.parametrize(
    "step",
    [
        Raw(f"HTTP/1.1 {TOKEN.reveal()} OK\r\n\r\n".encode()),
        Raw(f"{TOKEN.reveal()}\r\n\r\n".encode()),
        Raw(f"HTTP/1.1 400 {TOKEN.reveal()}\r\n{TOKEN.reveal()}\r\n\r\n".encode()),
        Raw(f"HTTP/1.1 200 OK\r\nContent-Length: {TOKEN.reveal()}\r\n\r\n".encode()),
        Reply(302, headers={"Location": f"/{TOKEN.reveal()}"}),
        Reply(404, f"<html>{TOKEN.reveal()}</html>".encode()),
        Reply(200, TOKEN.reveal().encode()),
    ],
    ids=["status", "line", "reason and header", "length", "redirect", "html", "text"],
)
def test_no_part_of_an_answer_smuggles_a_secret_out(
    client: Client, server: Server, events: list[Event], step: Step
) -> None:
    server.plays(step)
    assert not has_secret(repr(failure_of(client)))
    assert not has_secret(repr(events))


def test_a_good_answer_that_repeats_a_secret_is_withheld(client: Client, server: Server) -> None:
    segment = {"id": "e-1", "segment": TOKEN.reveal(), "period": 24, "is_enabled": True}
    server.plays(answer({"id": TOKEN.reveal(), "segments": [segment]}))
    assert not has_secret(str(client.create_segment(TOKEN, ID, segment="1742", period=24)))
    assert not has_secret(str(client.segments(TOKEN, ID)))


@pytest.mark.parametrize("secret", [TOKEN, KEY], ids=["token", "key"])
def test_what_is_shown_of_a_call_holds_no_secret(server: Server, clock: FakeClock, secret: Secret) -> None:
    body = wire.body(project="Zq3vX0c8", secret_key=secret.reveal())
    call = Call(PROJECT_CREATE, TOKEN, {}, body, (KEY,))
    assert secret.reveal() in json.loads(body)["secret_key"]
    assert repr(call).count("***") == 2
    assert not has_secret(repr(call))


def test_what_is_shown_of_client_and_transport_holds_no_secret(
    client: Client, server: Server, clock: FakeClock, events: list[Event]
) -> None:
    server.plays(Reply(500))
    failure = failure_of(client)
    http = Http(server.url, timeout=10, connections=1)
    transport = Transport(http, server.url, clock, events.append)
    http.close()
    for thing in (client, transport, http, failure, *events):
        assert not has_secret(repr(thing) + str(thing))

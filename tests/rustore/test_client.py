from collections.abc import Callable

import pytest

from segsync import __version__
from segsync.core.model import Failure, FailureKind, Found, NotFound, Secret, Unreadable
from segsync.rustore.client import Client
from tests.rustore.server import Reply, Server, Step, answer, error
from tests.support.models import ID, OTHER_ID, live_project, live_segment

TOKEN = Secret("s3rvice-token-value")
KEY = Secret("mytracker-s3cret-value")
PROJECT = answer({"id": ID, "project": "Zq3vX0c8", "app_id": 52210})
SEGMENTS = answer({"segments": [{"id": "e-1", "segment": "1742", "period": 24, "is_enabled": True}]})
HTML = Reply(404, b"<html>nothing here</html>", {"Content-Type": "text/html"})


def create_project(client: Client) -> str | Failure:
    return client.create_project(TOKEN, project="Zq3vX0c8", app_id=52210, api_user_id="40412", secret_key=KEY)


def create_segment(client: Client) -> str | Failure:
    return client.create_segment(TOKEN, ID, segment="0123", period=24)


OPERATIONS: dict[str, Callable[[Client], object]] = {
    "/v1/export_settings/project/create": create_project,
    "/v1/export_settings/project/get": lambda client: client.project(TOKEN, ID),
    f"/v1/export_settings/project/{ID}/segments/create": create_segment,
    f"/v1/export_settings/project/{ID}/segments/get": lambda client: client.segments(TOKEN, ID),
}


@pytest.mark.parametrize("path", OPERATIONS)
def test_every_operation_is_a_post_with_the_token(client: Client, server: Server, path: str) -> None:
    server.plays(answer({}))
    OPERATIONS[path](client)
    request = server.request
    assert (request.method, request.path) == ("POST", path)
    assert request.headers["authorization"] == "Bearer s3rvice-token-value"
    assert request.headers["accept"] == "application/json"
    assert request.headers["user-agent"] == f"segsync/{__version__}"
    assert "cookie" not in request.headers


@pytest.mark.parametrize("path", OPERATIONS)
def test_a_content_type_stands_where_a_body_does(client: Client, server: Server, path: str) -> None:
    server.plays(answer({}))
    OPERATIONS[path](client)
    has_body = not path.endswith("segments/get")
    assert bool(server.request.body) == has_body
    assert server.request.headers.get("content-type") == ("application/json" if has_body else None)


def test_a_project_is_created(client: Client, server: Server) -> None:
    server.plays(answer({"id": ID}))
    assert create_project(client) == ID
    assert server.request.json == {
        "project": "Zq3vX0c8",
        "api_user_id": "40412",
        "secret_key": "mytracker-s3cret-value",
        "app_id": 52210,
    }


def test_a_segment_is_created(client: Client, server: Server) -> None:
    server.plays(answer({"export_segment_id": "e-1"}))
    assert create_segment(client) == "e-1"
    assert server.request.json == {"period": 24, "segment": "0123"}


def test_a_project_is_looked_up(client: Client, server: Server) -> None:
    server.plays(PROJECT)
    assert client.project(TOKEN, ID) == live_project()
    assert server.request.json == {"id": ID}


def test_segments_are_listed(client: Client, server: Server) -> None:
    server.plays(SEGMENTS)
    assert client.segments(TOKEN, ID) == (live_segment(),)


def test_an_id_cannot_change_the_path(client: Client, server: Server) -> None:
    server.plays(answer({}))
    client.segments(TOKEN, "../a b?c#d%2F%/ж")
    encoded = "..%2Fa%20b%3Fc%23d%252F%25%2F%D0%B6"
    assert server.request.path == f"/v1/export_settings/project/{encoded}/segments/get"


def test_an_answer_about_another_project_is_none(client: Client, server: Server) -> None:
    server.plays(PROJECT)
    assert client.project(TOKEN, OTHER_ID) == Failure(
        FailureKind.UNKNOWN, "the answer is about another export project", http=200
    )


def test_a_reading_is_the_project_with_its_segments(client: Client, server: Server) -> None:
    server.plays(PROJECT, SEGMENTS)
    assert client.read(TOKEN, ID) == Found(live_project(), (live_segment(),))
    assert [request.path.rpartition("/")[0] for request in server.requests] == [
        "/v1/export_settings/project",
        f"/v1/export_settings/project/{ID}/segments",
    ]


@pytest.mark.parametrize("status", [400, 404, 406, 409, 410, 422])
def test_an_error_of_the_apis_own_says_that_the_id_is_unknown(client: Client, server: Server, status: int) -> None:
    server.plays(error(status))
    failure = Failure(FailureKind.REFUSED, "no such thing", http=status, code=2004, status="NOT_FOUND")
    assert client.read(TOKEN, ID) == NotFound(failure)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "step",
    [
        error(400, 2000),
        error(404, 2000),
        error(401),
        error(403),
        error(429),
        error(500),
        error(503),
        HTML,
        Reply(404),
        Reply(500),
        Reply(302, headers={"Location": "/elsewhere"}),
        answer({"code": 2004, "status": "NOT_FOUND", "message": "no such thing"}),
        answer([]),
    ],
    ids=lambda step: f"{step.status} {step.body[:14].decode()}",
)
def test_every_other_failure_says_nothing_of_the_id(client: Client, server: Server, step: Step) -> None:
    server.plays(step)
    reading = client.read(TOKEN, ID)
    assert isinstance(reading, Unreadable)
    assert reading.failure.message


@pytest.mark.parametrize("step", [error(404), error(400, 2000), HTML, answer({}), error(500)])
def test_a_project_whose_list_fails_is_unreadable(client: Client, server: Server, step: Step) -> None:
    server.plays(PROJECT, step)
    assert isinstance(client.read(TOKEN, ID), Unreadable)


@pytest.mark.parametrize("status", [400, 404, 422])
def test_an_answer_of_the_apis_own_proves_the_token(client: Client, server: Server, status: int) -> None:
    server.plays(error(status))
    assert client.probe(TOKEN) is None
    assert server.request.path == "/v1/export_settings/project/get"
    assert server.request.json == {"id": "00000000-0000-0000-0000-000000000000"}


@pytest.mark.parametrize("step", [error(400, 2000, "Invalid S2S token"), error(401), error(403), Reply(401)])
def test_a_refused_token_is_not_proved(client: Client, server: Server, step: Step) -> None:
    server.plays(step)
    failure = client.probe(TOKEN)
    assert failure is not None
    assert failure.token_refused


@pytest.mark.parametrize("step", [HTML, Reply(500), Reply(404), answer({}), Reply(200, b"<html>hello</html>")])
def test_an_answer_of_someone_else_proves_nothing(client: Client, server: Server, step: Step) -> None:
    server.plays(step)
    failure = client.probe(TOKEN)
    assert failure is not None
    assert not failure.token_refused


def test_a_server_that_knows_the_nil_id_is_not_rustore(client: Client, server: Server) -> None:
    server.plays(answer({"id": "00000000-0000-0000-0000-000000000000", "project": "p", "app_id": 1}))
    failure = client.probe(TOKEN)
    assert failure is not None
    assert failure.message == "the server knows an export project with the nil id"

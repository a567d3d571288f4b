"""What each fault looks like to a client, and whether the work behind it was done."""

import http.client
import json
from http import HTTPStatus

import pytest

from tests.emulator.emulator_client import PROJECT, PROJECT_CREATE, PROJECT_GET, Client, running


def test_refuse_does_nothing_and_is_not_the_token_error() -> None:
    with running(faults=["project-create:refuse"]) as client:
        reply = client.call(PROJECT_CREATE, PROJECT)
        assert reply.status == HTTPStatus.BAD_REQUEST
        assert reply.json()["status"] == "BAD_REQUEST"
        assert reply.json()["code"] not in (2000, 2004)
        assert client.known_projects() == 0


def test_429_does_nothing_and_says_when_to_come_back() -> None:
    with running(faults=["project-create:429"]) as client:
        reply = client.call(PROJECT_CREATE, PROJECT)
        assert reply.status == HTTPStatus.TOO_MANY_REQUESTS
        assert reply.headers["Retry-After"] == "1"
        assert reply.json() == {"code": 2029, "status": "TOO_MANY_REQUESTS", "message": "too many requests"}
        assert client.known_projects() == 0


@pytest.mark.parametrize(("fault", "projects"), [("500", 0), ("500-after-commit", 1)])
def test_500_is_a_gateways_page(fault: str, projects: int) -> None:
    with running(faults=[f"project-create:{fault}"]) as client:
        reply = client.call(PROJECT_CREATE, PROJECT)
        assert reply.status == HTTPStatus.INTERNAL_SERVER_ERROR
        assert reply.headers["Content-Type"] == "text/html"
        assert reply.body.startswith(b"<html>")
        assert client.known_projects() == projects


@pytest.mark.parametrize(("fault", "projects"), [("drop-before", 0), ("drop-after-commit", 1)])
def test_a_drop_closes_the_connection_without_an_answer(fault: str, projects: int) -> None:
    with running(faults=[f"project-create:{fault}"]) as client:
        with pytest.raises(http.client.RemoteDisconnected):
            client.call(PROJECT_CREATE, PROJECT)
        assert client.known_projects() == projects


@pytest.mark.parametrize("fault", ["drop-before", "drop-after-commit"])
def test_a_read_can_be_dropped(fault: str) -> None:
    with running(faults=[f"project-get:{fault}@1"]) as client:
        project_id = client.create_project()
        with pytest.raises(http.client.RemoteDisconnected):
            client.call(PROJECT_GET, {"id": project_id})
        assert client.call(PROJECT_GET, {"id": project_id}).status == HTTPStatus.OK


def test_malformed_is_done_and_answers_what_is_not_json() -> None:
    with running(faults=["project-create:malformed"]) as client:
        reply = client.call(PROJECT_CREATE, PROJECT)
        assert reply.status == HTTPStatus.OK
        with pytest.raises(json.JSONDecodeError):
            reply.json()
        assert client.known_projects() == 1


def test_no_id_is_done_and_leaves_the_id_out() -> None:
    operations = ("project-create", "project-get", "segment-create", "segment-list", "publish")
    with running() as client:
        project_id = client.create_project()
        client.console("PUT", "faults", {"faults": [f"{name}:no-id" for name in operations]})
        assert client.call(PROJECT_CREATE, PROJECT).json() == {}
        read = client.call(PROJECT_GET, {"id": project_id})
        assert read.json() == {"app_id": 52210, "project": PROJECT["project"]}
        assert client.create_segment(project_id).json() == {}
        assert client.list_segments(project_id).json() == {}
        published = client.publish({})
        assert published.status == HTTPStatus.OK
        assert published.json() == {}
        assert client.known_projects() == 2
        assert client.known_segments() == ["1742"]


def test_a_cut_body_is_shorter_than_its_length_says() -> None:
    with running(faults=["project-create:cut-body"]) as client:
        with pytest.raises(http.client.IncompleteRead) as caught:
            client.call(PROJECT_CREATE, PROJECT)
        client.connection.close()
        assert caught.value.partial.startswith(b'{"id": "')
        assert len(caught.value.partial) == caught.value.expected
        assert client.known_projects() == 1


@pytest.mark.parametrize("fault", ["drop-after-commit", "500-after-commit", "malformed", "no-id", "cut-body"])
def test_a_wrong_request_does_nothing_even_under_a_fault(fault: str) -> None:
    with running(faults=[f"project-create:{fault}"]) as client:
        try:
            client.call(PROJECT_CREATE, PROJECT, "Bearer")
        except http.client.HTTPException:
            client.connection.close()
        assert client.known_projects() == 0


def test_slow_holds_the_answer_back_after_the_work_is_done() -> None:
    known: list[int] = []
    watchers: list[Client] = []

    def sleep(_seconds: float) -> None:
        known.append(watchers[0].known_projects())

    with running(faults=["project-create:slow:1.5"], sleep=sleep) as client:
        watchers.append(Client(client.url))
        client.create_project()
        watchers[0].connection.close()
    assert known == [1]

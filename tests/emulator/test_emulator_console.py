"""The console: seeding, editing and looking inside without a token."""

import uuid
from http import HTTPStatus

import pytest

from tests.emulator.emulator_client import (
    NOBODY,
    PROJECT_CREATE,
    PROJECT_GET,
    PUSH_PROJECT,
    SECRET_KEY,
    TOKEN,
    Client,
    running,
)

NEW_PROJECT = {"project": "p", "app_id": 1}
NEW_SEGMENT = {"segment": "1742", "period": 24}


def add_project(client: Client) -> str:
    return str(client.console("POST", "projects", NEW_PROJECT).json()["id"])


def assert_explained(client: Client, method: str, path: str, payload: object, word: str) -> None:
    reply = client.console(method, path, payload)
    assert reply.status == HTTPStatus.BAD_REQUEST
    assert list(reply.json()) == ["code", "status", "message"]
    assert word in reply.json()["message"]


def test_data_shows_everything_in_the_order_of_creation() -> None:
    with running() as client:
        assert client.console("GET", "data").json() == {"projects": []}
        first = client.create_project()
        second = add_project(client)
        segments = [client.create_segment(first, name).json()["id"] for name in ("1743", "0123")]
        assert client.console("GET", "data").json() == {
            "projects": [
                {
                    "id": first,
                    "project": PUSH_PROJECT,
                    "app_id": 52210,
                    "api_user_id": "40412",
                    "segments": [
                        {"id": segments[0], "segment": "1743", "period": 24, "is_enabled": True},
                        {"id": segments[1], "segment": "0123", "period": 24, "is_enabled": True},
                    ],
                },
                {"id": second, "project": "p", "app_id": 1, "api_user_id": None, "segments": []},
            ]
        }


def test_a_project_is_added_and_the_api_knows_it() -> None:
    with running() as client:
        reply = client.console("POST", "projects", {**NEW_PROJECT, "api_user_id": "u", "id": NOBODY})
        assert reply.status == HTTPStatus.CREATED
        assert reply.json() == {
            "id": NOBODY,
            "project": "p",
            "app_id": 1,
            "api_user_id": "u",
            "segments": [],
        }
        assert client.call(PROJECT_GET, {"id": NOBODY}).json() == {"id": NOBODY, "app_id": 1, "project": "p"}
        assert uuid.UUID(add_project(client)).version == 4


def test_a_segment_is_added_and_the_api_lists_it() -> None:
    with running() as client:
        project_id = add_project(client)
        path = f"projects/{project_id}/segments"
        reply = client.console("POST", path, {**NEW_SEGMENT, "is_enabled": False, "id": NOBODY})
        assert reply.status == HTTPStatus.CREATED
        assert reply.json() == {"id": NOBODY, "segment": "1742", "period": 24, "is_enabled": False}
        assert client.list_segments(project_id).json() == {"segments": [reply.json()]}
        assert client.console("POST", path, NEW_SEGMENT).json()["is_enabled"] is True


@pytest.mark.parametrize("change", [{"period": 48}, {"is_enabled": False}, {"period": 1, "is_enabled": False}])
def test_a_segment_is_changed(change: dict[str, object]) -> None:
    with running() as client:
        project_id = client.create_project()
        segment_id = client.create_segment(project_id).json()["id"]
        reply = client.console("PATCH", f"segments/{segment_id}", change)
        assert reply.status == HTTPStatus.OK
        changed = {"id": segment_id, "segment": "1742", "period": 24, "is_enabled": True, **change}
        assert reply.json() == changed
        assert client.list_segments(project_id).json() == {"segments": [changed]}


def test_a_segment_is_removed() -> None:
    with running() as client:
        project_id = client.create_project()
        segment_id = client.create_segment(project_id).json()["id"]
        reply = client.console("DELETE", f"segments/{segment_id}")
        assert reply.status == HTTPStatus.NO_CONTENT
        assert reply.body == b""
        assert "Content-Length" not in reply.headers
        assert client.list_segments(project_id).json() == {"segments": []}
        assert client.console("DELETE", f"segments/{segment_id}").status == HTTPStatus.NOT_FOUND


def test_what_does_not_exist_is_not_found() -> None:
    with running() as client:
        for reply in (
            client.console("POST", f"projects/{NOBODY}/segments", NEW_SEGMENT),
            client.console("PATCH", f"segments/{NOBODY}", {"period": 1}),
            client.console("DELETE", f"segments/{NOBODY}"),
            client.console("GET", "nothing"),
        ):
            assert reply.status == HTTPStatus.NOT_FOUND
            assert reply.json()["code"] == 2004


def test_another_method_is_refused() -> None:
    with running() as client:
        reply = client.console("DELETE", "faults")
        assert reply.status == HTTPStatus.METHOD_NOT_ALLOWED
        assert reply.headers["Allow"] == "GET, PUT"


def test_bad_projects_are_explained() -> None:
    with running() as client:
        assert_explained(client, "POST", "projects", [], "object")
        assert_explained(client, "POST", "projects", {"project": "p"}, "app_id")
        assert_explained(client, "POST", "projects", {**NEW_PROJECT, "project": 1}, "project")
        assert_explained(client, "POST", "projects", {**NEW_PROJECT, "api_user_id": ""}, "api_user_id")
        assert_explained(client, "POST", "projects", {**NEW_PROJECT, "id": "no-uuid"}, "UUID")
        assert_explained(client, "POST", "projects", {**NEW_PROJECT, "secret_key": "x"}, "unknown field")
        assert client.known_projects() == 0


def test_bad_segments_are_explained() -> None:
    with running() as client:
        path = f"projects/{add_project(client)}/segments"
        assert_explained(client, "POST", path, {"segment": "1"}, "period")
        assert_explained(client, "POST", path, {**NEW_SEGMENT, "period": 0}, "period")
        assert_explained(client, "POST", path, {**NEW_SEGMENT, "is_enabled": 1}, "is_enabled")
        assert_explained(client, "POST", path, {**NEW_SEGMENT, "enabled": True}, "is_enabled")
        assert client.known_segments() == []


def test_bad_changes_are_explained() -> None:
    with running() as client:
        segment_id = client.create_segment(client.create_project()).json()["id"]
        assert_explained(client, "PATCH", f"segments/{segment_id}", {}, "period")
        assert_explained(client, "PATCH", f"segments/{segment_id}", {"period": "48"}, "period")
        assert_explained(client, "PATCH", f"segments/{segment_id}", {"is_enabled": None}, "is_enabled")
        assert_explained(client, "PATCH", f"segments/{segment_id}", {"segment": "1"}, "unknown field")


def test_an_id_is_given_once() -> None:
    with running() as client:
        project = {**NEW_PROJECT, "id": NOBODY}
        client.console("POST", "projects", project)
        assert_explained(client, "POST", "projects", project, "taken")
        segment = {**NEW_SEGMENT, "id": NOBODY}
        client.console("POST", f"projects/{NOBODY}/segments", segment)
        assert_explained(client, "POST", f"projects/{NOBODY}/segments", segment, "taken")


def test_faults_are_replaced_and_shown() -> None:
    with running(faults=["publish:refuse"]) as client:
        assert client.console("GET", "faults").json() == {"faults": ["publish:refuse"]}
        specs = ["project-create:429@1", "segment-create:lag", "publish:slow:0.5%10"]
        shown = {"faults": ["project-create:429@1", "segment-create:lag:2", "publish:slow:0.5%10"]}
        reply = client.console("PUT", "faults", {"faults": specs, "seed": 7})
        assert reply.status == HTTPStatus.OK
        assert reply.json() == client.console("GET", "faults").json() == shown
        assert client.call(PROJECT_CREATE, {}).status == HTTPStatus.TOO_MANY_REQUESTS
        assert client.console("PUT", "faults", {"faults": []}).json() == {"faults": []}


def test_bad_faults_are_explained_and_change_nothing() -> None:
    with running(faults=["publish:refuse"]) as client:
        assert_explained(client, "PUT", "faults", {"faults": ["publish:500", "publish:503"]}, "'503'")
        assert_explained(client, "PUT", "faults", {"faults": "publish:500"}, "list")
        assert_explained(client, "PUT", "faults", {"faults": [500]}, "list")
        assert_explained(client, "PUT", "faults", {"seed": 1}, "faults")
        assert_explained(client, "PUT", "faults", {"faults": [], "seed": "x"}, "seed")
        assert client.console("GET", "faults").json() == {"faults": ["publish:refuse"]}


def test_published_messages_are_in_the_order_of_sending() -> None:
    with running() as client:
        assert client.console("GET", "published").json() == {"published": []}
        client.create_segment(client.create_project())
        for title in ("a", "b"):
            client.publish({"notification": {"title": title}})
        published = client.console("GET", "published").json()["published"]
        assert [entry["message"]["notification"]["title"] for entry in published] == ["a", "b"]


def test_no_secret_is_shown() -> None:
    with running(tokens=(TOKEN,)) as client:
        client.create_segment(client.create_project())
        client.publish({})
        for page in ("data", "requests", "published", "faults"):
            body = client.console("GET", page).body
            assert TOKEN.encode() not in body
            assert SECRET_KEY.encode() not in body

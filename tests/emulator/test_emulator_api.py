"""The five operations as a client meets them: answers, refusals, tokens, latency."""

import uuid
from collections.abc import Iterator
from http import HTTPStatus

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.emulator.emulator_client import (
    NOBODY,
    PROJECT,
    PROJECT_CREATE,
    PROJECT_GET,
    PUSH_PROJECT,
    SETTINGS,
    TOKEN,
    Client,
    Reply,
    running,
)

INVALID_TOKEN = {"code": 2000, "status": "BAD_REQUEST", "message": "Invalid S2S token"}


def paths(project_id: str) -> list[str]:
    return [
        PROJECT_CREATE,
        PROJECT_GET,
        f"{SETTINGS}/{project_id}/segments/create",
        f"{SETTINGS}/{project_id}/segments/get",
        f"/v1/projects/{PUSH_PROJECT}/segments/1742/publish",
    ]


def assert_refused(reply: Reply, status: HTTPStatus, code: int, word: str) -> None:
    envelope = reply.json()
    assert reply.status == status
    assert list(envelope) == ["code", "status", "message"]
    assert (envelope["code"], envelope["status"]) == (code, status.name)
    assert word in envelope["message"]


def test_a_project_is_created_and_read_back() -> None:
    with running() as client:
        reply = client.call(PROJECT_CREATE, PROJECT)
        assert reply.status == HTTPStatus.OK
        assert reply.headers["Content-Type"] == "application/json"
        assert list(reply.json()) == ["id"]
        project_id = reply.json()["id"]
        assert uuid.UUID(project_id).version == 4
        read = client.call(PROJECT_GET, {"id": project_id})
        assert read.status == HTTPStatus.OK
        assert read.json() == {"id": project_id, "app_id": 52210, "project": PUSH_PROJECT}


def test_segments_are_listed_in_the_order_of_creation() -> None:
    with running() as client:
        project_id = client.create_project()
        assert client.list_segments(project_id).json() == {"segments": []}
        first = client.create_segment(project_id, "0123", 168)
        second = client.create_segment(project_id, "1742", 24)
        assert uuid.UUID(first.json()["id"]).version == 4
        assert client.list_segments(project_id).json() == {
            "segments": [
                {"id": first.json()["id"], "segment": "0123", "period": 168, "is_enabled": True},
                {"id": second.json()["id"], "segment": "1742", "period": 24, "is_enabled": True},
            ]
        }


def test_repeated_creates_make_duplicates() -> None:
    with running() as client:
        projects = {client.create_project() for _ in range(3)}
        project_id = min(projects)
        segments = {client.create_segment(project_id).json()["id"] for _ in range(3)}
        assert len(projects) == len(segments) == 3
        assert len(client.list_segments(project_id).json()["segments"]) == 3


def test_a_message_is_published() -> None:
    message = {"data": {"a": "b"}, "notification": {"title": "Привет", "body": "\u2028"}}
    with running(clock=lambda: 1_795_000_000.5) as client:
        client.create_segment(client.create_project())
        reply = client.publish(message)
        assert reply.status == HTTPStatus.OK
        assert reply.json() == {"message": "payload has been successfully published to segment 1742"}
        assert client.console("GET", "published").json() == {
            "published": [
                {
                    "project": PUSH_PROJECT,
                    "segment": "1742",
                    "message": message,
                    "at": "2026-11-18T11:06:40.500Z",
                }
            ]
        }


def test_publish_finds_the_segment_in_any_export_project_of_the_push_project() -> None:
    with running() as client:
        client.create_project()
        client.create_segment(client.create_project(), "0123")
        assert client.publish({}, segment="0123").status == HTTPStatus.OK
        assert_refused(client.publish({}, segment="123"), HTTPStatus.NOT_FOUND, 2004, "segment")
        assert_refused(client.publish({}, project="other"), HTTPStatus.NOT_FOUND, 2004, "push project")
        assert len(client.console("GET", "published").json()["published"]) == 1


def test_path_parts_are_percent_decoded() -> None:
    with running() as client:
        client.create_segment(client.create_project(), "a/b c")
        assert client.publish({}, segment="a%2Fb%20c").json()["message"].endswith("segment a/b c")


@pytest.mark.parametrize(
    "authorization", ["", "Bearer", "Bearer ", TOKEN, f"Basic {TOKEN}", "Bearer a b", f"Bearer: {TOKEN}"]
)
def test_every_operation_refuses_what_is_no_bearer(authorization: str) -> None:
    with running() as client:
        for path in paths(client.create_project()):
            reply = client.call(path, "not even an object", authorization)
            assert reply.status == HTTPStatus.BAD_REQUEST
            assert reply.json() == INVALID_TOKEN


def test_a_missing_authorization_is_an_invalid_token() -> None:
    with running() as client:
        assert client.send("POST", PROJECT_GET, b"{}", {}).json() == INVALID_TOKEN


def test_with_tokens_others_are_refused_and_nothing_is_done() -> None:
    with running(tokens=("one", "two")) as client:
        for good in ("one", "two"):
            assert client.call(PROJECT_CREATE, PROJECT, f"Bearer {good}").status == HTTPStatus.OK
        assert client.call(PROJECT_CREATE, PROJECT, "Bearer three").json() == INVALID_TOKEN
        assert client.known_projects() == 2


def test_unknown_ids_are_not_found() -> None:
    with running() as client:
        for reply in (
            client.call(PROJECT_GET, {"id": NOBODY}),
            client.create_segment(NOBODY),
            client.list_segments(NOBODY),
        ):
            assert_refused(reply, HTTPStatus.NOT_FOUND, 2004, "export project")


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/export_settings/project/create/", "/_emulator", "/v2/x"])
def test_unknown_paths_are_not_found(path: str) -> None:
    with running() as client:
        assert_refused(client.call(path, {}), HTTPStatus.NOT_FOUND, 2004, "path")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_other_methods_are_refused(method: str) -> None:
    with running() as client:
        for path in paths(NOBODY):
            reply = client.send(method, path, None, {})
            assert_refused(reply, HTTPStatus.METHOD_NOT_ALLOWED, 2005, "POST")
            assert reply.headers["Allow"] == "POST"
        assert sum(client.counts().values()) == 0


def test_a_query_is_ignored() -> None:
    with running() as client:
        assert client.call(f"{PROJECT_CREATE}?a=b", PROJECT).status == HTTPStatus.OK


@pytest.mark.parametrize("field", ["project", "api_user_id", "secret_key"])
@pytest.mark.parametrize("value", ["", 40412, None, True, ["a"], {"a": "b"}, "\ud800"])
def test_a_project_needs_its_texts(field: str, value: object) -> None:
    with running() as client:
        reply = client.call(PROJECT_CREATE, {**PROJECT, field: value})
        assert_refused(reply, HTTPStatus.BAD_REQUEST, 2001, field)
        missing = {name: text for name, text in PROJECT.items() if name != field}
        assert_refused(client.call(PROJECT_CREATE, missing), HTTPStatus.BAD_REQUEST, 2001, field)
        assert client.known_projects() == 0


@pytest.mark.parametrize("value", ["52210", 52210.0, True, None, 2**63, -(2**63) - 1])
def test_an_app_id_is_a_whole_number(value: object) -> None:
    with running() as client:
        reply = client.call(PROJECT_CREATE, {**PROJECT, "app_id": value})
        assert_refused(reply, HTTPStatus.BAD_REQUEST, 2001, "app_id")


@pytest.mark.parametrize("value", [0, -1, "24", 24.0, True, None, 2**63])
def test_a_period_is_a_positive_whole_number(value: object) -> None:
    with running() as client:
        project_id = client.create_project()
        path = f"{SETTINGS}/{project_id}/segments/create"
        reply = client.call(path, {"period": value, "segment": "1742"})
        assert_refused(reply, HTTPStatus.BAD_REQUEST, 2001, "period")
        assert_refused(client.call(path, {"segment": "1742"}), HTTPStatus.BAD_REQUEST, 2001, "period")
        assert client.known_segments() == []


@pytest.mark.parametrize("value", ["", 1742, None])
def test_a_segment_is_a_text(value: object) -> None:
    with running() as client:
        path = f"{SETTINGS}/{client.create_project()}/segments/create"
        reply = client.call(path, {"period": 24, "segment": value})
        assert_refused(reply, HTTPStatus.BAD_REQUEST, 2001, "segment")


@pytest.mark.parametrize("message", [None, "hello", ["hello"], 1])
def test_a_message_is_an_object(message: object) -> None:
    with running() as client:
        client.create_segment(client.create_project())
        assert_refused(client.publish(message), HTTPStatus.BAD_REQUEST, 2001, "message")


@pytest.mark.parametrize("data", [{"a": 1}, {"a": "b", "c": None}, {"a": {}}, ["a"], "a", None])
def test_message_data_are_texts(data: object) -> None:
    with running() as client:
        client.create_segment(client.create_project())
        assert_refused(client.publish({"data": data}), HTTPStatus.BAD_REQUEST, 2001, "data")


@pytest.mark.parametrize("value", [1, None, ["a"], {}])
@pytest.mark.parametrize("name", ["title", "body", "image", "icon", "color", "channel_id", "click_action"])
def test_what_a_message_shows_are_texts(name: str, value: object) -> None:
    with running() as client:
        client.create_segment(client.create_project())
        reply = client.publish({"android": {"notification": {name: value}}})
        assert_refused(reply, HTTPStatus.BAD_REQUEST, 2001, f"{name} must be a text")


@pytest.mark.parametrize("value", [2, -1, True, "1", None, 1.0])
def test_the_type_of_a_click_action_is_0_or_1(value: object) -> None:
    with running() as client:
        client.create_segment(client.create_project())
        reply = client.publish({"android": {"notification": {"click_action_type": value}}})
        assert_refused(reply, HTTPStatus.BAD_REQUEST, 2001, "click_action_type")


@pytest.mark.parametrize("part", ["notification", "android"])
def test_the_parts_of_a_message_are_objects(part: str) -> None:
    with running() as client:
        client.create_segment(client.create_project())
        assert_refused(client.publish({part: "hello"}), HTTPStatus.BAD_REQUEST, 2001, f"{part} must be")


def test_an_unknown_field_of_a_message_means_nothing() -> None:
    with running() as client:
        client.create_segment(client.create_project())
        assert client.publish({"validate_only": True}).status == HTTPStatus.OK


def test_a_publish_body_has_at_most_4096_bytes() -> None:
    frame = len('{"message": {"data": {"a": ""}}}')
    with running() as client:
        client.create_segment(client.create_project())
        assert client.publish({"data": {"a": "x" * (4096 - frame)}}).status == HTTPStatus.OK
        reply = client.publish({"data": {"a": "x" * (4097 - frame)}})
        assert_refused(reply, HTTPStatus.BAD_REQUEST, 2001, "4096")


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[]", b'"a"', b"null", b"\xff", b'{"id": NaN}', b"[" * 100_000, b"1" * 5000, b"\0"]
)
def test_a_body_is_one_json_object(body: bytes) -> None:
    with running() as client:
        reply = client.send("POST", PROJECT_GET, body, {"Authorization": f"Bearer {TOKEN}"})
        assert_refused(reply, HTTPStatus.BAD_REQUEST, 2001, "body")


def test_a_refusal_quotes_no_value() -> None:
    with running() as client:
        reply = client.call(PROJECT_CREATE, {**PROJECT, "secret_key": ["hush-hush"]}, "Bearer sesame")
        assert b"hush-hush" not in reply.body
        assert b"sesame" not in reply.body


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = st.sampled_from([*PROJECT, "id", "period", "segment", "message"])


@pytest.fixture(scope="module")
def shared_client() -> Iterator[Client]:
    with running() as client:
        yield client


@settings(max_examples=60, deadline=None)
@given(changes=st.dictionaries(FIELDS, JSON))
def test_every_body_gets_an_answer(shared_client: Client, changes: dict[str, object]) -> None:
    for path in paths(NOBODY):
        reply = shared_client.call(path, {**PROJECT, **changes})
        assert reply.status in (HTTPStatus.OK, HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND)
        assert isinstance(reply.json(), dict)


def test_latency_holds_every_answer_of_the_api_but_none_of_the_console() -> None:
    waits: list[float] = []
    with running(latency_ms=250, sleep=waits.append) as client:
        client.create_project()
        client.call(PROJECT_GET, {}, "")
        client.call("/nowhere")
        client.console("GET", "data")
        client.console("GET", "nowhere")
    assert waits == [0.25, 0.25, 0.25]


def test_without_latency_nothing_waits() -> None:
    waits: list[float] = []
    with running(sleep=waits.append) as client:
        client.create_project()
    assert waits == []

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segsync.rustore import wire
from segsync.rustore.wire import Envelope, Misshapen
from tests.support.models import ID, OTHER_ID, live_project, live_segment

PROJECT = {"id": ID, "project": "Zq3vX0c8", "app_id": 52210}
SEGMENT = {"id": "e-1", "segment": "1742", "period": 24, "is_enabled": True}
NOT_OBJECTS: tuple[Any, ...] = (None, True, 7, "text", [], [{"id": ID}])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
READERS: tuple[Callable[[Any], object], ...] = (
    wire.created_project,
    wire.created_segment,
    wire.project,
    wire.segments,
)
# Keys that the API uses, so that documents come close to the documented ones.
NEARLY = st.dictionaries(
    st.sampled_from(["id", "export_project_id", "export_segment_id", "project", "app_id", "segments"]), JSON, max_size=4
)


@pytest.mark.parametrize("name", ["id", "export_project_id"])
def test_a_project_id_has_either_name(name: str) -> None:
    assert wire.created_project({name: ID, "more": 1}) == ID


@pytest.mark.parametrize("name", ["id", "export_segment_id"])
def test_a_segment_id_has_either_name(name: str) -> None:
    assert wire.created_segment({name: "any text", "more": 1}) == "any text"


def test_both_names_may_give_one_id() -> None:
    assert wire.created_project({"id": ID, "export_project_id": ID}) == ID
    assert wire.created_segment({"id": "e-1", "export_segment_id": "e-1"}) == "e-1"


@pytest.mark.parametrize("other", [None, "", 5, ["e-1"]])
def test_a_name_without_a_text_does_not_count(other: object) -> None:
    assert wire.created_segment({"id": other, "export_segment_id": "e-1"}) == "e-1"


def test_two_different_ids_are_none() -> None:
    with pytest.raises(Misshapen, match=r"^the answer has two different ids$"):
        wire.created_project({"id": ID, "export_project_id": OTHER_ID})
    with pytest.raises(Misshapen, match=r"^the answer has two different ids$"):
        wire.created_segment({"id": "e-1", "export_segment_id": "e-2"})


@pytest.mark.parametrize("found", [{}, {"id": None}, {"id": ""}, {"id": 5}, {"id": [ID]}, {"Id": ID}, {"result": "ok"}])
def test_an_answer_without_an_id_is_none_of_the_documented_ones(found: object) -> None:
    for read in (wire.created_project, wire.created_segment):
        with pytest.raises(Misshapen, match=r"^the answer has no id$"):
            read(found)


def test_each_create_has_its_own_second_name() -> None:
    with pytest.raises(Misshapen, match="no id"):
        wire.created_project({"export_segment_id": ID})
    with pytest.raises(Misshapen, match="no id"):
        wire.created_segment({"export_project_id": ID})


@pytest.mark.parametrize("found", ["7", ID[:-1], f"{ID}0", f" {ID}", f"{ID}\n", ID.replace("-", "")])
def test_the_id_of_a_project_is_a_uuid(found: str) -> None:
    with pytest.raises(Misshapen, match=r"^the id in the answer is not a UUID: "):
        wire.created_project({"id": found})


def test_uuids_are_read_in_lower_case() -> None:
    assert wire.created_project({"id": ID.upper()}) == ID
    assert wire.project({**PROJECT, "id": ID.upper()}) == live_project()


@pytest.mark.parametrize("found", NOT_OBJECTS)
@pytest.mark.parametrize("read", READERS)
def test_an_answer_is_an_object(read: Callable[[Any], object], found: object) -> None:
    with pytest.raises(Misshapen, match=r"^the answer is not the documented JSON object$"):
        read(found)


def test_a_project_is_read() -> None:
    assert wire.project({**PROJECT, "more": 1}) == live_project()


@pytest.mark.parametrize("key", ["id", "project"])
@pytest.mark.parametrize("value", [None, "", 52210, True, ["text"]])
def test_the_texts_of_a_project_are_texts(key: str, value: object) -> None:
    with pytest.raises(Misshapen, match=f"^the answer has no text `{key}`$"):
        wire.project({**PROJECT, key: value})


@pytest.mark.parametrize("value", [None, "52210", True, 52210.0, [52210]])
def test_the_app_id_is_a_whole_number(value: object) -> None:
    with pytest.raises(Misshapen, match=r"^the answer has no whole number `app_id`$"):
        wire.project({**PROJECT, "app_id": value})


def test_segments_are_read_in_their_order() -> None:
    second = {**SEGMENT, "id": "e-2", "segment": "0123", "period": 168, "is_enabled": False}
    assert wire.segments({"segments": [SEGMENT, second]}) == (
        live_segment(),
        live_segment("e-2", "0123", 168, is_enabled=False),
    )
    assert wire.segments({"segments": []}) == ()


@pytest.mark.parametrize("found", [{}, {"segments": None}, {"segments": {}}, {"segments": "none"}])
def test_an_answer_without_a_list_is_not_an_empty_list(found: object) -> None:
    with pytest.raises(Misshapen, match=r"^the answer has no list `segments`$"):
        wire.segments(found)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": 1}, "the answer has no text `id`"),
        ({"segment": 1742}, "the answer has no text `segment`"),
        ({"period": "24"}, "the answer has no whole number `period`"),
        ({"period": 24.0}, "the answer has no whole number `period`"),
        ({"period": True}, "the answer has no whole number `period`"),
        ({"is_enabled": None}, "a segment in the answer has no true or false `is_enabled`"),
        ({"is_enabled": 1}, "a segment in the answer has no true or false `is_enabled`"),
    ],
)
def test_one_broken_segment_breaks_the_list(change: dict[str, object], message: str) -> None:
    with pytest.raises(Misshapen) as raised:
        wire.segments({"segments": [SEGMENT, {**SEGMENT, **change}]})
    assert str(raised.value) == message


@pytest.mark.parametrize(
    "document",
    [
        {"code": 2000, "status": "BAD_REQUEST", "message": "Invalid S2S token"},
        {"error": {"code": 2000, "status": "BAD_REQUEST", "message": "Invalid S2S token"}},
    ],
)
def test_an_error_is_flat_or_nested(document: object) -> None:
    assert wire.envelope(json.dumps(document).encode()) == Envelope(2000, "BAD_REQUEST", "Invalid S2S token")


def test_an_error_may_lack_its_status_or_its_message() -> None:
    assert wire.envelope(b'{"code": 5, "message": "no"}') == Envelope(5, None, "no")
    assert wire.envelope(b'{"code": 5, "status": "NO", "message": null}') == Envelope(5, "NO", None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>502</html>",
        b"null",
        b"7",
        b"[]",
        b'[{"code": 5, "message": "no"}]',
        b"{}",
        b'{"code": 5}',
        b'{"code": 5, "message": 6}',
        b'{"message": "no"}',
        b'{"code": "5", "message": "no"}',
        b'{"code": true, "message": "no"}',
        b'{"code": 5.0, "message": "no"}',
        b'{"error": "no"}',
        b'{"error": {"error": {"code": 5, "message": "no"}}}',
        b'{"code": 5, "message": "no"',
        b"\xff\xfe\xfd",
        b"[" * 100_000,
        b'{"a":' * 100_000,
    ],
    ids=lambda body: body[:30].decode("latin-1"),
)
def test_everything_else_is_no_error_of_the_api(body: bytes) -> None:
    assert wire.envelope(body) is None


def test_a_body_keeps_texts_as_they_are() -> None:
    assert json.loads(wire.body(segment="0123", period=24, name="ж")) == {"segment": "0123", "period": 24, "name": "ж"}


@given(st.binary() | JSON.map(json.dumps).map(str.encode))
def test_no_body_is_too_odd_to_look_for_an_error_in(body: bytes) -> None:
    found = wire.envelope(body)
    assert found is None or type(found.code) is int


@given(JSON | NEARLY)
def test_no_answer_is_too_odd_to_be_judged(found: object) -> None:
    for read in READERS:
        with suppress(Misshapen):
            assert read(found) is not None


def test_an_export_that_is_listed_twice_is_one() -> None:
    export = {"id": "e-1", "segment": "1742", "period": 24, "is_enabled": True}
    assert wire.segments({"segments": [export, dict(export)]}) == wire.segments({"segments": [export]})
    with pytest.raises(Misshapen, match="in two ways"):
        wire.segments({"segments": [export, {**export, "period": 48}]})

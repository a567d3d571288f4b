"""A state as a document: what is written is read again, and nothing else is taken for a state."""

import json
import sys
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segsync.core.state import Binding, PendingProject, PendingSegment, Published, State
from segsync.errors import StateError
from segsync.state.store import decode, encode
from tests.support.models import AT, ID, LINEAGE, OTHER_ID

BINDING = {"export_project_id": ID, "project": "Zq3vX0c8", "app_id": 52210, "created_at": AT, "by": "ann@laptop"}
IN_DOUBT = {"project": "Qw8", "app_id": 8812, "attempt": OTHER_ID, "since": AT, "by": "ann@laptop"}
SEGMENT = {"export_project_id": ID, "segment": "1742", "attempt": OTHER_ID, "since": AT, "by": "ann@laptop"}
SENT = {"project": "Zq3vX0c8", "segment": "1742", "digest": "sha256:" + "0" * 64, "at": AT, "outcome": "sent"}
DOCUMENT: dict[str, Any] = {
    "segsync_state": 1,
    "lineage": LINEAGE,
    "serial": 7,
    "projects": {"shop": BINDING},
    "pending": {"shop-ios": IN_DOUBT, "shop/payers": SEGMENT, "shop/churned": {**SEGMENT, "id": "e-1"}},
    "published": {"any key: 1 ж": SENT},
}

NAMES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,8}", fullmatch=True)
TIMES = st.datetimes().map(lambda moment: f"{moment:%H:%M:%SZ}").map(lambda clock: f"2026-11-23T{clock}")
TEXTS, NUMBERS, UUIDS = st.text(max_size=20), st.integers(1, 10**12), st.uuids().map(str)
STATES = st.builds(
    State,
    lineage=UUIDS,
    serial=st.integers(0, 10**9),
    projects=st.dictionaries(NAMES, st.builds(Binding, UUIDS, TEXTS, NUMBERS, TIMES, TEXTS), max_size=3),
    pending=st.dictionaries(NAMES, st.builds(PendingProject, TEXTS, NUMBERS, UUIDS, TIMES, TEXTS), max_size=3)
    | st.dictionaries(
        st.tuples(NAMES, NAMES).map("/".join),
        st.builds(PendingSegment, UUIDS, TEXTS, UUIDS, TIMES, TEXTS, st.none() | TEXTS),
        max_size=3,
    ),
    published=st.dictionaries(
        TEXTS,
        st.builds(Published, TEXTS, TEXTS, st.just("sha256:" + "a" * 64), TIMES, st.sampled_from(["sent", "unknown"])),
        max_size=3,
    ),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
PLACES = st.sampled_from(
    [
        *((key,) for key in DOCUMENT),
        *(("projects", "shop", key) for key in BINDING),
        *(("pending", "shop-ios", key) for key in IN_DOUBT),
        *(("pending", "shop/churned", key) for key in [*SEGMENT, "id"]),
        *(("published", "any key: 1 ж", key) for key in SENT),
        *((key, "more") for key in ("projects", "pending", "published")),
    ]
)


def changed(place: tuple[str, ...], value: object) -> dict[str, Any]:
    """The document with `value` at `place`."""
    document: dict[str, Any] = json.loads(json.dumps(DOCUMENT))
    *outer, key = place
    target = document
    for part in outer:
        target = target[part]
    target[key] = value
    return document


def refusal(data: object) -> StateError:
    with pytest.raises(StateError) as refused:
        decode(data if isinstance(data, bytes) else json.dumps(data).encode(), "state.json")
    return refused.value


def test_the_document_is_a_state() -> None:
    state = decode(json.dumps(DOCUMENT).encode(), "state.json")
    assert state == State(
        lineage=LINEAGE,
        serial=7,
        projects={"shop": Binding(ID, "Zq3vX0c8", 52210, AT, "ann@laptop")},
        pending={
            "shop-ios": PendingProject("Qw8", 8812, OTHER_ID, AT, "ann@laptop"),
            "shop/payers": PendingSegment(ID, "1742", OTHER_ID, AT, "ann@laptop"),
            "shop/churned": PendingSegment(ID, "1742", OTHER_ID, AT, "ann@laptop", "e-1"),
        },
        published={"any key: 1 ж": Published("Zq3vX0c8", "1742", "sha256:" + "0" * 64, AT, "sent")},
    )
    assert json.loads(encode(state)) == DOCUMENT


@given(STATES)
def test_what_is_written_is_read_again(state: State) -> None:
    assert decode(encode(state), "state.json") == state


@pytest.mark.parametrize("data", [b"", b"{", b"\xff", b'{"segsync_state": 1}}', b"[" * 100_000, b"9" * 10_000])
def test_what_is_not_json_is_broken(data: bytes) -> None:
    error = refusal(data)
    assert error.message == "state.json: the state is broken: it is not JSON"
    assert error.hint == "Restore it from a backup: it holds ids that RuStore cannot list."


@pytest.mark.parametrize("document", [None, 7, "segsync_state", [], ["segsync_state"], {}, {"version": 4, "serial": 1}])
def test_what_does_not_say_that_it_is_one_is_no_state(document: object) -> None:
    assert refusal(document).message == "state.json: this is not a segsync state"


@pytest.mark.parametrize("version", [2, 10**30])
def test_a_newer_format_asks_for_a_newer_segsync(version: int) -> None:
    error = refusal({"segsync_state": version, "whatever": "it holds"})
    assert error.message == f"state.json: the state has format {version}, which is newer than this segsync"
    assert error.hint == "Update segsync."


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("segsync_state",), 0, "/segsync_state (const)"),
        (("segsync_state",), "2", "/segsync_state (const)"),
        (("segsync_state",), True, "/segsync_state (const)"),
        (("lineage",), "not-a-uuid", "/lineage (pattern)"),
        (("lineage",), f"{LINEAGE}\n", "/lineage (pattern)"),
        (("serial",), "7", "/serial (type)"),
        (("serial",), 7.0, "/serial (type)"),
        (("serial",), True, "/serial (type)"),
        (("serial",), -1, "/serial (minimum)"),
        (("more",), 1, "/ (additionalProperties)"),
        (("projects",), [], "/projects (type)"),
        (("projects", "shop", "app_id"), 0, "/projects/shop/app_id (minimum)"),
        (("projects", "shop", "secret_key"), "s3cret", "/projects/shop (additionalProperties)"),
        (("projects", "-shop"), BINDING, "/projects (pattern)"),
        (("pending", "shop-ios", "since"), "yesterday", "/pending/shop-ios/since (pattern)"),
        (("pending", "shop/new"), IN_DOUBT, "/pending/shop~1new (additionalProperties)"),
        (("pending", "a/b/c"), SEGMENT, "/pending (additionalProperties)"),
        (("published", "any key: 1 ж", "outcome"), "maybe", "/published/any key: 1 ж/outcome (enum)"),
    ],
)
def test_a_broken_state_is_told_by_its_first_broken_place(place: tuple[str, ...], value: object, told: str) -> None:
    assert refusal(changed(place, value)).message == f"state.json: the state is broken at {told}"


@pytest.mark.parametrize("key", DOCUMENT)
def test_every_part_of_a_state_is_needed(key: str) -> None:
    refusal({name: value for name, value in DOCUMENT.items() if name != key})


@pytest.mark.parametrize(
    ("place", "value"),
    [(("pending", "shop-ios\n"), IN_DOUBT), (("pending", "shop/payers\n"), SEGMENT)],
    ids=["project", "segment"],
)
def test_an_address_ends_where_it_ends(place: tuple[str, ...], value: object) -> None:
    refusal(changed(place, value))


def test_no_depth_of_nesting_is_too_much_to_be_told() -> None:
    for depth in range(sys.getrecursionlimit() - 200, sys.getrecursionlimit()):
        data = json.dumps(DOCUMENT).replace('"serial": 7', f'"serial": {"[" * depth}{"]" * depth}').encode()
        refusal(data)


@given(JSON)
def test_any_other_document_is_told_to_be_no_state(document: object) -> None:
    refusal(document)


@given(PLACES, JSON)
def test_a_document_with_one_odd_value_is_a_state_or_told_to_be_broken(place: tuple[str, ...], value: object) -> None:
    with suppress(StateError):
        assert decode(json.dumps(changed(place, value)).encode(), "state.json").serial >= 0


@given(st.binary())
def test_bytes_that_are_anything_are_told_to_be_no_state(data: bytes) -> None:
    refusal(data)

"""State, result and diagnostics as JSON documents. Plans have a file of their own."""

import json

from hypothesis import given

from segsync.core.codec import decode_state, encode_diagnostics, encode_result, encode_state
from segsync.core.model import Diagnostic
from segsync.core.plan import Ending, Outcome, Remaining, Result, Tally
from segsync.core.state import Published, State
from segsync.plumbing.schemas import breaches
from tests.core.plans import ATTEMPT, BROKEN, BY, binding, pending_project, pending_segment
from tests.core.strategies import property_test, states
from tests.support.models import AT, ID, LINEAGE

DIGEST = "sha256:" + "0" * 64

STATE = State(
    LINEAGE,
    7,
    projects={"shop": binding()},
    pending={
        "news": pending_project(app_id=8812),
        "shop/payers": pending_segment("1742"),
        "shop/churned": pending_segment("1743", "e-3"),
    },
    published={"black-friday": Published("Zq3vX0c8", "1742", DIGEST, AT, "unknown")},
)
STATE_DOCUMENT = {
    "segsync_state": 1,
    "lineage": LINEAGE,
    "serial": 7,
    "projects": {"shop": {"export_project_id": ID, "project": "Zq3vX0c8", "app_id": 52210, "created_at": AT, "by": BY}},
    "pending": {
        "news": {"project": "Zq3vX0c8", "app_id": 8812, "attempt": ATTEMPT, "since": AT, "by": BY},
        "shop/payers": {"export_project_id": ID, "segment": "1742", "attempt": ATTEMPT, "since": AT, "by": BY},
        "shop/churned": {
            "export_project_id": ID,
            "segment": "1743",
            "attempt": ATTEMPT,
            "since": AT,
            "by": BY,
            "id": "e-3",
        },
    },
    "published": {
        "black-friday": {"project": "Zq3vX0c8", "segment": "1742", "digest": DIGEST, "at": AT, "outcome": "unknown"}
    },
}


def test_a_state_is_one_document() -> None:
    assert encode_state(STATE) == STATE_DOCUMENT
    assert list(breaches("state", STATE_DOCUMENT)) == []


def test_a_state_is_read_back_from_its_document() -> None:
    assert decode_state(STATE_DOCUMENT) == STATE


def test_uuids_of_a_state_are_read_in_lower_case_for_they_are_compared_as_text() -> None:
    shouted = json.loads(json.dumps(STATE_DOCUMENT).replace(ID, ID.upper()).replace(LINEAGE, LINEAGE.upper()))
    assert list(breaches("state", shouted)) == []
    assert decode_state(shouted) == STATE


def test_a_new_state_is_empty_and_says_so() -> None:
    assert encode_state(State(LINEAGE)) == {
        "segsync_state": 1,
        "lineage": LINEAGE,
        "serial": 0,
        "projects": {},
        "pending": {},
        "published": {},
    }


@property_test
@given(states)
def test_every_state_survives_being_written_and_read_and_satisfies_its_schema(state: State) -> None:
    written = json.loads(json.dumps(encode_state(state)))
    assert list(breaches("state", written)) == []
    assert decode_state(written) == state
    assert encode_state(decode_state(written)) == written


def test_a_result_tells_how_every_create_ended() -> None:
    result = Result(
        summary=Tally(created=1, unknown=1),
        remaining=Remaining(drift=1),
        converged=False,
        exit_code=3,
        outcomes=(
            Outcome("shop", "project", Ending.CREATED, ID),
            Outcome("shop/payers", "segment", Ending.UNKNOWN, error=BROKEN),
        ),
    )
    written = encode_result(result)
    assert list(breaches("result", written)) == []
    assert written == {
        "format": "segsync-result",
        "version": 1,
        "summary": {"created": 1, "adopted": 0, "failed": 0, "unknown": 1, "skipped": 0},
        "remaining": {"drift": 1, "blocked": 0, "unmanaged": 0},
        "converged": False,
        "exit_code": 3,
        "outcomes": [
            {"address": "shop", "kind": "project", "outcome": "created", "id": ID, "error": None},
            {
                "address": "shop/payers",
                "kind": "segment",
                "outcome": "unknown",
                "id": None,
                "error": {"kind": "unknown", "http": None, "code": None, "status": None, "message": "timed out"},
            },
        ],
    }


def test_a_result_of_nothing_is_full_of_zeros() -> None:
    written = encode_result(Result(Tally(), Remaining(), converged=True, exit_code=0, outcomes=()))
    assert set(written["summary"].values()) == {0}
    assert written["remaining"] == {"drift": 0, "blocked": 0, "unmanaged": 0}


def test_diagnostics_come_in_order_with_an_empty_hint_where_there_is_none() -> None:
    found = [
        Diagnostic("error", "segsync.yaml", 3, 5, "/projects/shop", "no app_id", "add it"),
        Diagnostic("warning", "segsync.yaml", 1, 1, "", "no projects"),
    ]
    written = encode_diagnostics(iter(found))
    assert list(breaches("diagnostics", written)) == []
    assert written == {
        "format": "segsync-diagnostics",
        "version": 1,
        "diagnostics": [
            {
                "severity": "error",
                "file": "segsync.yaml",
                "line": 3,
                "column": 5,
                "pointer": "/projects/shop",
                "message": "no app_id",
                "hint": "add it",
            },
            {
                "severity": "warning",
                "file": "segsync.yaml",
                "line": 1,
                "column": 1,
                "pointer": "",
                "message": "no projects",
                "hint": "",
            },
        ],
    }

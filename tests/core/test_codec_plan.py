"""A plan as a JSON document."""

import json
from dataclasses import replace
from typing import Any

import pytest

from segsync.core.codec import encode_plan
from segsync.core.model import Failure, FailureKind, SecretRef
from segsync.core.plan import Action, Base, Change, FieldChange, Plan, Reason, Summary
from segsync.core.state import StateRef
from segsync.plumbing.schemas import breaches
from tests.core.plans import BROKEN
from tests.support.models import AT, ID, LINEAGE, live_project, live_segment, project, segment

DIGEST = "sha256:" + "0" * 64
BASE = Base("http://127.0.0.1:8089", ("shop*", "news"), DIGEST, StateRef(LINEAGE, 7), DIGEST)


def document(*changes: Change) -> dict[str, Any]:
    """A plan of these changes, as it comes back from a file; it must satisfy its schema."""
    written: dict[str, Any] = json.loads(json.dumps(encode_plan(Plan(AT, "0.1.0", True, BASE, Summary(), changes))))
    assert list(breaches("plan", written)) == []
    return written


def only(change: Change) -> dict[str, Any]:
    (written,) = document(change)["changes"]
    assert isinstance(written, dict)
    return written


def test_a_plan_says_what_it_is_and_what_it_was_made_from() -> None:
    plan = Plan(AT, "0.1.0", False, BASE, Summary(create=3, drift=1, unmanaged=1, unchanged=40), ())
    written = encode_plan(plan)
    assert list(breaches("plan", written)) == []
    assert written == {
        "format": "segsync-plan",
        "version": 1,
        "segsync": "0.1.0",
        "created_at": AT,
        "complete": False,
        "base": {
            "api_url": "http://127.0.0.1:8089",
            "projects": ["shop*", "news"],
            "manifest": DIGEST,
            "state": {"lineage": LINEAGE, "serial": 7},
            "live": DIGEST,
        },
        "summary": {"create": 3, "drift": 1, "unmanaged": 1, "blocked": 0, "unchanged": 40},
        "changes": [],
    }


def test_a_plan_without_a_state_has_none() -> None:
    written = encode_plan(Plan(AT, "0.1.0", True, Base("u", ("*",), DIGEST, None, DIGEST), Summary(), ()))
    assert written["base"]["state"] is None
    assert list(breaches("plan", written)) == []


def test_a_change_of_a_segment_tells_both_sides() -> None:
    wanted = segment("churned", "1743", 12, ignore="is_enabled")
    change = Change(
        address="shop/churned",
        kind="segment",
        action=Action.DRIFT,
        reason=Reason.PERIOD,
        desired=wanted,
        live=live_segment("e-1", "1743", 24, is_enabled=False),
        fields=(FieldChange("period", 12, 24),),
        ignored=("is_enabled",),
        origin=wanted.origin,
    )
    assert only(change) == {
        "address": "shop/churned",
        "kind": "segment",
        "action": "drift",
        "reason": "period",
        "desired": {"segment": "1743", "period": 12, "is_enabled": True},
        "live": {"id": "e-1", "segment": "1743", "period": 24, "is_enabled": False},
        "fields": [{"path": "period", "desired": 12, "live": 24}],
        "ignored": ["is_enabled"],
        "error": None,
        "origin": {"file": "segsync.yaml", "line": 8, "column": 7},
    }


def test_a_change_of_a_project_shows_which_secret_goes_where_and_no_segments() -> None:
    change = Change(
        "shop", "project", Action.UNCHANGED, desired=project("shop", segment(), pin=ID), live=live_project()
    )
    written = only(change)
    assert written["reason"] is None
    assert written["live"] == {"id": ID, "project": "Zq3vX0c8", "app_id": 52210}
    assert written["desired"] == {
        "project": "Zq3vX0c8",
        "app_id": 52210,
        "api_user_id": "40412",
        "export_project_id": ID,
        "service_token": {"env": "TOKEN"},
        "secret_key": {"env": "KEY"},
    }


def test_a_project_that_needs_no_secret_key_has_none() -> None:
    wanted = replace(project(), api_user_id=None, secret_key=None, service_token=SecretRef("file", "/run/token"))
    desired = only(Change("shop", "project", Action.CREATE, Reason.MISSING, desired=wanted))["desired"]
    assert (desired["api_user_id"], desired["secret_key"]) == (None, None)
    assert desired["service_token"] == {"file": "/run/token"}


def test_duplicates_stand_with_the_live_export_and_only_where_there_are_any() -> None:
    change = Change("shop/?1742", "segment", Action.UNMANAGED, live=live_segment(), duplicates=("e-2", "e-3"))
    assert only(change)["live"] == {
        "id": "e-1",
        "segment": "1742",
        "period": 24,
        "is_enabled": True,
        "duplicates": ["e-2", "e-3"],
    }
    assert "duplicates" not in only(replace(change, duplicates=()))["live"]


def test_what_is_neither_wanted_nor_read_is_null() -> None:
    written = only(Change("old", "project", Action.UNMANAGED, Reason.NOT_IN_MANIFEST))
    assert [key for key, value in written.items() if value is None] == ["desired", "live", "error", "origin"]
    assert (written["fields"], written["ignored"]) == ([], [])


@pytest.mark.parametrize("reason", Reason)
@pytest.mark.parametrize("action", Action)
def test_every_action_and_reason_has_its_word_in_the_schema(action: Action, reason: Reason) -> None:
    written = only(Change("shop", "project", action, reason))
    assert (written["action"], written["reason"]) == (action.value, reason.value)


@pytest.mark.parametrize(
    ("failure", "written"),
    [
        (
            Failure(FailureKind.REFUSED, "bad period", 400, 2000, "INVALID_ARGUMENT", enveloped=True),
            {"kind": "refused", "http": 400, "code": 2000, "status": "INVALID_ARGUMENT", "message": "bad period"},
        ),
        (
            Failure(FailureKind.NOT_SENT, "no connection"),
            {"kind": "not-sent", "http": None, "code": None, "status": None, "message": "no connection"},
        ),
        (BROKEN, {"kind": "unknown", "http": None, "code": None, "status": None, "message": "timed out"}),
    ],
    ids=["refused", "not-sent", "unknown"],
)
def test_an_error_is_told_in_the_api_s_own_words(failure: Failure, written: dict[str, object]) -> None:
    change = Change("shop", "project", Action.BLOCKED, Reason.UNREADABLE, error=failure)
    assert only(change)["error"] == written

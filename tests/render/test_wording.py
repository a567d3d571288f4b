import re
from dataclasses import replace

import pytest

from segsync.core.model import Failure, FailureKind
from segsync.core.plan import Action, Change, Ending, FieldChange, Kind, Outcome, Reason, Summary, Tally
from segsync.render.advice import advice, advice_on
from segsync.render.spans import plain
from segsync.render.wording import apply_line, name, plan_line, told, told_outcome
from tests.render.changes import of_project, of_segment, state_only, unmanaged
from tests.support.models import ID, OTHER_ID, live_project, live_segment, project, segment

REFUSED = Failure(FailureKind.REFUSED, "no such thing", 404, 2004, "NOT_FOUND")
PERIOD = FieldChange("period", 12, 24)
ENABLED = FieldChange("is_enabled", True, False)


def drift(reason: Reason, *fields: FieldChange, duplicates: tuple[str, ...] = ()) -> Change:
    return of_segment(
        "shop", segment(), Action.DRIFT, reason, live=live_segment(), fields=fields, duplicates=duplicates
    )


def blocked(reason: Reason, *fields: FieldChange, error: Failure | None = None, pin: str | None = None) -> Change:
    return of_project(project(pin=pin), Action.BLOCKED, reason, fields=fields, error=error)


ACCEPT_PERIOD = "to accept it, write `period: 24` here, or `ignore: [period]`"
IN_DOUBT = "`segsync state show` tells how to settle it"

# What stands in the line, and what a person can do.
TOLD: dict[str, tuple[Change, str, str]] = {
    "create a project": (
        of_project(project(), Action.CREATE, Reason.MISSING),
        "create: push project Zq3vX0c8, myTracker app 52210",
        "",
    ),
    "create a segment": (
        of_segment("shop", segment(segment="0123", period=168), Action.CREATE, Reason.MISSING),
        "create: myTracker segment 0123, every 168 h",
        "",
    ),
    "unchanged": (of_segment("shop", segment(), Action.UNCHANGED, live=live_segment()), "", ""),
    "period": (drift(Reason.PERIOD, PERIOD), "cannot change: period is 24 at RuStore, 12 here", ACCEPT_PERIOD),
    "is_enabled": (
        drift(Reason.IS_ENABLED, ENABLED),
        "cannot change: is_enabled is false at RuStore, true here",
        "to accept it, write `is_enabled: false` here, or `ignore: [is_enabled]`",
    ),
    "two fields": (
        drift(Reason.PERIOD, PERIOD, ENABLED),
        "cannot change: period is 24 at RuStore, 12 here; is_enabled is false at RuStore, true here",
        "to accept it, write `period: 24` and `is_enabled: false` here, or `ignore: [period, is_enabled]`",
    ),
    "duplicate": (
        drift(Reason.DUPLICATE, duplicates=("e-2", "e-3")),
        "cannot change: 3 live exports of myTracker segment 1742: e-1, e-2, e-3",
        "to accept it, write `ignore: [duplicate]` here",
    ),
    "duplicate that differs": (
        drift(Reason.DUPLICATE, PERIOD, duplicates=("e-2",)),
        "cannot change: 2 live exports of myTracker segment 1742: e-1, e-2; period is 24 at RuStore, 12 here",
        "to accept it, write `ignore: [duplicate, period]` here",
    ),
    "differs, duplicate ignored": (
        replace(drift(Reason.PERIOD, PERIOD, duplicates=("e-2",)), ignored=("duplicate",)),
        "cannot change: period is 24 at RuStore, 12 here",
        "to accept it, write `period: 24` here, or `ignore: [duplicate, period]`",
    ),
    "project and app_id": (
        of_project(
            project(),
            Action.DRIFT,
            Reason.PROJECT,
            live=live_project(project="Qw8", app_id=1),
            fields=[FieldChange("project", "Zq3vX0c8", "Qw8"), FieldChange("app_id", 52210, 1)],
        ),
        "cannot change: project is Qw8 at RuStore, Zq3vX0c8 here; app_id is 1 at RuStore, 52210 here",
        "to accept it, write `project: Qw8` and `app_id: 1` here, or `ignore: [project, app_id]`; "
        "otherwise correct `export_project_id`",
    ),
    "app_id": (
        of_project(project(), Action.DRIFT, Reason.APP_ID, fields=[FieldChange("app_id", 52210, 1)]),
        "cannot change: app_id is 1 at RuStore, 52210 here",
        "to accept it, write `app_id: 1` here, or `ignore: [app_id]`; otherwise correct `export_project_id`",
    ),
    "unmanaged": (
        unmanaged("shop", live_segment("e-9", "1750", 48)),
        "at RuStore, not in the manifest: every 48 h",
        "",
    ),
    "unmanaged, twice and off": (
        unmanaged("shop", live_segment("e-9", "1750", is_enabled=False), ["e-10"]),
        "at RuStore, not in the manifest: every 24 h, switched off, 2 exports",
        "",
    ),
    "in the state alone": (state_only("old"), "in the state, not in the manifest", ""),
    "pending": (blocked(Reason.PENDING), "blocked: a create is in doubt", IN_DOUBT),
    "pending, pinned to another": (
        blocked(Reason.PENDING, FieldChange("app_id", 52210, 1), pin=ID),
        "blocked: a create is in doubt; it is not the pinned one: app_id is 1 at RuStore, 52210 here",
        IN_DOUBT,
    ),
    "pending segment": (
        of_segment("shop", segment(), Action.BLOCKED, Reason.PENDING),
        "blocked: RuStore answered that it was created and does not list it yet",
        "plan again later",
    ),
    "pin not found": (
        blocked(Reason.NOT_FOUND, error=REFUSED, pin=ID),
        f"blocked: RuStore does not know export project {ID}",
        "correct `export_project_id` here, or the service token of its push project (RuStore: no such thing)",
    ),
    "binding not found": (
        blocked(Reason.NOT_FOUND, error=REFUSED),
        "blocked: RuStore does not know the export project that the state has for it",
        "compare the service token with its push project, and the API's address (RuStore: no such thing)",
    ),
    "pin against binding": (
        blocked(Reason.ID_CONFLICT, FieldChange("export_project_id", ID, OTHER_ID), pin=ID),
        f"blocked: pinned to {ID}, and the state has {OTHER_ID}",
        "take out the wrong one: the line here, or the state's with `segsync state forget shop`",
    ),
    "two names": (
        blocked(Reason.ID_CONFLICT, FieldChange("name", "shop", "old"), pin=ID),
        "blocked: the same export project as old",
        "keep one name: `segsync state mv old shop`",
    ),
    "renamed": (
        blocked(Reason.RENAMED, FieldChange("name", "shop", "old")),
        "blocked: the state has this project and app_id as old",
        "if it is that one: `segsync state mv old shop`",
    ),
    "disabled": (
        of_segment("shop", segment(is_enabled=False), Action.BLOCKED, Reason.DISABLED),
        "blocked: not live, and is_enabled is false here",
        "segsync creates only what is switched on",
    ),
    "unreadable": (
        blocked(Reason.UNREADABLE, error=Failure(FailureKind.NOT_SENT, "Connection refused"), pin=ID),
        "blocked: could not be read: Connection refused",
        "plan again once it answers",
    ),
    "parent": (of_segment("shop", segment(), Action.BLOCKED, Reason.PARENT), "blocked: waits for its project", ""),
}


@pytest.mark.parametrize("case", TOLD)
def test_every_change_has_its_words_and_its_advice(case: str) -> None:
    change, words, what_to_do = TOLD[case]
    assert plain(told(change)) == words
    assert plain(advice(change)) == what_to_do


def test_there_are_words_for_every_action_and_reason() -> None:
    changes = [change for change, *_words in TOLD.values()]
    assert {change.action for change in changes} == set(Action)
    assert {change.reason for change in changes} == {None, *Reason}


def test_all_that_needs_a_person_has_advice_but_what_waits_for_another() -> None:
    without = {change.reason for change, _words, what_to_do in TOLD.values() if not what_to_do}
    assert without == {None, Reason.MISSING, Reason.NOT_IN_MANIFEST, Reason.PARENT}


@pytest.mark.parametrize("reason", [Reason.RENAMED, Reason.ID_CONFLICT])
def test_a_command_that_is_told_can_be_typed(reason: Reason) -> None:
    change = blocked(reason, FieldChange("name", "shop", "new"), FieldChange("name", "shop", "old"))
    commands = re.findall("`(segsync state mv [^`]*)`", plain(advice(change)))
    assert commands
    for command in commands:
        _segsync, _state, _mv, old, new = command.split()
        assert old in ("new", "old")
        assert new == "shop"


@pytest.mark.parametrize(
    ("ending", "kind", "words", "what_to_do"),
    [
        (Ending.CREATED, "project", "e-1", ""),
        (Ending.ADOPTED, "segment", "cut off", ""),
        (Ending.FAILED, "segment", "cut off", ""),
        (Ending.UNKNOWN, "segment", "cut off", "the next apply looks it up in RuStore's list first"),
        (Ending.UNKNOWN, "project", "cut off", f"it may exist, and is not sent again: {IN_DOUBT}"),
        (Ending.SKIPPED, "segment", "cut off", ""),
    ],
)
def test_every_outcome_has_its_words_and_its_advice(ending: Ending, kind: Kind, words: str, what_to_do: str) -> None:
    outcome = Outcome("shop", kind, ending, "e-1", Failure(FailureKind.UNKNOWN, "cut off"))
    assert plain(told_outcome(outcome)) == words
    assert plain(advice_on(outcome)) == what_to_do


@pytest.mark.parametrize(
    ("address", "shown"),
    [("shop-ios", "shop-ios"), ("shop-ios/payers.v2", "payers.v2"), ("shop/?1750", "1750"), ("a/?a/b?c", "a/b?c")],
)
def test_the_name_is_the_one_within_the_project(address: str, shown: str) -> None:
    assert name(address) == shown


def test_the_lines_that_scripts_match() -> None:
    assert plan_line(Summary(create=3, drift=1, unmanaged=1, blocked=0, unchanged=40)) == (
        "Plan: 3 to create, 1 drifted, 1 unmanaged, 0 blocked, 40 unchanged."
    )
    assert apply_line(Tally(created=3, adopted=0, failed=0, unknown=0, skipped=0)) == (
        "Apply: 3 created, 0 adopted, 0 failed, 0 unknown, 0 skipped."
    )

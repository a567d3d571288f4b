import re

import pytest

from segsync.core.model import Failure, FailureKind
from segsync.core.plan import Action, Change, FieldChange, Reason, Summary, Tally
from segsync.render.wording import SIGNS, apply_line, name, plan_line, told
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


TOLD: dict[str, tuple[Change, str]] = {
    "create a project": (
        of_project(project(), Action.CREATE, Reason.MISSING),
        "create: push project Zq3vX0c8, myTracker app 52210",
    ),
    "create a segment": (
        of_segment("shop", segment(segment="0123", period=168), Action.CREATE, Reason.MISSING),
        "create: myTracker segment 0123, every 168 h",
    ),
    "unchanged": (of_segment("shop", segment(), Action.UNCHANGED, live=live_segment()), ""),
    "period": (
        drift(Reason.PERIOD, PERIOD),
        "cannot change: period is 24 at RuStore, 12 here (segsync.yaml:8)",
    ),
    "is_enabled": (
        drift(Reason.IS_ENABLED, ENABLED),
        "cannot change: is_enabled is false at RuStore, true here (segsync.yaml:8)",
    ),
    "two fields": (
        drift(Reason.PERIOD, PERIOD, ENABLED),
        "cannot change: period is 24 at RuStore, 12 here; is_enabled is false at RuStore, true here (segsync.yaml:8)",
    ),
    "duplicate": (
        drift(Reason.DUPLICATE, duplicates=("e-2", "e-3")),
        "cannot change: 3 live exports of myTracker segment 1742: e-1, e-2, e-3 (segsync.yaml:8)",
    ),
    "duplicate that differs": (
        drift(Reason.DUPLICATE, PERIOD, duplicates=("e-2",)),
        "cannot change: 2 live exports of myTracker segment 1742: e-1, e-2; "
        "period is 24 at RuStore, 12 here (segsync.yaml:8)",
    ),
    "differs, duplicate ignored": (
        drift(Reason.PERIOD, PERIOD, duplicates=("e-2",)),
        "cannot change: period is 24 at RuStore, 12 here (segsync.yaml:8)",
    ),
    "project and app_id": (
        of_project(
            project(),
            Action.DRIFT,
            Reason.PROJECT,
            live=live_project(project="Qw8", app_id=1),
            fields=[FieldChange("project", "Zq3vX0c8", "Qw8"), FieldChange("app_id", 52210, 1)],
        ),
        "cannot change: project is Qw8 at RuStore, Zq3vX0c8 here; app_id is 1 at RuStore, 52210 here (segsync.yaml:4)",
    ),
    "app_id": (
        of_project(project(), Action.DRIFT, Reason.APP_ID, fields=[FieldChange("app_id", 52210, 1)]),
        "cannot change: app_id is 1 at RuStore, 52210 here (segsync.yaml:4)",
    ),
    "unmanaged": (
        unmanaged("shop", live_segment("e-9", "1750", 48)),
        "at RuStore, not in the manifest: every 48 h",
    ),
    "unmanaged, twice and off": (
        unmanaged("shop", live_segment("e-9", "1750", is_enabled=False), ["e-10"]),
        "at RuStore, not in the manifest: every 24 h, switched off, 2 exports",
    ),
    "in the state alone": (state_only("old"), "in the state, not in the manifest"),
    "pending": (
        blocked(Reason.PENDING),
        "blocked: a create is in doubt; `segsync state show` tells how to settle it",
    ),
    "pending, pinned to another": (
        blocked(Reason.PENDING, FieldChange("app_id", 52210, 1), pin=ID),
        "blocked: a create is in doubt; `segsync state show` tells how to settle it; it is not the pinned one: "
        "app_id is 1 at RuStore, 52210 here",
    ),
    "pending segment": (
        of_segment("shop", segment(), Action.BLOCKED, Reason.PENDING),
        "blocked: RuStore answered that it was created and does not list it yet; plan again later",
    ),
    "pin not found": (
        blocked(Reason.NOT_FOUND, error=REFUSED, pin=ID),
        f"blocked: RuStore does not know export project {ID} (no such thing)",
    ),
    "binding not found": (
        blocked(Reason.NOT_FOUND, error=REFUSED),
        "blocked: RuStore does not know the export project that the state has for it (no such thing)",
    ),
    "pin against binding": (
        blocked(Reason.ID_CONFLICT, FieldChange("export_project_id", ID, OTHER_ID), pin=ID),
        f"blocked: pinned to {ID} (segsync.yaml:4), and the state has {OTHER_ID}; "
        "take out the wrong one (`segsync state forget shop` for the state's)",
    ),
    "two names": (
        blocked(Reason.ID_CONFLICT, FieldChange("name", "shop", "old"), pin=ID),
        "blocked: the same export project as old; keep one name (`segsync state mv old shop`)",
    ),
    "renamed": (
        blocked(Reason.RENAMED, FieldChange("name", "shop", "old")),
        "blocked: the state has this project and app_id as old; if it is that one: `segsync state mv old shop`",
    ),
    "disabled": (
        of_segment("shop", segment(is_enabled=False), Action.BLOCKED, Reason.DISABLED),
        "blocked: not live, and is_enabled is false here (segsync.yaml:8); segsync creates only what is switched on",
    ),
    "unreadable": (
        blocked(Reason.UNREADABLE, error=Failure(FailureKind.NOT_SENT, "Connection refused"), pin=ID),
        "blocked: could not be read: Connection refused",
    ),
    "parent": (
        of_segment("shop", segment(), Action.BLOCKED, Reason.PARENT),
        "blocked: waits for its project",
    ),
}


@pytest.mark.parametrize("case", TOLD)
def test_every_change_has_its_words(case: str) -> None:
    change, words = TOLD[case]
    assert told(change) == words


def test_there_are_words_for_every_action_and_reason() -> None:
    changes = [change for change, _words in TOLD.values()]
    assert {change.action for change in changes} == set(Action)
    assert {change.reason for change in changes} == {None, *Reason}


@pytest.mark.parametrize("reason", [Reason.RENAMED, Reason.ID_CONFLICT])
def test_a_command_that_is_told_can_be_typed(reason: Reason) -> None:
    change = blocked(reason, FieldChange("name", "shop", "new"), FieldChange("name", "shop", "old"))
    commands = re.findall("`(segsync state mv [^`]*)`", told(change))
    assert commands
    for command in commands:
        _segsync, _state, _mv, old, new = command.split()
        assert old in ("new", "old")
        assert new == "shop"


def test_signs_are_those_of_the_documentation() -> None:
    assert {action.value: sign for action, sign in SIGNS.items()} == {
        "create": "+",
        "drift": "!",
        "unmanaged": "?",
        "blocked": "x",
        "unchanged": " ",
    }


@pytest.mark.parametrize(
    ("change", "shown"),
    [
        (of_project(project("shop-ios"), Action.CREATE, Reason.MISSING), "shop-ios"),
        (of_segment("shop-ios", segment("payers.v2"), Action.CREATE, Reason.MISSING), "payers.v2"),
        (unmanaged("shop-ios", live_segment(segment="1750")), "1750"),
        (unmanaged("shop-ios", live_segment(segment="a/b?c")), "a/b?c"),
    ],
)
def test_the_name_is_the_one_within_the_project(change: Change, shown: str) -> None:
    assert name(change) == shown


def test_the_lines_that_scripts_match() -> None:
    assert plan_line(Summary(create=3, drift=1, unmanaged=1, blocked=0, unchanged=40)) == (
        "Plan: 3 to create, 1 drifted, 1 unmanaged, 0 blocked, 40 unchanged."
    )
    assert apply_line(Tally(created=3, adopted=0, failed=0, unknown=0, skipped=0)) == (
        "Apply: 3 created, 0 adopted, 0 failed, 0 unknown, 0 skipped."
    )

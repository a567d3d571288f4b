"""What a plan says of projects. Segments and properties have files of their own."""

import pytest

from segsync.core.model import Found, Manifest, Origin, Reading
from segsync.core.plan import Action, Change, FieldChange, Reason, Summary
from segsync.core.planner import Selection, ids_to_read, summarize
from tests.core.plans import (
    BROKEN,
    GONE,
    UNKNOWN_ID,
    UNREADABLE,
    binding,
    found,
    lines,
    pending_project,
    pending_segment,
    plan,
    state,
)
from tests.support.models import ID, OTHER_ID, live_project, live_segment, project, segment

PROJECT = FieldChange("project", "Zq3vX0c8", "other")
APP_ID = FieldChange("app_id", 52210, 1)


def test_an_empty_manifest_without_a_state_is_an_empty_plan() -> None:
    assert plan() == ()


def test_a_project_without_an_id_is_created_with_its_segments() -> None:
    assert lines(plan(project("shop", segment("payers"), segment("churned", "1743")))) == [
        "shop: create (missing)",
        "shop/payers: create (missing)",
        "shop/churned: create (missing)",
    ]


def test_a_created_project_carries_what_the_manifest_wants_and_where_it_says_so() -> None:
    wanted = project("shop")
    (change,) = plan(wanted)
    assert (change.kind, change.desired, change.live) == ("project", wanted, None)
    assert change.origin == Origin("segsync.yaml", 4, 3)


def test_a_bound_project_that_is_the_same_is_unchanged() -> None:
    wanted = project("shop")
    (change,) = plan(wanted, live=found(), state=state({"shop": binding()}))
    assert change == Change(
        "shop", "project", Action.UNCHANGED, desired=wanted, live=live_project(), origin=wanted.origin
    )


def test_a_pinned_project_needs_no_state() -> None:
    assert lines(plan(project("shop", pin=ID), live=found())) == ["shop: unchanged"]


def test_a_pin_that_says_what_the_state_says_is_no_conflict() -> None:
    assert lines(plan(project("shop", pin=ID), live=found(), state=state({"shop": binding()}))) == ["shop: unchanged"]


@pytest.mark.parametrize(
    ("live", "reason", "fields"),
    [
        (found(project="other"), Reason.PROJECT, (PROJECT,)),
        (found(app_id=1), Reason.APP_ID, (APP_ID,)),
        (found(project="other", app_id=1), Reason.PROJECT, (PROJECT, APP_ID)),
    ],
    ids=["project", "app_id", "both"],
)
def test_a_project_drifts_for_the_first_field_that_differs(
    live: Found, reason: Reason, fields: tuple[FieldChange, ...]
) -> None:
    (change,) = plan(project("shop", pin=ID), live=live)
    assert (change.action, change.reason, change.fields) == (Action.DRIFT, reason, fields)
    assert change.live == live.project


@pytest.mark.parametrize(
    ("ignore", "line", "fields", "ignored"),
    [
        ("", "shop: drift (project)", (PROJECT, APP_ID), ()),
        ("project", "shop: drift (app_id)", (APP_ID,), ("project",)),
        ("app_id", "shop: drift (project)", (PROJECT,), ("app_id",)),
        ("project app_id", "shop: unchanged", (), ("project", "app_id")),
    ],
)
def test_an_ignored_difference_of_a_project_is_named_and_not_reported(
    ignore: str, line: str, fields: tuple[FieldChange, ...], ignored: tuple[str, ...]
) -> None:
    changes = plan(project("shop", pin=ID, ignore=ignore), live=found(project="other", app_id=1))
    assert lines(changes) == [line]
    assert (changes[0].fields, changes[0].ignored) == (fields, ignored)


def test_what_is_ignored_and_does_not_differ_is_not_named() -> None:
    (change,) = plan(project("shop", pin=ID, ignore="project app_id"), live=found(app_id=1))
    assert (change.action, change.ignored) == (Action.UNCHANGED, ("app_id",))


@pytest.mark.parametrize(
    ("reading", "reason", "error"),
    [(UNKNOWN_ID, Reason.NOT_FOUND, GONE), (UNREADABLE, Reason.UNREADABLE, BROKEN)],
    ids=["not-found", "unreadable"],
)
def test_a_project_without_a_good_answer_is_blocked_and_tells_why(
    reading: Reading, reason: Reason, error: object
) -> None:
    (change,) = plan(project("shop", pin=ID), live=reading)
    assert (change.action, change.reason, change.live, change.error) == (Action.BLOCKED, reason, None, error)


def test_one_unreadable_project_does_not_hide_the_rest() -> None:
    changes = plan(
        project("shop", pin=ID),
        project("news", pin=OTHER_ID, app_id=2),
        live={ID: UNREADABLE, OTHER_ID: found(id=OTHER_ID, app_id=2)},
    )
    assert lines(changes) == ["shop: blocked (unreadable)", "news: unchanged"]


def test_a_pin_against_the_binding_is_a_conflict_that_shows_both() -> None:
    (change,) = plan(project("shop", pin=ID), live=found(), state=state({"shop": binding(OTHER_ID)}))
    assert (change.action, change.reason) == (Action.BLOCKED, Reason.ID_CONFLICT)
    assert change.fields == (FieldChange("export_project_id", ID, OTHER_ID),)


def test_two_names_for_one_export_project_are_a_conflict_on_both_sides() -> None:
    changes = plan(
        project("shop", pin=ID), project("news", app_id=2), live=found(), state=state({"news": binding(app_id=2)})
    )
    assert lines(changes) == ["shop: blocked (id-conflict)", "news: blocked (id-conflict)"]
    assert [change.fields for change in changes] == [
        (FieldChange("name", "shop", "news"),),
        (FieldChange("name", "news", "shop"),),
    ]


def test_a_project_that_the_state_has_under_a_lost_name_is_renamed_not_new() -> None:
    changes = plan(project("shop"), state=state({"boutique": binding()}))
    assert lines(changes) == ["shop: blocked (renamed)", "boutique: unmanaged (not-in-manifest)"]
    assert changes[0].fields == (FieldChange("name", "shop", "boutique"),)


def test_a_project_in_doubt_under_a_lost_name_is_renamed_not_new() -> None:
    changes = plan(project("shop"), state=state(pending={"boutique": pending_project()}))
    assert lines(changes) == ["shop: blocked (renamed)", "boutique: unmanaged (not-in-manifest)"]


def test_a_project_whose_create_is_in_doubt_waits_for_a_person() -> None:
    (change,) = plan(project("shop"), state=state(pending={"shop": pending_project()}))
    assert (change.action, change.reason, change.live, change.fields) == (Action.BLOCKED, Reason.PENDING, None, ())


def test_a_pin_settles_a_project_in_doubt_once_rustore_confirms_it() -> None:
    changes = plan(project("shop", segment(), pin=ID), live=found(), state=state(pending={"shop": pending_project()}))
    assert lines(changes) == ["shop: unchanged", "shop/payers: create (missing)"]


def test_a_pin_that_is_the_wanted_project_and_not_the_one_in_doubt_settles_nothing() -> None:
    wanted = project("shop", segment("payers"), project="new", app_id=2, pin=ID)
    kept = state(pending={"shop": pending_project("old", 1)})
    assert lines(plan(wanted, live=found(project="new", app_id=2), state=kept)) == [
        "shop: blocked (pending)",
        "shop/payers: blocked (parent)",
    ]


@pytest.mark.parametrize("ignore", ["", "app_id"])
def test_a_pin_on_another_export_project_settles_nothing(ignore: str) -> None:
    """Not even where the difference is ignored: it is not the project whose create is in doubt."""
    changes = plan(
        project("shop", segment(), pin=ID, ignore=ignore),
        live=found(app_id=1),
        state=state(pending={"shop": pending_project()}),
    )
    assert lines(changes) == ["shop: blocked (pending)", "shop/payers: blocked (parent)"]
    assert (changes[0].live, changes[0].fields) == (live_project(app_id=1), (APP_ID,))


def test_a_project_that_only_the_state_knows_is_unmanaged_and_comes_last() -> None:
    changes = plan(
        project("shop", pin=ID),
        live=found(live_segment(segment="1750")),
        state=state({"old": binding(OTHER_ID, app_id=2)}, {"lost": pending_project(app_id=3)}),
    )
    assert lines(changes) == [
        "shop: unchanged",
        "shop/?1750: unmanaged (not-in-manifest)",
        "old: unmanaged (not-in-manifest)",
        "lost: unmanaged (not-in-manifest)",
    ]
    assert changes[2] == Change("old", "project", Action.UNMANAGED, Reason.NOT_IN_MANIFEST)


def test_a_pending_segment_does_not_make_a_project_of_its_address() -> None:
    assert plan(state=state(pending={"old/payers": pending_segment()})) == ()


def test_projects_come_as_in_the_manifest_each_with_its_segments_and_then_the_unmanaged_ones() -> None:
    changes = plan(
        project("shop", segment("payers", "1742"), segment("churned", "1741"), pin=ID),
        project("news", segment("all", "9"), app_id=2),
        live=found(live_segment("e-3", "1799"), live_segment("e-2", "1742"), live_segment("e-4", "1750")),
    )
    assert lines(changes) == [
        "shop: unchanged",
        "shop/payers: unchanged",
        "shop/churned: create (missing)",
        "shop/?1750: unmanaged (not-in-manifest)",
        "shop/?1799: unmanaged (not-in-manifest)",
        "news: create (missing)",
        "news/all: create (missing)",
    ]


@pytest.mark.parametrize(
    ("globs", "names"),
    [
        (("*",), ["shop-ios", "shop", "news", "old"]),
        (("shop*",), ["shop-ios", "shop"]),
        (("shop",), ["shop"]),
        (("n?ws", "old"), ["news", "old"]),
        (("SHOP",), []),
    ],
)
def test_a_selection_looks_at_the_projects_whose_names_match(globs: tuple[str, ...], names: list[str]) -> None:
    changes = plan(
        project("shop-ios", app_id=1),
        project("shop", app_id=2),
        project("news", app_id=3),
        state=state({"old": binding(app_id=4)}),
        globs=globs,
    )
    assert [change.address for change in changes] == names


def test_a_conflict_with_a_project_outside_the_selection_is_still_one() -> None:
    changes = plan(
        project("shop", pin=ID), project("news", app_id=2), state=state({"news": binding()}), globs=("shop",)
    )
    assert lines(changes) == ["shop: blocked (id-conflict)"]


def test_only_known_ids_of_the_selection_are_read_each_with_its_own_project() -> None:
    pinned, bound = project("shop", pin=ID), project("news", app_id=2)
    manifest = Manifest((pinned, bound, project("new", app_id=3), project("doubtful", app_id=4)))
    kept = state({"news": binding(OTHER_ID, app_id=2)}, {"doubtful": pending_project(app_id=4)})
    assert ids_to_read(manifest, kept, Selection()) == {ID: pinned, OTHER_ID: bound}
    assert ids_to_read(manifest, kept, Selection(("news",))) == {OTHER_ID: bound}
    assert ids_to_read(manifest, None, Selection()) == {ID: pinned}


def test_a_summary_counts_addresses_projects_and_segments_alike() -> None:
    changes = plan(
        project("shop", segment("payers"), segment("muted", "1743", is_enabled=False), pin=ID),
        live=found(live_segment("e-1", "1742", 12), live_segment("e-2", "1750")),
        state=state({"old": binding(OTHER_ID)}),
    )
    assert summarize(changes) == Summary(create=0, drift=1, unmanaged=2, blocked=1, unchanged=1)

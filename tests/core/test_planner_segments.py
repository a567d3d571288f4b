"""What a plan says of segments."""

import pytest

from segsync.core.model import LiveSegment, Manifest, Reading
from segsync.core.plan import Action, Change, FieldChange, Reason
from segsync.core.planner import Selection, plan_changes
from tests.core.plans import (
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
from tests.support.models import ID, OTHER_ID, live_segment, project, segment

PERIOD = FieldChange("period", 24, 12)
ENABLED = FieldChange("is_enabled", True, False)


def of_segment(*changes: Change) -> Change:
    """The one segment of a plan of one project."""
    _, change = changes
    return change


def test_a_segment_that_is_not_live_is_created() -> None:
    wanted = segment()
    change = of_segment(*plan(project("shop", wanted, pin=ID), live=found()))
    assert change == Change(
        "shop/payers", "segment", Action.CREATE, Reason.MISSING, desired=wanted, origin=wanted.origin
    )


def test_a_segment_that_is_the_same_is_unchanged() -> None:
    wanted = segment()
    change = of_segment(*plan(project("shop", wanted, pin=ID), live=found(live_segment())))
    assert change == Change(
        "shop/payers", "segment", Action.UNCHANGED, desired=wanted, live=live_segment(), origin=wanted.origin
    )


def test_segments_are_matched_by_mytracker_id_whatever_their_name() -> None:
    changes = plan(project("shop", segment("another-name", "1742"), pin=ID), live=found(live_segment("e-1", "1742")))
    assert lines(changes) == ["shop: unchanged", "shop/another-name: unchanged"]


def test_another_mytracker_id_under_the_same_name_is_a_new_segment_and_leaves_the_old_one() -> None:
    changes = plan(project("shop", segment("payers", "1800"), pin=ID), live=found(live_segment("e-1", "1742")))
    assert lines(changes) == [
        "shop: unchanged",
        "shop/payers: create (missing)",
        "shop/?1742: unmanaged (not-in-manifest)",
    ]


@pytest.mark.parametrize(
    ("live", "reason", "fields"),
    [
        (live_segment(period=12), Reason.PERIOD, (PERIOD,)),
        (live_segment(is_enabled=False), Reason.IS_ENABLED, (ENABLED,)),
        (live_segment(period=12, is_enabled=False), Reason.PERIOD, (PERIOD, ENABLED)),
    ],
    ids=["period", "is_enabled", "both"],
)
def test_a_segment_drifts_for_the_first_field_that_differs(
    live: LiveSegment, reason: Reason, fields: tuple[FieldChange, ...]
) -> None:
    change = of_segment(*plan(project("shop", segment(), pin=ID), live=found(live)))
    assert (change.action, change.reason, change.fields, change.live) == (Action.DRIFT, reason, fields, live)


def test_a_segment_known_to_be_switched_off_is_unchanged_where_it_is() -> None:
    changes = plan(project("shop", segment(is_enabled=False), pin=ID), live=found(live_segment(is_enabled=False)))
    assert lines(changes) == ["shop: unchanged", "shop/payers: unchanged"]


def test_of_several_live_exports_the_one_with_the_lowest_id_is_compared() -> None:
    exports = (live_segment("e-3", period=24), live_segment("e-1", period=12), live_segment("e-2", period=24))
    change = of_segment(*plan(project("shop", segment(), pin=ID), live=found(*exports)))
    assert (change.action, change.reason) == (Action.DRIFT, Reason.DUPLICATE)
    assert (change.live, change.duplicates) == (live_segment("e-1", period=12), ("e-2", "e-3"))
    assert change.fields == (PERIOD,)


TWICE = (live_segment("e-1", period=12, is_enabled=False), live_segment("e-2"))


@pytest.mark.parametrize(
    ("ignore", "line", "fields", "ignored"),
    [
        ("", "drift (duplicate)", (PERIOD, ENABLED), ()),
        ("duplicate", "drift (period)", (PERIOD, ENABLED), ("duplicate",)),
        ("period", "drift (duplicate)", (ENABLED,), ("period",)),
        ("is_enabled", "drift (duplicate)", (PERIOD,), ("is_enabled",)),
        ("duplicate period", "drift (is_enabled)", (ENABLED,), ("duplicate", "period")),
        ("duplicate is_enabled", "drift (period)", (PERIOD,), ("duplicate", "is_enabled")),
        ("period is_enabled", "drift (duplicate)", (), ("period", "is_enabled")),
        ("duplicate period is_enabled", "unchanged", (), ("duplicate", "period", "is_enabled")),
    ],
)
def test_an_ignored_difference_of_a_segment_is_named_and_not_reported(
    ignore: str, line: str, fields: tuple[FieldChange, ...], ignored: tuple[str, ...]
) -> None:
    change = of_segment(*plan(project("shop", segment(ignore=ignore), pin=ID), live=found(*TWICE)))
    assert lines([change]) == [f"shop/payers: {line}"]
    assert (change.fields, change.ignored) == (fields, ignored)
    assert (change.live, change.duplicates) == (TWICE[0], ("e-2",))


def test_what_is_ignored_and_does_not_differ_is_not_named() -> None:
    wanted = segment(ignore="duplicate period is_enabled")
    change = of_segment(*plan(project("shop", wanted, pin=ID), live=found(live_segment(period=12))))
    assert (change.action, change.ignored) == (Action.UNCHANGED, ("period",))


@pytest.mark.parametrize("pin", [ID, None], ids=["live project", "new project"])
def test_a_segment_that_is_not_live_and_switched_off_cannot_be_created(pin: str | None) -> None:
    changes = plan(project("shop", segment("muted", is_enabled=False), pin=pin), live=found())
    assert lines(changes)[1:] == ["shop/muted: blocked (disabled)"]


@pytest.mark.parametrize(
    ("reading", "reason"),
    [(UNREADABLE, "unreadable"), (UNKNOWN_ID, "not-found")],
    ids=["unreadable", "not-found"],
)
def test_a_segment_under_a_project_that_was_not_read_waits(reading: Reading, reason: str) -> None:
    changes = plan(project("shop", segment(), segment("muted", "2", is_enabled=False), pin=ID), live=reading)
    assert lines(changes) == [
        f"shop: blocked ({reason})",
        "shop/payers: blocked (parent)",
        "shop/muted: blocked (parent)",
    ]
    assert changes[0].error is not None
    assert changes[1].error is None


def test_a_segment_under_a_project_with_an_id_conflict_waits() -> None:
    changes = plan(project("shop", segment(), pin=ID), state=state({"shop": binding(OTHER_ID)}))
    assert lines(changes) == ["shop: blocked (id-conflict)", "shop/payers: blocked (parent)"]


def test_a_segment_under_a_renamed_project_waits() -> None:
    changes = plan(project("shop", segment()), state=state({"boutique": binding()}), globs=("shop",))
    assert lines(changes) == ["shop: blocked (renamed)", "shop/payers: blocked (parent)"]


def test_a_segment_under_a_project_in_doubt_waits() -> None:
    changes = plan(project("shop", segment()), state=state(pending={"shop": pending_project()}))
    assert lines(changes) == ["shop: blocked (pending)", "shop/payers: blocked (parent)"]


@pytest.mark.parametrize(
    ("ignore", "line"), [("", "shop: drift (app_id)"), ("app_id", "shop: unchanged")], ids=["drifted", "ignored"]
)
def test_nothing_is_created_in_a_project_of_another_app_even_where_that_is_ignored(ignore: str, line: str) -> None:
    changes = plan(
        project("shop", segment("payers"), segment("churned", "1743"), pin=ID, ignore=ignore),
        live=found(live_segment("e-1", "1742"), live_segment("e-2", "1750"), app_id=1),
    )
    assert lines(changes) == [
        line,
        "shop/payers: unchanged",
        "shop/churned: blocked (parent)",
        "shop/?1750: unmanaged (not-in-manifest)",
    ]


def test_a_pending_segment_that_rustore_answered_for_waits_to_be_seen() -> None:
    kept = state({"shop": binding()}, {"shop/payers": pending_segment(id="e-1")})
    change = of_segment(*plan(project("shop", segment()), live=found(), state=kept))
    assert (change.action, change.reason) == (Action.BLOCKED, Reason.PENDING)


def test_it_waits_under_whatever_name_it_has_now() -> None:
    kept = state({"shop": binding()}, {"shop/payers": pending_segment(id="e-1")})
    changes = plan(project("shop", segment("another-name")), live=found(), state=kept)
    assert lines(changes) == ["shop: unchanged", "shop/another-name: blocked (pending)"]


def test_a_pending_segment_without_an_answer_is_to_be_created() -> None:
    kept = state({"shop": binding()}, {"shop/payers": pending_segment()})
    assert lines(plan(project("shop", segment()), live=found(), state=kept)) == [
        "shop: unchanged",
        "shop/payers: create (missing)",
    ]


def test_a_pending_segment_that_is_listed_is_compared_like_any_other() -> None:
    kept = state({"shop": binding()}, {"shop/payers": pending_segment(id="e-1")})
    assert lines(plan(project("shop", segment()), live=found(live_segment(period=12)), state=kept)) == [
        "shop: unchanged",
        "shop/payers: drift (period)",
    ]


def test_an_answer_for_another_export_project_says_nothing_of_this_one() -> None:
    kept = state({"shop": binding()}, {"shop/payers": pending_segment(id="e-1", export_project_id=OTHER_ID)})
    assert lines(plan(project("shop", segment()), live=found(), state=kept)) == [
        "shop: unchanged",
        "shop/payers: create (missing)",
    ]


def test_an_unmanaged_segment_is_one_entry_with_its_duplicates() -> None:
    live = found(live_segment("e-2", "1750"), live_segment("e-1", "1750", 12))
    change = of_segment(*plan_changes(Manifest((project("shop", pin=ID),)), None, {ID: live}, Selection()))
    assert change == Change(
        "shop/?1750",
        "segment",
        Action.UNMANAGED,
        Reason.NOT_IN_MANIFEST,
        live=live_segment("e-1", "1750", 12),
        duplicates=("e-2",),
    )


def test_unmanaged_segments_come_by_their_mytracker_id() -> None:
    backwards = [live_segment(f"e-{number}", str(1759 - number)) for number in range(10)]
    _, *unmanaged = plan(project("shop", pin=ID), live=found(*backwards))
    assert [change.address for change in unmanaged] == [f"shop/?{1750 + number}" for number in range(10)]

"""Which export project a name stands for."""

import pytest

from segsync.core.identity import Absent, Identities, Identity, Known, Stuck
from segsync.core.model import Manifest, Project
from segsync.core.plan import FieldChange, Reason
from segsync.core.state import State
from tests.core.plans import binding, pending_project, pending_segment, state
from tests.support.models import ID, OTHER_ID, project


def identity(wanted: Project, kept: State | None = None, *others: Project) -> Identity:
    """Of `wanted`, in a manifest that has `others` too."""
    return Identities(Manifest((wanted, *others)), kept).of(wanted)


@pytest.mark.parametrize("kept", [None, state()], ids=["no state", "an empty state"])
def test_a_project_without_pin_and_binding_is_absent(kept: State | None) -> None:
    assert identity(project("shop"), kept) == Absent()


def test_a_pin_is_known_without_a_state() -> None:
    assert identity(project("shop", pin=ID)) == Known(ID, in_doubt=None)


def test_a_binding_is_known_without_a_pin() -> None:
    assert identity(project("shop"), state({"shop": binding(ID)})) == Known(ID, in_doubt=None)


def test_a_pin_and_a_binding_may_say_the_same() -> None:
    assert identity(project("shop", pin=ID), state({"shop": binding(ID)})) == Known(ID, in_doubt=None)


def test_a_binding_stays_known_whatever_the_manifest_says_of_its_fields() -> None:
    kept = state({"shop": binding(ID, project="other", app_id=1)})
    assert identity(project("shop"), kept) == Known(ID, in_doubt=None)


def test_a_pin_against_the_binding_shows_both() -> None:
    conflict = FieldChange("export_project_id", OTHER_ID, ID)
    assert identity(project("shop", pin=OTHER_ID), state({"shop": binding(ID)})) == Stuck(
        Reason.ID_CONFLICT, (conflict,)
    )


def test_a_project_in_doubt_is_stuck() -> None:
    assert identity(project("shop"), state(pending={"shop": pending_project()})) == Stuck(Reason.PENDING)


def test_a_project_in_doubt_is_stuck_even_if_the_manifest_now_wants_another_app_for_it() -> None:
    kept = state(pending={"shop": pending_project(app_id=1)})
    assert identity(project("shop", app_id=2), kept) == Stuck(Reason.PENDING)


def test_a_pinned_project_in_doubt_is_known_and_in_doubt() -> None:
    kept = state(pending={"shop": pending_project()})
    assert identity(project("shop", pin=ID), kept) == Known(ID, in_doubt=pending_project())


def test_a_pending_segment_puts_no_project_in_doubt() -> None:
    assert identity(project("shop"), state(pending={"shop/payers": pending_segment()})) == Absent()


def test_a_pin_that_the_state_has_under_another_name_names_that_name() -> None:
    kept = state({"boutique": binding(ID)})
    assert identity(project("shop", pin=ID), kept) == Stuck(
        Reason.ID_CONFLICT, (FieldChange("name", "shop", "boutique"),)
    )


def test_a_binding_that_another_project_pins_names_that_project() -> None:
    kept = state({"shop": binding(ID)})
    other = project("news", pin=ID, app_id=2)
    assert identity(project("shop"), kept, other) == Stuck(Reason.ID_CONFLICT, (FieldChange("name", "shop", "news"),))


def test_every_other_name_of_an_id_is_named_in_order_of_the_alphabet() -> None:
    kept = state({"shop": binding(ID), "zoo": binding(ID), "boutique": binding(ID)})
    assert identity(project("shop"), kept) == Stuck(
        Reason.ID_CONFLICT, (FieldChange("name", "shop", "boutique"), FieldChange("name", "shop", "zoo"))
    )


def test_the_same_push_project_and_app_under_another_name_is_a_rename() -> None:
    kept = state({"boutique": binding()}, {"lost": pending_project()})
    assert identity(project("shop"), kept) == Stuck(
        Reason.RENAMED, (FieldChange("name", "shop", "boutique"), FieldChange("name", "shop", "lost"))
    )


def test_a_rename_needs_both_the_push_project_and_the_app() -> None:
    kept = state({"boutique": binding(project="other"), "zoo": binding(app_id=1)})
    assert identity(project("shop"), kept) == Absent()


def test_a_pin_says_that_it_is_no_rename() -> None:
    kept = state({"boutique": binding(OTHER_ID)})
    assert identity(project("shop", pin=ID), kept) == Known(ID, in_doubt=None)


def test_nothing_is_created_of_what_the_state_holds_under_a_name_now_used_for_another_app() -> None:
    kept = state({"news": binding()})
    news = project("news", app_id=2)
    assert identity(project("shop"), kept, news) == Stuck(Reason.RENAMED, (FieldChange("name", "shop", "news"),))

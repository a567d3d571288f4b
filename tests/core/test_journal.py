"""What happens to the state, step by step."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segsync.core import journal
from segsync.core.state import Binding, PendingProject, PendingSegment, State
from tests.core.plans import ATTEMPT, BY, binding, pending_project, pending_segment, state
from tests.core.strategies import ids, property_test, segment_ids, states
from tests.support.models import AT, ID, LINEAGE, OTHER_ID, project

LATER = "2026-11-24T10:00:00Z"
FULL = State(
    LINEAGE,
    7,
    projects={"news": binding(OTHER_ID)},
    pending={
        "shop": pending_project(app_id=3),
        "news/payers": pending_segment("1742", export_project_id=OTHER_ID),
        "news/churned": pending_segment("1743", "e-3", export_project_id=OTHER_ID),
    },
)


def test_a_project_that_is_about_to_be_created_is_pending() -> None:
    begun = journal.begin_project(state(), project("shop"), attempt=ATTEMPT, since=AT, by=BY)
    assert begun == state(pending={"shop": PendingProject("Zq3vX0c8", 52210, ATTEMPT, AT, BY)})


def test_a_created_project_is_bound_to_its_id_with_what_was_asked_for() -> None:
    bound = journal.bind_project(FULL, "shop", ID, at=LATER, by="someone")
    assert bound.projects == {"news": binding(OTHER_ID), "shop": Binding(ID, "Zq3vX0c8", 3, LATER, "someone")}
    assert list(bound.pending) == ["news/payers", "news/churned"]


def test_an_adopted_project_is_bound_and_nothing_else_changes() -> None:
    adopted = journal.adopt_project(FULL, "tv", binding(ID))
    assert adopted == replace(FULL, projects={**FULL.projects, "tv": binding(ID)})


@pytest.mark.parametrize("name", ["unheard-of", "news", "news/payers"])
def test_only_a_project_in_doubt_can_be_bound(name: str) -> None:
    with pytest.raises(KeyError, match=name):
        journal.bind_project(FULL, name, ID, at=AT, by=BY)


def test_segments_that_are_about_to_be_created_are_pending() -> None:
    entries = {"shop/payers": pending_segment("1"), "shop/churned": pending_segment("2")}
    assert journal.begin_segments(state(), entries) == state(pending=entries)


def test_a_segment_that_is_begun_again_under_another_name_is_pending_once() -> None:
    again = {"news/buyers": pending_segment("1742", export_project_id=OTHER_ID)}
    begun = journal.begin_segments(FULL, again)
    assert list(begun.pending) == ["shop", "news/churned", "news/buyers"]


def test_a_name_that_stands_for_another_segment_by_now_displaces_no_intent() -> None:
    before = state(pending={"shop/payers": pending_segment("1742", id="e-1")})
    again = journal.begin_segments(before, {"shop/payers": pending_segment("1743")})
    third = journal.begin_segments(again, {"shop/payers": pending_segment("1744")})
    assert third.pending == {
        "shop/payers": pending_segment("1744"),
        "shop/displaced-1": pending_segment("1742", id="e-1"),
        "shop/displaced-2": pending_segment("1743"),
    }
    assert third.unseen_segments(ID) == {"1742"}


def test_the_same_segment_of_another_export_project_stays_pending() -> None:
    begun = journal.begin_segments(FULL, {"shop/payers": pending_segment("1742")})
    assert list(begun.pending) == ["shop", "news/payers", "news/churned", "shop/payers"]


def test_an_answer_is_kept_with_the_intent() -> None:
    named = journal.answered(FULL, {"news/payers": "e-1", "unheard-of/segment": "e-2"})
    assert named.pending == {
        **FULL.pending,
        "news/payers": pending_segment("1742", "e-1", export_project_id=OTHER_ID),
    }


def test_an_answer_to_a_segment_create_never_touches_a_project() -> None:
    assert journal.answered(FULL, {"shop": "e-1"}) == FULL


def test_dropped_intents_are_forgotten_and_unknown_ones_do_not_matter() -> None:
    dropped = journal.drop(FULL, ["shop", "news/churned", "unheard-of"])
    assert dropped == replace(FULL, pending={"news/payers": FULL.pending["news/payers"]})


def test_what_rustore_lists_is_not_pending_any_more() -> None:
    listed = journal.listed(FULL, OTHER_ID, {"1742", "1750"})
    assert list(listed.pending) == ["shop", "news/churned"]


@pytest.mark.parametrize(("export_project_id", "segments"), [(ID, {"1742", "1743"}), (OTHER_ID, {"1750"})])
def test_a_list_that_shows_nothing_pending_changes_nothing(export_project_id: str, segments: set[str]) -> None:
    assert journal.listed(FULL, export_project_id, segments) is FULL


def test_a_renamed_project_takes_everything_with_it() -> None:
    renamed = journal.rename(FULL, "news", "press")
    assert renamed.projects == {"press": binding(OTHER_ID)}
    assert list(renamed.pending) == ["shop", "press/payers", "press/churned"]
    assert list(renamed.pending.values()) == list(FULL.pending.values())


def test_a_project_in_doubt_can_be_renamed() -> None:
    assert list(journal.rename(FULL, "shop", "boutique").pending) == ["boutique", "news/payers", "news/churned"]


def test_a_name_that_only_begins_the_same_is_another_name() -> None:
    kept = state({"shop-ios": binding()}, {"shop-ios/payers": pending_segment()})
    assert journal.rename(kept, "shop", "boutique") == kept


def test_a_forgotten_project_takes_everything_with_it() -> None:
    kept = replace(FULL, projects={**FULL.projects, "news-ios": binding(ID)})
    forgotten = journal.forget(kept, "news")
    assert forgotten.projects == {"news-ios": binding(ID)}
    assert list(forgotten.pending) == ["shop"]
    assert journal.forget(forgotten, "shop").pending == {}


@property_test
@given(states, st.sampled_from(("new", "shop")))
def test_beginning_a_project_keeps_every_other_entry(before: State, name: str) -> None:
    after = journal.begin_project(before, project(name), attempt=ATTEMPT, since=LATER, by=BY)
    assert without(after, name) == without(before, name)


@property_test
@given(states, ids)
def test_binding_a_project_keeps_every_other_entry(before: State, export_project_id: str) -> None:
    in_doubt = [name for name in before.names if before.pending_project(name)]
    for name in in_doubt:
        after = journal.bind_project(before, name, export_project_id, at=LATER, by=BY)
        assert without(after, name) == without(before, name)
        assert after.projects[name].export_project_id == export_project_id
        assert after.pending_project(name) is None


def without(state: State, address: str) -> State:
    """The rest of a state."""
    return replace(
        state,
        projects={name: entry for name, entry in state.projects.items() if name != address},
        pending={key: entry for key, entry in state.pending.items() if key != address},
    )


@property_test
@given(states, ids, segment_ids)
def test_beginning_segments_keeps_every_other_segment_in_doubt(before: State, id_: str, segment: str) -> None:
    entry = pending_segment(segment, export_project_id=id_)
    after = journal.begin_segments(before, {"fresh/name": entry})
    kept = {key: old for key, old in before.pending.items() if not is_of(old, id_, {segment})}
    assert after == replace(before, pending={**kept, "fresh/name": entry})


def is_of(entry: PendingProject | PendingSegment, export_project_id: str, segments: set[str]) -> bool:
    return (
        isinstance(entry, PendingSegment) and entry.export_project_id == export_project_id and entry.segment in segments
    )


@property_test
@given(states, ids, st.sets(segment_ids))
def test_a_list_settles_what_it_shows_and_nothing_else(before: State, id_: str, segments: set[str]) -> None:
    after = journal.listed(before, id_, segments)
    kept = {key: entry for key, entry in before.pending.items() if not is_of(entry, id_, segments)}
    assert after == replace(before, pending=kept)


@property_test
@given(states, st.data())
def test_dropping_keeps_every_other_entry(before: State, data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.sampled_from(("elsewhere", *before.pending))))
    kept = {key: entry for key, entry in before.pending.items() if key not in gone}
    assert journal.drop(before, gone) == replace(before, pending=kept)


@property_test
@given(states)
def test_an_answer_changes_one_id_and_nothing_else(before: State) -> None:
    for address, entry in before.pending.items():
        after = journal.answered(before, {address: "e-42"})
        assert without(after, address) == without(before, address)
        assert after.pending[address] == (replace(entry, id="e-42") if isinstance(entry, PendingSegment) else entry)


@property_test
@given(states)
def test_a_rename_and_back_is_where_it_began(before: State) -> None:
    after = journal.rename(before, "shop", "boutique")
    assert list(after.pending.values()) == list(before.pending.values())
    assert not any(key.partition("/")[0] == "shop" for key in (*after.projects, *after.pending))
    assert journal.rename(after, "boutique", "shop") == before

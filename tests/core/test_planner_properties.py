"""What holds of every plan, whatever the manifest, the state and RuStore."""

from collections import Counter
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from segsync.core import journal
from segsync.core.codec import encode_plan
from segsync.core.model import Found, LiveProject, LiveSegment, Project, Segment
from segsync.core.plan import Action, Base, Change, Plan, Reason
from segsync.core.planner import Selection, ids_to_read, plan_changes, summarize
from segsync.core.state import State
from segsync.plumbing.schemas import first_breach
from tests.core.plans import ATTEMPT, BY, pending_segment
from tests.core.strategies import World, in_another_order, property_test, worlds
from tests.support.models import AT, LINEAGE

EVERYTHING = Selection()


def planned(world: World, selection: Selection = EVERYTHING) -> tuple[Change, ...]:
    return plan_changes(world.manifest, world.state, world.snapshot, selection)


def document(changes: tuple[Change, ...]) -> dict[str, Any]:
    base = Base("http://127.0.0.1", ("*",), "sha256:" + "0" * 64, None, "sha256:" + "1" * 64)
    return encode_plan(Plan(AT, "0.1.0", True, base, summarize(changes), changes))


def by_address(changes: tuple[Change, ...]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document(changes)["changes"]
    return sorted(found, key=lambda change: str(change["address"]))


@property_test
@given(st.data())
def test_no_order_of_the_input_changes_what_a_plan_says(data: st.DataObject) -> None:
    world = data.draw(worlds())
    again = data.draw(in_another_order(world))
    assert by_address(planned(again)) == by_address(planned(world))


@property_test
@given(worlds())
def test_every_address_of_the_manifest_appears_exactly_once(world: World) -> None:
    projects = world.manifest.projects
    wanted = [p.name for p in projects] + [f"{p.name}/{s.name}" for p in projects for s in p.segments]
    seen = Counter(change.address for change in planned(world))
    assert set(seen.values()) <= {1}
    assert set(wanted) <= set(seen)
    unmanaged = {change.address for change in planned(world) if change.action is Action.UNMANAGED}
    assert set(seen) - set(wanted) == unmanaged


@property_test
@given(worlds())
def test_a_summary_counts_the_changes(world: World) -> None:
    changes = planned(world)
    counted = {action.value: sum(change.action is action for change in changes) for action in Action}
    assert document(changes)["summary"] == counted


@property_test
@given(worlds())
def test_a_plan_is_a_document_of_its_schema(world: World) -> None:
    assert first_breach("plan", document(planned(world))) is None


@property_test
@given(worlds())
def test_a_project_is_created_only_where_no_id_is_known_and_no_create_is_in_doubt(world: World) -> None:
    state = world.state or State(LINEAGE)
    for change in planned(world):
        if change.action is Action.CREATE and isinstance(change.desired, Project):
            assert change.desired.export_project_id is None
            assert change.address not in state.names
            pending = [entry for name in state.names if (entry := state.pending_project(name))]
            held = {(entry.project, entry.app_id) for entry in state.projects.values()}
            held |= {(entry.project, entry.app_id) for entry in pending}
            assert (change.desired.project, change.desired.app_id) not in held


@property_test
@given(worlds())
def test_a_segment_is_created_only_where_it_is_not_live_under_a_project_that_is_the_same(world: World) -> None:
    changes = {change.address: change for change in planned(world)}
    for change in changes.values():
        if change.action is Action.CREATE and isinstance(change.desired, Segment):
            parent = changes[change.project_name]
            assert isinstance(parent.desired, Project)
            assert change.desired.is_enabled
            if isinstance(parent.live, LiveProject):
                reading = world.snapshot[parent.live.id]
                assert isinstance(reading, Found)
                assert change.desired.segment not in {export.segment for export in reading.segments}
                assert parent.action is Action.UNCHANGED
                assert (parent.live.project, parent.live.app_id) == (parent.desired.project, parent.desired.app_id)
            else:
                assert parent.action is Action.CREATE


@property_test
@given(worlds())
def test_a_segment_that_rustore_answered_for_waits_and_nothing_else_changes(world: World) -> None:
    before = planned(world)
    parents = {change.address: change.live for change in before}
    for change in before:
        parent = parents.get(change.project_name)
        if change.action is Action.CREATE and isinstance(change.desired, Segment) and parent:
            entry = pending_segment(change.desired.segment, export_project_id=parent.id)
            begun = journal.begin_segments(world.state or State(LINEAGE), {"begun/segment": entry})
            assert planned(replace(world, state=begun)) == before
            answered = journal.answered(begun, {"begun/segment": "e-42"})
            waiting = replace(change, action=Action.BLOCKED, reason=Reason.PENDING)
            assert planned(replace(world, state=answered)) == tuple(waiting if c is change else c for c in before)


@property_test
@given(worlds())
def test_after_every_create_has_happened_what_was_to_be_created_is_unchanged(world: World) -> None:
    before = planned(world)
    expected = {
        change.address: Action.UNCHANGED if change.action is Action.CREATE else change.action for change in before
    }
    after = planned(created(world, before))
    assert {change.address: change.action for change in after} == expected


def created(world: World, changes: tuple[Change, ...]) -> World:
    """The world after an apply that went well."""
    state, snapshot = world.state or State(LINEAGE), dict(world.snapshot)
    ids = {change.address: change.live.id for change in changes if isinstance(change.live, LiveProject)}
    for number, change in enumerate(changes):
        if change.action is not Action.CREATE:
            continue
        if isinstance(change.desired, Project):
            wanted, id_ = change.desired, f"{number:08}-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
            state = journal.begin_project(state, wanted, attempt=ATTEMPT, since=AT, by=BY)
            state = journal.bind_project(state, wanted.name, id_, at=AT, by=BY)
            snapshot[id_] = Found(LiveProject(id_, wanted.project, wanted.app_id), ())
            ids[wanted.name] = id_
        elif isinstance(change.desired, Segment):
            reading = snapshot[ids[change.project_name]]
            assert isinstance(reading, Found)
            export = LiveSegment(f"new-{number}", change.desired.segment, change.desired.period, is_enabled=True)
            snapshot[reading.project.id] = Found(reading.project, (*reading.segments, export))
    return World(world.manifest, state, snapshot)


@property_test
@given(worlds(), st.sampled_from(("shop", "shop*", "n*")))
def test_a_selection_only_leaves_out(world: World, glob: str) -> None:
    selection = Selection((glob,))
    assert planned(world, selection) == tuple(c for c in planned(world) if selection.has(c.project_name))


@property_test
@given(worlds())
def test_a_plan_needs_no_reading_beyond_those_asked_for(world: World) -> None:
    asked = ids_to_read(world.manifest, world.state, EVERYTHING)
    enough = {id_: world.snapshot[id_] for id_ in asked}
    assert plan_changes(world.manifest, world.state, enough, EVERYTHING) == planned(world)

"""What must hold after every run, whatever has befallen it. Each check tells what is wrong by failing."""

from collections import Counter
from collections.abc import Sequence

from segsync.core.model import Unreadable
from segsync.core.plan import Ending
from segsync.core.state import PendingSegment
from segsync.errors import StateConflict, StateLocked
from tests.properties.calls import Target
from tests.properties.ran import Ran
from tests.properties.wanted import WantedSegment
from tests.properties.world import Export, Scene, World, pending_targets

DONE, FAILED, PERSON_NEEDED, STATE_CHANGED = 0, 1, 3, 5


def check(world: World, before: Scene, rans: Sequence[Ran]) -> Scene:
    """Everything, after these runs; returns the scene now."""
    after = world.scene()
    nothing_is_created_twice(world, before, after)
    the_state_is_sound(before, after)
    for ran in rans:
        an_answer_is_awaited_for_what_is_in_doubt(before, ran)
        every_intent_was_durable(ran)
        nothing_is_lost(after, ran, [other for other in rans if other is not ran])
        the_result_is_true(world, after, ran)
        the_exit_code_is_true(ran)
    return after


def nothing_is_created_twice(world: World, before: Scene, after: Scene) -> None:
    made = Counter(pair for id_, pair in after.projects.items() if id_ not in world.made_by_hand)
    assert not [pair for pair, count in made.items() if count > 1], "an export project was created twice"
    there = Counter(export.target for export in after.exports.values())
    for id_ in after.exports.keys() - before.exports.keys() - world.made_by_hand:
        target = after.exports[id_].target
        assert there[target] == 1, f"{target} was created where there was one"


def the_state_is_sound(before: Scene, after: Scene) -> None:
    # That it can be read, and keeps to its schema, the scene has found out already.
    if before.state and after.state:
        assert after.state.lineage == before.state.lineage
        assert after.state.serial >= before.state.serial
        assert {recovered.lineage for recovered in after.recovered} <= {before.state.lineage}


def an_answer_is_awaited_for_what_is_in_doubt(before: Scene, ran: Ran) -> None:
    if before.state:
        again = {create.target for create in ran.calls.projects} & pending_targets(before.state)
        assert not again, f"sent while it was in doubt: {again}"


def every_intent_was_durable(ran: Ran) -> None:
    assert all(create.intended for create in ran.calls.creates)
    assert all(written == stored + 1 for stored, written in ran.serials)


def nothing_is_lost(after: Scene, ran: Ran, others: Sequence[Ran]) -> None:
    if after.state is None:
        return
    kept = (after.state, *after.recovered)
    bound = {binding.export_project_id for state in kept for binding in state.projects.values()}
    in_doubt = pending_targets(after.state)
    for create in ran.calls.projects:
        recorded = create.arrived in bound or (create.unknown and create.target in in_doubt) or create.undone
        assert recorded or (ran.killed and create.target in in_doubt), f"lost: {create}"
        assert create.arrived is None or ran.killed or create.arrived in ran.printed
    pending = [entry for state in kept for entry in state.pending.values()]
    named = {entry.id for entry in pending if isinstance(entry, PendingSegment) and entry.id}
    # What one run leaves in doubt, the next one answers.
    answered = {target for other in others for target in other.calls.seen_segments()}
    for create in ran.calls.segments:
        recorded = create.arrived in named or (create.unknown and create.target in in_doubt) or create.undone
        listed = ran.calls.has_listed(create) or create.target in answered
        assert recorded or listed or (ran.killed and create.target in in_doubt), f"lost: {create}"


def the_result_is_true(world: World, after: Scene, ran: Ran) -> None:
    if ran.applied is None:
        assert ran.killed or not ran.calls.creates, "an apply raised after its first create"
        return
    outcomes, tally = ran.result.outcomes, ran.result.summary
    counted = Counter(outcome.outcome.value for outcome in outcomes)
    assert counted == Counter({ending.value: getattr(tally, ending.value) for ending in Ending})
    arrived = {create.arrived for create in ran.calls.creates if create.arrived}
    assert {outcome.id for outcome in outcomes if outcome.outcome is Ending.CREATED} == arrived
    assert {outcome.id for outcome in outcomes if outcome.outcome is Ending.ADOPTED} <= after.exports.keys()
    done = {create.target for create in ran.calls.creates if not create.undone}
    for outcome in outcomes:
        nothing = outcome.outcome in (Ending.FAILED, Ending.SKIPPED)
        told = f"{outcome.address} is said to have {outcome.outcome}"
        assert not nothing or _target(world, after, outcome.address) not in done, told
    if ran.result.converged and not ran.course.disturbed:
        assert not unmet(world, after, ran.course.globs)


def the_exit_code_is_true(ran: Ran) -> None:
    if not ran.killed:
        assert ran.exit_code == _exit_code(ran), (ran.exit_code, ran.applied, ran.error)


def _exit_code(ran: Ran) -> int:
    """By the table that users rely on: where several hold, the first one here."""
    if ran.clock.stop_signal:
        return 128 + ran.clock.stop_signal
    if ran.applied is None:
        return STATE_CHANGED if isinstance(ran.error, (StateLocked, StateConflict)) else FAILED
    tally, left = ran.result.summary, ran.result.remaining
    if isinstance(ran.applied.error, StateConflict):
        return STATE_CHANGED
    if tally.unknown:
        return PERSON_NEEDED
    if ran.applied.error or tally.failed or any(isinstance(reading, Unreadable) for reading in ran.readings.values()):
        return FAILED
    person = left.drift or left.blocked or (left.unmanaged and ran.course.strict) or not ran.result.converged
    return PERSON_NEEDED if person else DONE


def unmet(world: World, scene: Scene, globs: Sequence[str] = ()) -> set[str]:
    """The addresses of the manifest that RuStore does not have as the manifest wants them."""
    found: set[str] = set()
    for name, project in world.wanted.projects.items():
        if globs and name not in globs:
            continue
        id_ = world.known_id(scene, name)
        if id_ is None or scene.projects.get(id_) != project.pair:
            found.add(name)
        for segment_name, segment in project.segments.items():
            exports = [export for export in scene.exports.values() if export.target == (id_, segment.segment)]
            if not any(_is_as_wanted(export, segment, len(exports)) for export in exports):
                found.add(f"{name}/{segment_name}")
    return found


def _target(world: World, scene: Scene, address: str) -> Target:
    name, _, segment_name = address.partition("/")
    project = world.wanted.projects[name]
    if not segment_name:
        return project.pair
    return (world.known_id(scene, name) or "", project.segments[segment_name].segment)


def _is_as_wanted(export: Export, segment: WantedSegment, count: int) -> bool:
    differing = {
        "period": export.period != segment.period,
        "is_enabled": export.is_enabled != segment.is_enabled,
        "duplicate": count > 1,
    }
    return not any(differs and field not in segment.ignore for field, differs in differing.items())

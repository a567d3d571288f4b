"""Whole worlds in small: few names and few ids, so that what must not meet does meet.

Single values are picked from all that there are, which takes one draw; what holds them is drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import product, starmap

from hypothesis import settings
from hypothesis import strategies as st

from segsync.core.model import Found, Manifest, Project, Reading
from segsync.core.state import Published, State
from tests.core.plans import UNKNOWN_ID, UNREADABLE, binding, pending_project, pending_segment
from tests.support.models import AT, LINEAGE, live_project, live_segment, project, segment

# No deadline: how fast a machine is says nothing about a rule.
property_test = settings(deadline=None, max_examples=60)

NAMES = ("shop", "shop-ios", "news")
IDS = tuple(f"{number}1111111-2222-4333-8444-555555555555" for number in range(3))
PAIRS = tuple(product(("Zq3vX0c8", "other"), (1, 52210)))
SEGMENTS = ("1742", "1743", "1744")
SEGMENT_NAMES = ("payers", "churned", "trial")
PERIODS = (24, 1)
ON_OFF = (True, False)
IGNORED = ("", "period", "is_enabled", "duplicate", "period is_enabled", "period is_enabled duplicate")

ids = st.sampled_from(IDS)
segment_ids = st.sampled_from(SEGMENTS)

segments = st.sampled_from(
    [
        segment(name, id, period, is_enabled=is_enabled, ignore=ignore)
        for name, id, period, is_enabled, ignore in product(SEGMENT_NAMES, SEGMENTS, PERIODS, ON_OFF, IGNORED)
    ]
)
bare_projects = st.sampled_from(
    [
        project(name, project=push_project, app_id=app_id, pin=pin, ignore=ignore)
        for name, (push_project, app_id), pin, ignore in product(
            NAMES, PAIRS, (*IDS, None), ("", "project", "app_id", "project app_id")
        )
    ]
)
live_segments = st.sampled_from(
    [
        live_segment(f"e-{number}", id, period, is_enabled=is_enabled)
        for number, id, period, is_enabled in product(range(6), SEGMENTS, PERIODS, ON_OFF)
    ]
)


some_segments = st.lists(segments, min_size=1, max_size=3, unique_by=(lambda one: one.name, lambda one: one.segment))
projects = st.builds(lambda one, wanted: replace(one, segments=tuple(wanted)), bare_projects, some_segments)
some_projects = st.lists(projects, min_size=1, max_size=3, unique_by=lambda one: one.name)
some_exports = st.lists(live_segments, max_size=4, unique_by=lambda one: one.id)


@st.composite
def manifests(draw: st.DrawFn) -> Manifest:
    """Only what the rules of manifests allow."""
    allowed: list[Project] = []
    for candidate in draw(some_projects):
        if not any(_clash(candidate, other) for other in allowed):
            allowed.append(candidate)
    return Manifest(tuple(allowed))


def _clash(one: Project, other: Project) -> bool:
    if one.export_project_id and other.export_project_id:
        return one.export_project_id == other.export_project_id
    return (one.project, one.app_id) == (other.project, other.app_id)


state_names = st.sampled_from((*NAMES, "renamed-away"))
bindings = st.sampled_from([binding(id, *pair) for id, pair in product(IDS, PAIRS)])
pending_projects = st.sampled_from(list(starmap(pending_project, PAIRS)))
pending_segments = st.sampled_from(
    [
        (f"{name}/{segment_name}", pending_segment(segment, answer, export_project_id=id))
        for name, segment_name, segment, answer, id in product(
            (*NAMES, "renamed-away"), SEGMENT_NAMES, SEGMENTS, (None, "e-9"), IDS
        )
    ]
)
published = st.sampled_from(
    [
        Published("Zq3vX0c8", "1742", "sha256:" + "0" * 64, AT, "sent"),
        Published("other", "1743", "sha256:" + "1" * 64, AT, "unknown"),
    ]
)


# One entry a segment, as the journal keeps them.
in_doubt = st.lists(
    pending_segments,
    max_size=3,
    unique_by=(lambda one: one[0], lambda one: (one[1].export_project_id, one[1].segment)),
)
states = st.builds(
    lambda serial, bound, projects, segments, published: State(
        LINEAGE, serial, bound, {**projects, **dict(segments)}, published
    ),
    st.integers(0, 9),
    st.dictionaries(state_names, bindings, max_size=3),
    st.dictionaries(state_names, pending_projects, max_size=2),
    in_doubt,
    st.dictionaries(st.sampled_from(("black-friday", "a/b", "", "\u0451~\n")), published, max_size=2),
)
maybe_a_state = st.none() | states

# Mostly of a project that was found, and mostly with the push project and app that are wanted of it.
kinds = st.sampled_from(("as-wanted", "as-wanted", "as-wanted", "any", "any", "not-found", "unreadable"))
pairs = st.sampled_from(PAIRS)


@st.composite
def readings(draw: st.DrawFn, id: str, wanted: tuple[str, int]) -> Reading:
    kind = draw(kinds)
    if kind in ("not-found", "unreadable"):
        return UNREADABLE if kind == "unreadable" else UNKNOWN_ID
    push_project, app_id = wanted if kind == "as-wanted" else draw(pairs)
    return Found(live_project(id, push_project, app_id), tuple(draw(some_exports)))


@dataclass(frozen=True)
class World:
    """A manifest, a state, and what RuStore has of every id that either may name."""

    manifest: Manifest
    state: State | None
    snapshot: Mapping[str, Reading]


@st.composite
def worlds(draw: st.DrawFn) -> World:
    manifest, state = draw(manifests()), draw(maybe_a_state)
    bound = {name: entry.export_project_id for name, entry in state.projects.items()} if state else {}
    wanted = {one.export_project_id or bound.get(one.name): (one.project, one.app_id) for one in manifest.projects}
    return World(manifest, state, {id: draw(readings(id, wanted.get(id, PAIRS[0]))) for id in IDS})


@st.composite
def in_another_order(draw: st.DrawFn, world: World) -> World:
    """The same world, told in another order."""
    return World(
        draw(shuffled_manifest(world.manifest)),
        draw(_shuffled_state(world.state)) if world.state else None,
        draw(shuffled_snapshot(world.snapshot)),
    )


@st.composite
def shuffled_manifest(draw: st.DrawFn, manifest: Manifest) -> Manifest:
    inside = [replace(one, segments=tuple(draw(st.permutations(one.segments)))) for one in manifest.projects]
    return replace(manifest, projects=tuple(draw(st.permutations(inside))))


@st.composite
def shuffled_snapshot(draw: st.DrawFn, snapshot: Mapping[str, Reading]) -> dict[str, Reading]:
    inside = {
        id: replace(one, segments=tuple(draw(st.permutations(one.segments)))) if isinstance(one, Found) else one
        for id, one in snapshot.items()
    }
    return dict(draw(st.permutations(list(inside.items()))))


@st.composite
def _shuffled_state(draw: st.DrawFn, state: State) -> State:
    return replace(
        state,
        projects=dict(draw(st.permutations(list(state.projects.items())))),
        pending=dict(draw(st.permutations(list(state.pending.items())))),
    )

"""What happens to the state, step by step: State -> State. Serials grow in the store, with each write."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from itertools import count

from segsync.core.model import Project
from segsync.core.state import Binding, PendingProject, PendingSegment, Published, State


def begin_project(state: State, project: Project, *, attempt: str, since: str, by: str) -> State:
    """Record that `project` is about to be created."""
    entry = PendingProject(project.project, project.app_id, attempt, since, by)
    return replace(state, pending={**state.pending, project.name: entry})


def bind_project(state: State, name: str, export_project_id: str, *, at: str, by: str) -> State:
    """The create in doubt of `name` made `export_project_id`."""
    entry = state.pending_project(name)
    if entry is None:
        raise KeyError(name)
    binding = Binding(export_project_id, entry.project, entry.app_id, at, by)
    return replace(drop(state, [name]), projects={**state.projects, name: binding})


def adopt_project(state: State, name: str, binding: Binding) -> State:
    """`name` stands for an export project that segsync did not create."""
    return replace(state, projects={**state.projects, name: binding})


def begin_segments(state: State, entries: Mapping[str, PendingSegment]) -> State:
    """Record by address that these segments are about to be created. Older entries for them are replaced."""
    targets = {(entry.export_project_id, entry.segment) for entry in entries.values()}
    kept = {address: entry for address, entry in state.pending.items() if _target(entry) not in targets}
    pending: dict[str, PendingProject | PendingSegment] = {}
    for address, entry in kept.items():
        # A name may stand for another segment by now; what it stood for is in doubt all the same.
        pending[address if address not in entries else _free_address(address, {*kept, *entries, *pending})] = entry
    return replace(state, pending={**pending, **entries})


def answered(state: State, ids: Mapping[str, str]) -> State:
    """RuStore answered these pending segment creates (by address) with ids; its list has yet to show them."""
    named = {
        address: replace(entry, id=ids[address]) if address in ids and isinstance(entry, PendingSegment) else entry
        for address, entry in state.pending.items()
    }
    return replace(state, pending=named)


def drop(state: State, addresses: Iterable[str]) -> State:
    """Forget these intents: they were refused, never sent, or have become visible."""
    gone = frozenset(addresses)
    return replace(state, pending={key: entry for key, entry in state.pending.items() if key not in gone})


def listed(state: State, export_project_id: str, segments: Collection[str]) -> State:
    """RuStore lists these myTracker ids in the export project: what was pending of them was created."""
    shown = {
        address
        for address, entry in state.pending.items()
        if isinstance(entry, PendingSegment)
        and entry.export_project_id == export_project_id
        and entry.segment in segments
    }
    return drop(state, shown) if shown else state


def begin_publish(state: State, key: str, entry: Published) -> State:
    """Record under `key` that a message is about to be sent."""
    return replace(state, published={**state.published, key: entry})


def confirm_publish(state: State, key: str) -> State:
    """The message in doubt under `key` was sent."""
    return replace(state, published={**state.published, key: replace(state.published[key], outcome="sent")})


def free_publish(state: State, key: str) -> State:
    """Nothing was sent under `key`: it may be used again."""
    return replace(state, published={other: entry for other, entry in state.published.items() if other != key})


def rename(state: State, old: str, new: str) -> State:
    """Give everything of the project `old` the name `new`."""
    return replace(
        state,
        projects={_renamed(name, old, new): binding for name, binding in state.projects.items()},
        pending={_renamed(address, old, new): entry for address, entry in state.pending.items()},
    )


def forget(state: State, name: str) -> State:
    """Drop everything of one project: its binding, and what is in doubt of it and its segments."""
    return replace(
        state,
        projects={key: binding for key, binding in state.projects.items() if key != name},
        pending={key: entry for key, entry in state.pending.items() if key.partition("/")[0] != name},
    )


def _renamed(address: str, old: str, new: str) -> str:
    project, slash, segment = address.partition("/")
    return f"{new}{slash}{segment}" if project == old else address


def _free_address(address: str, taken: Collection[str]) -> str:
    project = address.partition("/")[0]
    candidates = (f"{project}/displaced-{number}" for number in count(1))
    return next(candidate for candidate in candidates if candidate not in taken)


def _target(entry: PendingProject | PendingSegment) -> tuple[str, str] | None:
    return (entry.export_project_id, entry.segment) if isinstance(entry, PendingSegment) else None

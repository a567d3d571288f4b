"""What happens to the state, step by step: State -> State. Serials grow in the store, with each write."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from segsync.core.model import Binding, PendingProject, PendingSegment, Project, State


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


def begin_segments(state: State, entries: Mapping[str, PendingSegment]) -> State:
    """Record by address that these segments are about to be created. Older entries for them are replaced."""
    targets = {(entry.export_project_id, entry.segment) for entry in entries.values()}
    kept = {address: entry for address, entry in state.pending.items() if _target(entry) not in targets}
    return replace(state, pending={**kept, **entries})


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


def _target(entry: PendingProject | PendingSegment) -> tuple[str, str] | None:
    return (entry.export_project_id, entry.segment) if isinstance(entry, PendingSegment) else None

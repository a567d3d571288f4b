"""A state for people: also for one who was not there when it happened."""

import shlex
from collections.abc import Iterator

from segsync.core.state import Binding, PendingProject, PendingSegment, Published, State
from segsync.render.escape import shown


def state(state: State, address: str) -> str:
    lines = [f"State {shown(address)}", f"lineage {state.lineage}, serial {state.serial}"]
    for title, found in (
        ("Export projects:", [_binding(name, entry) for name, entry in state.projects.items()]),
        ("In doubt:", [line for entry in state.pending.items() for line in _pending(*entry)]),
        ("Published:", [line for entry in state.published.items() for line in _published(*entry)]),
    ):
        if found:
            lines += ["", title, *(f"  {line}" for line in found)]
    if not state.pending and all(entry.outcome == "sent" for entry in state.published.values()):
        lines += ["", "Nothing is in doubt."]
    return "\n".join(lines) + "\n"


def _binding(name: str, entry: Binding) -> str:
    made = f"created {entry.created_at} by {shown(entry.by)}"
    return f"{name}: {entry.export_project_id} (push project {shown(entry.project)}, app {entry.app_id}; {made})"


def _pending(address: str, entry: PendingProject | PendingSegment) -> Iterator[str]:
    began = f"began {entry.since} by {shown(entry.by)}"
    if isinstance(entry, PendingSegment):
        yield f"{address}: a create of myTracker segment {shown(entry.segment)} {began}."
        yield "  Nothing to do: the next apply looks it up in RuStore's list, and creates it only if it is not there."
        if entry.id:
            yield f"  RuStore answered with the id {shown(entry.id)} and did not list it. If it never appears:"
            yield f"    segsync state resolve {address} --not-created"
        return
    yield f"{address}: a create of an export project {began}, and no answer told how it ended."
    yield "  It may or may not exist, and RuStore cannot list export projects. segsync will not send it again."
    yield f"  Find out (RuStore's support): is there one for push project {shown(entry.project)}, app {entry.app_id}?"
    yield f"    It exists:         segsync state resolve {address} --id UUID"
    yield f"    It does not exist: segsync state resolve {address} --not-created"


def _published(key: str, entry: Published) -> Iterator[str]:
    outcome = "sent" if entry.outcome == "sent" else "in doubt"
    yield f"{shown(key)}: to segment {shown(entry.segment)} of {shown(entry.project)}, {entry.at}, {outcome}"
    if entry.outcome == "unknown":
        yield "  No answer told whether it was sent. segsync will not send it again."
        yield "  Find out (RuStore Console, a device of the segment): did it arrive?"
        yield f"    It did:     segsync state resolve --publish {shlex.quote(shown(key))} --sent"
        yield f"    It did not: segsync state resolve --publish {shlex.quote(shown(key))} --not-sent"

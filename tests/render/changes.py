"""Changes and plans, as the planner makes them."""

from collections.abc import Sequence

from segsync.core.model import Failure, LiveProject, LiveSegment, Project, Segment
from segsync.core.plan import Action, Base, Change, FieldChange, Plan, Reason
from segsync.core.planner import summarize

BASE = Base("https://vkpns-segments.rustore.ru", ("*",), "sha256:0", None, "sha256:1")


def plan_of(*changes: Change, complete: bool = True) -> Plan:
    return Plan("2026-11-23T10:00:00Z", "0.1.0", complete, BASE, summarize(changes), changes)


def of_project(
    project: Project,
    action: Action,
    reason: Reason | None = None,
    *,
    live: LiveProject | None = None,
    fields: Sequence[FieldChange] = (),
    error: Failure | None = None,
) -> Change:
    return Change(
        project.name,
        "project",
        action,
        reason,
        desired=project,
        live=live,
        fields=tuple(fields),
        error=error,
        origin=project.origin,
    )


def of_segment(
    project: str,
    segment: Segment,
    action: Action,
    reason: Reason | None = None,
    *,
    live: LiveSegment | None = None,
    fields: Sequence[FieldChange] = (),
    duplicates: Sequence[str] = (),
) -> Change:
    return Change(
        f"{project}/{segment.name}",
        "segment",
        action,
        reason,
        desired=segment,
        live=live,
        fields=tuple(fields),
        duplicates=tuple(duplicates),
        origin=segment.origin,
    )


def unmanaged(project: str, live: LiveSegment, duplicates: Sequence[str] = ()) -> Change:
    return Change(
        f"{project}/?{live.segment}",
        "segment",
        Action.UNMANAGED,
        Reason.NOT_IN_MANIFEST,
        live=live,
        duplicates=tuple(duplicates),
    )


def state_only(name: str) -> Change:
    return Change(name, "project", Action.UNMANAGED, Reason.NOT_IN_MANIFEST)

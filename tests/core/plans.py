"""Plans in short: the values that go in, and what comes out as lines that a person reads."""

from collections.abc import Iterable, Mapping

from segsync.core.model import (
    Failure,
    FailureKind,
    Found,
    LiveSegment,
    Manifest,
    NotFound,
    Project,
    Reading,
    Unreadable,
)
from segsync.core.plan import Change
from segsync.core.planner import Selection, plan_changes
from segsync.core.state import Binding, PendingProject, PendingSegment, State
from tests.support.models import AT, ID, LINEAGE, live_project

ATTEMPT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
BY = "ci@runner"
GONE = Failure(FailureKind.REFUSED, "no such export project", 404, 2004, "NOT_FOUND")
BROKEN = Failure(FailureKind.UNKNOWN, "timed out")
UNKNOWN_ID = NotFound(GONE)
UNREADABLE = Unreadable(BROKEN)


def binding(id: str = ID, project: str = "Zq3vX0c8", app_id: int = 52210) -> Binding:
    return Binding(id, project, app_id, AT, BY)


def pending_project(project: str = "Zq3vX0c8", app_id: int = 52210) -> PendingProject:
    return PendingProject(project, app_id, ATTEMPT, AT, BY)


def pending_segment(segment: str = "1742", id: str | None = None, *, export_project_id: str = ID) -> PendingSegment:
    return PendingSegment(export_project_id, segment, ATTEMPT, AT, BY, id)


def state(
    projects: Mapping[str, Binding] | None = None,
    pending: Mapping[str, PendingProject | PendingSegment] | None = None,
) -> State:
    return State(LINEAGE, 7, projects or {}, pending or {})


def found(*segments: LiveSegment, id: str = ID, project: str = "Zq3vX0c8", app_id: int = 52210) -> Found:
    return Found(live_project(id, project, app_id), segments)


def plan(
    *projects: Project,
    live: Reading | Mapping[str, Reading] | None = None,
    state: State | None = None,
    globs: tuple[str, ...] = ("*",),
) -> tuple[Change, ...]:
    """`live` is what was read: by id, or the one reading of ID."""
    snapshot = live if isinstance(live, Mapping) else {ID: live} if live else {}
    return plan_changes(Manifest(projects), state, snapshot, Selection(globs))


def lines(changes: Iterable[Change]) -> list[str]:
    """`address: action`, and the reason in brackets."""
    return [f"{c.address}: {c.action}" + (f" ({c.reason})" if c.reason else "") for c in changes]

"""Whether a segment may be published to: it must be in the manifest, live, and switched on at RuStore."""

from dataclasses import dataclass
from difflib import get_close_matches

from segsync.core.model import Found, LiveProject, Project, Segment
from segsync.core.plan import Action, Change, Reason
from segsync.core.planner import ids_to_read, plan_changes
from segsync.core.state import State
from segsync.errors import CallFailed, Interrupted, PublishRefused, UsageError
from segsync.operations.remote import Remote
from segsync.operations.workspace import Workspace
from segsync.plumbing.clock import Clock
from segsync.render.escape import shown
from segsync.render.failures import told
from segsync.render.spans import plain
from segsync.render.wording import told as told_change


@dataclass(frozen=True, slots=True)
class Audience:
    """A segment of the manifest, with its project."""

    project: Project
    segment: Segment

    @property
    def address(self) -> str:
        return f"{self.project.name}/{self.segment.name}"


def find(workspace: Workspace, address: str) -> Audience:
    """The segment at `address` among the selected projects. Raises UsageError."""
    known = {
        audience.address: audience
        for project in workspace.projects
        for audience in (Audience(project, segment) for segment in project.segments)
    }
    if address in known:
        return known[address]
    close = get_close_matches(address, known, n=3)
    raise UsageError(
        f"{shown(address)}: the manifest has no such segment; nothing was sent",
        f"Did you mean {' or '.join(close)}?" if close else "An address is PROJECT/SEGMENT, by the manifest's names.",
    )


def check_live(workspace: Workspace, state: State | None, remote: Remote, audience: Audience, clock: Clock) -> None:
    """Reads the project. Raises PublishRefused, or CallFailed where it cannot be read. `workspace` selects it alone."""
    wanted = ids_to_read(workspace.manifest, state, workspace.selection)
    readings = remote.read(wanted)
    if clock.stop_signal is not None:
        raise Interrupted(clock.stop_signal)
    changes = plan_changes(workspace.manifest, state, readings, workspace.selection)
    by_address = {change.address: change for change in changes}
    _check_project(by_address[audience.project.name], audience.project, remote)
    exports = [one for reading in readings.values() if isinstance(reading, Found) for one in reading.segments]
    live = [export.is_enabled for export in exports if export.segment == audience.segment.segment]
    if not live:
        raise _refused(audience.address, _why_not_live(by_address[audience.address]), "See `segsync plan`.")
    if not any(live):
        raise _refused(
            audience.address,
            "is switched off at RuStore",
            "Its audience is not kept up to date. Only RuStore can switch it on.",
        )


def _check_project(change: Change, project: Project, remote: Remote) -> None:
    if change.reason is Reason.UNREADABLE and change.error:
        raise CallFailed(*told(change.error, project.service_token, remote.api_url))
    live = change.live
    if change.action is Action.CREATE:
        raise _refused(project.name, "is not live at RuStore", "`segsync apply` creates it.")
    if change.action in (Action.BLOCKED, Action.DRIFT):
        raise _refused(project.name, _told(change), "See `segsync plan`.")
    if isinstance(live, LiveProject) and (live.project, live.app_id) != (project.project, project.app_id):
        # Ignored is not gone: the message would go to people of another app.
        told_live = f"push project {shown(live.project)}, app {live.app_id}"
        raise _refused(
            project.name,
            f"has another {' and '.join(change.ignored)} at RuStore: {told_live}",
            "The manifest ignores that; a message is not sent into it.",
        )


def _why_not_live(change: Change) -> str:
    return "is not live at RuStore; `segsync apply` creates it" if change.action is Action.CREATE else _told(change)


def _told(change: Change) -> str:
    return f"{plain(told_change(change))} ({change.origin})"


def _refused(address: str, why: str, hint: str) -> PublishRefused:
    return PublishRefused(f"{address}: {why}; nothing was sent", hint)

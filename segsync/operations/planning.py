"""Makes a plan: reads what is live, and compares."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from segsync import __version__
from segsync.core.digest import live_digest, manifest_digest
from segsync.core.model import Found, Project, Reading
from segsync.core.plan import Action, Base, Change, Plan, Reason
from segsync.core.planner import ids_to_read, plan_changes, summarize
from segsync.core.state import State, StateRef
from segsync.errors import Interrupted, OverLimit
from segsync.operations.remote import Remote
from segsync.operations.workspace import Workspace
from segsync.plumbing.clock import Clock, timestamp


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, with what was read to make it."""

    plan: Plan
    readings: dict[str, Reading]


def make_plan(
    workspace: Workspace, state: State | None, remote: Remote, clock: Clock, settle: Callable[[str], None] | None = None
) -> Planned:
    """Reads the selected projects of `workspace`; writes nothing. Raises CallFailed where a token is no good.

    `settle` waits until RuStore's lists show what an earlier run may have created before it was cut off; it is told
    whose list. Without it, the plan shows what the lists show now.
    """
    wanted = ids_to_read(workspace.manifest, state, workspace.selection)
    readings = remote.read(wanted)
    if settle and (unsettled := _unsettled(wanted, readings, state)):
        settle(", ".join(project.name for project in unsettled.values()))
        readings |= remote.read(unsettled)
    if clock.stop_signal is not None:
        raise Interrupted(clock.stop_signal)
    changes = plan_changes(workspace.manifest, state, readings, workspace.selection)
    complete = all(change.reason is not Reason.UNREADABLE for change in changes)
    if complete:
        # Otherwise the plan itself tells what is wrong.
        remote.prove_tokens(projects_to_create(changes))
    plan = Plan(
        created_at=timestamp(clock.now()),
        segsync=__version__,
        complete=complete,
        base=Base(
            api_url=remote.api_url,
            projects=workspace.selection.globs,
            manifest=manifest_digest(workspace.manifest),
            state=StateRef(state.lineage, state.serial) if state else None,
            live=live_digest(readings),
        ),
        summary=summarize(changes),
        changes=changes,
    )
    return Planned(plan, readings)


def _unsettled(
    wanted: Mapping[str, Project], readings: Mapping[str, Reading], state: State | None
) -> dict[str, Project]:
    """The projects in which a segment create was begun that their lists do not show."""
    found: dict[str, Project] = {}
    for id_, project in wanted.items():
        reading, begun = readings[id_], state.pending_segments(id_) if state else {}
        if isinstance(reading, Found) and begun.keys() - {export.segment for export in reading.segments}:
            found[id_] = project
    return found


def projects_to_create(changes: tuple[Change, ...]) -> tuple[Project, ...]:
    wanted = (change.desired for change in changes if change.action is Action.CREATE)
    return tuple(desired for desired in wanted if isinstance(desired, Project))


def check_limit(plan: Plan, max_creates: int | None) -> None:
    """Raises OverLimit where the plan would create more than a person has allowed."""
    if max_creates is not None and plan.summary.create > max_creates:
        raise OverLimit(
            f"{plan.summary.create} to create is more than --max-creates {max_creates}; nothing was created",
            "If so many are meant, raise --max-creates.",
        )

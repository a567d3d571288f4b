"""Makes a plan: reads what is live, and compares."""

from dataclasses import dataclass

from segsync import __version__
from segsync.core.digest import live_digest, manifest_digest
from segsync.core.model import Action, Base, Change, Plan, Project, Reading, Reason, State, StateRef
from segsync.core.planner import ids_to_read, plan_changes, summarize
from segsync.errors import Interrupted, OverLimit
from segsync.operations.remote import Remote
from segsync.operations.workspace import Workspace
from segsync.plumbing.clock import Clock, timestamp


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan, with what was read to make it."""

    plan: Plan
    readings: dict[str, Reading]


def make_plan(workspace: Workspace, state: State | None, remote: Remote, clock: Clock) -> Planned:
    """Reads the selected projects of `workspace`; writes nothing. Raises CallFailed where a token is no good."""
    readings = remote.read(ids_to_read(workspace.manifest, state, workspace.selection))
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

"""Applies: plans, asks, creates what is missing, reads it back, and tells what came of it."""

import contextlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from segsync.core import journal, verdict
from segsync.core.codec import encode_plan
from segsync.core.events import Listener, Waiting
from segsync.core.model import Failure, FailureKind, Found, Project, Reading, Segment, Unreadable
from segsync.core.plan import Action, Change, Ending, Outcome, Plan, Remaining, Result, Tally
from segsync.core.planner import ids_to_read, plan_changes, summarize
from segsync.core.staleness import differences
from segsync.errors import Interrupted, PlanStale, SegsyncError, UsageError
from segsync.operations.ledger import Ledger
from segsync.operations.planning import Planned, check_limit, make_plan, projects_to_create
from segsync.operations.project_creates import create_projects
from segsync.operations.readback import Expected, read_back
from segsync.operations.remote import Remote
from segsync.operations.run import Run
from segsync.operations.segment_creates import Batch, create_segments
from segsync.operations.workspace import Workspace
from segsync.plumbing.clock import Clock
from segsync.state.protocol import LockInfo


class Dialogue(Protocol):
    """The person, or the pipeline, on the other side."""

    def show(self, plan: Plan) -> None: ...

    def approve(self, plan: Plan) -> None:
        """Raises NotApproved."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """How to apply. `saved` is a saved plan's document, `lock_wait` and `settle` are in seconds."""

    saved: Mapping[str, Any] | None
    strict: bool
    max_creates: int | None
    settle: float
    lock_wait: float
    lock: LockInfo


@dataclass(frozen=True, slots=True)
class Applied:
    """What was done, and what went wrong with the state while it was done."""

    result: Result
    error: SegsyncError | None


def apply(
    workspace: Workspace,
    remote: Remote,
    terms: Terms,
    dialogue: Dialogue,
    *,
    clock: Clock,
    listener: Listener,
    new_id: Callable[[], str],
) -> Applied:
    """Create what the manifest wants and RuStore lacks. Raises before the first create, never after it."""
    with contextlib.ExitStack() as held:
        if workspace.store:
            held.enter_context(workspace.store.locked(terms.lock, clock, terms.lock_wait))
        state = workspace.read_state()
        planned = make_plan(
            workspace, state, remote, clock, lambda names: _wait_out(terms.settle, names, clock, listener)
        )
        if terms.saved is not None:
            _check_saved(terms.saved, planned.plan)
        dialogue.show(planned.plan)
        if planned.plan.summary.create:
            _check_creatable(workspace, planned.plan, remote, terms)
            dialogue.approve(planned.plan)
        if clock.stop_signal is not None:
            raise Interrupted(clock.stop_signal)
        ledger = Ledger(workspace.store, state, workspace.options.folder)
        run = Run(remote, ledger, clock, listener, new_id, terms.lock.who, terms.settle)
        return _Applying(workspace, run, planned, strict=terms.strict).applied()


def _wait_out(settle: float, names: str, clock: Clock, listener: Listener) -> None:
    # Counted from now, not from the intent: the last create of a run that was cut off may have gone out long after
    # its intent was written.
    listener(Waiting(settle, f"an earlier run was cut off while it created segments ({names})"))
    clock.sleep(settle)


def _check_saved(saved: Mapping[str, Any], plan: Plan) -> None:
    if found := differences(saved, encode_plan(plan)):
        more = [f"and {len(found) - 20} more"] if len(found) > 20 else []
        raise PlanStale("the saved plan no longer holds, nothing was created:", "Plan again.", [*found[:20], *more])


def _check_creatable(workspace: Workspace, plan: Plan, remote: Remote, terms: Terms) -> None:
    check_limit(plan, terms.max_creates)
    projects = projects_to_create(plan.changes)
    if projects and workspace.options.state_would_be_lost:
        raise UsageError(
            "creating a project needs a state that outlives this CI job, and none is named",
            "Name one with --state or SEGSYNC_STATE.",
        )
    remote.resolve_for_create(projects)
    remote.prove_tokens(projects)


class _Applying:
    def __init__(self, workspace: Workspace, run: Run, planned: Planned, *, strict: bool) -> None:
        self._workspace = workspace
        self._run = run
        self._changes = planned.plan.changes
        self._readings: dict[str, Reading] = dict(planned.readings)
        self._strict = strict

    def applied(self) -> Applied:
        run = self._run
        self._settle_pinned()
        projects = create_projects(run, projects_to_create(self._changes))
        batches, skipped = self._batches(projects)
        segments = create_segments(run, batches)
        self._readings |= read_back(run, self._expected(projects, batches, segments))
        self._settle_listed()
        after = self._after()
        live = {change.address: change.live.id for change in after if change.live}
        outcomes = (*projects, *skipped, *(_adopted(outcome, live) for outcome in segments.values()))
        return self._told(self._in_order(outcomes), after, run.ledger.close())

    def _settle_pinned(self) -> None:
        """A pin settles a create in doubt once RuStore has confirmed its project and app_id."""
        ledger = self._run.ledger
        for change in self._changes:
            pinned = change.desired.export_project_id if isinstance(change.desired, Project) else None
            in_doubt = ledger.state.pending_project(change.address) is not None
            if pinned and in_doubt and change.action is Action.UNCHANGED and not change.ignored:
                ledger.state = journal.bind_project(
                    ledger.state, change.address, pinned, at=self._run.now(), by=self._run.by
                )

    def _batches(self, projects: Sequence[Outcome]) -> tuple[list[Batch], list[Outcome]]:
        """What to create where, and the segments that cannot be because their project was not created."""
        by_project: dict[str, list[Segment]] = defaultdict(list)
        for change in self._changes:
            if change.action is Action.CREATE and isinstance(change.desired, Segment):
                by_project[change.project_name].append(change.desired)
        made = {outcome.address: outcome.id for outcome in projects}
        known = {**self._known_ids(), **made}
        batches = [
            Batch(project, id_, tuple(by_project[project.name]))
            for project in self._workspace.projects
            if project.name in by_project and (id_ := known.get(project.name))
        ]
        skipped = [
            Outcome(f"{name}/{segment.name}", "segment", Ending.SKIPPED)
            for name, segments in by_project.items()
            if not known.get(name)
            for segment in segments
        ]
        return batches, skipped

    def _known_ids(self) -> dict[str, str]:
        bound = {name: entry.export_project_id for name, entry in self._run.ledger.state.projects.items()}
        pinned = {project.name: project.export_project_id for project in self._workspace.projects}
        return {**bound, **{name: id_ for name, id_ in pinned.items() if id_}}

    def _expected(
        self, projects: Sequence[Outcome], batches: Sequence[Batch], segments: Mapping[str, Outcome]
    ) -> dict[str, Expected]:
        created = {outcome.address: outcome.id for outcome in projects if outcome.id}
        by_name = {project.name: project for project in self._workspace.projects}
        expected = {id_: Expected(by_name[name], frozenset()) for name, id_ in created.items()}
        sent = (Ending.CREATED, Ending.UNKNOWN, Ending.ADOPTED)
        for batch in batches:
            wanted = (s.segment for s in batch.segments if segments[batch.address(s)].outcome in sent)
            if shown := frozenset(wanted):
                expected[batch.export_project_id] = Expected(batch.project, shown)
        return expected

    def _settle_listed(self) -> None:
        """Forget the intents that RuStore's lists have answered, and those that nothing wants any more."""
        ledger = self._run.ledger
        wanted = {project.name: {s.segment for s in project.segments} for project in self._workspace.projects}
        known = {id_: wanted[name] for name, id_ in self._known_ids().items() if name in wanted}
        for id_, reading in self._readings.items():
            if isinstance(reading, Found):
                listed = {export.segment for export in reading.segments}
                # What RuStore has answered with an id stays until it shows: the manifest may want it again.
                begun = ledger.state.pending_segments(id_).items()
                unwanted = {segment for segment, entry in begun if entry.id is None} - known.get(id_, set())
                ledger.state = journal.listed(ledger.state, id_, listed | unwanted)

    def _after(self) -> tuple[Change, ...]:
        """The plan as it stands now. What was not read again because of a signal counts as unreadable."""
        workspace, state = self._workspace, self._run.ledger.state
        wanted = ids_to_read(workspace.manifest, state, workspace.selection)
        readings = {id_: self._readings.get(id_, _NOT_READ) for id_ in wanted}
        return plan_changes(workspace.manifest, state, readings, workspace.selection)

    def _in_order(self, outcomes: Iterable[Outcome]) -> tuple[Outcome, ...]:
        place = {change.address: place for place, change in enumerate(self._changes)}
        return tuple(sorted(outcomes, key=lambda outcome: place[outcome.address]))

    def _told(self, outcomes: tuple[Outcome, ...], after: tuple[Change, ...], error: SegsyncError | None) -> Applied:
        left = summarize(after)
        code = verdict.of_apply(
            outcomes,
            after,
            strict=self._strict,
            error_code=error.exit_code if error else verdict.DONE,
            stop_signal=self._run.clock.stop_signal,
        )
        tally = Tally(**Counter(outcome.outcome.value for outcome in outcomes))
        remaining = Remaining(left.drift, left.blocked, left.unmanaged)
        return Applied(Result(tally, remaining, verdict.converged(after), code, outcomes), error)


def _adopted(outcome: Outcome, live: Mapping[str, str]) -> Outcome:
    """An unknown outcome that RuStore's list answers (`live`: ids by address): the segment is there."""
    if outcome.outcome is Ending.UNKNOWN and outcome.address in live:
        return replace(outcome, outcome=Ending.ADOPTED, id=live[outcome.address])
    return outcome


_NOT_READ = Unreadable(Failure(FailureKind.NOT_SENT, "stopped"))

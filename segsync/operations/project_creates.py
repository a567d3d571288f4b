"""Creates export projects, one after another: each intent is durable before its call goes out."""

from collections.abc import Sequence

from segsync.core import journal
from segsync.core.events import Progress, ProjectCreated
from segsync.core.model import Failure, FailureKind, Project
from segsync.core.plan import Ending, Outcome
from segsync.operations.run import Run


def create_projects(run: Run, projects: Sequence[Project]) -> list[Outcome]:
    """N creates cost N+1 writes: each write but the first records one outcome, each but the last one intent."""
    outcomes: list[Outcome] = []
    for done, project in enumerate(projects):
        run.listener(Progress("Creating projects", done, len(projects)))
        outcomes.append(_create(run, project))
    if projects:
        run.ledger.save()
    return outcomes


def _create(run: Run, project: Project) -> Outcome:
    if run.halted:
        return Outcome(project.name, "project", Ending.SKIPPED)
    before = run.ledger.state
    run.ledger.state = journal.begin_project(before, project, attempt=run.new_id(), since=run.now(), by=run.by)
    if not run.ledger.save():
        # The intent is not durable, so the call is never made; and so nothing is in doubt.
        run.ledger.state = before
        return Outcome(project.name, "project", Ending.SKIPPED)
    return _record(run, project, run.remote.create_project(project))


def _record(run: Run, project: Project, answer: str | Failure) -> Outcome:
    if isinstance(answer, str):
        run.listener(ProjectCreated(project.name, answer))
        run.ledger.state = journal.bind_project(run.ledger.state, project.name, answer, at=run.now(), by=run.by)
        return Outcome(project.name, "project", Ending.CREATED, answer)
    if answer.kind is FailureKind.UNKNOWN:
        return Outcome(project.name, "project", Ending.UNKNOWN, error=answer)
    run.ledger.state = journal.drop(run.ledger.state, [project.name])
    return Outcome(project.name, "project", Ending.FAILED, error=answer)

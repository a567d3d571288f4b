"""The verbs that repair a state, each with its guards. Each takes the state as it is and returns the mended one."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from segsync.core import journal
from segsync.core.model import Failure, Manifest, PendingProject, Project, State
from segsync.errors import StateError, UsageError
from segsync.operations.remote import Remote
from segsync.plumbing.clock import Clock
from segsync.render.failures import told
from segsync.state.protocol import LockInfo
from segsync.state.store import Store

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Repair:
    """A mended state, what to tell of it, and what a person must agree to first (may be empty)."""

    state: State
    told: str
    question: str = ""


def repair(
    store: Store,
    mend: Callable[[State], Repair],
    approve: Callable[[str], None],
    *,
    lock: LockInfo,
    clock: Clock,
    wait: float,
) -> str:
    """Run one verb under the lock; returns what to tell. `approve` raises NotApproved."""
    with store.locked(lock, clock, wait):
        mended = mend(store.read())
        if mended.question:
            approve(mended.question)
        store.save(mended.state)
        return mended.told


def settle_created(
    state: State, name: str, export_project_id: str, manifest: Manifest, remote: Remote, *, at: str, by: str
) -> Repair:
    """`resolve NAME --id`: the create in doubt made this export project. RuStore must confirm it."""
    entry = _in_doubt(state, name)
    holder = next((n for n, b in state.projects.items() if b.export_project_id == export_project_id), None)
    if holder:
        raise StateError(f"{export_project_id} is bound to {holder} already", "Look at `segsync state show`.")
    _confirm(entry, export_project_id, _with_token(manifest, name), remote)
    bound = journal.bind_project(state, name, export_project_id, at=at, by=by)
    return Repair(bound, f"{name} is {export_project_id} from now on.")


def settle_not_created(state: State, address: str) -> Repair:
    """`resolve ADDRESS --not-created`: a person has made sure that nothing was created."""
    if address not in state.pending:
        raise StateError(f"nothing is in doubt under {address}", "`segsync state show` lists what is.")
    return Repair(
        journal.drop(state, [address]),
        f"{address} is not in doubt any more.",
        f"The next apply creates {address} again. If RuStore did create it, it will be there twice, for ever.",
    )


def move(state: State, old: str, new: str, manifest: Manifest) -> Repair:
    """`mv OLD NEW`: the project has another name in the manifest now."""
    if old not in state.names:
        raise StateError(f"the state has no project {old}", "`segsync state show` lists them.")
    if new in state.names:
        raise StateError(f"the state has a project {new} already", "`segsync state forget` takes one out.")
    if not _NAME.fullmatch(new):
        raise UsageError("the new name is not a name", "Letters, digits, dot, underscore and hyphen.")
    wanted = manifest.project(old)
    question = ""
    if wanted and wanted.export_project_id is None:
        question = f"The manifest still has {old}, unpinned: the next apply creates a new export project for it."
    return Repair(journal.rename(state, old, new), f"{old} is {new} from now on.", question)


def _in_doubt(state: State, name: str) -> PendingProject:
    entry = state.pending_project(name)
    if entry is None:
        raise StateError(f"no project create is in doubt under {name}", "`segsync state show` lists what is.")
    return entry


def _with_token(manifest: Manifest, name: str) -> Project:
    project = manifest.project(name)
    if project is None:
        raise StateError(
            f"the manifest has no project {name}, so there is no token to ask RuStore with",
            f"Put it back into the manifest, or tell its new name: `segsync state mv {name} NEW`.",
        )
    return project


def _confirm(entry: PendingProject, export_project_id: str, project: Project, remote: Remote) -> None:
    found = remote.look_up(project, export_project_id)
    if isinstance(found, Failure):
        what, hint = told(found, project.service_token, remote.api_url)
        raise StateError(f"RuStore does not confirm {export_project_id}: {what}", hint)
    if (found.project, found.app_id) != (entry.project, entry.app_id):
        raise StateError(
            f"{export_project_id} is another export project: RuStore says push project {found.project} and "
            f"app {found.app_id}, the create in doubt was for {entry.project} and {entry.app_id}"
        )

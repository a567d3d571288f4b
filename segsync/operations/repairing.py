"""The verbs that repair a state, each with its guards. Each takes the state as it is and returns the mended one."""

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from segsync.core import journal
from segsync.core.model import Failure, Manifest, Project
from segsync.core.state import PendingProject, Published, State
from segsync.errors import StateError, UsageError
from segsync.operations.remote import Remote
from segsync.plumbing.clock import Clock
from segsync.render.escape import shown
from segsync.render.failures import told
from segsync.state.protocol import LockInfo
from segsync.state.store import Store, decode

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Repair:
    """A mended state, what to tell of it, and what a person must agree to first (may be empty).

    Its serial is the stored one, or (pushed documents) the one to be stored.
    """

    state: State
    told: str
    question: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """How a verb is run. `approve` raises NotApproved, `wait` is how many seconds to wait for the lock."""

    approve: Callable[[str], None]
    lock: LockInfo
    clock: Clock
    wait: float


def repair(store: Store, mend: Callable[[State], Repair], terms: Terms) -> str:
    """Run one verb on the stored state, under the lock; returns what to tell."""
    with store.locked(terms.lock, terms.clock, terms.wait):
        mended = mend(store.read())
        if mended.question:
            terms.approve(mended.question)
        store.save(mended.state)
        return mended.told


def push(store: Store, document: bytes, source: str, terms: Terms) -> str:
    """Store a document as it is, with its own serial; returns what to tell. `source` names it in messages."""
    pushed = store.checked(decode(document, source))
    if store.find() is None:
        store.prove()
    with store.locked(terms.lock, terms.clock, terms.wait):
        mended = replaced(store.find(), pushed)
        if mended.question:
            terms.approve(mended.question)
        store.put(mended.state)
        return mended.told


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person has found out about a create in doubt, `at` which time (RFC 3339), and who says so."""

    name: str
    export_project_id: str
    at: str
    by: str


def settle_created(state: State, answer: Answer, manifest: Manifest, remote: Remote) -> Repair:
    """`resolve NAME --id`: the create in doubt made this export project. RuStore must confirm it."""
    name, id_ = answer.name, answer.export_project_id
    entry = _in_doubt(state, name)
    holder = next((other for other, known in state.projects.items() if known.export_project_id == id_), None)
    if holder:
        raise StateError(f"{id_} is bound to {holder} already", "Look at `segsync state show`.")
    _confirm(entry, id_, _with_token(manifest, name), remote)
    bound = journal.bind_project(state, name, id_, at=answer.at, by=answer.by)
    return Repair(bound, f"{name} is {id_} from now on.")


def settle_not_created(state: State, address: str) -> Repair:
    """`resolve ADDRESS --not-created`: a person has made sure that nothing was created."""
    if address not in state.pending:
        raise StateError(f"nothing is in doubt under {address}", "`segsync state show` lists what is.")
    return Repair(
        journal.drop(state, [address]),
        f"{address} is not in doubt any more.",
        f"The next apply creates {address} again. If RuStore did create it, it will be there twice, for ever.",
    )


def settle_sent(state: State, key: str) -> Repair:
    """`resolve --publish KEY --sent`: a person has seen that the message arrived."""
    _published_in_doubt(state, key)
    return Repair(journal.confirm_publish(state, key), f"The message under {key} was sent. It is not sent again.")


def settle_not_sent(state: State, key: str) -> Repair:
    """`resolve --publish KEY --not-sent`: a person has made sure that nothing was sent."""
    entry = _published_in_doubt(state, key)
    return Repair(
        journal.free_publish(state, key),
        f"{key} is free again.",
        f"The next `segsync publish --once {shlex.quote(key)}` sends. If the message did reach segment "
        f"{shown(entry.segment)} of {shown(entry.project)}, its people get it twice.",
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


def forget(state: State, name: str, manifest: Manifest) -> Repair:
    """`forget NAME`: drop all that the state knows of a project."""
    if name not in state.names:
        raise StateError(f"the state has no project {name}", "`segsync state show` lists them.")
    wanted = manifest.project(name)
    if wanted and wanted.export_project_id is None:
        raise StateError(
            f"the manifest has {name}, unpinned: the next apply would create it a second time",
            "Pin it first (`export_project_id`), or take it out of the manifest.",
        )
    return Repair(journal.forget(state, name), f"{name} is forgotten.", _lost(state, name, wanted))


def _lost(state: State, name: str, wanted: Project | None) -> str:
    """What forgetting loses: RuStore cannot list the id again."""
    binding = state.projects.get(name)
    if binding is None:
        return f"A create of {name} is in doubt. Forgotten, nothing keeps it from being created again."
    begun = [address for address in state.pending if address.startswith(f"{name}/")]
    if begun:
        return f"Creates of {', '.join(begun)} are in doubt. Forgotten, nothing keeps them from being created again."
    if wanted and wanted.export_project_id == binding.export_project_id:
        return ""
    return f"The id of {name} is {binding.export_project_id}. RuStore cannot list it again: note it down."


def replaced(stored: State | None, pushed: State) -> Repair:
    """`push FILE`: another document takes the place of the stored one. Nothing known may be lost by it."""
    if stored is None:
        return Repair(pushed, _pushed(pushed))
    if pushed.lineage != stored.lineage:
        raise StateError(f"the file has the lineage {pushed.lineage}, the stored state {stored.lineage}")
    if pushed.serial <= stored.serial:
        raise StateError(
            f"the file has the serial {pushed.serial}, which is not above the stored one, {stored.serial}",
            # A write that was given up may have come to pass.
            "It is what is stored: nothing is left to do."
            if pushed == stored
            else "It is older than what is stored. `segsync state pull` prints that.",
        )
    kept = {binding.export_project_id for binding in pushed.projects.values()}
    missing = [name for name, binding in stored.projects.items() if binding.export_project_id not in kept]
    if missing:
        raise StateError(f"the file lacks the stored ids of {', '.join(missing)}", "Add them to the file.")
    return Repair(pushed, _pushed(pushed), " ".join(_dropped(stored, pushed)))


def _dropped(stored: State, pushed: State) -> Iterator[str]:
    """What the stored state would not have done again, and the pushed one would."""
    if creates := [address for address in stored.pending if not _settled(address, pushed)]:
        yield f"The file does not have what is in doubt now: {', '.join(creates)}. It may be created a second time."
    if keys := [key for key in stored.published if key not in pushed.published]:
        told_keys = ", ".join(map(shown, keys))
        yield f"The file does not have what was published under {told_keys}. It may be sent a second time."


def _settled(address: str, pushed: State) -> bool:
    return address in pushed.pending or address in pushed.projects or "/" in address


def _pushed(state: State) -> str:
    known = f"{len(state.projects)} export projects, {len(state.pending)} in doubt"
    return f"The state has serial {state.serial} now: {known}."


def _in_doubt(state: State, name: str) -> PendingProject:
    entry = state.pending_project(name)
    if entry is None:
        raise StateError(f"no project create is in doubt under {name}", "`segsync state show` lists what is.")
    return entry


def _published_in_doubt(state: State, key: str) -> Published:
    entry = state.published.get(key)
    if entry is None or entry.outcome == "sent":
        what = "nothing is kept" if entry is None else "the message was sent, and is not in doubt,"
        raise StateError(f"{what} under the key {key}", "`segsync state show` lists what is in doubt.")
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

"""Imports: a live export project becomes lines of a manifest that plan as unchanged."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from segsync.core import journal
from segsync.core.events import Listener, Warned
from segsync.core.model import Found, Manifest, NotFound, Project, SecretRef
from segsync.core.state import Binding, State
from segsync.errors import CallFailed, Interrupted, StateError, UsageError
from segsync.manifest.compose import fits
from segsync.manifest.load import Defaults, Loaded, defaults_of, load
from segsync.operations.adopting import NOWHERE, adopted
from segsync.operations.insertion import Insertion, insertion, target
from segsync.operations.remote import Remote
from segsync.operations.workspace import Options, Workspace
from segsync.plumbing.clock import Clock, timestamp
from segsync.render.failures import told
from segsync.state.protocol import LockInfo
from segsync.state.store import Store


@dataclass(frozen=True, slots=True)
class Request:
    """What to import, and how. `bind` keeps the id in the state; `write` is the manifest file to add it to."""

    name: str
    export_project_id: str
    token_env: str | None
    write: Path | None
    bind: bool


@dataclass(frozen=True, slots=True)
class Terms:
    """`wait` is how many seconds to wait for the lock."""

    lock: LockInfo
    clock: Clock
    wait: float


def load_for_import(options: Options) -> Loaded:
    """The manifests; where there is none yet, an empty one.

    A shell has made an empty file of `segsync import ... > segsync.yaml` before segsync starts.
    """
    files = (file for path in options.manifests for file in ([path], path.glob("*.y*ml"))[path.is_dir()])
    if any(file.exists() and file.stat().st_size for file in files):
        return load(options.manifests, options.environment)
    return Loaded(Manifest(()), (), ())


def import_project(
    loaded: Loaded, workspace: Workspace, remote: Remote, request: Request, terms: Terms, listener: Listener
) -> Insertion:
    """Read an export project with all of its segments, and make a manifest of them.

    Raises before anything is written: UsageError for a name, an id or a file that cannot be used, CallFailed where
    RuStore does not show the project, ManifestInvalid where it does not fit the manifest, and StateMissing.
    """
    request = _checked(request)
    defaults = defaults_of(loaded.documents)
    token = _token(request, defaults)
    place = target(loaded, workspace.options, request.write) if request.write else None
    with _state(workspace, request, defaults, terms) as (store, state):
        _check_free(request, workspace.manifest, state)
        reading = _read(remote, request, token, terms.clock)
        found = adopted(request.name, reading, token, defaults, pin=not request.bind)
        for warning in found.warnings():
            listener(Warned(warning))
        added = insertion(loaded, workspace.options, found, place, listener)
        if store and state:
            _bind(store, state, request, reading, terms, added)
        added.write()
        return added


def _bind(store: Store, state: State, request: Request, found: Found, terms: Terms, added: Insertion) -> None:
    """The id first: a project in the manifest whose id nobody has would be created a second time."""
    if added.refused:
        raise UsageError(f"{added.refused}; nothing was bound", "Import without --write, and paste what is printed.")
    at = timestamp(terms.clock.now())
    binding = Binding(found.project.id, found.project.project, found.project.app_id, at, terms.lock.who)
    store.save(journal.adopt_project(state, request.name, binding))


def _checked(request: Request) -> Request:
    if not fits(request.name):
        raise UsageError("NAME is not a name", "Letters, digits, dot, underscore and hyphen; at most 64.")
    if not fits(export_project_id=request.export_project_id):
        raise UsageError("EXPORT_PROJECT_ID is not a UUID")
    if request.token_env is not None and not fits(service_token={"env": request.token_env}):
        raise UsageError("--token-env is not the name of an environment variable", "The token itself stays in there.")
    return replace(request, export_project_id=request.export_project_id.lower())


def _token(request: Request, defaults: Defaults) -> SecretRef:
    token = SecretRef("env", request.token_env) if request.token_env is not None else defaults.service_token
    if token is None:
        raise UsageError(
            "no service token is named: `defaults` has no `service_token`",
            "Name the environment variable that holds one with --token-env.",
        )
    return token


@contextlib.contextmanager
def _state(
    workspace: Workspace, request: Request, defaults: Defaults, terms: Terms
) -> Iterator[tuple[Store | None, State | None]]:
    """The state, under its lock where it will be written."""
    if not request.bind:
        yield None, workspace.read_state()
        return
    if defaults.api_user_id is None or defaults.secret_key is None:
        raise UsageError(
            "--bind needs `api_user_id` and `secret_key` in `defaults`: RuStore does not show them, and a project "
            "without `export_project_id` must have them",
            "Write them there, or import without --bind.",
        )
    if workspace.options.state_would_be_lost:
        raise UsageError(
            "--bind needs a state that outlives this CI job, and none is named",
            "Name one with --state or SEGSYNC_STATE.",
        )
    store = workspace.needed_store()
    with store.locked(terms.lock, terms.clock, terms.wait):
        yield store, store.read()


def _check_free(request: Request, manifest: Manifest, state: State | None) -> None:
    name, id_ = request.name, request.export_project_id
    if taken := manifest.project(name):
        raise UsageError(f"the manifest has a project {name} already ({taken.origin})", "Choose another name.")
    pinned = next((project for project in manifest.projects if project.export_project_id == id_), None)
    if pinned:
        raise UsageError(f"{id_} is pinned already, by {pinned.name} ({pinned.origin})")
    bound = state.projects if state else {}
    holder = next((other for other, entry in bound.items() if entry.export_project_id.lower() == id_), None)
    if holder:
        hint = f"Put {holder} into the manifest, or `segsync state forget {holder}` and import again."
        raise StateError(f"{id_} is bound already, to {holder}", hint)
    if state and name in state.names:
        raise StateError(f"the state has a project {name} already", "Look at `segsync state show`.")


def _read(remote: Remote, request: Request, token: SecretRef, clock: Clock) -> Found:
    asking = Project(request.name, "", 0, token, None, None, request.export_project_id, frozenset(), (), NOWHERE)
    (reading,) = remote.read({request.export_project_id: asking}).values()
    if clock.stop_signal is not None:
        raise Interrupted(clock.stop_signal)
    if isinstance(reading, NotFound):
        raise CallFailed(
            f"RuStore does not know the export project {request.export_project_id}",
            f"Compare the id, and whether {token} is the token of its push project.",
        )
    if not isinstance(reading, Found):
        raise CallFailed(*told(reading.failure, token, remote.api_url))
    return reading

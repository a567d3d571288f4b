"""One `segsync apply` as a process, wired as the command line wires it, that can be cut off at any moment."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from signal import SIGINT, SIGTERM

from segsync.core.events import Event, Exchanged, ProjectCreated
from segsync.core.plan import Plan
from segsync.errors import SegsyncError
from segsync.operations.applying import Terms, apply
from segsync.operations.remote import Remote
from segsync.operations.workspace import DEFAULT_STATE, Workspace, open_workspace
from segsync.plumbing.clock import timestamp
from segsync.rustore.transport import Transport
from segsync.secrets import Secrets
from segsync.state.protocol import LockInfo
from segsync.state.store import Store
from tests.properties.accidents import ABORT, Fate, Killed
from tests.properties.calls import Target, WatchedHttp
from tests.properties.ran import Course, Ran
from tests.properties.watched import WatchedBackend, WatchedClient, WatchedClock
from tests.properties.world import SETTLE, World, pending_targets


def run_apply(world: World, course: Course, meanwhile: Callable[[], None] = lambda: None) -> Ran:
    """`meanwhile` comes between the plan and the first create, as if a person took time to approve."""
    fate = Fate(course.accidents)
    ran = Ran(course, fate, WatchedClock(world.time, fate))
    earlier, world.fate = world.fate, fate
    try:
        _apply(world, ran, meanwhile)
    except SegsyncError as error:
        ran.error = error
    except Killed:
        _leave_the_lock_unclean(world)
    finally:
        world.fate = earlier
    return ran


def lock_info(world: World, operation: str) -> LockInfo:
    return LockInfo(world.new_id(), operation, "ci@runner", 1, timestamp(world.time.now()))


def _apply(world: World, ran: Ran, meanwhile: Callable[[], None]) -> None:
    listener, url, parallelism = _listener(ran), world.emulator.url, world.parallelism
    workspace = _watched(open_workspace(world.options(*ran.course.globs), listener), ran)
    http = WatchedHttp(url, ran.fate, ran.calls, partial(_intended, world), connections=parallelism)
    _arm(ran, http)
    client = WatchedClient(Transport(http, url, ran.clock, listener), ran.readings)
    secrets = Secrets(workspace.options.environment, workspace.fenced)
    remote = Remote(client, secrets, ran.clock, listener, api_url=url, parallelism=parallelism)
    terms = Terms(None, ran.course.strict, None, SETTLE, ran.course.lock_wait, lock_info(world, "apply"))
    with contextlib.closing(http):
        ran.applied = apply(
            workspace,
            remote,
            terms,
            _Onlooker(ran, meanwhile),
            clock=ran.clock,
            listener=listener,
            new_id=world.new_id,
        )


def _watched(workspace: Workspace, ran: Ran) -> Workspace:
    if workspace.store is None:
        return workspace
    backend = WatchedBackend(Path(workspace.store.address), ran.fate, ran.serials)
    return replace(workspace, store=Store(backend, workspace.manifest.state_lineage, workspace.listener))


def _arm(ran: Ran, http: WatchedHttp) -> None:
    """What signals do. ABORT is one whose grace has passed: the calls in flight end."""
    for number in (SIGINT, SIGTERM):
        ran.fate.on(number.name, partial(ran.clock.stop, number))

    def abort() -> None:
        ran.clock.stop(SIGINT)
        http.abort()

    ran.fate.on(ABORT, abort)


def _listener(ran: Ran) -> Callable[[Event], None]:
    def listen(event: Event) -> None:
        if isinstance(event, ProjectCreated):
            ran.printed.add(event.export_project_id)
        if not isinstance(event, Exchanged):
            ran.fate.reach(type(event).__name__)

    return listen


def _intended(world: World, target: Target) -> bool:
    """Whether the state, as it is on the disk, knows that `target` is about to be created."""
    state = world.state()
    return state is None or target in pending_targets(state)


def _leave_the_lock_unclean(world: World) -> None:
    """Nobody takes away the note of who holds the lock; the lock itself is the operating system's, and is free."""
    if world.stateful:
        note = world.folder / f"{DEFAULT_STATE}.lock.json"
        note.write_text(json.dumps(asdict(lock_info(world, "apply"))), encoding="ascii")


class _Onlooker:
    """The other side of an apply: keeps the plan, lets something happen, and approves."""

    def __init__(self, ran: Ran, meanwhile: Callable[[], None]) -> None:
        self._ran = ran
        self._meanwhile = meanwhile

    def show(self, plan: Plan) -> None:
        self._ran.plan = plan
        self._meanwhile()

    def approve(self, plan: Plan) -> None:
        """Always."""

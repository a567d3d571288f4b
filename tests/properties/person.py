"""What a person does about a state, knowing what RuStore truly holds."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial

from segsync.core.state import PendingSegment, State
from segsync.errors import StateError
from segsync.operations import repairing
from segsync.operations.remote import Remote
from segsync.operations.workspace import Workspace, open_workspace
from segsync.plumbing.clock import timestamp
from segsync.plumbing.http import Http
from segsync.rustore.client import Client
from segsync.rustore.transport import Transport
from segsync.secrets import Secrets
from tests.properties.process import lock_info
from tests.properties.wanted import Pair
from tests.properties.world import World
from tests.support.clock import FakeClock
from tests.support.events import ignore


def settle(world: World) -> None:
    """Answer for every create that only a person can answer for. What segsync refuses stays in doubt."""
    state = world.state()
    for address, entry in state.pending.items() if state else ():
        if not isinstance(entry, PendingSegment):
            made = made_in_doubt(world, address)
            (_is_created(world, address, made) if made else _is_not_created(world, address))
        elif entry.id and entry.id not in world.scene().exports:
            _is_not_created(world, address)


def made_in_doubt(world: World, name: str) -> str | None:
    """The export project that the create in doubt of `name` made. There is one at the most: that is what is proved."""
    scene = world.scene()
    entry = scene.state.pending_project(name) if scene.state else None
    if scene.state is None or entry is None:
        return None
    known = world.made_by_hand | {binding.export_project_id for binding in scene.state.projects.values()}
    pair = (entry.project, entry.app_id)
    return next((id_ for id_, found in scene.projects.items() if found == pair and id_ not in known), None)


def rename(world: World) -> None:
    """Tell the state the new names of projects that the manifest has renamed."""
    state = world.state()
    for old in state.names if state else ():
        new = world.wanted.named(_pair(state, old)) if state else None
        if new and new != old:
            _move(world, old, new)


def forget_conflicts(world: World) -> None:
    """Where the manifest pins another export project than the state holds, go by the manifest from now on.

    What the state held was a person's to keep, so it is not segsync's any more.
    """
    manifest, state = open_workspace(world.options(), ignore).manifest, world.state()
    for project in manifest.projects if state else ():
        held = state.projects.get(project.name) if state else None
        if held and project.export_project_id not in (None, held.export_project_id):
            _mend(world, partial(repairing.forget, name=project.name, manifest=manifest))
            world.made_by_hand.add(held.export_project_id)


def push_recovered(world: World) -> None:
    """Put back what an apply could not save. A file that is refused stays."""
    workspace = open_workspace(world.options(), ignore)
    for path in world.recovery_files():
        assert workspace.store
        with contextlib.suppress(StateError):
            repairing.push(workspace.store, path.read_bytes(), str(path), _terms(world, "state push"))
            path.unlink()


DEEDS = (push_recovered, rename, forget_conflicts, settle)


def _is_created(world: World, name: str, made: str) -> None:
    answer = repairing.Answer(name, made, timestamp(world.time.now()), "person@desk")
    with _remote(world) as (workspace, remote):
        _mend(world, partial(repairing.settle_created, answer=answer, manifest=workspace.manifest, remote=remote))


def _is_not_created(world: World, address: str) -> None:
    _mend(world, partial(repairing.settle_not_created, address=address))


def _move(world: World, old: str, new: str) -> None:
    manifest = open_workspace(world.options(), ignore).manifest
    _mend(world, partial(repairing.move, old=old, new=new, manifest=manifest))


def _mend(world: World, mend: Callable[[State], repairing.Repair]) -> None:
    store = open_workspace(world.options(), ignore).store
    assert store
    with contextlib.suppress(StateError):
        repairing.repair(store, mend, _terms(world, "state"))


def _terms(world: World, operation: str) -> repairing.Terms:
    return repairing.Terms(lambda _question: None, lock_info(world, operation), FakeClock(world.time), 0)


def _pair(state: State, name: str) -> Pair:
    entry = state.projects.get(name) or state.pending_project(name)
    assert entry
    return entry.project, entry.app_id


@contextlib.contextmanager
def _remote(world: World) -> Iterator[tuple[Workspace, Remote]]:
    url, clock = world.emulator.url, FakeClock(world.time)
    workspace = open_workspace(world.options(), ignore)
    with contextlib.closing(Http(url, timeout=30, connections=1)) as http:
        client = Client(Transport(http, url, clock, ignore))
        secrets = Secrets(workspace.options.environment, workspace.fenced)
        yield workspace, Remote(client, secrets, clock, ignore, api_url=url, parallelism=1)

"""Pins: the ids that the state knows are written into the manifest files that define the projects."""

from collections.abc import Mapping
from dataclasses import dataclass

from segsync.core.identity import Identities, Known, Stuck
from segsync.core.model import Origin, Project
from segsync.core.plan import Reason
from segsync.core.state import State
from segsync.errors import StateError
from segsync.manifest.load import Loaded
from segsync.manifest.pin_lines import Pinned, pin
from segsync.manifest.sources import Source
from segsync.operations.rewriting import rewrite
from segsync.operations.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Pin:
    """An id that is not in the manifest. `origin` is the place of its project there."""

    name: str
    export_project_id: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Pins:
    """`missing` can be written, or has been; `by_hand` are those whose place takes no line of its own.

    `idless` are the names of unpinned projects of which no id is known.
    """

    missing: tuple[Pin, ...]
    by_hand: tuple[Pin, ...]
    idless: tuple[str, ...]
    changed: tuple[Source, ...]

    @property
    def all(self) -> tuple[Pin, ...]:
        return (*self.missing, *self.by_hand)


def find_pins(loaded: Loaded, workspace: Workspace) -> Pins:
    """What there is to pin of the selected projects. Writes nothing.

    Raises StateError where a binding contradicts a pin, and StateMissing.
    """
    ids, idless = _known_ids(workspace, workspace.read_state())
    pinned = pin(loaded, ids, workspace.options.environment) if ids else Pinned((), ())
    pins = [_pin(project, ids) for project in workspace.projects if project.name in ids]
    return Pins(
        missing=tuple(found for found in pins if found.name not in pinned.left),
        by_hand=tuple(found for found in pins if found.name in pinned.left),
        idless=idless,
        changed=pinned.changed,
    )


def write_pins(loaded: Loaded, pins: Pins) -> None:
    """Write the edited files. Raises FileError; the files before that one have been written."""
    before = {document.label: document.source for document in loaded.documents}
    for changed in pins.changed:
        rewrite(before[changed.label], changed)


def _known_ids(workspace: Workspace, state: State | None) -> tuple[dict[str, str], tuple[str, ...]]:
    """The ids of the unpinned projects, by name; and the names of those without."""
    identities = Identities(workspace.manifest, state)
    found = [(project, identities.of(project)) for project in workspace.projects]
    for project, identity in found:
        if isinstance(identity, Stuck) and identity.reason is Reason.ID_CONFLICT:
            raise _conflict(project, identity)
    unpinned = {project.name: identity for project, identity in found if not project.export_project_id}
    known = {name: identity.id.lower() for name, identity in unpinned.items() if isinstance(identity, Known)}
    return known, tuple(name for name in unpinned if name not in known)


def _conflict(project: Project, identity: Stuck) -> StateError:
    conflict = identity.fields[0]
    if conflict.path == "export_project_id":
        what = f"is pinned to {conflict.desired} ({project.origin}), and the state has {conflict.live}"
    else:
        what = f"is the same export project as {conflict.live}"
    return StateError(f"{project.name} {what}; nothing was written", "`segsync plan` tells how to settle it.")


def _pin(project: Project, ids: Mapping[str, str]) -> Pin:
    return Pin(project.name, ids[project.name], project.origin)

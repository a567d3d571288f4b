"""What a command works on: the manifests, the selected projects, and the state where one is used."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from segsync.core.events import Diagnosed, Listener
from segsync.core.model import Manifest, Project
from segsync.core.planner import Selection
from segsync.core.state import State
from segsync.errors import ManifestInvalid, UsageError
from segsync.manifest.load import Loaded, load
from segsync.state.locate import backend_at
from segsync.state.store import Store

DEFAULT_STATE = "segsync.state.json"


@dataclass(frozen=True, slots=True)
class Options:
    """What a user says about manifests, state and selection. `state` is None where none is named."""

    manifests: tuple[Path, ...]
    state: str | None
    globs: tuple[str, ...]
    environment: Mapping[str, str]

    @property
    def folder(self) -> Path:
        """Where segsync keeps files of its own: beside the first manifest, or in the first folder."""
        first = self.manifests[0]
        return first if first.is_dir() else first.parent

    @property
    def state_address(self) -> str:
        return self.state or str(self.folder / DEFAULT_STATE)

    @property
    def state_would_be_lost(self) -> bool:
        """In CI a local file that nobody has named does not outlive the job."""
        return self.state is None and self.environment.get("CI", "").lower() not in ("", "0", "false")


@dataclass(frozen=True, slots=True)
class Workspace:
    """`store` is None where no state is used; `listener` hears of its troubles."""

    manifest: Manifest
    selection: Selection
    store: Store | None
    fenced: tuple[Path, ...]
    options: Options
    listener: Listener

    @property
    def projects(self) -> tuple[Project, ...]:
        return self.selection.of(self.manifest)

    def of_project(self, project: Project) -> "Workspace":
        """With this project alone selected: a state is used only where it needs one."""
        return _workspace(self.manifest, Selection((project.name,)), self.fenced, self.options, self.listener)

    def needed_store(self) -> Store:
        """The state that the manifest is used with, whether or not it needs one."""
        return self.store or store_at(self.options, self.manifest.state_lineage, self.listener)

    def read_state(self) -> State | None:
        """The state as stored; None where none is used."""
        return self.store.read() if self.store else None


def open_workspace(options: Options, listener: Listener) -> Workspace:
    """Raises ManifestInvalid after telling every problem, and UsageError where a glob matches nothing."""
    return workspace_of(load(options.manifests, options.environment), options, listener)


def workspace_of(loaded: Loaded, options: Options, listener: Listener) -> Workspace:
    """The same, of manifests that have been read already."""
    manifest = checked(loaded, listener)
    return _workspace(manifest, _selection(options.globs, manifest), loaded.fenced, options, listener)


def _workspace(
    manifest: Manifest, selection: Selection, fenced: tuple[Path, ...], options: Options, listener: Listener
) -> Workspace:
    used = options.state is not None or Path(options.state_address).exists() or _unpinned(manifest, selection)
    store = store_at(options, manifest.state_lineage, listener) if used else None
    return Workspace(manifest, selection, store, fenced, options, listener)


def store_at(options: Options, lineage: str | None, listener: Listener) -> Store:
    """The state that the options name; `lineage` is the only one that is good, None for any."""
    return Store(backend_at(options.state_address, options.environment), lineage, listener)


def open_state(options: Options, listener: Listener) -> Store:
    """The state alone, also where the manifest is missing or broken: then any lineage is good."""
    manifest = load(options.manifests, options.environment).manifest
    return store_at(options, manifest.state_lineage if manifest else None, listener)


def open_state_and_manifest(options: Options, listener: Listener) -> tuple[Store, Manifest]:
    """For verbs that must know what the manifest says. Raises ManifestInvalid."""
    manifest = checked(load(options.manifests, options.environment), listener)
    return store_at(options, manifest.state_lineage, listener), manifest


def checked(loaded: Loaded, listener: Listener) -> Manifest:
    """The manifest, its warnings told; raises ManifestInvalid where it has errors."""
    for diagnostic in loaded.diagnostics:
        listener(Diagnosed(diagnostic))
    if loaded.manifest is None:
        errors = sum(diagnostic.severity == "error" for diagnostic in loaded.diagnostics)
        raise ManifestInvalid(f"the manifest has {errors} error{'s' if errors > 1 else ''}, nothing was done")
    return loaded.manifest


def _selection(globs: tuple[str, ...], manifest: Manifest) -> Selection:
    for glob in globs:
        if glob != "*" and not any(Selection((glob,)).has(project.name) for project in manifest.projects):
            names = ", ".join(project.name for project in manifest.projects[:10])
            raise UsageError("--project: a pattern matches no project of the manifest", f"Its projects: {names}.")
    return Selection(globs or ("*",))


def _unpinned(manifest: Manifest, selection: Selection) -> bool:
    return any(project.export_project_id is None for project in selection.of(manifest))

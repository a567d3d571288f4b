"""Where the lines of an imported project go: to the person who asked, into a manifest file, or into a new one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from segsync.core.digest import manifest_digest
from segsync.core.events import Diagnosed, Listener
from segsync.core.model import Manifest, Project
from segsync.errors import ManifestInvalid, UsageError
from segsync.manifest.compose import indented, project_lines, whole
from segsync.manifest.load import Loaded, defaults_of, load_sources
from segsync.manifest.project_block import add_project
from segsync.manifest.sources import SUFFIXES, Source, shown_path
from segsync.operations.adopting import Adopted
from segsync.operations.rewriting import create, rewrite
from segsync.operations.workspace import Options


@dataclass(frozen=True, slots=True)
class Target:
    """The file to write: `before` is as it was read, None where there is none yet."""

    path: Path
    label: str
    before: Source | None


@dataclass(frozen=True, slots=True)
class Insertion:
    """An imported project. `text` are its lines, as a whole manifest where `whole`.

    `after` is the file that they go into, and `before` that file as it was. `refused` tells why it does not take them.
    """

    project: Project
    text: str
    whole: bool
    before: Source | None = None
    after: Source | None = None
    refused: str = ""

    def write(self) -> None:
        """Raises FileError."""
        if self.after and self.before:
            rewrite(self.before, self.after)
        elif self.after:
            create(self.after)


def target(loaded: Loaded, options: Options, path: Path) -> Target:
    """Raises UsageError where `path` is not one of the manifests."""
    label = shown_path(path, options.environment)
    sources = (document.source for document in loaded.documents)
    before = next((source for source in sources if source.path.resolve() == path.resolve()), None)
    if before is None and (path.exists() or not any(_would_read(given, path) for given in options.manifests)):
        raise UsageError(
            f"--write: {label} is not one of the manifests that were read", f"Name it with -f too: -f {label}."
        )
    return Target(path, before.label if before else label, before)


def insertion(loaded: Loaded, options: Options, found: Adopted, place: Target | None, listener: Listener) -> Insertion:
    """Writes nothing. Raises ManifestInvalid where the manifest would not be valid with this project in it."""
    lines = tuple(project_lines(found.project, defaults_of(loaded.documents), found.notes, tuple(found.remarks())))
    alone = Source(options.folder / "import", "import", whole(lines))
    manifest = loaded.manifest or Manifest(())
    wanted = replace(manifest, projects=(*manifest.projects, found.project))
    _check_valid([*(document.source for document in loaded.documents), alone], wanted, options, listener)
    text = "".join(f"{line}\n" for line in indented(lines)) if loaded.documents else alone.text
    if place is None:
        return Insertion(found.project, text, whole=not loaded.documents)
    if place.before is None:
        created = Source(place.path, place.label, alone.text)
        return Insertion(found.project, text, whole=True, after=created)
    after = add_project(loaded, place.label, lines, found.project, options.environment)
    refused = "" if after else f"{place.label}: its layout takes no project at the end of `projects`"
    return Insertion(found.project, text, whole=False, before=place.before, after=after, refused=refused)


def _would_read(given: Path, path: Path) -> bool:
    """Whether `-f given` reads the file `path` once it is there."""
    if given.resolve() == path.resolve():
        return True
    return given.is_dir() and given.resolve() == path.parent.resolve() and path.suffix in SUFFIXES


def _check_valid(sources: Sequence[Source], wanted: Manifest, options: Options, listener: Listener) -> None:
    found = load_sources(sources, options.environment)
    if found.manifest is None:
        for diagnostic in found.diagnostics:
            if diagnostic.severity == "error":
                listener(Diagnosed(diagnostic))
    if found.manifest is None or manifest_digest(found.manifest) != manifest_digest(wanted):
        raise ManifestInvalid("the imported project does not fit the manifest, nothing was written")

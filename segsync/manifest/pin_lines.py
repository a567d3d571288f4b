"""`export_project_id` lines for projects that have none."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from segsync.manifest.documents import Document, Entry, projects
from segsync.manifest.edit import Addition, changed, edited, reads_as, split, takes_line_after
from segsync.manifest.load import Loaded
from segsync.manifest.sources import Source


@dataclass(frozen=True, slots=True)
class Pinned:
    """`changed` are the files that have new lines, with those. `left` are the names of the projects that got none."""

    changed: tuple[Source, ...]
    left: tuple[str, ...]


def pin(loaded: Loaded, ids: Mapping[str, str], environment: Mapping[str, str]) -> Pinned:
    """Give each project of `ids` (export project ids by name) its `export_project_id`, in a line of its own.

    `loaded` has no errors, and none of these projects is pinned in it.
    """
    additions = {name: addition for document in loaded.documents for name, addition in _additions(document, ids)}
    if not _hold(loaded, ids, additions, environment):
        additions = _those_that_hold(loaded, ids, additions, environment)
    left = tuple(name for name in ids if name not in additions)
    return Pinned(changed(loaded.documents, additions.values()), left)


def _those_that_hold(
    loaded: Loaded, ids: Mapping[str, str], additions: dict[str, Addition], environment: Mapping[str, str]
) -> dict[str, Addition]:
    chosen: dict[str, Addition] = {}
    # From the bottom: an anchor stands above its uses, and what a use has itself is not taken from there.
    for name in reversed(additions):
        tried = {name: additions[name], **chosen}
        if _hold(loaded, ids, tried, environment):
            chosen = tried
    return chosen


def _hold(
    loaded: Loaded, ids: Mapping[str, str], additions: Mapping[str, Addition], environment: Mapping[str, str]
) -> bool:
    assert loaded.manifest is not None
    pinned = tuple(
        replace(project, export_project_id=ids[project.name]) if project.name in additions else project
        for project in loaded.manifest.projects
    )
    wanted = replace(loaded.manifest, projects=pinned)
    return reads_as(edited(loaded.documents, additions.values()), wanted, environment)


def _additions(document: Document, ids: Mapping[str, str]) -> Iterator[tuple[str, Addition]]:
    lines = split(document.source.text)
    for entry in projects([document]):
        if entry.name in ids and (addition := _addition(entry, ids[entry.name], lines)):
            yield entry.name, addition


def _addition(entry: Entry, export_project_id: str, lines: Sequence[str]) -> Addition | None:
    """Below `app_id` or else `project`, whichever stands in the project itself; None where neither is safe."""
    own = [key for key in ("app_id", "project") if entry.data.is_own(key)]
    if entry.data.flow or not own:
        return None
    key, value = entry.data.key_at(own[0]), entry.data.value_at(own[0])
    indentation = lines[key.line - 1][: key.column - 1]
    # Something else stands before the key in `? app_id`.
    if indentation.strip(" ") or not takes_line_after(lines, value.line):
        return None
    return Addition(entry.document.label, value.line, (f"{indentation}export_project_id: {export_project_id}",))

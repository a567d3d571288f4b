"""A whole project, added at the end of the `projects` of a manifest file."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from segsync.core.model import Project
from segsync.manifest.documents import Document
from segsync.manifest.edit import Addition, changed, edited, reads_as, split, takes_line_after
from segsync.manifest.load import Loaded
from segsync.manifest.marked import Map
from segsync.manifest.sources import Source


def add_project(
    loaded: Loaded, label: str, block: Sequence[str], project: Project, environment: Mapping[str, str]
) -> Source | None:
    """The file `label` with `block` (the lines of `project`, not indented) in it.

    None where the file's layout does not take them: the result would not be `loaded` with just `project` more.
    """
    assert loaded.manifest is not None
    document = next(document for document in loaded.documents if document.label == label)
    addition = _addition(document, block)
    if addition is None:
        return None
    wanted = replace(loaded.manifest, projects=(*loaded.manifest.projects, project))
    if not reads_as(edited(loaded.documents, [addition]), wanted, environment):
        return None
    return changed(loaded.documents, [addition])[0]


def _addition(document: Document, block: Sequence[str]) -> Addition | None:
    data, lines = document.data, split(document.source.text)
    top = _own(data)
    if data.flow or not top:
        return None
    if "projects" not in data:
        margin = " " * (data.key_at(top[0]).column - 1)
        added = (f"{margin}projects:", *(f"{margin}  {line}" for line in block))
        return _after(document, len(lines), lines, added)
    found: Map = data["projects"]
    names = _own(found)
    if found.flow or not names or not data.is_own("projects"):
        return None
    margin = " " * (found.key_at(names[0]).column - 1)
    return _after(document, _end_of_projects(data, lines), lines, tuple(f"{margin}{line}" for line in block))


def _after(document: Document, number: int, lines: Sequence[str], added: tuple[str, ...]) -> Addition | None:
    return Addition(document.label, number, added) if takes_line_after(lines, number) else None


def _end_of_projects(data: Map, lines: Sequence[str]) -> int:
    """The last line that belongs to the projects. Comments that start a line belong to the key below them."""
    start = data.key_at("projects").line
    below = [line for key in _own(data) if (line := data.key_at(key).line) > start]
    if not below:
        return len(lines)
    last = min(below) - 1
    while not lines[last - 1].strip() or lines[last - 1].startswith("#"):
        last -= 1
    return last


def _own(data: Map) -> list[str]:
    return [key for key in data if data.is_own(key)]

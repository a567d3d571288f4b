"""Parsed manifest files, and the named entries in them with their places."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from segsync.core.model import Diagnostic, Origin
from segsync.manifest.marked import Map, Mark, quotable_path
from segsync.manifest.sources import Source
from segsync.plumbing.schemas import pointer

DEFAULT_KEYS = ("service_token", "api_user_id", "secret_key", "period")


@dataclass(frozen=True, slots=True)
class Document:
    """One manifest file whose top level is a mapping. `label` is its name in messages, `folder` where it lies."""

    source: Source
    data: Map

    @property
    def label(self) -> str:
        return self.source.label

    @property
    def folder(self) -> Path:
        return self.source.path.parent


@dataclass(frozen=True, slots=True)
class Entry:
    """A mapping under a key: the defaults, a project or a segment, with the place of that key."""

    name: str
    data: Map
    document: Document
    mark: Mark
    path: tuple[str, ...]

    @property
    def origin(self) -> Origin:
        return Origin(self.document.label, self.mark.line, self.mark.column)

    @property
    def place(self) -> str:
        return f"{self.document.label}:{self.mark.line}:{self.mark.column}"

    def place_of(self, key: str) -> str:
        mark = self.data.value_at(key)
        return f"{self.document.label}:{mark.line}:{mark.column}"

    def children(self, key: str) -> Iterator["Entry"]:
        yield from _entries(self.document, self.data.get(key), (*self.path, key))

    def diagnostic(
        self, message: str, hint: str = "", *, key: str = "", severity: Literal["error", "warning"] = "error"
    ) -> Diagnostic:
        """About the value of `key`, or about the entry itself."""
        mark = self.data.value_at(key) if key else self.mark
        path = (*self.path, key) if key else self.path
        where = pointer(quotable_path(path))
        return Diagnostic(severity, self.document.label, mark.line, mark.column, where, message, hint)


def projects(documents: Sequence[Document]) -> list[Entry]:
    """Every project of every file, in order."""
    return [
        entry for document in documents for entry in _entries(document, document.data.get("projects"), ("projects",))
    ]


def default_entries(documents: Sequence[Document]) -> list[Entry]:
    """The `defaults` of every file that has them."""
    found = ((document, document.data.get("defaults")) for document in documents)
    return [
        Entry("defaults", data, document, document.data.key_at("defaults"), ("defaults",))
        for document, data in found
        if isinstance(data, Map)
    ]


def merged_defaults(documents: Sequence[Document]) -> Mapping[str, Any]:
    return {key: value for entry in reversed(default_entries(documents)) for key, value in entry.data.items()}


def _entries(document: Document, parent: object, path: tuple[str, ...]) -> Iterator[Entry]:
    if not isinstance(parent, Map):
        return
    for name, data in parent.items():
        if isinstance(data, Map):
            yield Entry(name, data, document, parent.key_at(name), (*path, name))

"""Manifest files -> one Manifest, or every problem in them at once."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from segsync.core.model import Diagnostic, Manifest, Project, SecretRef, Segment
from segsync.manifest.documents import Document, Entry, merged_defaults, projects
from segsync.manifest.marked import START, Map, Problem
from segsync.manifest.periods import hours
from segsync.manifest.rules import broken_rules
from segsync.manifest.schema_rules import schema_problems
from segsync.manifest.sources import Source, read_sources
from segsync.manifest.strict_yaml import parse
from segsync.plumbing.files import work_tree

# A plain number under these keys stays text, as typed.
_TEXT_KEYS = frozenset({"project", "segment", "api_user_id"})


@dataclass(frozen=True, slots=True)
class Loaded:
    """`manifest` is None where a diagnostic is an error. No secret file may lie in one of `fenced`.

    `documents` are the files as they were read, with the places of everything in them.
    """

    manifest: Manifest | None
    diagnostics: tuple[Diagnostic, ...]
    fenced: tuple[Path, ...]
    documents: tuple[Document, ...] = field(default=(), compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Defaults:
    """What all projects of the manifest have unless they say otherwise; `period` is in hours."""

    service_token: SecretRef | None
    api_user_id: str | None
    secret_key: SecretRef | None
    period: int | None


def load(paths: Sequence[Path], environment: Mapping[str, str]) -> Loaded:
    """Read the files and folders of `paths` as one manifest. `environment` is the process's."""
    return load_sources(read_sources(paths, environment), environment)


def load_sources(sources: Iterable[Source | Diagnostic], environment: Mapping[str, str]) -> Loaded:
    """The same, of texts that have been read already, or what was wrong with one."""
    documents: list[Document] = []
    diagnostics: list[Diagnostic] = []
    for source in sources:
        if isinstance(source, Diagnostic):
            diagnostics.append(source)
            continue
        data, problems = _parsed(source)
        diagnostics += [_located(source, problem) for problem in problems]
        if isinstance(data, Map):
            documents.append(Document(source, data))
    diagnostics += broken_rules(documents, environment)
    if not any(diagnostic.severity == "error" for diagnostic in diagnostics):
        diagnostics += _empty(documents)
        manifest = _manifest(documents)
    else:
        manifest = None
    fenced = tuple({work_tree(document.folder): None for document in documents})
    return Loaded(manifest, tuple(sorted(diagnostics, key=_place)), fenced, tuple(documents))


def defaults_of(documents: Sequence[Document]) -> Defaults:
    """The defaults of files without errors."""
    found = merged_defaults(documents)
    return Defaults(
        service_token=_reference(found.get("service_token")),
        api_user_id=found.get("api_user_id"),
        secret_key=_reference(found.get("secret_key")),
        period=hours(found.get("period")),
    )


def _parsed(source: Source) -> tuple[Any, list[Problem]]:
    data, problems = parse(source.text, _TEXT_KEYS)
    told = {problem.mark for problem in problems if problem.mark != START}
    if data is not None or not problems:
        # What the reader refused has no value that a schema could judge.
        problems += [problem for problem in schema_problems("manifest", data) if problem.mark not in told]
    return data, problems


def _located(source: Source, problem: Problem) -> Diagnostic:
    line, column = problem.mark
    return Diagnostic("error", source.label, line, column, problem.pointer, problem.message, problem.hint)


def _place(diagnostic: Diagnostic) -> tuple[str, int, int]:
    return diagnostic.file, diagnostic.line, diagnostic.column


def _empty(documents: Sequence[Document]) -> Iterator[Diagnostic]:
    if not projects(documents):
        hint = "Nothing is wanted of RuStore."
        yield Diagnostic("warning", documents[0].label, 1, 1, "", "there are no projects", hint)


def _manifest(documents: Sequence[Document]) -> Manifest:
    defaults = merged_defaults(documents)
    lineages = (document.data.get("state_lineage") for document in documents)
    return Manifest(
        projects=tuple(_project(entry, defaults) for entry in projects(documents)),
        state_lineage=next((lineage.lower() for lineage in lineages if lineage), None),
    )


def _project(entry: Entry, defaults: Mapping[str, Any]) -> Project:
    values = {**defaults, **entry.data}
    pin = values.get("export_project_id")
    return Project(
        name=entry.name,
        project=values["project"],
        app_id=values["app_id"],
        service_token=_required_reference(values["service_token"]),
        api_user_id=values.get("api_user_id"),
        secret_key=_reference(values.get("secret_key")),
        export_project_id=pin.lower() if pin else None,
        ignore=frozenset(values.get("ignore", ())),
        segments=tuple(_segment(child, values.get("period")) for child in entry.children("segments")),
        origin=entry.origin,
    )


def _segment(entry: Entry, period: object) -> Segment:
    in_hours = hours(entry.data.get("period", period))
    assert in_hours is not None
    return Segment(
        name=entry.name,
        segment=entry.data["segment"],
        period=in_hours,
        is_enabled=entry.data.get("is_enabled", True),
        ignore=frozenset(entry.data.get("ignore", ())),
        origin=entry.origin,
    )


def _reference(value: Mapping[str, str] | None) -> SecretRef | None:
    return None if value is None else _required_reference(value)


def _required_reference(value: Mapping[str, str]) -> SecretRef:
    return SecretRef("env", value["env"]) if "env" in value else SecretRef("file", value["file"])

"""The rules that a schema cannot say. Each yields what is wrong; values may be of any type here."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from itertools import chain
from os.path import normpath
from pathlib import Path
from typing import Any, TypeVar

from segsync.core.model import Diagnostic
from segsync.manifest.documents import DEFAULT_KEYS, Document, Entry, default_entries, merged_defaults, projects
from segsync.manifest.marked import Map
from segsync.manifest.periods import DAY, hours
from segsync.plumbing.files import is_within, work_tree

_SECRET_KEYS = ("service_token", "secret_key")
_Key = TypeVar("_Key")


def broken_rules(documents: Sequence[Document], environment: Mapping[str, str]) -> Iterator[Diagnostic]:
    entries = projects(documents)
    yield from _defaults_given_twice(documents)
    yield from _lineages(documents)
    yield from _names_given_twice(entries)
    yield from _missing_values(entries, merged_defaults(documents))
    yield from _segments_given_twice(entries)
    yield from _pins_given_twice(entries)
    yield from _pairs_given_twice(entries)
    yield from _secrets(chain(default_entries(documents), entries), environment)
    yield from _short_periods(documents, entries)


def _defaults_given_twice(documents: Sequence[Document]) -> Iterator[Diagnostic]:
    first: dict[str, Entry] = {}
    for entry in default_entries(documents):
        for key in DEFAULT_KEYS:
            if key not in entry.data:
                continue
            earlier = first.setdefault(key, entry)
            if entry.data[key] != earlier.data[key]:
                yield entry.diagnostic(f"has another value in {earlier.place_of(key)}", key=key)


def _lineages(documents: Sequence[Document]) -> Iterator[Diagnostic]:
    found = [(document, document.data["state_lineage"]) for document in documents if "state_lineage" in document.data]
    for document, lineage in found[1:]:
        if str(lineage).lower() != str(found[0][1]).lower():
            top = Entry("", document.data, document, document.data.key_at("state_lineage"), ())
            first = Entry("", found[0][0].data, found[0][0], top.mark, ())
            yield top.diagnostic(f"has another value in {first.place_of('state_lineage')}", key="state_lineage")


def _names_given_twice(entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    # Within one file the reader has refused it already: two keys of one mapping.
    for entry, first in _twice(entries, lambda entry: entry.name):
        yield entry.diagnostic(f"is defined twice, first in {first.place}")


def _missing_values(entries: Sequence[Entry], defaults: Mapping[str, Any]) -> Iterator[Diagnostic]:
    where = "Write it here or in `defaults`."
    for entry in entries:
        needed = ("service_token",) if "export_project_id" in entry.data else DEFAULT_KEYS[:-1]
        for key in needed:
            if key not in entry.data and key not in defaults:
                yield entry.diagnostic(f"`{key}` is missing", where)
        if "period" in entry.data or "period" in defaults:
            continue
        for segment in entry.children("segments"):
            if "period" not in segment.data:
                yield segment.diagnostic("`period` is missing", "Write it here, on the project or in `defaults`.")


def _segments_given_twice(entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    for entry in entries:
        segments = [child for child in entry.children("segments") if isinstance(child.data.get("segment"), str)]
        for segment, first in _twice(segments, lambda segment: segment.data["segment"]):
            yield segment.diagnostic(f"is the same myTracker segment as in {first.place_of('segment')}", key="segment")


def _pins_given_twice(entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    pinned = [entry for entry in entries if isinstance(entry.data.get("export_project_id"), str)]
    for entry, first in _twice(pinned, lambda entry: entry.data["export_project_id"].lower()):
        message = f"is the same export project as in {first.place_of('export_project_id')}"
        yield entry.diagnostic(message, key="export_project_id")


def _pairs_given_twice(entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    paired = [entry for entry in entries if "project" in entry.data and type(entry.data.get("app_id")) is int]
    for entry, first in _twice(paired, lambda entry: (str(entry.data["project"]), entry.data["app_id"])):
        if "export_project_id" not in entry.data or "export_project_id" not in first.data:
            message = f"has the same `project` and `app_id` as the project in {first.place}"
            yield entry.diagnostic(message, "Only where both have an `export_project_id` may two share them.")


def _secrets(entries: Iterator[Entry], environment: Mapping[str, str]) -> Iterator[Diagnostic]:
    allowed = environment.get("SEGSYNC_ALLOW_SECRETS")
    for entry in entries:
        for key in _SECRET_KEYS:
            reference = entry.data.get(key)
            if isinstance(reference, Map) and (problem := _secret_problem(reference, entry.document, allowed)):
                yield entry.diagnostic(*problem, key=key)


def _secret_problem(reference: Map, document: Document, allowed: str | None) -> tuple[str, str] | None:
    names = [name for name in (reference.get("env"), reference.get("file")) if isinstance(name, str)]
    # Without this, /run/secrets/* would allow /run/secrets/../../etc/passwd.
    if any(name.startswith("/") and (normpath(name) != name or name.startswith("//")) for name in names):
        return "is a path with `.`, `..` or a doubled slash in it", "Write it without."
    if any("\0" in name for name in names):
        return "holds a null character", ""
    globs = [glob.strip() for glob in (allowed or "").split(",")]
    if allowed is not None and not all(any(fnmatchcase(name, glob) for glob in globs) for name in names):
        return "names a secret that SEGSYNC_ALLOW_SECRETS does not allow", "It lists what a manifest may name here."
    path = reference.get("file")
    if isinstance(path, str) and path.startswith("/") and is_within(Path(path), work_tree(document.folder)):
        return "lies in the manifest's folder or git work tree", "Keep secrets out of what gets committed."
    return None


def _short_periods(documents: Sequence[Document], entries: Sequence[Entry]) -> Iterator[Diagnostic]:
    segments = chain.from_iterable(entry.children("segments") for entry in entries)
    for entry in chain(default_entries(documents), entries, segments):
        period = hours(entry.data.get("period"))
        if period is not None and 0 < period < DAY:
            message = "is under 24 hours: myTracker computes a segment once a day"
            yield entry.diagnostic(message, "The same audience is pulled again.", key="period", severity="warning")


def _twice(entries: Sequence[Entry], key: Callable[[Entry], _Key]) -> Iterator[tuple[Entry, Entry]]:
    """Each entry whose key an earlier one has, with that earlier one."""
    first: dict[_Key, Entry] = {}
    for entry in entries:
        earlier = first.setdefault(key(entry), entry)
        if earlier is not entry:
            yield entry, earlier

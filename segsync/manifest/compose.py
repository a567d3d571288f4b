"""An export project as the lines of a manifest. What comes from RuStore is checked before it gets here."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from segsync.core.model import Project, Segment
from segsync.manifest.load import Defaults
from segsync.plumbing.schemas import first_breach

_LONGEST_NAME = 64
_LARGEST_NUMBER = 10**18 - 1
"""What the reader takes for a number."""

# Plain, these names would not be text to this reader, or to another one.
_PLAIN_NAME = re.compile(r"(?!(?:true|false|null|yes|no|on|off|y|n)\Z)[a-z].*", re.IGNORECASE)


def fits(name: str = "a", **fields: Any) -> bool:
    """Whether a manifest takes a project of this name with these fields; those left out are good."""
    project = {"project": "a", "app_id": 1, **fields}
    return first_breach("manifest", {"version": 1, "projects": {name: project}}) is None and _readable(fields)


def fits_segment(segment: str, period: int = 1) -> bool:
    """Whether a manifest takes this myTracker id with this period, in hours."""
    return fits(segments={"a": {"segment": segment, "period": period}}) and period <= _LARGEST_NUMBER


def segment_names(segments: Iterable[str]) -> dict[str, str]:
    """A name for each myTracker id: valid, and each another one."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    tried: Counter[str] = Counter()
    for segment in segments:
        wanted = name = re.sub(r"[^A-Za-z0-9._-]", "-", f"segment-{segment}")[:_LONGEST_NAME]
        while name in taken:
            tried[wanted] += 1
            suffix = f"-{tried[wanted] + 1}"
            name = wanted[: _LONGEST_NAME - len(suffix)] + suffix
        taken.add(name)
        names[segment] = name
    return names


def whole(lines: Iterable[str]) -> str:
    """A manifest of its own, of the project that `lines` are."""
    return "".join(f"{line}\n" for line in ("version: 1", "projects:", *indented(lines)))


def indented(lines: Iterable[str]) -> Iterator[str]:
    """As they stand under `projects:`."""
    return (f"  {line}" for line in lines)


def project_lines(
    project: Project, defaults: Defaults, notes: Mapping[str, str], remarks: Sequence[str]
) -> Iterator[str]:
    """`project` without indentation, and without what `defaults` say already.

    `notes` stand behind segments (by their names) and `remarks` below them, as comments.
    """
    yield f"{_key(project.name)}:"
    yield f'  project: "{project.project}"'
    yield f"  app_id: {project.app_id}"
    if project.export_project_id:
        yield f"  export_project_id: {project.export_project_id}"
    if project.service_token != defaults.service_token:
        yield f"  service_token: {project.service_token}"
    yield "  segments:" if project.segments else "  segments: {}"
    for segment in project.segments:
        note = f"  # {notes[segment.name]}" if segment.name in notes else ""
        yield f"    {_key(segment.name)}: {{{', '.join(_fields(segment, defaults))}}}{note}"
    yield from (f"    # {remark}" for remark in remarks)


def _fields(segment: Segment, defaults: Defaults) -> Iterator[str]:
    yield f'segment: "{segment.segment}"'
    if segment.period != defaults.period:
        yield f"period: {segment.period}"
    if not segment.is_enabled:
        yield "is_enabled: false"


def _key(name: str) -> str:
    return name if _PLAIN_NAME.fullmatch(name) else f'"{name}"'


def _readable(fields: Mapping[str, Any]) -> bool:
    return all(value <= _LARGEST_NUMBER for value in fields.values() if isinstance(value, int))

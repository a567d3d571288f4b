"""The manifest that a team edits: few names and few ids, so that what must not meet does meet.

A myTracker id stands only once in a project, and a pair of push project and app only once in a manifest.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Pair = tuple[str, int]
"""A push project and a myTracker app."""

NAMES = ("shop", "store", "deli", "cafe", "bar", "inn", "spa", "gym", "zoo", "gallery")
PAIRS: tuple[Pair, ...] = tuple((f"push-{number}", number) for number in range(1, 11))
SEGMENT_NAMES = ("payers", "churned", "trial")
SEGMENTS = tuple(str(number) for number in range(1741, 1746))

_DEFAULTS = {"service_token": {"env": "TOKEN"}, "secret_key": {"env": "KEY"}, "api_user_id": "40412"}


@dataclass(frozen=True)
class WantedSegment:
    segment: str
    period: int = 24
    is_enabled: bool = True
    ignore: tuple[str, ...] = ()


@dataclass
class WantedProject:
    """`segments` are by name."""

    pair: Pair
    pin: str | None = None
    segments: dict[str, WantedSegment] = field(default_factory=dict)

    def put(self, segments: Mapping[str, WantedSegment]) -> None:
        """Add or change these; a myTracker id stands only once in a project."""
        wanted = {segment.segment: name for name, segment in {**self.segments, **segments}.items()}
        wanted |= {segment.segment: name for name, segment in segments.items()}
        merged = {**self.segments, **segments}
        self.segments = {name: segment for name, segment in merged.items() if wanted[segment.segment] == name}

    def rename(self, old: str, new: str) -> None:
        """Where both names are in use, they change places."""
        names = {old: new, new: old}
        self.segments = {names.get(name, name): segment for name, segment in self.segments.items()}


class Wanted:
    """The manifest as a whole. `projects` are by name."""

    def __init__(self) -> None:
        self.projects: dict[str, WantedProject] = {}

    def find(self, name: str) -> WantedProject | None:
        """The project of this name; where there is none, the first one."""
        return self.projects.get(name) or next(iter(self.projects.values()), None)

    def rename(self, old: str, new: str) -> None:
        """Where both names are in use, they change places."""
        names = {old: new, new: old}
        self.projects = {names.get(name, name): project for name, project in self.projects.items()}

    def named(self, pair: Pair) -> str | None:
        return next((name for name, project in self.projects.items() if project.pair == pair), None)

    def text(self) -> str:
        """JSON, which is YAML too."""
        projects = {name: _project(project) for name, project in self.projects.items()}
        return json.dumps({"version": 1, "defaults": _DEFAULTS, "projects": projects}, indent=1)


def _project(project: WantedProject) -> dict[str, Any]:
    push_project, app_id = project.pair
    pin = {"export_project_id": project.pin} if project.pin else {}
    segments = {name: _segment(segment) for name, segment in project.segments.items()}
    return {"project": push_project, "app_id": app_id, **pin, "segments": segments}


def _segment(segment: WantedSegment) -> dict[str, Any]:
    return {
        "segment": segment.segment,
        "period": segment.period,
        "is_enabled": segment.is_enabled,
        "ignore": list(segment.ignore),
    }

"""What a state holds: what RuStore cannot tell again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Binding:
    """The export project that a name stands for. Times are RFC 3339 in UTC."""

    export_project_id: str
    project: str
    app_id: int
    created_at: str
    by: str


@dataclass(frozen=True, slots=True)
class PendingProject:
    """A project create that was begun and whose outcome was not recorded."""

    project: str
    app_id: int
    attempt: str
    since: str
    by: str


@dataclass(frozen=True, slots=True)
class PendingSegment:
    """A segment create that was begun and has not been seen in RuStore's list.

    `id` is the export's id where RuStore answered with one: such a segment was created for certain.
    """

    export_project_id: str
    segment: str
    attempt: str
    since: str
    by: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """A message that was sent under a key, or is in doubt. `digest` is of project, segment and message."""

    project: str
    segment: str
    digest: str
    at: str
    outcome: Literal["sent", "unknown"]


@dataclass(frozen=True, slots=True)
class State:
    """What RuStore cannot tell again. `pending` maps addresses, of projects and of segments."""

    lineage: str
    serial: int = 0
    projects: Mapping[str, Binding] = field(default_factory=dict)
    pending: Mapping[str, PendingProject | PendingSegment] = field(default_factory=dict)
    published: Mapping[str, Published] = field(default_factory=dict)

    def pending_project(self, name: str) -> PendingProject | None:
        found = self.pending.get(name)
        return found if isinstance(found, PendingProject) else None

    def pending_segments(self, export_project_id: str) -> dict[str, PendingSegment]:
        """The segment creates in doubt in one export project, by myTracker id: names may change meanwhile."""
        entries = (entry for entry in self.pending.values() if isinstance(entry, PendingSegment))
        return {entry.segment: entry for entry in entries if entry.export_project_id == export_project_id}

    def unseen_segments(self, export_project_id: str) -> frozenset[str]:
        """The myTracker ids that RuStore answered with an export id for, and has not listed since."""
        pending = self.pending_segments(export_project_id)
        return frozenset(segment for segment, entry in pending.items() if entry.id)

    @property
    def names(self) -> tuple[str, ...]:
        """Every project name that the state knows, bound or in doubt."""
        in_doubt = (name for name, entry in self.pending.items() if isinstance(entry, PendingProject))
        return tuple(dict.fromkeys((*self.projects, *in_doubt)))


@dataclass(frozen=True, slots=True)
class StateRef:
    lineage: str
    serial: int

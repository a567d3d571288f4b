"""What a plan says, and what came of an apply: pure data, complete in itself."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from segsync.core.model import Failure, LiveProject, LiveSegment, Origin, Project, Segment
from segsync.core.state import StateRef


class Action(StrEnum):
    CREATE = "create"
    UNCHANGED = "unchanged"
    DRIFT = "drift"
    UNMANAGED = "unmanaged"
    BLOCKED = "blocked"


class Reason(StrEnum):
    MISSING = "missing"
    DUPLICATE = "duplicate"
    PROJECT = "project"
    APP_ID = "app_id"
    PERIOD = "period"
    IS_ENABLED = "is_enabled"
    NOT_IN_MANIFEST = "not-in-manifest"
    PENDING = "pending"
    NOT_FOUND = "not-found"
    ID_CONFLICT = "id-conflict"
    RENAMED = "renamed"
    DISABLED = "disabled"
    UNREADABLE = "unreadable"
    PARENT = "parent"


Kind = Literal["project", "segment"]

Scalar = str | int | bool


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field that differs."""

    path: str
    desired: Scalar
    live: Scalar


@dataclass(frozen=True, slots=True)
class Change:
    """What the plan says of one address.

    `live` is the export with the lowest id and `duplicates` are the ids of further live exports of one segment.
    `fields` are the differences that are not ignored. Where a name stands in the way they have the path `name`
    (`live` is the other name), where a pin does, `export_project_id`.
    """

    address: str
    kind: Kind
    action: Action
    reason: Reason | None = None
    desired: Project | Segment | None = None
    live: LiveProject | LiveSegment | None = None
    duplicates: tuple[str, ...] = ()
    fields: tuple[FieldChange, ...] = ()
    ignored: tuple[str, ...] = ()
    error: Failure | None = None
    origin: Origin | None = None

    @property
    def project_name(self) -> str:
        return self.address.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Summary:
    """How many addresses, projects and segments alike, a plan has of each action."""

    create: int = 0
    drift: int = 0
    unmanaged: int = 0
    blocked: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Base:
    """What a plan was made from. `manifest` and `live` are digests, `projects` the globs of the selection."""

    api_url: str
    projects: tuple[str, ...]
    manifest: str
    state: StateRef | None
    live: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What differs. Pure data: nothing beside it is needed to print, save or compare it."""

    created_at: str
    segsync: str
    complete: bool
    base: Base
    summary: Summary
    changes: tuple[Change, ...]


class Ending(StrEnum):
    """How one planned create ended."""

    CREATED = "created"
    ADOPTED = "adopted"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the create of one address ended. `id` is RuStore's, null where none is known."""

    address: str
    kind: Kind
    outcome: Ending
    id: str | None = None
    error: Failure | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """How many planned creates ended in each way."""

    created: int = 0
    adopted: int = 0
    failed: int = 0
    unknown: int = 0
    skipped: int = 0


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is left for a person after an apply."""

    drift: int = 0
    blocked: int = 0
    unmanaged: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """What an apply did. `converged`: everything that the manifest wants is live and the same."""

    summary: Tally
    remaining: Remaining
    converged: bool
    exit_code: int
    outcomes: tuple[Outcome, ...]

"""The values that pass between the rooms. All are frozen; none knows the API, a file or a colour."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

NIL_ID = "00000000-0000-0000-0000-000000000000"


class Secret:
    """A resolved secret. Shows itself as `***` everywhere; only `reveal` gives the value."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def occurs_in(self, text: str) -> bool:
        return self._value in text

    def __repr__(self) -> str:
        return "***"


@dataclass(frozen=True, slots=True)
class SecretRef:
    """Where a secret is kept: the name of an environment variable, or the absolute path of a file."""

    source: Literal["env", "file"]
    name: str

    def __str__(self) -> str:
        return f"{{{self.source}: {self.name}}}"


@dataclass(frozen=True, slots=True)
class Origin:
    """A place in a manifest; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem in a manifest. `pointer` is a JSON Pointer (RFC 6901); no text holds a value of the manifest."""

    severity: Literal["error", "warning"]
    file: str
    line: int
    column: int
    pointer: str
    message: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Segment:
    """A segment export as the manifest wants it. `segment` is the myTracker id, `period` is in hours."""

    name: str
    segment: str
    period: int
    is_enabled: bool
    ignore: frozenset[str]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Project:
    """An export project as the manifest wants it, its defaults filled in."""

    name: str
    project: str
    app_id: int
    service_token: SecretRef
    api_user_id: str | None
    secret_key: SecretRef | None
    export_project_id: str | None
    ignore: frozenset[str]
    segments: tuple[Segment, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Manifest:
    """All manifest files as one. Names, and myTracker ids within a project, are unique."""

    projects: tuple[Project, ...]
    state_lineage: str | None = None

    def project(self, name: str) -> Project | None:
        return next((project for project in self.projects if project.name == name), None)


@dataclass(frozen=True, slots=True)
class LiveProject:
    """An export project as RuStore shows it."""

    id: str
    project: str
    app_id: int


@dataclass(frozen=True, slots=True)
class LiveSegment:
    """A segment export as RuStore shows it; `id` is the export's own, `segment` is myTracker's."""

    id: str
    segment: str
    period: int
    is_enabled: bool


class FailureKind(StrEnum):
    """What is known of a call that brought no good answer."""

    REFUSED = "refused"
    NOT_SENT = "not-sent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a call brought no good answer. `http` is the status, `code` and `status` are the API's own."""

    kind: FailureKind
    message: str
    http: int | None = None
    code: int | None = None
    status: str | None = None
    enveloped: bool = field(default=False, compare=False)

    @property
    def token_refused(self) -> bool:
        """The API documents a bad token as HTTP 400 with code 2000; 401 and 403 mean the same everywhere."""
        return self.code == 2000 or self.http in (401, 403)


@dataclass(frozen=True, slots=True)
class Found:
    """An export project that was read, with all of its segment exports."""

    project: LiveProject
    segments: tuple[LiveSegment, ...]


@dataclass(frozen=True, slots=True)
class NotFound:
    """RuStore answered that it does not know the id."""

    failure: Failure


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The read failed, so nothing is known."""

    failure: Failure


Reading = Found | NotFound | Unreadable
Snapshot = Mapping[str, Reading]
"""What was read of RuStore, by export project id."""


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
class StateRef:
    lineage: str
    serial: int


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

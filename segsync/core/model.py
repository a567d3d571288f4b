"""What is wanted and what is live: the values that pass between the rooms.

All are frozen; none knows the API, a file or a colour.
"""

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

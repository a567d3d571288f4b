"""What happens while a command works, as values: the command line prints them, nothing else does."""

from collections.abc import Callable
from dataclasses import dataclass

from segsync.core.model import Diagnostic


@dataclass(frozen=True, slots=True)
class Exchanged:
    """One request and how it ended (`200`, or why there is no answer). No header and no body is told."""

    method: str
    url: str
    ending: str
    seconds: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """A wait of more than a moment, and what for."""

    seconds: float
    why: str


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` of what is being worked on."""

    doing: str
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class ProjectCreated:
    """RuStore answered a project create with this id, a moment ago. It cannot be found again."""

    name: str
    export_project_id: str


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """A problem in the manifest that does not stop the command."""

    diagnostic: Diagnostic


@dataclass(frozen=True, slots=True)
class Warned:
    """Something that a person should know, in one or more sentences."""

    message: str


Event = Exchanged | Waiting | Progress | ProjectCreated | Diagnosed | Warned
Listener = Callable[[Event], None]

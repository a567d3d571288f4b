"""How a run of apply is to go, and what came of it."""

from dataclasses import dataclass, field

from segsync.core.model import Reading
from segsync.core.plan import Plan, Result
from segsync.errors import Interrupted, SegsyncError
from segsync.operations.applying import Applied
from tests.properties.accidents import Accident, Fate
from tests.properties.calls import Calls
from tests.properties.watched import WatchedClock


@dataclass(frozen=True)
class Course:
    """What befalls a run, and its options. `disturbed`: someone is in the console meanwhile."""

    accidents: tuple[Accident, ...] = ()
    strict: bool = False
    globs: tuple[str, ...] = ()
    lock_wait: float = 0.0
    disturbed: bool = False


CALM = Course()


@dataclass
class Ran:
    """`readings` are the last ones by export project, `printed` the ids of created projects that a person saw.

    `serials` are those that were stored and written at each write.
    """

    course: Course
    fate: Fate
    clock: WatchedClock
    calls: Calls = field(default_factory=Calls)
    readings: dict[str, Reading] = field(default_factory=dict)
    printed: set[str] = field(default_factory=set)
    serials: list[tuple[int, int]] = field(default_factory=list)
    plan: Plan | None = None
    applied: Applied | None = None
    error: SegsyncError | None = None

    @property
    def killed(self) -> bool:
        return self.fate.killed

    @property
    def cut_off(self) -> bool:
        """It may have ended before RuStore showed what it created."""
        return self.killed or self.clock.stop_signal is not None

    @property
    def result(self) -> Result:
        assert self.applied
        return self.applied.result

    @property
    def exit_code(self) -> int:
        """As the command line makes it of what the apply returned or raised."""
        if isinstance(self.error, Interrupted):
            return 128 + self.error.signum
        return self.error.exit_code if self.error else self.result.exit_code

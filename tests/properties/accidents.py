"""What befalls a process while it applies: at which moment, and what."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from signal import SIGINT, SIGTERM


class Killed(BaseException):
    """SIGKILL. From here on nothing of the process reaches a file, a server or a person."""


KILL, ABORT = "kill", "abort"
ANYWHERE = (KILL, KILL, SIGINT.name, SIGTERM.name, ABORT)
TEAR, NO_SPACE, STRANGER = "tear", "no space", "stranger"
"""These befall a write alone, and only NO_SPACE may be told after it."""

ANY = "any moment"

# `before` and `after` are of a call or a write as a whole; what a server does lies between them.
AFTER_CREATE, BEFORE_WRITE, AFTER_WRITE = "after create", "before write", "after write"
MOMENTS = (
    "before create",
    AFTER_CREATE,
    "before read",
    "after read",
    BEFORE_WRITE,
    AFTER_WRITE,
    "ProjectCreated",
    "Progress",
    "Waiting",
    "wait",
    "slow answer",
)


@dataclass(frozen=True)
class Accident:
    """`act` happens when `moment`, or ANY, comes for the `nth` time (from 1)."""

    moment: str
    nth: int
    act: str


class Fate:
    """The accidents of one process. Safe for threads: who is killed is killed in all of them."""

    def __init__(self, accidents: Sequence[Accident]) -> None:
        self._accidents = accidents
        self._reached: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._acts: dict[str, Callable[[], None]] = {KILL: self.kill}
        self.killed = False
        self.happened: list[Accident] = []

    def on(self, act: str, do: Callable[[], None]) -> None:
        """How `act` is done. What it raises is raised where the accident happens."""
        self._acts[act] = do

    def kill(self) -> None:
        self.killed = True

    def reach(self, moment: str) -> None:
        """Called by the process: its own end is raised here."""
        self.pass_by(moment)
        if self.killed:
            raise Killed

    def pass_by(self, moment: str) -> None:
        """Called by others, such as the server that the process waits for."""
        if self.killed:
            return
        with self._lock:
            self._reached.update((moment, ANY))
            now = {(name, self._reached[name]) for name in (moment, ANY)}
            due = [accident for accident in self._accidents if (accident.moment, accident.nth) in now]
            self.happened += due
        for accident in due:
            self._acts[accident.act]()

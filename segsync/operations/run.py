"""What the steps of one apply share."""

from collections.abc import Callable
from dataclasses import dataclass

from segsync.core.events import Listener
from segsync.operations.ledger import Ledger
from segsync.operations.remote import Remote
from segsync.plumbing.clock import Clock, timestamp


@dataclass(frozen=True, slots=True)
class Run:
    """`by` names who applies (USER@HOST), `settle` is in seconds, `new_id` makes UUIDs."""

    remote: Remote
    ledger: Ledger
    clock: Clock
    listener: Listener
    new_id: Callable[[], str]
    by: str
    settle: float

    @property
    def halted(self) -> bool:
        """Nothing new may start: the process was asked to stop, or the state cannot be written."""
        return self.clock.stop_signal is not None or self.ledger.broken

    def now(self) -> str:
        return timestamp(self.clock.now())

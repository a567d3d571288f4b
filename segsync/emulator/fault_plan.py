"""Which faults a request meets: counting, drawing lots, and choosing among several."""

import random
import threading
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from segsync.emulator.faults import FaultSpec
from segsync.emulator.vocabulary import DELAYS, FaultName, OperationName


@dataclass(frozen=True)
class Fired:
    """What one request meets: at most one fault that replaces its answer, and two delays in seconds.

    `slow` holds the answer back, `lag` hides a created segment from the list.
    """

    fault: FaultName | None = None
    slow: float = 0.0
    lag: float = 0.0


NOTHING = Fired()


class FaultPlan:
    """The faults that are set. Safe for threads; reproducible for one seed and one order of requests."""

    def __init__(self, specs: Iterable[FaultSpec], seed: int | None) -> None:
        self._lock = threading.Lock()
        self._first_seed = seed
        self.replace(specs)

    def replace(self, specs: Iterable[FaultSpec], seed: int | None = None) -> None:
        """Set other faults. Counting starts anew, and the lots too: from the first seed if none is given."""
        with self._lock:
            self._specs = tuple(specs)
            self._requests: Counter[OperationName] = Counter()
            # Lots, not secrets: they must be the same for the same seed.
            self._random = random.Random(self._first_seed if seed is None else seed)  # noqa: S311

    @property
    def specs(self) -> tuple[FaultSpec, ...]:
        """The faults that are set, in their order."""
        return self._specs

    def draw(self, operation: OperationName) -> Fired:
        """Count one request of the operation and tell what it meets."""
        if not self._specs:
            return NOTHING
        with self._lock:
            self._requests[operation] += 1
            # All are asked, also those after the first that fires, so that the lots of one do not depend
            # on the luck of another.
            return _combined([s for s in self._specs if s.operation == operation and self._fires(s)])

    def _fires(self, spec: FaultSpec) -> bool:
        if spec.nth is not None:
            return self._requests[spec.operation] == spec.nth
        return spec.percent is None or self._random.random() * 100 < spec.percent


def _combined(specs: list[FaultSpec]) -> Fired:
    return Fired(
        fault=next((spec.fault for spec in specs if spec.fault not in DELAYS), None),
        slow=sum(spec.seconds for spec in specs if spec.fault is FaultName.SLOW),
        lag=max((spec.seconds for spec in specs if spec.fault is FaultName.LAG), default=0.0),
    )

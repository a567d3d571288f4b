"""What the API and the console look at together."""

from collections.abc import Callable
from dataclasses import dataclass

from segsync.emulator.counts import Counts
from segsync.emulator.data import Data
from segsync.emulator.fault_plan import FaultPlan
from segsync.emulator.lag import Lag


@dataclass(frozen=True)
class World:
    """The parts of one emulator, each safe for threads. `clock` gives seconds since 1970."""

    data: Data
    lag: Lag
    faults: FaultPlan
    counts: Counts
    clock: Callable[[], float]

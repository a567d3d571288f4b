"""After creating: read until RuStore shows what was created, or until `settle` has passed."""

from collections.abc import Mapping
from dataclasses import dataclass

from segsync.core.events import Waiting
from segsync.core.model import Found, Project, Reading
from segsync.operations.run import Run

_FIRST_DELAY = 0.1
_LONGEST_DELAY = 1.0


@dataclass(frozen=True, slots=True)
class Expected:
    """What an export project should show: these myTracker ids."""

    project: Project
    segments: frozenset[str]


def read_back(run: Run, expected: Mapping[str, Expected]) -> dict[str, Reading]:
    """The last reading of each export project id. Ends early when the process is asked to stop."""
    readings: dict[str, Reading] = {}
    deadline = run.clock.monotonic() + run.settle
    delay = _FIRST_DELAY
    outstanding = dict(expected)
    while outstanding and run.clock.stop_signal is None:
        wanted = {id_: entry.project for id_, entry in outstanding.items()}
        readings |= run.remote.read(wanted, doing="Reading back")
        outstanding = {id_: entry for id_, entry in outstanding.items() if not _shown(readings[id_], entry)}
        left = deadline - run.clock.monotonic()
        if not outstanding or left <= 0:
            break
        if delay >= _LONGEST_DELAY:
            run.listener(Waiting(left, "RuStore does not show everything yet"))
        run.clock.sleep(min(delay, left))
        delay = min(delay * 2, _LONGEST_DELAY)
    return readings


def _shown(reading: Reading, expected: Expected) -> bool:
    return isinstance(reading, Found) and expected.segments <= {export.segment for export in reading.segments}

"""Creates segment exports in parallel, project by project, each project's list read afresh just before.

One thread alone touches the state; the others only make calls. Intents of a project are durable before the first
of its creates goes out.
"""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

from segsync.core import journal
from segsync.core.events import Progress
from segsync.core.model import Failure, FailureKind, Found, Project, Reading, Segment
from segsync.core.plan import Ending, Outcome
from segsync.core.state import PendingSegment
from segsync.operations.run import Run


@dataclass(frozen=True, slots=True)
class Batch:
    """The segments to create in one export project."""

    project: Project
    export_project_id: str
    segments: tuple[Segment, ...]

    def address(self, segment: Segment) -> str:
        return f"{self.project.name}/{segment.name}"


def create_segments(run: Run, batches: Sequence[Batch]) -> dict[str, Outcome]:
    """The outcome of each segment, by address. Unknown ones have yet to be read back."""
    return _Creating(run, batches).outcomes()


_Result = Reading | str | Failure | None


class _Creating:
    def __init__(self, run: Run, batches: Sequence[Batch]) -> None:
        self._run = run
        self._waiting = deque(batches)
        self._total = sum(len(batch.segments) for batch in batches)
        self._outcomes: dict[str, Outcome] = {}

    def outcomes(self) -> dict[str, Outcome]:
        with ThreadPoolExecutor(self._run.remote.parallelism) as pool:
            running: dict[Future[_Result], tuple[Batch, Segment | None]] = {}
            while self._waiting or running:
                # A list is read only when there is room to create at once: it would be old by then.
                while self._waiting and len(running) < self._run.remote.parallelism:
                    batch = self._waiting.popleft()
                    running[pool.submit(_read_afresh, self._run, batch)] = (batch, None)
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for batch, segment in self._settle([(*running.pop(future), future.result()) for future in finished]):
                    running[pool.submit(_create, self._run, batch, segment)] = (batch, segment)
        return self._outcomes

    def _settle(self, finished: list[tuple[Batch, Segment | None, _Result]]) -> list[tuple[Batch, Segment]]:
        """Record what has finished; returns the creates that may go out, their intents durable."""
        ready: list[tuple[Batch, Segment]] = []
        for batch, segment, result in finished:
            if segment is None:
                ready += [(batch, missing) for missing in self._missing(batch, result)]
            else:
                assert result is None or isinstance(result, (str, Failure))
                self._record(batch, segment, result)
        self._run.listener(Progress("Creating segments", len(self._outcomes), self._total))
        return ready if self._begin(ready) else []

    def _missing(self, batch: Batch, reading: _Result) -> list[Segment]:
        """The segments of `batch` that a fresh reading does not show; the others are settled here."""
        if not isinstance(reading, Found):
            failure = reading.failure if reading is not None and not isinstance(reading, (str, Failure)) else None
            for segment in batch.segments:
                self._end(batch, segment, Ending.FAILED if failure else Ending.SKIPPED, error=failure)
            return []
        live = {export.segment: export.id for export in reading.segments}
        for segment in batch.segments:
            if segment.segment in live:
                self._end(batch, segment, Ending.ADOPTED, live[segment.segment])
        return [segment for segment in batch.segments if segment.segment not in live]

    def _begin(self, ready: list[tuple[Batch, Segment]]) -> bool:
        if not ready:
            return True
        run, before = self._run, self._run.ledger.state
        if run.ledger.kept:
            since = run.now()
            entries = {
                batch.address(segment): PendingSegment(
                    batch.export_project_id, segment.segment, run.new_id(), since, run.by
                )
                for batch, segment in ready
            }
            run.ledger.state = journal.begin_segments(before, entries)
        if run.ledger.save():
            return True
        run.ledger.state = before
        for batch, segment in ready:
            self._end(batch, segment, Ending.SKIPPED)
        return False

    def _record(self, batch: Batch, segment: Segment, answer: str | Failure | None) -> None:
        ledger, address = self._run.ledger, batch.address(segment)
        if isinstance(answer, str):
            ledger.state = journal.answered(ledger.state, {address: answer})
            self._end(batch, segment, Ending.CREATED, answer)
        elif answer is not None and answer.kind is FailureKind.UNKNOWN:
            self._end(batch, segment, Ending.UNKNOWN, error=answer)
        else:
            ledger.state = journal.drop(ledger.state, [address])
            self._end(batch, segment, Ending.FAILED if answer else Ending.SKIPPED, error=answer)

    def _end(
        self, batch: Batch, segment: Segment, ending: Ending, id_: str | None = None, error: Failure | None = None
    ) -> None:
        address = batch.address(segment)
        self._outcomes[address] = Outcome(address, "segment", ending, id_, error)


def _create(run: Run, batch: Batch, segment: Segment) -> str | Failure | None:
    """None where nothing was sent because nothing new may start."""
    return None if run.halted else run.remote.create_segment(batch.project, batch.export_project_id, segment)


def _read_afresh(run: Run, batch: Batch) -> Reading | None:
    return None if run.halted else run.remote.read_one(batch.project, batch.export_project_id)

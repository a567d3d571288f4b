"""Whatever befalls a team and its pipeline: nothing is created twice, and nothing that was created is lost.

One machine lives through random stories: manifests are edited, people work in the console, RuStore answers badly or
late, runs are killed, interrupted and held up, files cannot be written, two runs meet. After every run everything
is checked against what RuStore truly holds.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from segsync.errors import StateLocked, UsageError
from tests.properties.calm import check_calm, check_nothing_stays_in_doubt
from tests.properties.checks import check
from tests.properties.edits import ConsoleEdit, Edit, PutProject, Segments
from tests.properties.process import run_apply
from tests.properties.ran import Course, Ran
from tests.properties.stories import Weather, all_edits, console_edits, courses, some_segments, weathers
from tests.properties.wanted import NAMES, PAIRS
from tests.properties.world import SETTLE, World

Meanwhile = Callable[[], None]


class Applies(RuleBasedStateMachine):
    @initialize(
        stateful=st.sampled_from([True, True, True, False]),
        parallelism=st.sampled_from([1, 1, 4]),
        segments=some_segments,
    )
    def begin(self, stateful: bool, parallelism: int, segments: Segments) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self.world = World(Path(self._folder.name), stateful=stateful, parallelism=parallelism)
        self._edit([PutProject(NAMES[0], PAIRS[0], False, segments)])
        self._failed = False

    def teardown(self) -> None:
        try:
            if not self._failed:
                check_calm(self.world)
                check_nothing_stays_in_doubt(self.world)
        finally:
            self.world.close()
            self._folder.cleanup()

    @rule(edits=all_edits, weather=weathers, course=courses)
    def apply(self, edits: list[Edit], weather: Weather, course: Course) -> None:
        self._edit(edits)
        self._apply(weather, course)

    @rule(weather=weathers, course=courses)
    def apply_again_at_once(self, weather: Weather, course: Course) -> None:
        self._apply(weather, course)

    @rule(edits=all_edits)
    def apply_while_lists_lag_for_hours(self, edits: list[Edit]) -> None:
        """Beyond what segsync is told to count on: where a state is used, it copes all the same."""
        if self.world.stateful:
            self._edit(edits)
            self._apply(Weather(("segment-create:lag:7200",)), Course())

    @rule(edits=all_edits, weather=weathers, course=courses, edit=console_edits)
    def apply_while_someone_is_in_the_console(
        self, edits: list[Edit], weather: Weather, course: Course, edit: ConsoleEdit
    ) -> None:
        self._edit(edits)
        self._apply(weather, replace(course, disturbed=True), lambda: edit.make(self.world))

    @rule(edits=all_edits, weather=weathers, course=courses, other=courses)
    def apply_while_another_run_begins(
        self, edits: list[Edit], weather: Weather, course: Course, other: Course
    ) -> None:
        """The other one begins and ends between this one's plan and its first create."""
        others: list[Ran] = []
        self._edit(edits)
        self._apply(weather, course, lambda: others.append(self._run(other)), others)
        for ran in others:
            assert not self.world.stateful or not ran.calls.creates
            assert not self.world.stateful or ran.killed or isinstance(ran.error, (StateLocked, UsageError))

    @rule(edits=all_edits, weather=weathers, wait=st.sampled_from([0.0, 30.0]))
    def apply_twice_at_once(self, edits: list[Edit], weather: Weather, wait: float) -> None:
        """Where a state is used: without one, nothing could keep them apart."""
        self._edit(edits)
        if self.world.stateful:
            self._check(weather, lambda: self._run_in_threads(Course(lock_wait=wait)))

    def _edit(self, edits: Sequence[Edit]) -> None:
        for edit in edits:
            edit.make(self.world)
            self.world.write_manifest()

    def _apply(
        self, weather: Weather, course: Course, meanwhile: Meanwhile = lambda: None, others: Sequence[Ran] = ()
    ) -> None:
        self._check(weather, lambda: [self._run(course, meanwhile), *others])

    def _check(self, weather: Weather, run: Callable[[], Sequence[Ran]]) -> None:
        self.world.console.faults(*weather.faults, seed=weather.seed)
        before = self.world.scene()
        with self._alive():
            check(self.world, before, run())

    def _run(self, course: Course, meanwhile: Meanwhile = lambda: None) -> Ran:
        ran = run_apply(self.world, course, meanwhile)
        if not self.world.stateful and ran.cut_off:
            # With no state to tell of it, the next run has to come later than RuStore shows what this one made.
            self.world.time.advance(SETTLE)
        return ran

    def _run_in_threads(self, course: Course) -> list[Ran]:
        rans: list[Ran] = []
        threads = [Thread(target=lambda: rans.append(self._run(course))) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(rans) == len(threads)
        return rans

    @contextmanager
    def _alive(self) -> Iterator[None]:
        """Once a check has failed, others are of no use."""
        self._failed = True
        yield
        self._failed = False


TestApplies = Applies.TestCase
TestApplies.settings = settings(
    max_examples=60, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck)
)

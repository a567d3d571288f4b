"""RuStore, the team's folder, and the time that both live in."""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from segsync.core.state import PendingProject, State
from segsync.emulator.server import Emulator, Settings
from segsync.operations.starting import start
from segsync.operations.workspace import DEFAULT_STATE, Options
from segsync.state.store import decode
from tests.properties.accidents import Fate
from tests.properties.calls import Target
from tests.properties.quick_console import QuickConsole
from tests.properties.wanted import NAMES, PAIRS, Pair, Wanted, WantedSegment
from tests.support.clock import FakeTime
from tests.support.events import ignore

SETTLE = 10.0
LONGEST_LAG = 9.5
"""A list shows a new export within SETTLE: that is what segsync is told to count on."""

ENVIRONMENT = {"TOKEN": "token", "KEY": "key"}


@dataclass(frozen=True)
class Export:
    """A segment export at RuStore, listed or not yet."""

    id: str
    project_id: str
    segment: str
    period: int
    is_enabled: bool

    @property
    def target(self) -> tuple[str, str]:
        return self.project_id, self.segment


@dataclass(frozen=True)
class Scene:
    """All that there is at one moment, by id; `recovered` are the recovery files. No state: none is used."""

    projects: dict[str, Pair]
    exports: dict[str, Export]
    state: State | None
    recovered: tuple[State, ...]


class World:
    """`made_by_hand` are the ids of what the console made: all else was made through the API."""

    def __init__(self, folder: Path, *, stateful: bool, parallelism: int) -> None:
        self.folder = folder
        self.stateful = stateful
        self.parallelism = parallelism
        self.time = FakeTime()
        self.wanted = Wanted()
        self.made_by_hand: set[str] = set()
        self.fate = Fate(())
        self._ids = itertools.count(1)
        self.emulator = Emulator(Settings(port=0), sleep=self._answer_slowly, clock=self.time.timestamp)
        self.emulator.start()
        self.console = QuickConsole(self.emulator.url)
        self.write_manifest()
        if stateful:
            start(self.options(), ignore, self.new_id)

    def close(self) -> None:
        self.console.close()
        self.emulator.stop()

    def options(self, *globs: str) -> Options:
        return Options((self.folder / "segsync.yaml",), None, globs, ENVIRONMENT)

    def write_manifest(self) -> None:
        (self.folder / "segsync.yaml").write_text(self.wanted.text(), encoding="utf-8")

    def new_name(self) -> str | None:
        """One that neither the manifest nor the state has."""
        state = self.state()
        taken = {*self.wanted.projects, *(state.names if state else ())}
        return next((name for name in NAMES if name not in taken), None)

    def new_pair(self) -> Pair | None:
        """One of which RuStore has no export project, and the manifest wants none."""
        taken = {*self.scene().projects.values(), *(project.pair for project in self.wanted.projects.values())}
        return next((pair for pair in PAIRS if pair not in taken), None)

    def new_id(self) -> str:
        """Not random: a story that is told again has the same ids. They come first wherever ids are sorted."""
        return str(UUID(int=next(self._ids)))

    def add_project(self, pair: Pair) -> str:
        """By hand, in the console."""
        push_project, app_id = pair
        made = self.console.add_project(push_project, app_id, id=self.new_id())
        self.made_by_hand.add(made)
        return made

    def add_export(self, project_id: str, segment: WantedSegment) -> None:
        """By hand, in the console."""
        made = self.console.add_segment(
            project_id, segment.segment, segment.period, is_enabled=segment.is_enabled, id=self.new_id()
        )
        self.made_by_hand.add(made)

    def state(self) -> State | None:
        path = self.folder / DEFAULT_STATE
        return decode(path.read_bytes(), str(path)) if self.stateful else None

    def recovery_files(self) -> list[Path]:
        return sorted(self.folder.glob("segsync.recovery.*.json"), key=_serial)

    def scene(self) -> Scene:
        data = self.console.data()
        exports = [
            Export(found["id"], project["id"], found["segment"], found["period"], found["is_enabled"])
            for project in data
            for found in project["segments"]
        ]
        return Scene(
            {project["id"]: (project["project"], project["app_id"]) for project in data},
            {export.id: export for export in exports},
            self.state(),
            tuple(decode(path.read_bytes(), str(path)) for path in self.recovery_files()),
        )

    def known_id(self, scene: Scene, name: str) -> str | None:
        """The export project that the team knows by this name, from the manifest, the state or a recovery file."""
        project = self.wanted.projects.get(name)
        if project and project.pin:
            return project.pin
        bindings = (state.projects.get(name) for state in (scene.state, *scene.recovered) if state)
        return next((binding.export_project_id for binding in bindings if binding), None)

    def missing(self, scene: Scene) -> list[tuple[str, WantedSegment]]:
        """What the manifest wants and RuStore lacks, with the export projects that it belongs to."""
        there = {export.target for export in scene.exports.values()}
        wanted = [
            (id_, segment)
            for name, project in self.wanted.projects.items()
            if (id_ := self.known_id(scene, name))
            for segment in project.segments.values()
        ]
        return [(id_, segment) for id_, segment in wanted if (id_, segment.segment) not in there]

    def _answer_slowly(self, seconds: float) -> None:
        self.time.advance(seconds)
        self.fate.pass_by("slow answer")


def pending_targets(state: State) -> set[Target]:
    """What is in doubt: project creates and segment creates."""
    return {
        (entry.project, entry.app_id) if isinstance(entry, PendingProject) else (entry.export_project_id, entry.segment)
        for entry in state.pending.values()
    }


def _serial(path: Path) -> int:
    return int(json.loads(path.read_bytes())["serial"])

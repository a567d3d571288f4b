"""What people change between two runs: the manifest, RuStore in its console, or the state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tests.properties.wanted import Pair, WantedProject, WantedSegment
from tests.properties.world import World

Deed = Callable[[World], None]
Segments = Mapping[str, WantedSegment]


@dataclass(frozen=True)
class PutProject:
    """Add a project that nobody knows yet; where there are no more names, write an old one anew.

    Pinned ones were made in the console; without a state all have to be.
    """

    name: str
    pair: Pair
    pinned: bool
    segments: Segments

    def make(self, world: World) -> None:
        name, pair = world.new_name() or self.name, world.new_pair() or self.pair
        if world.wanted.named(pair) in (None, name):
            pin = world.add_project(pair) if self.pinned or not world.stateful else None
            world.wanted.projects[name] = WantedProject(pair, pin)
            world.wanted.projects[name].put(self.segments)


@dataclass(frozen=True)
class RemoveProject:
    name: str

    def make(self, world: World) -> None:
        world.wanted.projects.pop(self.name, None)


@dataclass(frozen=True)
class RenameProject:
    old: str
    new: str

    def make(self, world: World) -> None:
        world.wanted.rename(self.old, self.new)


@dataclass(frozen=True)
class Pin:
    """To one of the export projects of this push project and app, as a person finds them in the console."""

    name: str
    place: int

    def make(self, world: World) -> None:
        if project := world.wanted.find(self.name):
            taken = {other.pin for other in world.wanted.projects.values()}
            ids = [id_ for id_, pair in world.scene().projects.items() if pair == project.pair]
            if free := [id_ for id_ in ids if id_ not in taken]:
                project.pin = free[self.place % len(free)]


@dataclass(frozen=True)
class Unpin:
    name: str

    def make(self, world: World) -> None:
        if world.stateful and (project := world.wanted.find(self.name)):
            project.pin = None


@dataclass(frozen=True)
class PutSegments:
    """Add and change segments; with `alone`, the others go."""

    name: str
    segments: Segments
    alone: bool

    def make(self, world: World) -> None:
        if project := world.wanted.find(self.name):
            project.segments = {} if self.alone else project.segments
            project.put(self.segments)


@dataclass(frozen=True)
class RenameSegment:
    name: str
    old: str
    new: str

    def make(self, world: World) -> None:
        if project := world.wanted.find(self.name):
            project.rename(self.old, self.new)


@dataclass(frozen=True)
class AddExport:
    """In the console, to one of the export projects there are. It may be a duplicate."""

    place: int
    segment: WantedSegment

    def make(self, world: World) -> None:
        if projects := list(world.scene().projects):
            world.add_export(projects[self.place % len(projects)], self.segment)


@dataclass(frozen=True)
class AddMissing:
    """In the console, one of the exports that the manifest wants and RuStore lacks."""

    place: int

    def make(self, world: World) -> None:
        if missing := world.missing(world.scene()):
            project_id, segment = missing[self.place % len(missing)]
            world.add_export(project_id, segment)


@dataclass(frozen=True)
class ChangeExport:
    """In the console, one of the exports there are."""

    place: int
    segment: WantedSegment

    def make(self, world: World) -> None:
        if exports := list(world.scene().exports):
            export = exports[self.place % len(exports)]
            world.console.change(export, period=self.segment.period, is_enabled=self.segment.is_enabled)


@dataclass(frozen=True)
class DeleteExports:
    """In the console, from one of the exports there are to the last one."""

    place: int

    def make(self, world: World) -> None:
        exports = list(world.scene().exports)
        for export in exports[self.place % len(exports) :] if exports else ():
            world.console.delete(export)


@dataclass(frozen=True)
class Repair:
    """What a person does about the state."""

    deeds: tuple[Deed, ...]

    def make(self, world: World) -> None:
        for deed in self.deeds:
            deed(world)


@dataclass(frozen=True)
class LetTimePass:
    seconds: float

    def make(self, world: World) -> None:
        world.time.advance(self.seconds)


ConsoleEdit = AddExport | AddMissing | ChangeExport | DeleteExports
ManifestEdit = PutProject | RemoveProject | RenameProject | Pin | Unpin | PutSegments | RenameSegment
Edit = ManifestEdit | ConsoleEdit | Repair | LetTimePass

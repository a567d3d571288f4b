"""Which export project a name stands for: the one question that RuStore itself cannot answer."""

from collections import defaultdict
from dataclasses import dataclass

from segsync.core.model import Manifest, Project
from segsync.core.plan import FieldChange, Reason
from segsync.core.state import PendingProject, State


@dataclass(frozen=True, slots=True)
class Known:
    """The id is known. `in_doubt`: the state holds an unsettled create too, and a pin to what it made settles it."""

    id: str
    in_doubt: PendingProject | None


@dataclass(frozen=True, slots=True)
class Absent:
    """No id is known and nothing stands in the way of creating."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """A person must say which export project is meant, before anything is read or created."""

    reason: Reason
    fields: tuple[FieldChange, ...] = ()


Identity = Known | Absent | Stuck


class Identities:
    """Answers for every project of one manifest and one state."""

    def __init__(self, manifest: Manifest, state: State | None) -> None:
        self._state = state or State(lineage="")
        self._names_by_id: dict[str, set[str]] = defaultdict(set)
        self._names_by_pair: dict[tuple[str, int], set[str]] = defaultdict(set)
        for name, binding in self._state.projects.items():
            self._names_by_id[binding.export_project_id].add(name)
            self._names_by_pair[binding.project, binding.app_id].add(name)
        for name in self._state.names:
            if pending := self._state.pending_project(name):
                self._names_by_pair[pending.project, pending.app_id].add(name)
        for project in manifest.projects:
            if project.export_project_id:
                self._names_by_id[project.export_project_id].add(project.name)

    def of(self, project: Project) -> Identity:
        pin = project.export_project_id
        binding = self._state.projects.get(project.name)
        if pin and binding and pin != binding.export_project_id:
            conflict = FieldChange("export_project_id", pin, binding.export_project_id)
            return Stuck(Reason.ID_CONFLICT, (conflict,))
        in_doubt = self._state.pending_project(project.name)
        known = pin or (binding.export_project_id if binding else None)
        if known:
            return self._unless_shared(project, Known(known, in_doubt))
        return Stuck(Reason.PENDING) if in_doubt else self._unless_renamed(project)

    def _unless_shared(self, project: Project, known: Known) -> Identity:
        others = self._names_by_id[known.id] - {project.name}
        return _named(Reason.ID_CONFLICT, project, others) if others else known

    def _unless_renamed(self, project: Project) -> Identity:
        # Any other name of the state with this pair counts, also one that the manifest now uses for another pair:
        # creating here would make a second export project of what the state already holds.
        others = self._names_by_pair[project.project, project.app_id] - {project.name}
        return _named(Reason.RENAMED, project, others) if others else Absent()


def _named(reason: Reason, project: Project, others: set[str]) -> Stuck:
    return Stuck(reason, tuple(FieldChange("name", project.name, other) for other in sorted(others)))

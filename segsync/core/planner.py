"""(Manifest, State, Snapshot) -> changes. Pure: the same input gives the same plan, on every machine."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from segsync.core.diff import field_changes
from segsync.core.identity import Absent, Identities, Known, Stuck
from segsync.core.model import (
    Failure,
    Found,
    LiveProject,
    LiveSegment,
    Manifest,
    NotFound,
    Project,
    Segment,
    Snapshot,
    Unreadable,
)
from segsync.core.plan import Action, Change, FieldChange, Reason, Summary
from segsync.core.state import State


@dataclass(frozen=True, slots=True)
class Selection:
    """The projects that a run looks at: those whose name matches one of the globs."""

    globs: tuple[str, ...] = ("*",)

    def has(self, name: str) -> bool:
        return any(fnmatchcase(name, glob) for glob in self.globs)

    def of(self, manifest: Manifest) -> tuple[Project, ...]:
        return tuple(project for project in manifest.projects if self.has(project.name))


def ids_to_read(manifest: Manifest, state: State | None, selection: Selection) -> dict[str, Project]:
    """The export project ids that a plan needs, each with the project whose token reads it."""
    identities = Identities(manifest, state)
    known = ((identities.of(project), project) for project in selection.of(manifest))
    return {identity.id: project for identity, project in known if isinstance(identity, Known)}


def plan_changes(
    manifest: Manifest, state: State | None, snapshot: Snapshot, selection: Selection
) -> tuple[Change, ...]:
    """Every address of the selection, once, in the order in which it is shown.

    `snapshot` holds a reading for each id of `ids_to_read`.
    """
    return tuple(_changes(manifest, state or State(lineage=""), snapshot, selection))


def by_segment(exports: Sequence[LiveSegment]) -> dict[str, tuple[LiveSegment, ...]]:
    """Live exports by myTracker id, those of one segment by their own id: the first is the one to compare with."""
    grouped: dict[str, list[LiveSegment]] = defaultdict(list)
    for export in sorted(exports, key=lambda export: export.id):
        grouped[export.segment].append(export)
    return {segment: tuple(same) for segment, same in grouped.items()}


def summarize(changes: Sequence[Change]) -> Summary:
    counts = Counter(change.action.value for change in changes)
    return Summary(**counts)


def _changes(manifest: Manifest, state: State, snapshot: Snapshot, selection: Selection) -> Iterator[Change]:
    identities = Identities(manifest, state)
    for project in selection.of(manifest):
        identity = identities.of(project)
        if isinstance(identity, Stuck):
            yield from _blocked(project, identity.reason, fields=identity.fields)
        elif isinstance(identity, Absent):
            yield _change(project, Action.CREATE, Reason.MISSING)
            yield from _segments(project, _Parent({}, creatable=True))
        else:
            yield from _known(project, identity, state, snapshot)
    yield from _state_only(manifest, state, selection)


def _known(project: Project, identity: Known, state: State, snapshot: Snapshot) -> Iterator[Change]:
    reading = snapshot[identity.id]
    if isinstance(reading, Unreadable):
        yield from _blocked(project, Reason.UNREADABLE, reading)
    elif isinstance(reading, NotFound):
        yield from _blocked(project, Reason.NOT_FOUND, reading)
    else:
        yield from _found(project, identity, state, reading)


def _found(project: Project, identity: Known, state: State, reading: Found) -> Iterator[Change]:
    live = reading.project
    differing = field_changes(
        {"project": project.project, "app_id": project.app_id}, {"project": live.project, "app_id": live.app_id}
    )
    in_doubt = identity.in_doubt
    # Settled only by the export project that this very create made, whatever the manifest says by now.
    unsettled = in_doubt is not None and (in_doubt.project, in_doubt.app_id) != (live.project, live.app_id)
    if unsettled or (in_doubt and differing):
        yield _change(project, Action.BLOCKED, Reason.PENDING, live=live, fields=differing)
    else:
        yield _compared(project, live, differing)
    exports = by_segment(reading.segments)
    # An ignored difference is not reported, but what it differs from is still another project: nothing is
    # created there.
    parent = _Parent(exports, creatable=not differing and not unsettled, unseen=state.unseen_segments(identity.id))
    yield from _segments(project, parent)
    yield from _unmanaged(project, exports)


def _compared(project: Project, live: LiveProject, differing: tuple[FieldChange, ...]) -> Change:
    reported = tuple(change for change in differing if change.path not in project.ignore)
    ignored = tuple(change.path for change in differing if change.path in project.ignore)
    if not reported:
        return _change(project, Action.UNCHANGED, None, live=live, ignored=ignored)
    return _change(project, Action.DRIFT, Reason(reported[0].path), live=live, fields=reported, ignored=ignored)


@dataclass(frozen=True, slots=True)
class _Parent:
    """What is known of the project around a segment.

    `exports` is None where its list was not read. `unseen` are the myTracker ids that RuStore answered with an
    id for, and has not listed since.
    """

    exports: Mapping[str, tuple[LiveSegment, ...]] | None
    creatable: bool
    unseen: frozenset[str] = frozenset()


def _segments(project: Project, parent: _Parent) -> Iterator[Change]:
    for segment in project.segments:
        yield _segment(project, segment, parent)


def _segment(project: Project, segment: Segment, parent: _Parent) -> Change:
    if parent.exports is None:
        return _segment_change(project, segment, Action.BLOCKED, Reason.PARENT)
    live = parent.exports.get(segment.segment)
    if live:
        return _compared_segment(project, segment, live)
    if not segment.is_enabled:
        return _segment_change(project, segment, Action.BLOCKED, Reason.DISABLED)
    if not parent.creatable:
        return _segment_change(project, segment, Action.BLOCKED, Reason.PARENT)
    if segment.segment in parent.unseen:
        # It exists for certain: creating it again would be the second time.
        return _segment_change(project, segment, Action.BLOCKED, Reason.PENDING)
    return _segment_change(project, segment, Action.CREATE, Reason.MISSING)


def _compared_segment(project: Project, segment: Segment, exports: tuple[LiveSegment, ...]) -> Change:
    live, *others = exports
    differing = field_changes(
        {"period": segment.period, "is_enabled": segment.is_enabled},
        {"period": live.period, "is_enabled": live.is_enabled},
    )
    paths = (*([Reason.DUPLICATE.value] if others else []), *(change.path for change in differing))
    reported = [path for path in paths if path not in segment.ignore]
    return _segment_change(
        project,
        segment,
        Action.DRIFT if reported else Action.UNCHANGED,
        Reason(reported[0]) if reported else None,
        live=live,
        duplicates=tuple(other.id for other in others),
        fields=tuple(change for change in differing if change.path in reported),
        ignored=tuple(path for path in paths if path in segment.ignore),
    )


def _blocked(
    project: Project,
    reason: Reason,
    reading: NotFound | Unreadable | None = None,
    fields: tuple[FieldChange, ...] = (),
) -> Iterator[Change]:
    error = reading.failure if reading else None
    yield _change(project, Action.BLOCKED, reason, fields=fields, error=error)
    yield from _segments(project, _Parent(None, creatable=False))


def _unmanaged(project: Project, exports: Mapping[str, tuple[LiveSegment, ...]]) -> Iterator[Change]:
    managed = {segment.segment for segment in project.segments}
    for segment_id in sorted(exports.keys() - managed):
        live, *others = exports[segment_id]
        yield Change(
            address=f"{project.name}/?{segment_id}",
            kind="segment",
            action=Action.UNMANAGED,
            reason=Reason.NOT_IN_MANIFEST,
            live=live,
            duplicates=tuple(other.id for other in others),
        )


def _state_only(manifest: Manifest, state: State, selection: Selection) -> Iterator[Change]:
    managed = {project.name for project in manifest.projects}
    for name in state.names:
        if name not in managed and selection.has(name):
            yield Change(name, "project", Action.UNMANAGED, Reason.NOT_IN_MANIFEST)


def _change(
    project: Project,
    action: Action,
    reason: Reason | None,
    *,
    live: LiveProject | None = None,
    fields: tuple[FieldChange, ...] = (),
    ignored: tuple[str, ...] = (),
    error: Failure | None = None,
) -> Change:
    return Change(
        address=project.name,
        kind="project",
        action=action,
        reason=reason,
        desired=project,
        live=live,
        fields=fields,
        ignored=ignored,
        error=error,
        origin=project.origin,
    )


def _segment_change(
    project: Project,
    segment: Segment,
    action: Action,
    reason: Reason | None,
    *,
    live: LiveSegment | None = None,
    duplicates: tuple[str, ...] = (),
    fields: tuple[FieldChange, ...] = (),
    ignored: tuple[str, ...] = (),
) -> Change:
    return Change(
        address=f"{project.name}/{segment.name}",
        kind="segment",
        action=action,
        reason=reason,
        desired=segment,
        live=live,
        duplicates=duplicates,
        fields=fields,
        ignored=ignored,
        origin=segment.origin,
    )

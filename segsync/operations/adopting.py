"""What is live, as a manifest would have it. What RuStore sends is hostile until the manifest's schema has taken it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from segsync.core.model import Found, LiveSegment, Origin, Project, SecretRef, Segment
from segsync.core.planner import by_segment
from segsync.errors import CallFailed
from segsync.manifest.compose import fits, fits_segment, segment_names
from segsync.manifest.load import Defaults
from segsync.render.escape import shown

NOWHERE = Origin("", 1, 1)


@dataclass(frozen=True, slots=True)
class Adopted:
    """`project` plans as unchanged but for duplicates, which `notes` tell of by segment name.

    `left_out` are exports that no manifest can name; they stay unmanaged.
    """

    project: Project
    notes: Mapping[str, str]
    left_out: tuple[LiveSegment, ...]

    def remarks(self) -> Iterator[str]:
        """For comments: of ids, only those that a manifest could hold."""
        for export in self.left_out:
            yield f"left out, a manifest cannot hold its segment id or its period: export {_id(export)}"

    def warnings(self) -> Iterator[str]:
        for export in self.left_out:
            yield (
                f"export {shown(export.id)} is left out: a manifest cannot hold its myTracker segment id "
                f"({shown(export.segment)}) or its period ({export.period}). It stays unmanaged."
            )


def adopted(name: str, found: Found, token: SecretRef, defaults: Defaults, *, pin: bool) -> Adopted:
    """Raises CallFailed where RuStore's `project` or `app_id` is none that a manifest can hold."""
    live = found.project
    if not fits(project=live.project, app_id=live.app_id):
        raise CallFailed(
            f"a manifest cannot hold what RuStore says of {live.id}: "
            f"push project {shown(live.project)}, app {live.app_id}"
        )
    good = {id_: same for id_, same in _in_order(found.segments) if fits_segment(id_, same[0].period)}
    names = segment_names(good)
    project = Project(
        name=name,
        project=live.project,
        app_id=live.app_id,
        service_token=token,
        api_user_id=defaults.api_user_id,
        secret_key=defaults.secret_key,
        export_project_id=live.id if pin else None,
        ignore=frozenset(),
        segments=tuple(_segment(names[id_], same[0]) for id_, same in good.items()),
        origin=NOWHERE,
    )
    notes = {names[id_]: _others(same) for id_, same in good.items() if len(same) > 1}
    return Adopted(project, notes, tuple(export for export in found.segments if export.segment not in good))


def _in_order(segments: Sequence[LiveSegment]) -> list[tuple[str, tuple[LiveSegment, ...]]]:
    """Numbers by their size, whatever the order of RuStore's list."""
    return sorted(by_segment(segments).items(), key=lambda item: (len(item[0]), item[0]))


def _segment(name: str, live: LiveSegment) -> Segment:
    return Segment(name, live.segment, live.period, live.is_enabled, frozenset(), NOWHERE)


def _others(same: Sequence[LiveSegment]) -> str:
    return f"{len(same)} live exports: {', '.join(map(_id, same))}"


def _id(export: LiveSegment) -> str:
    return export.id if fits_segment(export.id) else "with an id that cannot stand here"

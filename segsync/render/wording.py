"""The words for each change of a plan, decided once for every format."""

from collections.abc import Callable

from segsync.core.model import LiveSegment, Project, Segment
from segsync.core.plan import Action, Change, FieldChange, Reason, Scalar, Summary, Tally
from segsync.render.escape import shown

SIGNS = {Action.CREATE: "+", Action.DRIFT: "!", Action.UNMANAGED: "?", Action.BLOCKED: "x", Action.UNCHANGED: " "}
NO_CHANGES = "No changes. RuStore matches the manifest."


def name(change: Change) -> str:
    """The name within the project, or of the project itself; the myTracker id of what the manifest does not name."""
    return shown(change.address.partition("/")[2].removeprefix("?") or change.address)


def told(change: Change) -> str:
    """What stands behind the sign and the name."""
    return _BY_ACTION[change.action](change)


def plan_line(summary: Summary) -> str:
    """The line that scripts may match."""
    return (
        f"Plan: {summary.create} to create, {summary.drift} drifted, {summary.unmanaged} unmanaged, "
        f"{summary.blocked} blocked, {summary.unchanged} unchanged."
    )


def apply_line(tally: Tally) -> str:
    """The line that scripts may match."""
    return (
        f"Apply: {tally.created} created, {tally.adopted} adopted, {tally.failed} failed, "
        f"{tally.unknown} unknown, {tally.skipped} skipped."
    )


def _create(change: Change) -> str:
    wanted = change.desired
    if isinstance(wanted, Project):
        return f"create: push project {wanted.project}, myTracker app {wanted.app_id}"
    assert isinstance(wanted, Segment)
    return f"create: myTracker segment {wanted.segment}, every {wanted.period} h"


def _drift(change: Change) -> str:
    told_fields = [_field(field) for field in change.fields]
    if change.reason is Reason.DUPLICATE:
        told_fields.insert(0, _duplicates(change))
    return f"cannot change: {'; '.join(told_fields)} ({_place(change)})"


def _place(change: Change) -> str:
    return shown(str(change.origin))


def _others(change: Change) -> tuple[str, str]:
    """The other names that stand in the way, and the first of them."""
    names = [str(field.live) for field in change.fields]
    return " and ".join(names), names[0]


def _field(field: FieldChange) -> str:
    return f"{field.path} is {_value(field.live)} at RuStore, {_value(field.desired)} here"


def _value(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else shown(str(value))


def _duplicates(change: Change) -> str:
    assert isinstance(change.live, LiveSegment)
    ids = ", ".join(shown(id_) for id_ in (change.live.id, *change.duplicates))
    return f"{len(change.duplicates) + 1} live exports of myTracker segment {shown(change.live.segment)}: {ids}"


def _unmanaged(change: Change) -> str:
    live = change.live
    if not isinstance(live, LiveSegment):
        return "in the state, not in the manifest"
    more = f", {len(change.duplicates) + 1} exports" if change.duplicates else ""
    switched_off = "" if live.is_enabled else ", switched off"
    return f"at RuStore, not in the manifest: every {live.period} h{switched_off}{more}"


def _blocked(change: Change) -> str:
    assert change.reason is not None
    return "blocked: " + _BY_REASON[change.reason](change)


def _pending(change: Change) -> str:
    if isinstance(change.desired, Segment):
        return "RuStore answered that it was created and does not list it yet; plan again later"
    in_doubt = "a create is in doubt; `segsync state show` tells how to settle it"
    if change.fields:
        return f"{in_doubt}; it is not the pinned one: {'; '.join(_field(field) for field in change.fields)}"
    return in_doubt


def _not_found(change: Change) -> str:
    pin = change.desired.export_project_id if isinstance(change.desired, Project) else None
    what = f"export project {pin}" if pin else "the export project that the state has for it"
    answer = f" ({shown(change.error.message)})" if change.error else ""
    return f"RuStore does not know {what}{answer}"


def _id_conflict(change: Change) -> str:
    if change.fields[0].path == "export_project_id":
        conflict = change.fields[0]
        return (
            f"pinned to {conflict.desired} ({_place(change)}), and the state has {conflict.live}; "
            f"take out the wrong one (`segsync state forget {change.address}` for the state's)"
        )
    others, first = _others(change)
    return f"the same export project as {others}; keep one name (`segsync state mv {first} {change.address}`)"


def _renamed(change: Change) -> str:
    others, first = _others(change)
    way_out = f"`segsync state mv {first} {change.address}`"
    return f"the state has this project and app_id as {others}; if it is that one: {way_out}"


def _disabled(change: Change) -> str:
    return f"not live, and is_enabled is false here ({_place(change)}); segsync creates only what is switched on"


def _unreadable(change: Change) -> str:
    return f"could not be read: {shown(change.error.message) if change.error else 'no answer'}"


def _parent(_change: Change) -> str:
    return "waits for its project"


_BY_ACTION: dict[Action, Callable[[Change], str]] = {
    Action.CREATE: _create,
    Action.DRIFT: _drift,
    Action.UNMANAGED: _unmanaged,
    Action.BLOCKED: _blocked,
    Action.UNCHANGED: lambda _change: "",
}
_BY_REASON: dict[Reason, Callable[[Change], str]] = {
    Reason.PENDING: _pending,
    Reason.NOT_FOUND: _not_found,
    Reason.ID_CONFLICT: _id_conflict,
    Reason.RENAMED: _renamed,
    Reason.DISABLED: _disabled,
    Reason.UNREADABLE: _unreadable,
    Reason.PARENT: _parent,
}

"""The words for each change of a plan and each outcome of an apply, decided once for every format.

Sentences hold their values as `spans` do.
"""

from collections.abc import Callable

from segsync.core.model import LiveSegment, Project, Segment
from segsync.core.plan import Action, Change, Ending, FieldChange, Outcome, Reason, Remaining, Scalar, Summary, Tally
from segsync.render.escape import shown
from segsync.render.spans import value

NO_CHANGES = "No changes. RuStore matches the manifest."
CONVERGED = "Converged: everything that the manifest wants is live."
INCOMPLETE = "This plan is incomplete: not every project could be read."
WAITS = "waits for its project"


def name(address: str) -> str:
    """The name within the project, or of the project itself; the myTracker id of what the manifest does not name."""
    return shown(address.partition("/")[2].removeprefix("?") or address)


def told(change: Change) -> str:
    """What stands behind the sign and the name."""
    return _BY_ACTION[change.action](change)


def told_outcome(outcome: Outcome) -> str:
    """How it ended, beyond the word for it: RuStore's id, or why there is none. May be empty."""
    if outcome.error and outcome.outcome is not Ending.CREATED:
        return value(outcome.error.message)
    return value(outcome.id) if outcome.id else ""


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


def not_converged(left: Remaining) -> str:
    return f"Not converged: {left.drift} drifted, {left.blocked} blocked, {left.unmanaged} unmanaged remain."


def count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def scalar(wanted: Scalar) -> str:
    """As YAML spells it."""
    return str(wanted).lower() if isinstance(wanted, bool) else str(wanted)


def _create(change: Change) -> str:
    wanted = change.desired
    if isinstance(wanted, Project):
        return f"create: push project {value(wanted.project)}, myTracker app {value(wanted.app_id)}"
    assert isinstance(wanted, Segment)
    return f"create: myTracker segment {value(wanted.segment)}, every {value(wanted.period)} h"


def _drift(change: Change) -> str:
    told_fields = [_field(field) for field in change.fields]
    if change.reason is Reason.DUPLICATE:
        told_fields.insert(0, _duplicates(change))
    return f"cannot change: {'; '.join(told_fields)}"


def _field(field: FieldChange) -> str:
    return f"{field.path} is {value(scalar(field.live))} at RuStore, {value(scalar(field.desired))} here"


def _duplicates(change: Change) -> str:
    assert isinstance(change.live, LiveSegment)
    ids = ", ".join(value(id_) for id_ in (change.live.id, *change.duplicates))
    return f"{len(change.duplicates) + 1} live exports of myTracker segment {value(change.live.segment)}: {ids}"


def _unmanaged(change: Change) -> str:
    live = change.live
    if not isinstance(live, LiveSegment):
        return "in the state, not in the manifest"
    more = f", {len(change.duplicates) + 1} exports" if change.duplicates else ""
    switched_off = "" if live.is_enabled else ", switched off"
    return f"at RuStore, not in the manifest: every {value(live.period)} h{switched_off}{more}"


def _blocked(change: Change) -> str:
    assert change.reason is not None
    return "blocked: " + _BY_REASON[change.reason](change)


def _pending(change: Change) -> str:
    if isinstance(change.desired, Segment):
        return "RuStore answered that it was created and does not list it yet"
    if change.fields:
        return f"a create is in doubt; it is not the pinned one: {'; '.join(_field(field) for field in change.fields)}"
    return "a create is in doubt"


def _not_found(change: Change) -> str:
    pin = change.desired.export_project_id if isinstance(change.desired, Project) else None
    what = f"export project {value(pin)}" if pin else "the export project that the state has for it"
    return f"RuStore does not know {what}"


def _id_conflict(change: Change) -> str:
    first = change.fields[0]
    if first.path == "export_project_id":
        return f"pinned to {value(first.desired)}, and the state has {value(first.live)}"
    return f"the same export project as {_others(change)}"


def _renamed(change: Change) -> str:
    return f"the state has this project and app_id as {_others(change)}"


def _others(change: Change) -> str:
    """The other names that stand in the way."""
    return " and ".join(value(field.live) for field in change.fields)


def _unreadable(change: Change) -> str:
    return f"could not be read: {value(change.error.message if change.error else 'no answer')}"


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
    Reason.DISABLED: lambda _change: "not live, and is_enabled is false here",
    Reason.UNREADABLE: _unreadable,
    Reason.PARENT: lambda _change: WAITS,
}

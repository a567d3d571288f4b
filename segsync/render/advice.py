"""What a person can do about a change that segsync cannot make. Promises nothing of RuStore's console."""

from collections.abc import Callable

from segsync.core.model import Project, Segment
from segsync.core.plan import Action, Change, Ending, Outcome, Reason
from segsync.render.spans import command, value
from segsync.render.wording import scalar


def advice(change: Change) -> str:
    """A sentence without its full stop; empty where there is nothing for a person to do."""
    if change.action not in (Action.DRIFT, Action.BLOCKED) or change.reason is None:
        return ""
    return _BY_REASON[change.reason](change)


def advice_on(outcome: Outcome) -> str:
    """The same for how a create ended."""
    if outcome.outcome is not Ending.UNKNOWN:
        return ""
    if outcome.kind == "segment":
        return "the next apply looks it up in RuStore's list first"
    return f"it may exist, and is not sent again: {command('segsync state show')} tells how to settle it"


def _accept(change: Change) -> str:
    """The manifest says what RuStore has, or that the difference is known."""
    live = " and ".join(command(f"{field.path}: {scalar(field.live)}") for field in change.fields)
    duplicate = [Reason.DUPLICATE.value] if change.reason is Reason.DUPLICATE else []
    known = (*change.ignored, *duplicate, *(field.path for field in change.fields))
    ignored = command(f"ignore: [{', '.join(known)}]")
    if duplicate or not live:
        return f"to accept it, write {ignored} here"
    return f"to accept it, write {live} here, or {ignored}"


def _other_project(change: Change) -> str:
    return f"{_accept(change)}; otherwise correct {command('export_project_id')}"


def _pending(change: Change) -> str:
    if isinstance(change.desired, Segment):
        return "plan again later"
    return f"{command('segsync state show')} tells how to settle it"


def _not_found(change: Change) -> str:
    if isinstance(change.desired, Project) and change.desired.export_project_id:
        return f"correct {command('export_project_id')} here, or the service token of its push project{_answer(change)}"
    return f"compare the service token with its push project, and the API's address{_answer(change)}"


def _answer(change: Change) -> str:
    return f" (RuStore: {value(change.error.message)})" if change.error else ""


def _id_conflict(change: Change) -> str:
    first = change.fields[0]
    if first.path == "export_project_id":
        forget = command(f"segsync state forget {change.address}")
        return f"take out the wrong one: the line here, or the state's with {forget}"
    return f"keep one name: {_move(change)}"


def _renamed(change: Change) -> str:
    return f"if it is that one: {_move(change)}"


def _move(change: Change) -> str:
    return command(f"segsync state mv {change.fields[0].live} {change.address}")


def _unreadable(_change: Change) -> str:
    return "plan again once it answers"


_BY_REASON: dict[Reason, Callable[[Change], str]] = {
    Reason.DUPLICATE: _accept,
    Reason.PROJECT: _other_project,
    Reason.APP_ID: _other_project,
    Reason.PERIOD: _accept,
    Reason.IS_ENABLED: _accept,
    Reason.PENDING: _pending,
    Reason.NOT_FOUND: _not_found,
    Reason.ID_CONFLICT: _id_conflict,
    Reason.RENAMED: _renamed,
    Reason.DISABLED: lambda _change: "segsync creates only what is switched on",
    Reason.UNREADABLE: _unreadable,
    Reason.PARENT: lambda _change: "",
}

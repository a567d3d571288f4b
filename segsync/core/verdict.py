"""Exit codes. Where several hold, the order is: 130 and 143, 5, 3 for an unknown outcome, 1, 3, 2."""

from collections.abc import Sequence

from segsync.core.message import Sending
from segsync.core.plan import Action, Change, Ending, Outcome, Plan, Reason, Summary
from segsync.core.planner import summarize

DONE, FAILED, TO_CREATE, PERSON_NEEDED, STATE_CHANGED = 0, 1, 2, 3, 5


def person_needed(summary: Summary, *, strict: bool) -> bool:
    return bool(summary.drift or summary.blocked or (strict and summary.unmanaged))


def of_plan(plan: Plan, *, detailed: bool, strict: bool) -> int:
    if not plan.complete:
        return FAILED
    if not detailed:
        return DONE
    if person_needed(plan.summary, strict=strict):
        return PERSON_NEEDED
    return TO_CREATE if plan.summary.create else DONE


def of_apply(
    outcomes: Sequence[Outcome],
    after: Sequence[Change],
    *,
    strict: bool,
    error_code: int = DONE,
    stop_signal: int | None = None,
) -> int:
    """`after` is the plan made from what was read at the end; `error_code` is of what went wrong with the state."""
    if stop_signal is not None:
        return 128 + stop_signal
    if error_code == STATE_CHANGED:
        return STATE_CHANGED
    endings = {outcome.outcome for outcome in outcomes}
    if Ending.UNKNOWN in endings:
        return PERSON_NEEDED
    if error_code or Ending.FAILED in endings or any(change.reason is Reason.UNREADABLE for change in after):
        return FAILED
    left = summarize(after)
    # Still to create after creating: RuStore does not show it.
    return PERSON_NEEDED if left.create or person_needed(left, strict=strict) else DONE


def of_publish(outcome: Sending, *, error_code: int = DONE, stop_signal: int | None = None) -> int:
    """`error_code` is of what went wrong with the state after sending."""
    if stop_signal is not None:
        return 128 + stop_signal
    if error_code == STATE_CHANGED:
        return STATE_CHANGED
    if outcome is Sending.UNKNOWN:
        return PERSON_NEEDED
    return FAILED if error_code or outcome is Sending.FAILED else DONE


def converged(after: Sequence[Change]) -> bool:
    """Everything that the manifest wants is live and the same."""
    return all(change.action in (Action.UNCHANGED, Action.UNMANAGED) for change in after)

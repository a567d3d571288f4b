"""Exit codes, and their order where several hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement

import pytest

from segsync.core.plan import Action, Base, Change, Ending, Outcome, Plan, Reason, Summary
from segsync.core.verdict import converged, of_apply, of_plan, person_needed
from tests.support.models import AT

NOTHING = Summary(unchanged=40)
CREATE = Summary(create=3)
DRIFT = Summary(create=3, drift=1)
BLOCKED = Summary(create=3, blocked=1)
UNMANAGED = Summary(create=3, unmanaged=1)
ONLY_UNMANAGED = Summary(unmanaged=1)


def of(summary: Summary, *, detailed: bool, strict: bool = False, complete: bool = True) -> int:
    plan = Plan(AT, "0.1.0", complete, Base("u", ("*",), "m", None, "l"), summary, ())
    return of_plan(plan, detailed=detailed, strict=strict)


@pytest.mark.parametrize("summary", [NOTHING, CREATE, DRIFT, BLOCKED, UNMANAGED])
@pytest.mark.parametrize("strict", [False, True])
def test_a_plan_that_was_shown_is_done(summary: Summary, strict: bool) -> None:
    assert of(summary, detailed=False, strict=strict) == 0


@pytest.mark.parametrize(
    ("summary", "code", "strict_code"),
    [
        (NOTHING, 0, 0),
        (CREATE, 2, 2),
        (DRIFT, 3, 3),
        (BLOCKED, 3, 3),
        (UNMANAGED, 2, 3),
        (ONLY_UNMANAGED, 0, 3),
    ],
)
def test_a_detailed_exit_code_puts_a_person_before_creates(summary: Summary, code: int, strict_code: int) -> None:
    assert of(summary, detailed=True) == code
    assert of(summary, detailed=True, strict=True) == strict_code


@pytest.mark.parametrize("summary", [NOTHING, CREATE, BLOCKED])
@pytest.mark.parametrize("detailed", [False, True])
def test_an_incomplete_plan_has_failed(summary: Summary, detailed: bool) -> None:
    assert of(summary, detailed=detailed, complete=False) == 1


@pytest.mark.parametrize(
    ("summary", "strict", "needed"),
    [
        (Summary(create=1, unchanged=1), True, False),
        (Summary(drift=1), False, True),
        (Summary(blocked=1), False, True),
        (Summary(unmanaged=1), False, False),
        (Summary(unmanaged=1), True, True),
    ],
)
def test_a_person_is_needed_for_drift_for_blocked_and_if_strict_for_unmanaged(
    summary: Summary, strict: bool, needed: bool
) -> None:
    assert person_needed(summary, strict=strict) is needed


def change(action: Action, reason: Reason | None = None) -> Change:
    return Change("shop", "project", action, reason)


def outcome(ending: Ending) -> Outcome:
    return Outcome("shop/payers", "segment", ending)


@dataclass(frozen=True)
class Met:
    """One thing that an apply may meet, and the code that it ends with if it meets nothing else."""

    code: int
    outcomes: tuple[Outcome, ...] = ()
    after: tuple[Change, ...] = ()
    error_code: int = 0
    stop_signal: int | None = None


# From the strongest to the weakest.
PRECEDENCE = {
    "interrupted": Met(130, stop_signal=2),
    "state-changed": Met(5, error_code=5),
    "unknown": Met(3, outcomes=(outcome(Ending.UNKNOWN),)),
    "state-unsaved": Met(1, error_code=1),
    "failed": Met(1, outcomes=(outcome(Ending.FAILED),)),
    "unreadable": Met(1, after=(change(Action.BLOCKED, Reason.UNREADABLE),)),
    "drift": Met(3, after=(change(Action.DRIFT, Reason.PERIOD),)),
    "blocked": Met(3, after=(change(Action.BLOCKED, Reason.PENDING),)),
    "not-shown": Met(3, after=(change(Action.CREATE, Reason.MISSING),)),
    "created": Met(0, outcomes=(outcome(Ending.CREATED), outcome(Ending.ADOPTED), outcome(Ending.SKIPPED))),
    "unmanaged": Met(0, after=(change(Action.UNMANAGED, Reason.NOT_IN_MANIFEST),)),
    "unchanged": Met(0, after=(change(Action.UNCHANGED),)),
}


def code_of(*met: Met, strict: bool = False) -> int:
    signals = [one.stop_signal for one in met if one.stop_signal]
    return of_apply(
        [outcome for one in met for outcome in one.outcomes],
        [change for one in met for change in one.after],
        strict=strict,
        error_code=max(one.error_code for one in met),
        stop_signal=signals[0] if signals else None,
    )


@pytest.mark.parametrize(("stronger", "weaker"), list(combinations_with_replacement(PRECEDENCE, 2)))
def test_the_stronger_of_two_decides_how_an_apply_ends(stronger: str, weaker: str) -> None:
    assert code_of(PRECEDENCE[stronger], PRECEDENCE[weaker]) == PRECEDENCE[stronger].code
    assert code_of(PRECEDENCE[weaker], PRECEDENCE[stronger]) == PRECEDENCE[stronger].code


@pytest.mark.parametrize("strongest", PRECEDENCE)
def test_the_strongest_of_many_decides_how_an_apply_ends(strongest: str) -> None:
    names = list(PRECEDENCE)
    weaker = names[names.index(strongest) :]
    assert code_of(*(PRECEDENCE[name] for name in weaker)) == PRECEDENCE[strongest].code


@pytest.mark.parametrize(("signal", "code"), [(2, 130), (15, 143)], ids=["interrupted", "terminated"])
def test_a_signal_ends_an_apply_with_the_shell_s_code(signal: int, code: int) -> None:
    assert of_apply([], [], strict=False, stop_signal=signal) == code


def test_what_is_unmanaged_counts_only_if_strict() -> None:
    assert code_of(PRECEDENCE["unmanaged"], strict=True) == 3
    assert code_of(PRECEDENCE["unmanaged"], PRECEDENCE["failed"], strict=True) == 1
    assert code_of(PRECEDENCE["unchanged"], strict=True) == 0


def test_an_apply_that_met_nothing_is_done() -> None:
    assert of_apply([], [], strict=True) == 0


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([], True),
        ([Action.UNCHANGED, Action.UNMANAGED], True),
        ([Action.UNCHANGED, Action.CREATE], False),
        ([Action.UNCHANGED, Action.DRIFT], False),
        ([Action.BLOCKED, Action.UNCHANGED], False),
    ],
)
def test_converged_means_that_all_that_the_manifest_wants_is_live_and_the_same(
    actions: Sequence[Action], expected: bool
) -> None:
    assert converged([change(action) for action in actions]) is expected

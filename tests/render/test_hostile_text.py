"""Text of servers and files never moves a cursor, never starts a line, and is never long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segsync.core.model import Diagnostic, Failure, FailureKind, LiveProject, LiveSegment, Origin, Segment
from segsync.core.plan import Action, Change, Ending, FieldChange, Outcome, Reason, Remaining, Result, Tally
from segsync.core.state import State
from segsync.render import text
from segsync.render.paper import Paper
from segsync.render.state import state as rendered_state
from segsync.render.view import of_plan, of_result
from tests.render.changes import of_project, of_segment, plan_of, unmanaged
from tests.render.test_escape import is_harmless
from tests.support.models import LINEAGE, project, segment

HOSTILE = {
    "escape": "\x1b[2J\x1b[1;1HPlan: 0 to create",
    "line": "x\nPlan: 0 to create, 0 drifted, 0 unmanaged, 0 blocked, 1 unchanged.\n",
    "return": "x\rNo changes. RuStore matches the manifest.",
    "direction": "\u202eerutuf\u2066",
    "long": "x" * 10_000,
    "slashes": "/a/?b//",
}
LONGEST = 1000


def failure(message: str) -> Failure:
    return Failure(FailureKind.UNKNOWN, message, 502, 7, message)


def changes_with(hostile: str) -> tuple[Change, ...]:
    """A change of every sort that shows what RuStore says."""
    live = LiveSegment(hostile, hostile, 24, True)
    differing = [FieldChange("project", "Zq3vX0c8", hostile)]
    elsewhere = LiveProject(hostile, hostile, 1)
    return (
        of_project(project("a"), Action.DRIFT, Reason.PROJECT, live=elsewhere, fields=differing),
        of_segment("a", segment(), Action.DRIFT, Reason.DUPLICATE, live=live, duplicates=[hostile]),
        unmanaged("a", live),
        of_project(project("b"), Action.BLOCKED, Reason.PENDING, live=elsewhere, fields=differing),
        of_project(project("c"), Action.BLOCKED, Reason.NOT_FOUND, error=failure(hostile)),
        of_project(project("d"), Action.BLOCKED, Reason.UNREADABLE, error=failure(hostile)),
    )


def planned(*changes: Change) -> str:
    return text.plan(of_plan(plan_of(*changes), ()), Paper())


def assert_harmless(output: str, lines: int) -> None:
    assert output.endswith("\n")
    told = output[:-1].split("\n")
    assert len(told) == lines
    assert all(is_harmless(character) for line in told for character in line)
    assert all(len(line) < LONGEST for line in told)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_plan_is_not_at_the_mercy_of_the_server(hostile: str) -> None:
    told = planned(*changes_with(HOSTILE[hostile]))
    assert_harmless(told, lines=16)
    assert told.count("\nPlan: ") == 1
    assert told.endswith("Plan: 0 to create, 2 drifted, 1 unmanaged, 3 blocked, 0 unchanged.\n")


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_no_text_of_the_server_makes_a_line(hostile: str) -> None:
    assert_harmless(planned(*changes_with(hostile)), lines=16)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_result_is_not_at_the_mercy_of_the_server(hostile: str) -> None:
    outcomes = (
        Outcome("shop", "project", Ending.UNKNOWN, error=failure(HOSTILE[hostile])),
        Outcome("shop/payers", "segment", Ending.ADOPTED, HOSTILE[hostile]),
    )
    result = Result(Tally(unknown=1, adopted=1), Remaining(), False, 3, outcomes)
    assert_harmless(text.result(of_result(result, ()), Paper()), lines=5)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_diagnostic_is_not_at_the_mercy_of_a_file_name(hostile: str) -> None:
    problem = Diagnostic("error", HOSTILE[hostile], 1, 1, "", "there is no such file")
    assert_harmless(text.diagnostics([problem]), lines=1)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_state_is_told_without_harm_wherever_it_is(hostile: str) -> None:
    assert_harmless(rendered_state(State(LINEAGE), HOSTILE[hostile]), lines=4)


@pytest.mark.parametrize(
    ("action", "reason", "fields"),
    [
        (Action.DRIFT, Reason.PERIOD, [FieldChange("period", 12, 24)]),
        (Action.BLOCKED, Reason.DISABLED, []),
    ],
)
@pytest.mark.parametrize("name", ["escape", "line", "direction"])
def test_a_plan_is_not_at_the_mercy_of_a_file_name(
    name: str, action: Action, reason: Reason, fields: list[FieldChange]
) -> None:
    origin = Origin(f"{HOSTILE[name]}.yaml", 8, 7)
    wanted = Segment("payers", "1742", 12, True, frozenset(), origin)
    assert_harmless(planned(of_segment("shop", wanted, action, reason, fields=fields)), lines=5)

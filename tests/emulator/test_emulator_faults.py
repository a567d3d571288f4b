"""Fault specifications: what is read, and what is said about one that cannot be."""

import re
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segsync.emulator.faults import FaultSpec, parse_fault
from segsync.emulator.vocabulary import DELAYS, FaultName, OperationName


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("publish:refuse", FaultSpec(OperationName.PUBLISH, FaultName.REFUSE)),
        ("project-get:500@3", FaultSpec(OperationName.PROJECT_GET, FaultName.SERVER_ERROR, nth=3)),
        (
            "segment-list:429%12.5",
            FaultSpec(OperationName.SEGMENT_LIST, FaultName.TOO_MANY_REQUESTS, percent=12.5),
        ),
        ("segment-create:lag", FaultSpec(OperationName.SEGMENT_CREATE, FaultName.LAG, 2)),
        (
            "project-create:slow:0.25%50",
            FaultSpec(OperationName.PROJECT_CREATE, FaultName.SLOW, 0.25, None, 50),
        ),
        ("segment-create:lag:3@1", FaultSpec(OperationName.SEGMENT_CREATE, FaultName.LAG, 3, 1)),
    ],
)
def test_a_specification_is_read(text: str, spec: FaultSpec) -> None:
    assert parse_fault(text) == spec


@pytest.mark.parametrize("operation", OperationName)
@pytest.mark.parametrize("fault", sorted(set(FaultName) - {FaultName.LAG}))
def test_every_operation_takes_every_fault_but_lag(operation: OperationName, fault: FaultName) -> None:
    assert parse_fault(f"{operation}:{fault}") == FaultSpec(operation, fault)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "publish",
            "'publish' is not a fault: write OPERATION:FAULT[:SECONDS][@N|%P], for example segment-create:500@2",
        ),
        (
            "published:500",
            "'published' is not an operation: choose one of "
            "project-create, project-get, segment-create, segment-list, publish",
        ),
        (
            "publish:503",
            "'503' is not a fault: choose one of "
            "refuse, drop-before, drop-after-commit, 500, 500-after-commit, 429, slow, "
            "malformed, no-id, cut-body, lag",
        ),
        ("publish:lag", "lag delays how a new segment shows: set it on segment-create, not on publish"),
        ("publish:500:3", "500 takes no seconds: only slow and lag do"),
        ("publish:slow:soon", "'soon' is no time: write seconds from 0 to 86400, such as 0.5"),
        ("publish:500@0", "'@0' names no request: write @ and a whole number from 1, such as @2"),
        ("publish:500%101", "'%101' is no chance: write % and a number from 0 to 100, such as %10"),
    ],
)
def test_a_wrong_specification_is_explained(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        parse_fault(text)


@pytest.mark.parametrize(
    "end",
    [
        ":",
        ":-1",
        ":nan",
        ":inf",
        ":1e3",
        ":86401",
        "@",
        "@x",
        "@-1",
        "@1.5",
        "@1%5",
        "%",
        "%x",
        "%5@1",
        "%\u0661",
    ],
)
def test_wrong_ends_are_refused(end: str) -> None:
    with pytest.raises(ValueError, match="write"):
        parse_fault(f"publish:slow{end}")


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        assert parse_fault(text)


SECONDS = st.decimals(0, 86400, places=3).map(float)


@given(
    operation=st.sampled_from(OperationName),
    fault=st.sampled_from(sorted(set(FaultName) - {FaultName.LAG})),
    seconds=SECONDS,
    when=st.tuples(st.none() | st.integers(1, 10**9 - 1), st.none())
    | st.tuples(st.none(), st.decimals(0, 100, places=4).map(float)),
)
def test_a_fault_is_written_as_it_is_read(
    operation: OperationName, fault: FaultName, seconds: float, when: tuple[int | None, float | None]
) -> None:
    spec = FaultSpec(operation, fault, seconds if fault in DELAYS else 2.0, *when)
    assert parse_fault(str(spec)) == spec

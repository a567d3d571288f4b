from dataclasses import replace

import pytest

from segsync.core.state import Binding, PendingProject, PendingSegment, Published, State
from segsync.render.state import state
from tests.support.models import AT, ID, LINEAGE, OTHER_ID

BINDING = Binding(ID, "Zq3vX0c8", 52210, AT, "ann@laptop")
IN_DOUBT = PendingProject("Qw8", 8812, OTHER_ID, AT, "ci@runner")
SEGMENT = PendingSegment(ID, "1742", OTHER_ID, AT, "ci@runner")
SENT = Published("Zq3vX0c8", "1742", "sha256:0", AT, "sent")

WHOLE = """\
State s/segsync.state.json
lineage 5b0e7a52-9c1d-4c55-8d6e-2f1c1b7f3a90, serial 7

Export projects:
  shop: b04b48ab-3125-444f-94eb-aad511c074e7 (push project Zq3vX0c8, app 52210; created 2026-11-23T10:00:00Z by ann@laptop)

In doubt:
  shop-ios: a create of an export project began 2026-11-23T10:00:00Z by ci@runner, and no answer told how it ended.
    It may or may not exist, and RuStore cannot list export projects. segsync will not send it again.
    Find out (RuStore's support): is there one for push project Qw8, app 8812?
      It exists:         segsync state resolve shop-ios --id UUID
      It does not exist: segsync state resolve shop-ios --not-created
  shop/payers: a create of myTracker segment 1742 began 2026-11-23T10:00:00Z by ci@runner.
    Nothing to do: the next apply looks it up in RuStore's list, and creates it only if it is not there.
  shop/churned: a create of myTracker segment 1742 began 2026-11-23T10:00:00Z by ci@runner.
    Nothing to do: the next apply looks it up in RuStore's list, and creates it only if it is not there.
    RuStore answered with the id e-1 and did not list it. If it never appears:
      segsync state resolve shop/churned --not-created

Published:
  sale-1: to segment 1742 of Zq3vX0c8, 2026-11-23T10:00:00Z, sent
  sale-2: to segment 1742 of Zq3vX0c8, 2026-11-23T10:00:00Z, in doubt
    No answer told whether it was sent. segsync will not send it again.
    Find out (RuStore Console, a device of the segment): did it arrive?
      It did:     segsync state resolve --publish sale-2 --sent
      It did not: segsync state resolve --publish sale-2 --not-sent
"""  # noqa: E501


def test_a_state_is_told_to_someone_who_was_not_there() -> None:
    pending: dict[str, PendingProject | PendingSegment] = {"shop-ios": IN_DOUBT, "shop/payers": SEGMENT}
    pending["shop/churned"] = replace(SEGMENT, id="e-1")
    published = {"sale-1": SENT, "sale-2": replace(SENT, outcome="unknown")}
    assert state(State(LINEAGE, 7, {"shop": BINDING}, pending, published), "s/segsync.state.json") == WHOLE


def test_an_empty_state_is_told_to_be_at_rest() -> None:
    assert state(State(LINEAGE, 1), "s.json") == (
        f"State s.json\nlineage {LINEAGE}, serial 1\n\nNothing is in doubt.\n"
    )


def test_where_nothing_is_in_doubt_that_comes_last() -> None:
    assert state(State(LINEAGE, 2, {"shop": BINDING}, {}, {"sale-1": SENT}), "s.json") == (
        f"State s.json\nlineage {LINEAGE}, serial 2\n"
        "\n"
        "Export projects:\n"
        f"  shop: {ID} (push project Zq3vX0c8, app 52210; created {AT} by ann@laptop)\n"
        "\n"
        "Published:\n"
        f"  sale-1: to segment 1742 of Zq3vX0c8, {AT}, sent\n"
        "\n"
        "Nothing is in doubt.\n"
    )


@pytest.mark.parametrize("hostile", ["\x1b[2J\n\u202e", "x" * 10_000])
def test_what_others_wrote_into_a_state_does_no_harm(hostile: str) -> None:
    whole = State(
        LINEAGE,
        7,
        {"shop": Binding(ID, hostile, 1, AT, hostile)},
        {
            "shop-ios": PendingProject(hostile, 1, OTHER_ID, AT, hostile),
            "shop/p": replace(SEGMENT, segment=hostile, by=hostile, id=hostile),
        },
        {hostile: replace(SENT, project=hostile, segment=hostile)},
    )
    lines = state(whole, hostile).split("\n")
    assert len(lines) == 20
    assert all(line.isprintable() and len(line) < 700 for line in lines)

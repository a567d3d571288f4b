import pytest

from segsync.core.model import Diagnostic, Failure, FailureKind, Manifest
from segsync.core.plan import Action, Change, Ending, FieldChange, Outcome, Reason, Remaining, Result, Tally
from segsync.render import text
from segsync.render.paper import Paper
from segsync.render.view import of_plan, of_result
from tests.render.changes import of_project, of_segment, plan_of, state_only, unmanaged
from tests.support.models import ID, OTHER_ID, live_project, live_segment, project, segment

PLAIN_PAPER = Paper()
REFUSED = Failure(FailureKind.REFUSED, "no such thing", 404, 2004, "NOT_FOUND")
PERIOD = FieldChange("period", 12, 24)
APP_ID = FieldChange("app_id", 52210, 1)

UNCHANGED: tuple[Change, ...] = (
    of_project(project("shop", pin=ID), Action.UNCHANGED, live=live_project()),
    of_segment("shop", segment(), Action.UNCHANGED, live=live_segment()),
)
CHANGES: tuple[Change, ...] = (
    *UNCHANGED,
    of_segment("shop", segment("churned", "1743", 168), Action.CREATE, Reason.MISSING),
    of_segment("shop", segment("trial", "1744", 12), Action.DRIFT, Reason.PERIOD, live=live_segment(), fields=[PERIOD]),
    of_segment("shop", segment("muted", "1745", is_enabled=False), Action.BLOCKED, Reason.DISABLED),
    unmanaged("shop", live_segment("e-9", "1750", 48)),
    of_project(project("shop-ios", app_id=8812), Action.CREATE, Reason.MISSING),
    of_segment("shop-ios", segment(), Action.CREATE, Reason.MISSING),
    of_project(project("games", pin=OTHER_ID), Action.UNCHANGED, live=live_project(OTHER_ID)),
    of_segment("games", segment(), Action.UNCHANGED, live=live_segment()),
    of_project(project("shop-web"), Action.DRIFT, Reason.APP_ID, live=live_project(app_id=1), fields=[APP_ID]),
    of_segment("shop-web", segment(), Action.BLOCKED, Reason.PARENT),
    of_project(project("shop-tv", pin=OTHER_ID), Action.BLOCKED, Reason.NOT_FOUND, error=REFUSED),
    state_only("old"),
)
PLAN = """\
  shop
  + churned   create: myTracker segment 1743, every 168 h
  ! trial     cannot change: period is 24 at RuStore, 12 here (segsync.yaml:8)
              to accept it, write `period: 24` here, or `ignore: [period]`
  x muted     blocked: not live, and is_enabled is false here (segsync.yaml:8)
              segsync creates only what is switched on
  ? 1750      at RuStore, not in the manifest: every 48 h

+ shop-ios    create: push project Zq3vX0c8, myTracker app 8812
  + payers    create: myTracker segment 1742, every 24 h

! shop-web    cannot change: app_id is 1 at RuStore, 52210 here (segsync.yaml:4)
              to accept it, write `app_id: 1` here, or `ignore: [app_id]`; otherwise correct `export_project_id`
  x payers    blocked: waits for its project

x shop-tv     blocked: RuStore does not know export project 11111111-2222-4333-8444-555555555555 (segsync.yaml:4)
              correct `export_project_id` here, or the service token of its push project (RuStore: no such thing)

? old         in the state, not in the manifest

1 project without changes.

Plan: 3 to create, 2 drifted, 2 unmanaged, 3 blocked, 4 unchanged.
"""
BOLD, GREEN, MAGENTA, CYAN, RED, PLAIN = (f"\x1b[{code}m" for code in ("1", "32", "35", "36", "31", "0"))


def planned(*changes: Change, paper: Paper = PLAIN_PAPER) -> str:
    return text.plan(of_plan(plan_of(*changes), ()), paper)


def test_a_plan_lists_what_is_not_unchanged() -> None:
    assert planned(*CHANGES) == PLAN


def test_colours_are_of_the_signs_and_change_nothing_else() -> None:
    colored = planned(*CHANGES, paper=Paper(color=True))
    assert colored.splitlines()[:8] == [
        f"  {BOLD}shop{PLAIN}",
        f"  {GREEN}+{PLAIN} churned   create: myTracker segment 1743, every 168 h",
        f"  {MAGENTA}!{PLAIN} trial     cannot change: period is 24 at RuStore, 12 here (segsync.yaml:8)",
        "              to accept it, write `period: 24` here, or `ignore: [period]`",
        f"  {RED}x{PLAIN} muted     blocked: not live, and is_enabled is false here (segsync.yaml:8)",
        "              segsync creates only what is switched on",
        f"  {CYAN}?{PLAIN} 1750      at RuStore, not in the manifest: every 48 h",
        "",
    ]
    assert colored.endswith(f"{BOLD}Plan: 3 to create, 2 drifted, 2 unmanaged, 3 blocked, 4 unchanged.{PLAIN}\n")
    for code in (BOLD, GREEN, MAGENTA, CYAN, RED, PLAIN):
        colored = colored.replace(code, "")
    assert colored == PLAN


@pytest.mark.parametrize(("changes", "count"), [(UNCHANGED, 2), ((), 0)])
def test_where_all_is_unchanged_that_is_said(changes: tuple[Change, ...], count: int) -> None:
    assert planned(*changes) == (
        "No changes. RuStore matches the manifest.\n"
        f"Plan: 0 to create, 0 drifted, 0 unmanaged, 0 blocked, {count} unchanged.\n"
    )


def test_what_is_only_seen_is_a_change_to_tell() -> None:
    assert planned(*UNCHANGED, unmanaged("shop", live_segment("e-9", "1750"))) == (
        "  shop\n"
        "  ? 1750  at RuStore, not in the manifest: every 24 h\n"
        "\n"
        "Plan: 0 to create, 0 drifted, 1 unmanaged, 0 blocked, 2 unchanged.\n"
    )


def test_a_long_name_does_not_push_the_others_away() -> None:
    creates = (
        of_segment("shop", segment(name), Action.CREATE, Reason.MISSING) for name in ("n" * 64, "m" * 32, "short")
    )
    told = "  create: myTracker segment 1742, every 24 h"
    assert planned(*creates).splitlines()[:4] == [
        "  shop",
        f"  + {'n' * 64}{told}",
        f"  + {'m' * 32}{told}",
        f"  + short{' ' * 27}{told}",
    ]


def test_a_result_lists_what_went_otherwise_than_planned() -> None:
    unsent = Failure(FailureKind.NOT_SENT, "Connection refused")
    outcomes = (
        Outcome("shop", "project", Ending.CREATED, ID),
        Outcome("shop/payers", "segment", Ending.ADOPTED, "e-1", Failure(FailureKind.UNKNOWN, "cut off")),
        Outcome("shop/churned", "segment", Ending.FAILED, error=REFUSED),
        Outcome("shop/trial", "segment", Ending.UNKNOWN, error=Failure(FailureKind.UNKNOWN, "HTTP 500", 500)),
        Outcome("shop-ios", "project", Ending.FAILED, error=unsent),
        Outcome("shop-ios/payers", "segment", Ending.SKIPPED),
    )
    result = Result(Tally(1, 1, 2, 1, 1), Remaining(drift=2, blocked=3, unmanaged=4), False, 3, outcomes)
    assert text.result(of_result(result, ()), PLAIN_PAPER) == (
        "adopted shop/payers: cut off\n"
        "failed  shop/churned: no such thing\n"
        "unknown shop/trial: HTTP 500\n"
        "        the next apply looks it up in RuStore's list first\n"
        "failed  shop-ios: Connection refused\n"
        "skipped shop-ios/payers\n"
        "Apply: 1 created, 1 adopted, 2 failed, 1 unknown, 1 skipped.\n"
        "Not converged: 2 drifted, 3 blocked, 4 unmanaged remain.\n"
    )


def test_a_result_in_which_all_went_well_is_short() -> None:
    outcomes = (Outcome("shop", "project", Ending.CREATED, ID),)
    result = Result(Tally(created=1), Remaining(), True, 0, outcomes)
    assert text.result(of_result(result, ()), PLAIN_PAPER) == (
        "Apply: 1 created, 0 adopted, 0 failed, 0 unknown, 0 skipped.\n"
        "Converged: everything that the manifest wants is live.\n"
    )


def test_diagnostics_are_told_where_an_editor_finds_them() -> None:
    problems = (
        Diagnostic("error", "segsync.yaml", 8, 7, "/projects/shop/app_id", "must be 1 or more"),
        Diagnostic("error", "a/b.yaml", 1, 1, "", "there is no such file", "`segsync init` writes a first manifest."),
        Diagnostic("warning", "segsync.yaml", 9, 3, "/defaults/period", "is under 24 hours", "Twice a day"),
    )
    assert text.diagnostics(problems) == (
        "segsync.yaml:8:7: error: /projects/shop/app_id: must be 1 or more\n"
        "a/b.yaml:1:1: error: /: there is no such file (`segsync init` writes a first manifest)\n"
        "segsync.yaml:9:3: warning: /defaults/period: is under 24 hours (Twice a day)\n"
    )
    assert text.diagnostics(()) == ""


def test_a_valid_manifest_is_counted() -> None:
    assert text.valid_line(Manifest(())) == "Valid: 0 projects, 0 segments.\n"
    assert text.valid_line(Manifest((project("shop", segment()),))) == "Valid: 1 project, 1 segment.\n"
    many = Manifest((project("a", segment("x"), segment("y")), project("b", segment("z"))))
    assert text.valid_line(many) == "Valid: 2 projects, 3 segments.\n"
    assert text.valid_line(None) == ""


def test_what_was_skipped_of_a_project_is_one_count_where_it_is_much() -> None:
    few = [Outcome(f"shop/s-{number}", "segment", Ending.SKIPPED) for number in range(3)]
    many = [Outcome(f"games/s-{number}", "segment", Ending.SKIPPED) for number in range(4)]
    result = Result(Tally(skipped=8), Remaining(), False, 1, (*few, Outcome("games", "project", Ending.SKIPPED), *many))
    assert text.result(of_result(result, ()), PLAIN_PAPER).splitlines()[:-2] == [
        "skipped shop/s-0",
        "skipped shop/s-1",
        "skipped shop/s-2",
        "skipped games",
        "skipped games: 4 segments",
    ]


def test_on_a_terminal_words_go_below_a_name_that_leaves_them_no_room() -> None:
    creates = (of_segment("shop", segment(name), Action.CREATE, Reason.MISSING) for name in ("n" * 64, "short"))
    assert planned(*creates, paper=Paper(width=80)).splitlines()[:4] == [
        "  shop",
        f"  + {'n' * 64}",
        f"{' ' * 22}create: myTracker segment 1742, every 24 h",
        f"  + short{' ' * 13}create: myTracker segment 1742, every 24 h",
    ]

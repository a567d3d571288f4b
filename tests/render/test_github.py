import re

import pytest

from segsync.core.model import Diagnostic, LiveSegment
from segsync.core.plan import Action, Change, FieldChange, Reason
from segsync.render.github import annotations
from segsync.render.notes import of_diagnostics, of_view
from segsync.render.view import of_plan
from tests.render.changes import of_segment, plan_of, state_only, unmanaged
from tests.render.test_hostile_text import HOSTILE, changes_with
from tests.render.test_markdown import INJECTIONS, creates
from tests.render.test_text import CHANGES
from tests.support.models import live_segment, segment


def annotated(*changes: Change) -> list[str]:
    return annotations(of_view(of_plan(plan_of(*changes), ("segsync.yaml",)))).splitlines()


def test_every_row_is_an_annotation_at_its_line() -> None:
    assert annotated(*CHANGES) == [
        "::error file=segsync.yaml,line=8,col=7,title=segsync%3A shop/muted::"
        "blocked: not live, and is_enabled is false here; segsync creates only what is switched on",
        "::error file=segsync.yaml,line=4,col=3,title=segsync%3A shop-tv::"
        "blocked: RuStore does not know export project 11111111-2222-4333-8444-555555555555; correct "
        "`export_project_id` here, or the service token of its push project (RuStore: no such thing)",
        "::warning file=segsync.yaml,line=8,col=7,title=segsync%3A shop/trial::"
        "cannot change: period is 24 at RuStore, 12 here; to accept it, write `period: 24` here, or `ignore: [period]`",
        "::warning file=segsync.yaml,line=4,col=3,title=segsync%3A shop-web::"
        "cannot change: app_id is 1 at RuStore, 52210 here; to accept it, write `app_id: 1` here, or "
        "`ignore: [app_id]`; otherwise correct `export_project_id`",
        "::notice file=segsync.yaml,line=8,col=7,title=segsync%3A shop/churned::"
        "create: myTracker segment 1743, every 168 h",
        "::notice file=segsync.yaml,line=4,col=3,title=segsync%3A shop/?1750::"
        "at RuStore, not in the manifest: every 48 h",
        "::notice file=segsync.yaml,line=4,col=3,title=segsync%3A shop-ios::"
        "create: push project Zq3vX0c8, myTracker app 8812",
        "::notice file=segsync.yaml,line=8,col=7,title=segsync%3A shop-ios/payers::"
        "create: myTracker segment 1742, every 24 h",
        "::notice file=segsync.yaml,line=8,col=7,title=segsync%3A shop-web/payers::blocked: waits for its project",
        "::notice title=segsync%3A old::in the state, not in the manifest",
    ]


def test_what_github_would_not_show_is_told_in_the_last_one() -> None:
    assert len(annotated(*creates(10))) == 10
    cut = annotated(*creates(12))
    assert len(cut) == 10
    assert cut[-1] == (
        "::notice title=segsync%3A 3 more::shop/s-9 (segsync.yaml:8), shop/s-10 (segsync.yaml:8), "
        "shop/s-11 (segsync.yaml:8)"
    )
    longest = annotated(*creates(1000))[-1]
    assert longest.startswith("::notice title=segsync%3A 991 more::shop/s-9 (segsync.yaml:8), ")
    assert 3000 < len(longest) < 4096
    named = longest.count("segsync.yaml")
    assert longest.endswith(f" and {991 - named} more")


def test_each_level_has_its_own_limit() -> None:
    period = FieldChange("period", 12, 24)
    drifted = [
        of_segment("shop", segment(f"d-{n}"), Action.DRIFT, Reason.PERIOD, live=live_segment(), fields=[period])
        for n in range(30)
    ]
    levels = [line.split(" ")[0] for line in annotated(*drifted, *creates(30), state_only("old"))]
    assert levels == ["::warning"] * 10 + ["::notice"] * 10


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_nothing_of_a_server_makes_a_command_of_its_own(hostile: str) -> None:
    lines = annotated(*changes_with(hostile))
    assert len(lines) == 6
    for line in lines:
        assert re.match(
            r"::(error|warning|notice) (file=segsync\.yaml,line=\d,col=\d,)?title=segsync%3A [^:,]*::", line
        )
        assert line.isprintable()


def test_signs_that_a_command_reads_are_escaped() -> None:
    (line,) = annotated(unmanaged("a", LiveSegment("e", "50%,x:y::z", 24, True)))
    assert line == "::notice title=segsync%3A a/?50%25%2Cx%3Ay%3A%3Az::at RuStore, not in the manifest: every 24 h"


def test_diagnostics_are_annotations_too() -> None:
    problems = (
        Diagnostic("warning", "segsync.yaml", 9, 3, "/defaults/period", "is under 24 hours", "Twice a day"),
        Diagnostic("error", "a,b/50%.yaml", 1, 1, "", "there is no such file"),
        Diagnostic("error", HOSTILE["line"], 1, 1, "", "there is no such file"),
    )
    assert annotations(of_diagnostics(problems)).splitlines()[::2] == [
        "::error file=a%2Cb/50%25.yaml,line=1,col=1,title=segsync%3A error::/: there is no such file",
        "::warning file=segsync.yaml,line=9,col=3,title=segsync%3A warning::"
        "/defaults/period: is under 24 hours (Twice a day)",
    ]


def test_where_there_is_nothing_to_say_nothing_is_said() -> None:
    assert annotations(()) == ""

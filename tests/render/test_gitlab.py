import json
from dataclasses import replace
from typing import Any

from segsync.core.model import Diagnostic, Origin
from segsync.core.plan import Change, Summary
from segsync.render.gitlab import code_quality, terraform
from segsync.render.notes import of_diagnostics, of_view
from segsync.render.view import of_plan
from tests.render.changes import plan_of
from tests.render.test_hostile_text import changes_with
from tests.render.test_markdown import INJECTIONS
from tests.render.test_text import CHANGES


def findings(*changes: Change) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(code_quality(of_view(of_plan(plan_of(*changes), ())), "segsync.yaml"))
    return found


def test_the_widget_gets_the_counts() -> None:
    assert terraform(Summary(create=3, drift=1, unmanaged=2, blocked=4)) == '{"create":3,"update":0,"delete":0}\n'


def test_every_row_is_a_finding_at_its_line() -> None:
    found = findings(*CHANGES)
    assert len(found) == 10
    assert all(
        set(one) == {"description", "check_name", "fingerprint", "severity", "location"}
        and set(one["location"]) == {"path", "lines"}
        for one in found
    )
    assert [(one["check_name"], one["severity"], one["location"]["lines"]["begin"]) for one in found] == [
        ("segsync/create", "info", 8),
        ("segsync/drift", "minor", 8),
        ("segsync/blocked", "major", 8),
        ("segsync/unmanaged", "info", 4),
        ("segsync/create", "info", 4),
        ("segsync/create", "info", 8),
        ("segsync/drift", "minor", 4),
        ("segsync/blocked", "info", 8),
        ("segsync/blocked", "major", 4),
        ("segsync/unmanaged", "info", 1),
    ]
    assert found[1]["description"] == (
        "shop/trial: cannot change: period is 24 at RuStore, 12 here; "
        "to accept it, write `period: 24` here, or `ignore: [period]`"
    )
    assert {one["location"]["path"] for one in found} == {"segsync.yaml"}


def test_a_fingerprint_is_of_one_finding_and_stays_when_lines_move() -> None:
    moved = [replace(change, origin=change.origin and Origin("segsync.yaml", 99, 1)) for change in CHANGES]
    before, after = ([one["fingerprint"] for one in findings(*changes)] for changes in (CHANGES, moved))
    assert before == after
    assert len(set(before)) == len(before)


def test_diagnostics_are_told_apart_even_where_they_say_the_same() -> None:
    problem = Diagnostic("error", "segsync.yaml", 8, 7, "/projects/shop", "is given twice")
    same = [problem, replace(problem, line=9), Diagnostic("warning", "segsync.yaml", 1, 1, "", "there are no projects")]
    found = json.loads(code_quality(of_diagnostics(same), "segsync.yaml"))
    assert len({one["fingerprint"] for one in found}) == 3
    assert [one["severity"] for one in found] == ["major", "major", "minor"]
    assert found[0]["description"] == "error: /projects/shop: is given twice"


def test_what_a_server_says_is_text_without_controls() -> None:
    for hostile in INJECTIONS:
        for finding in findings(*changes_with(hostile)):
            assert finding["description"].isprintable()


def test_where_there_is_nothing_to_say_the_report_is_empty() -> None:
    assert code_quality((), "segsync.yaml") == "[]\n"

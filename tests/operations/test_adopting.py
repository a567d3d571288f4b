"""What RuStore sends is hostile until the manifest's schema has taken it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segsync.core.model import Found, Manifest
from segsync.core.planner import Selection, plan_changes
from segsync.errors import CallFailed
from segsync.manifest.compose import project_lines, whole
from segsync.manifest.load import Defaults, load_sources
from segsync.manifest.sources import Source
from segsync.operations.adopting import Adopted, adopted
from tests.manifest.trees import property_test
from tests.support.models import ID, OTHER_ID, TOKEN, live_project, live_segment

NONE = Defaults(None, None, None, None)
texts = st.one_of(st.sampled_from(("1742", "0123", "1e5", "null", "a", "A", "9" * 128)), st.text(max_size=130))
exports = st.builds(live_segment, id=texts, segment=texts, period=st.integers(-1, 10**19), is_enabled=st.booleans())


def adopt(*segments: object, defaults: Defaults = NONE) -> Adopted:
    return adopted("shop", Found(live_project(), segments), TOKEN, defaults, pin=True)  # type: ignore[arg-type]


def read(found: Adopted, tmp_path_factory: pytest.TempPathFactory) -> Manifest:
    text = whole(project_lines(found.project, NONE, found.notes, tuple(found.remarks())))
    assert text.isascii()
    loaded = load_sources([Source(tmp_path_factory.getbasetemp() / "segsync.yaml", "segsync.yaml", text)], {})
    assert loaded.manifest is not None, loaded.diagnostics
    return loaded.manifest


@property_test
@given(st.lists(exports, max_size=6))
def test_whatever_is_live_reads_back_and_plans_as_unchanged(
    tmp_path_factory: pytest.TempPathFactory, segments: list[object]
) -> None:
    found = adopt(*segments)
    manifest = read(found, tmp_path_factory)
    live = Found(live_project(), tuple(segments))  # type: ignore[arg-type]
    changes = plan_changes(manifest, None, {ID: live}, Selection())
    reasons = {change.reason.value for change in changes if change.reason}
    assert reasons <= {"duplicate", "not-in-manifest"}
    left_out = {export.segment for export in found.left_out}
    assert {change.address.removeprefix("shop/?") for change in changes if "/?" in change.address} == left_out
    assert len([*found.remarks()]) == len([*found.warnings()]) == len(found.left_out)


@pytest.mark.parametrize("segment", ["\ud800", "", ".", "a b", "\u0661"])
def test_what_a_manifest_cannot_hold_is_left_out(segment: str) -> None:
    export = live_segment(segment=segment)
    assert adopt(export).left_out == (export,)


@pytest.mark.parametrize("period", [0, -24, 10**18])
def test_so_is_a_period_that_it_cannot_hold(period: int) -> None:
    export = live_segment(period=period)
    assert adopt(export).left_out == (export,)


def test_an_id_that_could_be_more_than_a_comment_is_not_shown() -> None:
    found = adopt(live_segment("a\nprojects: {}"), live_segment("b"), live_segment("x\u2028y", "no good"))
    assert found.notes == {"segment-1742": "2 live exports: with an id that cannot stand here, b"}
    assert [*found.remarks()] == [
        "left out, a manifest cannot hold its segment id or its period: export with an id that cannot stand here"
    ]
    (warning,) = found.warnings()
    assert "export x\\u2028y is left out" in warning


def test_what_the_defaults_have_is_not_written_again() -> None:
    found = adopt(live_segment(), live_segment("e-2", "9", 48), defaults=Defaults(TOKEN, "7", None, 24))
    lines = project_lines(found.project, Defaults(TOKEN, "7", None, 24), {}, ())
    assert [*lines][-3:] == [
        "  segments:",
        '    segment-9: {segment: "9", period: 48}',
        '    segment-1742: {segment: "1742"}',
    ]
    assert found.project.api_user_id == "7"


@pytest.mark.parametrize(("project", "app_id"), [("a b", 1), ("..", 1), ("a", 0), ("a", 10**18)])
def test_a_project_that_a_manifest_cannot_hold_is_refused(project: str, app_id: int) -> None:
    with pytest.raises(CallFailed, match=OTHER_ID):
        adopted("shop", Found(live_project(OTHER_ID, project, app_id), ()), TOKEN, NONE, pin=True)

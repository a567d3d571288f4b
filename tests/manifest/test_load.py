"""From manifest files to one Manifest."""

from pathlib import Path

import pytest

from segsync.core.model import Manifest, Origin, Project, SecretRef, Segment
from segsync.manifest.load import Loaded, load
from tests.manifest.manifests import DEFAULTS, SHOP, loaded, only_project, only_segment, told, told_of, written
from tests.support.models import ID, LINEAGE

EVERYTHING = """\
version: 1
state_lineage: 5B0E7A52-9C1D-4C55-8D6E-2F1C1B7F3A90
defaults:
  service_token: {env: RUSTORE_SERVICE_TOKEN}
  api_user_id: "40412"
  secret_key: {env: MYTRACKER_SECRET_KEY}
  period: 24
projects:
  shop-android:
    project: Zq3vX0c8
    app_id: 52210
    export_project_id: B04B48AB-3125-444F-94EB-AAD511C074E7
    ignore: [app_id]
    segments:
      payers: {segment: "1742", period: 48}
      churned: {segment: 0123, period: 7d}
      trial: {segment: "1744"}
      muted: {segment: "1745", is_enabled: false}
      legacy: {segment: "1746", period: 48h, ignore: [period, duplicate]}
  shop-ios:
    project: 0042
    app_id: 8812
    service_token: {file: /run/secrets/ios}
    api_user_id: 7
    secret_key: {file: /run/secrets/ios-key}
    period: 2d
    segments:
      payers: {segment: "1742"}
"""


def origin(line: int, column: int) -> Origin:
    return Origin("segsync.yaml", line, column)


def test_everything_that_a_manifest_can_say() -> None:
    android = Project(
        name="shop-android",
        project="Zq3vX0c8",
        app_id=52210,
        service_token=SecretRef("env", "RUSTORE_SERVICE_TOKEN"),
        api_user_id="40412",
        secret_key=SecretRef("env", "MYTRACKER_SECRET_KEY"),
        export_project_id=ID,
        ignore=frozenset({"app_id"}),
        segments=(
            Segment("payers", "1742", 48, True, frozenset(), origin(15, 7)),
            Segment("churned", "0123", 168, True, frozenset(), origin(16, 7)),
            Segment("trial", "1744", 24, True, frozenset(), origin(17, 7)),
            Segment("muted", "1745", 24, False, frozenset(), origin(18, 7)),
            Segment("legacy", "1746", 48, True, frozenset({"period", "duplicate"}), origin(19, 7)),
        ),
        origin=origin(9, 3),
    )
    ios = Project(
        name="shop-ios",
        project="0042",
        app_id=8812,
        service_token=SecretRef("file", "/run/secrets/ios"),
        api_user_id="7",
        secret_key=SecretRef("file", "/run/secrets/ios-key"),
        export_project_id=None,
        ignore=frozenset(),
        segments=(Segment("payers", "1742", 48, True, frozenset(), origin(28, 7)),),
        origin=origin(20, 3),
    )
    found = load(written({"segsync.yaml": EVERYTHING}), {})
    assert found == Loaded(Manifest((android, ios), LINEAGE), (), (Path.cwd(),))


def test_a_pinned_project_may_lack_what_only_a_create_needs() -> None:
    project = only_project(
        "version: 1\nprojects:\n"
        f"  shop: {{project: a, app_id: 1, export_project_id: {ID}, service_token: {{env: T}}}}\n"
    )
    assert (project.api_user_id, project.secret_key, project.segments) == (None, None, ())


def test_a_period_comes_from_the_segment_else_the_project_else_the_defaults() -> None:
    project = SHOP.replace("    segments:", "    period: 2d\n    segments:")
    segment = "      payers: {segment: 1, period: 72h}\n"
    assert only_segment(project + segment).period == 72
    assert only_segment(project + segment.replace(", period: 72h", "")).period == 48
    assert only_segment(SHOP + segment.replace(", period: 72h", "")).period == 24


@pytest.mark.parametrize("typed", ["0123", "1_000", "1e5", "0x1F", "0" * 40, "no", "2026-11-23", "'1742'", "1.50"])
def test_a_text_id_is_kept_as_typed(typed: str) -> None:
    text = SHOP.replace("Zq3vX0c8", typed).replace('"40412"', typed) + f"      payers: {{segment: {typed}}}\n"
    project = only_project(text)
    assert {project.project, project.api_user_id, project.segments[0].segment} == {typed.strip("'")}


def test_a_text_id_is_text_where_an_alias_repeats_a_number_of_another_field() -> None:
    project = only_project(
        DEFAULTS.replace("24", "&n 24")
        + "projects:\n  shop: {project: *n, app_id: 1, segments: {payers: {segment: *n}}}\n"
    )
    assert (project.project, project.segments[0].segment) == ("24", "24")


def test_anchors_and_merges_are_of_use_in_a_manifest() -> None:
    text = DEFAULTS + (
        "projects:\n"
        "  one: &one\n    project: a\n    app_id: 1\n    segments: &both\n      payers: {segment: 1}\n"
        "  two:\n    <<: *one\n    app_id: 2\n"
        "  three: {project: b, app_id: 3, segments: {<<: *both, more: {segment: 2}}}\n"
    )
    one, two, three = loaded(text).projects
    assert (two.project, two.app_id, two.segments) == ("a", 2, one.segments)
    assert [segment.name for segment in three.segments] == ["more", "payers"]


def test_line_ends_of_windows_change_nothing() -> None:
    assert loaded(EVERYTHING.replace("\n", "\r\n")) == loaded(EVERYTHING)


def test_several_files_and_folders_are_one_manifest_in_the_order_given(folder: Path) -> None:
    (folder / "more").mkdir()
    texts = {
        "more/b.yml": "version: 1\nprojects: {three: {project: a, app_id: 3}}\n",
        "more/a.yaml": "version: 1\nprojects: {two: {project: a, app_id: 2}}\n",
        "z.yaml": DEFAULTS + f"state_lineage: {LINEAGE}\nprojects: {{one: {{project: a, app_id: 1}}}}\n",
    }
    written(texts)
    manifest = load([Path("z.yaml"), Path("more")], {}).manifest
    assert manifest is not None
    assert [(project.name, str(project.origin)) for project in manifest.projects] == [
        ("one", "z.yaml:8"),
        ("two", "more/a.yaml:2"),
        ("three", "more/b.yml:2"),
    ]
    assert manifest.state_lineage == LINEAGE


def test_every_problem_of_every_file_is_told_at_once_in_order() -> None:
    texts = {
        "c.yaml": "version: 1\nprojects:\n  news: {project: a b, app_id: 0, perod: 1}\n",
        "b.yaml": "projects: [\n",
        "a.yaml": DEFAULTS + "projects:\n  shop: {project: b, app_id: 1, app_id: 2, segments: {x: {period: 0}}}\n",
    }
    assert told_of(texts) == [
        "a.yaml:8:33: error: /projects/shop/app_id: is given twice, first in line 8 column 22",
        "a.yaml:8:55: error: /projects/shop/segments/x: `segment` is missing",
        "a.yaml:8:67: error: /projects/shop/segments/x/period: must be 1 or more",
        "b.yaml:2:1: error: : is not valid YAML: did not find expected node content",
        r"c.yaml:3:19: error: /projects/news/project: must match ^(?!\.{1,2}$)[A-Za-z0-9._-]{1,128}$",
        "c.yaml:3:32: error: /projects/news/app_id: must be 1 or more",
        "c.yaml:3:35: error: /projects/news: unknown key `perod` (did you mean `period`?)",
    ]


def test_what_a_schema_says_of_a_place_that_the_reader_has_refused_is_not_told() -> None:
    assert told(DEFAULTS + "projects:\n  shop: {project: .nan, app_id: !x 1}\n") == [
        "8:19: error: /projects/shop/project: is not a number that can be used here",
        "8:33: error: /projects/shop/app_id: has a YAML tag, which is not supported",
    ]


def test_a_missing_version_is_told_beside_a_first_key_that_is_refused() -> None:
    assert told("1: x\n") == [
        "1:1: error: : has a key that is not text (Put the key in quotes.)",
        "1:1: error: : `version` is missing",
    ]


def test_with_an_error_there_is_no_manifest_and_with_a_warning_there_is() -> None:
    assert load(written({"a.yaml": "version: 2\n"}), {}).manifest is None
    assert load(written({"a.yaml": "version: 1\n"}), {}).manifest == Manifest(())


def test_no_secret_may_lie_in_the_work_trees_of_the_manifests(folder: Path) -> None:
    tree = folder.parent / "tree"
    (tree / ".git").mkdir(parents=True)
    (tree / "deep").mkdir()
    files = {f"{tree}/a.yaml": "version: 1\n", f"{tree}/deep/b.yaml": "version: 1\n", "c.yaml": "version: 2\n"}
    assert load(written(files), {}).fenced == (tree, folder)


def test_what_cannot_be_read_is_told_with_the_rest() -> None:
    (path,) = written({"a.yaml": "version: 2\n"})
    messages = [diagnostic.message for diagnostic in load([Path("none.yaml"), path], {}).diagnostics]
    assert messages == ["must be 1", "there is no such file"]

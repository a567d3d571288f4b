"""Lines that are added to manifests change nothing else, whatever the layout."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segsync.core.model import Origin, Project, SecretRef
from segsync.manifest.compose import project_lines
from segsync.manifest.load import Loaded, defaults_of, load
from segsync.manifest.pin_lines import Pinned, pin
from segsync.manifest.project_block import add_project
from tests.manifest.layouts import Layout, layouts
from tests.manifest.manifests import DEFAULTS, written
from tests.manifest.trees import property_test
from tests.support.models import ID, OTHER_ID, segment

NOWHERE = Origin("", 1, 1)
NEW = Project("new", "n", 99, SecretRef("env", "TOKEN"), "7", SecretRef("env", "KEY"), ID, frozenset(), (), NOWHERE)
_END = r"(?:\r\n|\r|\n)"


def read(text: str, name: str = "segsync.yaml") -> Loaded:
    found = load(written({name: text}), {})
    assert found.manifest is not None, found.diagnostics
    return found


def meant(loaded: Loaded) -> list[Project]:
    """The projects, without their places."""
    assert loaded.manifest is not None
    return [
        replace(project, origin=NOWHERE, segments=tuple(replace(one, origin=NOWHERE) for one in project.segments))
        for project in loaded.manifest.projects
    ]


def ids_of(layout: Layout) -> dict[str, str]:
    return {name: f"{number:08x}-2222-4333-8444-555555555555" for number, name in enumerate(layout.names)}


def pinned(text: str, **ids: str) -> tuple[str, Pinned]:
    """The text after pinning, and what was said of it."""
    found = pin(read(text), ids, {})
    return (found.changed[0].text if found.changed else text), found


def without(text: str, id_: str) -> str:
    """`text` without the line that pins `id_`."""
    line = f" *export_project_id: {id_}"
    found, count = re.subn(rf"(?<=[\r\n]){line}{_END}|{_END}{line}\Z", "", text)
    assert count == 1
    return found


@property_test
@given(layouts(), st.data())
def test_pinning_adds_lines_alone_and_means_the_ids_alone(layout: Layout, data: st.DataObject) -> None:
    before = meant(read(layout.text))
    chosen = data.draw(st.sets(st.sampled_from(layout.names), min_size=1))
    ids = {name: id_ for name, id_ in ids_of(layout).items() if name in chosen}
    text, found = pinned(layout.text, **ids)
    assert set(found.left) == layout.braces & chosen
    done = {name: id_ for name, id_ in ids.items() if name not in found.left}
    assert meant(read(text)) == [replace(one, export_project_id=done.get(one.name)) for one in before]
    for id_ in done.values():
        text = without(text, id_)
    assert text == layout.text


@settings(property_test, max_examples=80)
@given(layouts())
def test_a_new_project_comes_after_all_others_and_moves_nothing(layout: Layout) -> None:
    loaded = read(layout.text)
    lines = tuple(project_lines(NEW, defaults_of(loaded.documents), {}, ()))
    after = add_project(loaded, "segsync.yaml", lines, NEW, {})
    assert after is not None
    assert meant(read(after.text)) == [*meant(read(layout.text)), NEW]
    start = next(i for i, (a, b) in enumerate(zip(layout.text + "\0", after.text, strict=False)) if a != b)
    added = len(after.text) - len(layout.text)
    assert any(
        after.text[:at] + after.text[at + added :] == layout.text for at in range(start, max(start - added, -1), -1)
    )


def test_a_line_comes_after_app_id_with_the_line_end_of_its_neighbour() -> None:
    text = f"{DEFAULTS}projects:\r\n  shop:\r\n    app_id: 1  # one\r\n    project: a\n"
    assert pinned(text, shop=ID)[0] == text.replace("# one\r\n", f"# one\r\n    export_project_id: {ID}\r\n")


def test_a_last_line_without_an_end_stays_one() -> None:
    text = f"{DEFAULTS}projects:\n  shop:\n    project: a\n    app_id: 1"
    assert pinned(text, shop=ID)[0] == f"{text}\n    export_project_id: {ID}"


def test_what_an_anchor_hands_on_is_pinned_with_its_heir_or_not_at_all() -> None:
    text = f"{DEFAULTS}projects:\n  a: &a\n    project: x\n    app_id: 1\n  b:\n    <<: *a\n    app_id: 2\n"
    both, found = pinned(text, a=ID, b=OTHER_ID)
    assert found.left == ()
    assert [project.export_project_id for project in meant(read(both))] == [ID, OTHER_ID]
    assert pinned(text, b=OTHER_ID)[1].left == ()
    assert pinned(text, a=ID) == (text, Pinned((), ("a",)))


def test_one_that_cannot_be_pinned_does_not_keep_the_others_from_it() -> None:
    heirs = "  b: &b\n    project: x\n    app_id: 2\n  c:\n    <<: *b\n    app_id: 3\n"
    text = f"{DEFAULTS}projects:\n  a:\n    project: x\n    app_id: 1\n{heirs}"
    after, found = pinned(text, a=ID, b=OTHER_ID)
    assert found.left == ("b",)
    assert after == text.replace("app_id: 1\n", f"app_id: 1\n    export_project_id: {ID}\n")


@pytest.mark.parametrize(
    "project",
    [
        "    <<: {project: x, app_id: 1}\n",
        '    <<: {app_id: 1}\n    project: "a\\\n      b"\n',
        "    project: x\n    app_id: 1 # \u2028    segments: {}\n",
    ],
)
def test_where_a_line_is_not_safe_none_is_added(project: str) -> None:
    text = f"{DEFAULTS}projects:\n  shop:\n{project}"
    assert pinned(text, shop=ID) == (text, Pinned((), ("shop",)))


def test_only_files_that_change_are_told() -> None:
    (Path.cwd() / "m").mkdir()
    texts = {
        "m/a.yaml": f"{DEFAULTS}projects:\n  a:\n    project: x\n    app_id: 1\n",
        "m/b.yaml": "version: 1\nprojects:\n  b:\n    project: x\n    app_id: 2\n",
    }
    written(texts)
    found = pin(load([Path("m")], {}), {"b": ID}, {})
    assert [(source.label, source.text) for source in found.changed] == [
        ("m/b.yaml", f"{texts['m/b.yaml']}    export_project_id: {ID}\n")
    ]


def test_two_names_for_one_id_are_not_pinned_together() -> None:
    text = f"{DEFAULTS}projects:\n  a:\n    project: x\n    app_id: 1\n  b:\n    project: x\n    app_id: 2\n"
    assert pinned(text, a=ID, b=ID)[1].left == ("a",)


def added(text: str) -> str | None:
    loaded = read(text)
    new = replace(NEW, api_user_id="40412", segments=(segment(),))
    lines = tuple(project_lines(new, defaults_of(loaded.documents), {}, ()))
    after = add_project(loaded, "segsync.yaml", lines, new, {})
    return after.text if after else None


BLOCK = f"""\
  new:
    project: "n"
    app_id: 99
    export_project_id: {ID}
    segments:
      payers: {{segment: "1742"}}
"""


def test_a_file_without_projects_gets_them() -> None:
    assert added(DEFAULTS) == f"{DEFAULTS}projects:\n{BLOCK}"


def test_comments_stay_with_what_they_are_about() -> None:
    text = (
        f"version: 1\nprojects:\n  a:\n    project: x\n    app_id: 1\n    # b: later\n\n# What all have:\n"
        f"{DEFAULTS.removeprefix('version: 1')}"
    )
    after = added(text)
    assert after == text.replace("# b: later\n", f"# b: later\n{BLOCK}")


@pytest.mark.parametrize(
    "text",
    [
        f"{DEFAULTS}projects: {{}}\n",
        f"{DEFAULTS}projects: {{a: {{project: x, app_id: 1}}}}\n",
        f"{DEFAULTS}projects:\n  <<: {{a: {{project: x, app_id: 1}}}}\n",
        f"{DEFAULTS}projects:\n  a: {{project: x, app_id: 1}}\n...\n",
        f"<<: {{projects: {{a: {{project: x, app_id: 1}}}}}}\n{DEFAULTS}",
        "{version: 1, defaults: {service_token: {env: TOKEN}, secret_key: {env: KEY}, api_user_id: 40412, period: 24}}",
    ],
)
def test_a_layout_that_takes_no_project_is_left_alone(text: str) -> None:
    assert added(text) is None


def test_nothing_to_pin_changes_nothing() -> None:
    assert pin(read(DEFAULTS), {}, {}) == Pinned((), ())

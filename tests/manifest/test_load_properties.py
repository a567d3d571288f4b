"""What holds for every manifest, good or bad."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from segsync.core.model import Origin, Project
from segsync.manifest.load import load
from tests.manifest.manifests import loaded, written
from tests.manifest.trees import PLACES, TREE, Place, planted, property_test
from tests.support.models import ID, LINEAGE

WORDS = f"""\
version: 1|defaults:|projects:|segments:|segment:|project: |app_id: |period: |ignore: |service_token: |secret_key: |\
export_project_id: |{ID}|{LINEAGE}|{{env: A}}|{{file: /x}}|{{file: x/../y}}|x: |y: |- |? |: |, |{{|}}|[|]|<<: |&a |*a|\
&b |*b|!x |!!str |1|0|-1|24|7d|1.5|.nan|0x1F|~|true|no|""|'|"|>|#|%|@|`|---|...| """.split("|")
SIGNS = (
    "|",
    "\n",
    "\n  ",
    "\n    ",
    "\t",
    "\r\n",
    "\r",
    "\x00",
    "\x07",
    "\u0085",
    "\u2028",
    "\ufeff",
    "é",
    "🙂",
    "\\x",
)
fragments = st.sampled_from((*WORDS, *SIGNS))
trees = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5), st.sampled_from((ID, "7d"))),
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(st.text(max_size=5), below, max_size=3)),
    max_leaves=6,
)


@property_test
@given(st.one_of(st.text(), st.lists(fragments, max_size=30).map("".join)))
def test_no_text_is_too_much_for_load(text: str) -> None:
    found = load(written({"segsync.yaml": text}), {"SEGSYNC_ALLOW_SECRETS": "A,/x"})
    assert (found.manifest is None) == any(one.severity == "error" for one in found.diagnostics)
    assert all(one.line >= 1 and one.column >= 1 for one in found.diagnostics)


@property_test
@given(st.binary(max_size=50))
def test_no_bytes_are_too_much_for_load(data: bytes) -> None:
    Path("segsync.yaml").write_bytes(b"version: 1\n" + data)
    assert load([Path("segsync.yaml")], {}).diagnostics


@property_test
@given(st.sampled_from(PLACES), trees)
def test_no_value_is_too_much_for_load_wherever_it_stands(place: Place, value: Any) -> None:
    found = load(written({"segsync.yaml": json.dumps(planted(place, value))}), {})
    assert (found.manifest is None) == any(one.severity == "error" for one in found.diagnostics)


@st.composite
def good_trees(draw: st.DrawFn) -> dict[str, Any]:
    """Manifests without a problem: names and ids are unique by their numbers."""
    projects = {}
    for number in range(draw(st.integers(1, 4))):
        own = draw(
            st.fixed_dictionaries({}, optional={"api_user_id": st.just("7"), "period": st.just(f"{number + 1}d")})
        )
        segments = {
            f"s{index}": {"segment": str(index), **draw(st.sampled_from(({}, {"period": 48}, {"is_enabled": False})))}
            for index in range(draw(st.integers(0, 3)))
        }
        projects[f"p{number}"] = {"project": "a", "app_id": number + 1, **own, "segments": segments}
    return {**TREE, "projects": projects}


@st.composite
def reordered(draw: st.DrawFn, tree: Any) -> Any:
    """The same tree with every mapping in another order."""
    if not isinstance(tree, dict):
        return tree
    return {key: draw(reordered(tree[key])) for key in draw(st.permutations(list(tree)))}


@st.composite
def split(draw: st.DrawFn, tree: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The same manifest as two files: each project in one of them, each default in one or in both."""
    first: dict[str, Any] = {"version": 1, "defaults": {}, "projects": {}}
    second: dict[str, Any] = {"version": 1, "defaults": {}, "projects": {}, "state_lineage": tree["state_lineage"]}
    for name, project in tree["projects"].items():
        draw(st.sampled_from((first, second)))["projects"][name] = project
    for key, value in tree["defaults"].items():
        for half in draw(st.sampled_from(((first,), (second,), (first, second)))):
            half["defaults"][key] = value
    return [first, second]


def in_blocks(tree: Any) -> str:
    return str(yaml.safe_dump(tree, sort_keys=False))


def wanted(*trees: Any, dump: Callable[[Any], str] = json.dumps) -> dict[str, Project]:
    """The projects that load, by name, without their places and without order."""
    manifest = loaded(*map(dump, trees))
    assert manifest.state_lineage == LINEAGE
    return {project.name: _placeless(project) for project in manifest.projects}


def _placeless(project: Project) -> Project:
    nowhere = Origin("", 1, 1)
    segments = (replace(segment, origin=nowhere) for segment in project.segments)
    return replace(project, origin=nowhere, segments=tuple(sorted(segments, key=lambda segment: segment.name)))


@settings(property_test, max_examples=50)
@given(good_trees(), st.data())
def test_neither_order_nor_files_nor_style_change_what_is_wanted(tree: dict[str, Any], data: st.DataObject) -> None:
    expected = wanted(tree)
    assert len(expected) == len(tree["projects"])
    assert wanted(data.draw(reordered(tree))) == expected
    assert wanted(tree, dump=in_blocks) == expected
    assert wanted(*data.draw(split(tree))) == expected

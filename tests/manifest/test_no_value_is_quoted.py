"""A value may be a secret in the wrong place: no message holds one, nor a key that is no valid name."""

import json
from collections.abc import Callable
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from segsync.manifest.load import load
from tests.manifest.manifests import shown, written
from tests.manifest.trees import PLACES, TREE, Place, planted, property_test

MARK, NUMBER = "S3CRETMARK", 7777777777777
SHAPES: tuple[Callable[[Any], Any], ...] = (
    lambda mark: mark,
    lambda mark: [mark, mark],
    lambda mark: {"env": mark},
    lambda mark: {"file": mark},
    lambda mark: {"file": f"/run/{mark}"},
    lambda mark: {"file": f"/run/../{mark}"},
    lambda mark: {f"{mark} is no name": 1},
    lambda mark: {f"{mark}/": {f"~{mark}": [mark]}},
    lambda mark: {"segment": mark, "period": mark, "is_enabled": mark, "ignore": [mark]},
    lambda mark: {"project": mark, "app_id": mark, "segments": {"x": mark, f"é{mark}": mark}},
)


def said(text: str, **environment: str) -> str:
    return "\n".join(map(shown, load(written({"segsync.yaml": text}), environment).diagnostics))


@property_test
@given(
    st.sampled_from(PLACES),
    st.sampled_from(SHAPES),
    st.sampled_from((MARK, f"{MARK}\n", f" {MARK}", NUMBER, -NUMBER, NUMBER / 1e20, NUMBER * 10**20)),
    st.sampled_from(({}, {"SEGSYNC_ALLOW_SECRETS": "A"})),
)
def test_of_what_stands_in_the_wrong_place(
    place: Place, shape: Callable[[Any], Any], mark: Any, environment: dict[str, str]
) -> None:
    messages = said(json.dumps(planted(place, shape(mark))), **environment)
    assert MARK not in messages
    assert "7777777" not in messages


@property_test
@given(
    st.data(),
    st.sampled_from(("", "!", "!!", "*", "&", "@", "%", '"', "'", "\\", "\n", "\n- ", "? ", "{", "[", "|", ": ", "#")),
    st.sampled_from(("", " ", ": ", "\n", '"', "'", "]", "}", "\x07", ": 1\n")),
)
def test_of_what_breaks_the_text(data: st.DataObject, before: str, after: str) -> None:
    text = yaml.safe_dump(TREE, sort_keys=False)
    at = data.draw(st.integers(0, len(text)))
    # With a paragraph sign on both sides it is part of no valid name, wherever it lands.
    assert MARK not in said(f"{text[:at]}{before}§{MARK}§{after}{text[at:]}")

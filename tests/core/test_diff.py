"""How one resource differs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segsync.core.diff import field_changes
from segsync.core.plan import FieldChange, Scalar
from tests.core.strategies import property_test

DESIRED: dict[str, Scalar] = {"period": 24, "is_enabled": True}


def test_what_is_the_same_has_no_changes() -> None:
    assert field_changes(DESIRED, {"is_enabled": True, "period": 24}) == ()


def test_nothing_against_nothing_has_no_changes() -> None:
    assert field_changes({}, {}) == ()


@pytest.mark.parametrize(
    ("live", "changes"),
    [
        ({"period": 12, "is_enabled": True}, (FieldChange("period", 24, 12),)),
        ({"period": 24, "is_enabled": False}, (FieldChange("is_enabled", True, False),)),
    ],
    ids=["period", "is_enabled"],
)
def test_only_the_field_that_differs_is_told(live: dict[str, Scalar], changes: tuple[FieldChange, ...]) -> None:
    assert field_changes(DESIRED, live) == changes


def test_a_dictionary_in_which_everything_changed_is_still_told_field_by_field() -> None:
    """Never as one change of the whole, whatever the library holds for easier to read."""
    names = [f"field-{number}" for number in range(20)]
    desired = {name: f"new {name}" for name in names}
    live = {name: f"old {name}" for name in names}
    assert field_changes(desired, live) == tuple(FieldChange(name, f"new {name}", f"old {name}") for name in names)


def test_fields_come_in_the_order_of_what_is_desired() -> None:
    live: dict[str, Scalar] = {"app_id": 1, "project": "other"}
    paths = [change.path for change in field_changes({"project": "Zq3vX0c8", "app_id": 52210}, live)]
    assert paths == ["project", "app_id"]
    paths = [change.path for change in field_changes({"app_id": 52210, "project": "Zq3vX0c8"}, live)]
    assert paths == ["app_id", "project"]


@pytest.mark.parametrize(
    ("desired", "live"),
    [
        ("", "x"),
        ("Shop", "shop"),
        ("shop", "shop "),
        ("1742", "01742"),
        ("1", "1.0"),
        ("a\nb", "a\nc"),
        ("\u0435", "e"),
        ("ok", "\ud800"),
        (10**30, 10**30 + 1),
        (False, True),
    ],
)
def test_no_difference_is_too_small_or_too_odd(desired: Scalar, live: Scalar) -> None:
    assert field_changes({"value": desired}, {"value": live}) == (FieldChange("value", desired, live),)


def test_a_name_that_looks_like_a_path_of_deepdiff_is_a_plain_name() -> None:
    name = "root['a'].b[0]"
    assert field_changes({name: 1}, {name: 2}) == (FieldChange(name, 1, 2),)


resources: st.SearchStrategy[dict[str, Scalar]] = st.fixed_dictionaries(
    {"project": st.text(max_size=3), "app_id": st.integers(), "period": st.integers(1, 3), "is_enabled": st.booleans()}
)


@property_test
@given(resources, resources)
def test_exactly_the_fields_with_other_values_are_told(desired: dict[str, Scalar], live: dict[str, Scalar]) -> None:
    expected = tuple(FieldChange(name, desired[name], live[name]) for name in desired if desired[name] != live[name])
    assert field_changes(desired, live) == expected

import pytest

from segsync.manifest.periods import hours


@pytest.mark.parametrize(
    ("value", "expected"), [(24, 24), (1, 1), ("48h", 48), ("7d", 168), ("1h", 1), ("999999999d", 23_999_999_976)]
)
def test_hours_and_days_in_hours(value: object, expected: int) -> None:
    assert hours(value) == expected


@pytest.mark.parametrize(
    "value", [True, False, None, 24.0, "", "h", "d", "24", "7w", "1.5d", "-1d", "7 d", "7D", [], {}]
)
def test_anything_else_is_no_period(value: object) -> None:
    assert hours(value) is None


def test_a_number_of_too_many_digits_is_no_period() -> None:
    assert hours("9" * 5_000 + "h") is None

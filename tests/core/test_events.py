"""What happens while a command works, as values."""

from dataclasses import FrozenInstanceError
from typing import get_args

import pytest

from segsync.core.events import Event, Exchanged, Progress


def test_an_event_cannot_be_changed_on_its_way_to_who_prints_it() -> None:
    with pytest.raises(FrozenInstanceError):
        Progress("Creating segments", 1, 3).done = 2  # type: ignore[misc]


@pytest.mark.parametrize("kind", get_args(Event), ids=lambda kind: kind.__name__)
def test_every_kind_of_event_is_frozen(kind: type) -> None:
    assert kind.__dataclass_params__.frozen  # type: ignore[attr-defined]


def test_an_exchange_tells_no_header_and_no_body() -> None:
    assert list(Exchanged.__slots__) == ["method", "url", "ending", "seconds"]

"""A clock that tests wind."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class FakeClock:
    """A Clock whose sleeps take no time, are recorded, and move it on. `while_sleeping` runs during each of them."""

    def __init__(self, while_sleeping: Callable[[], object] = lambda: None) -> None:
        self.slept: list[float] = []
        self.while_sleeping = while_sleeping
        self._signal: int | None = None

    def now(self) -> datetime:
        return NOON + timedelta(seconds=sum(self.slept))

    def monotonic(self) -> float:
        return sum(self.slept)

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.while_sleeping()

    @property
    def stop_signal(self) -> int | None:
        return self._signal

    def stop(self, signum: int) -> None:
        self._signal = signum

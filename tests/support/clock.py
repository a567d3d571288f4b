"""Time that tests wind: waiting takes none of it, and several processes can live in the same one."""

import threading
from datetime import UTC, datetime, timedelta

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class FakeTime:
    """The time of day of everyone in a test, a server too. It moves when it is told to. Safe for threads."""

    def __init__(self, start: datetime = NOON) -> None:
        self._start = start
        self._passed = 0.0
        self._lock = threading.Lock()

    @property
    def passed(self) -> float:
        """Seconds since the start."""
        return self._passed

    def now(self) -> datetime:
        return self._start + timedelta(seconds=self._passed)

    def timestamp(self) -> float:
        """Seconds since 1970."""
        return self.now().timestamp()

    def advance(self, seconds: float) -> None:
        with self._lock:
            self._passed += max(seconds, 0.0)


class FakeClock:
    """The Clock of one process. Its sleeps end at once and move the time on, unless the process was asked to stop."""

    def __init__(self, time: FakeTime | None = None) -> None:
        self._time = time or FakeTime()
        self._signal: int | None = None

    def now(self) -> datetime:
        return self._time.now()

    def monotonic(self) -> float:
        return self._time.passed

    def sleep(self, seconds: float) -> None:
        if self._signal is None:
            self._time.advance(seconds)

    @property
    def stop_signal(self) -> int | None:
        return self._signal

    def stop(self, signum: int) -> None:
        self._signal = signum

"""Time, as a parameter: code that waits or tells the time takes a Clock, so that tests need no patching."""

import threading
import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    def now(self) -> datetime:
        """The time of day, in UTC."""
        ...

    def monotonic(self) -> float:
        """Seconds that only ever grow."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait; returns early when the process is asked to stop."""
        ...

    @property
    def stop_signal(self) -> int | None:
        """The signal that asked the process to stop, after which nothing new starts."""
        ...


class SystemClock:
    """The real time. `stop` ends every wait, at once and from any thread."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._signal: int | None = None

    def now(self) -> datetime:
        return datetime.now(UTC)

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        self._stopped.wait(seconds)

    @property
    def stop_signal(self) -> int | None:
        return self._signal

    def stop(self, signum: int) -> None:
        self._signal = signum
        self._stopped.set()


def timestamp(moment: datetime) -> str:
    """RFC 3339 in UTC, to the second, such as 2026-11-23T10:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

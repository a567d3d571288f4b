"""Segments that were created but that the list does not show yet."""

import threading
from collections.abc import Callable


class Lag:
    """Which segments are hidden, and until when by `clock` (seconds). Forgotten when the process ends."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._hidden_until: dict[str, float] = {}
        self._lock = threading.Lock()

    def hide(self, segment_id: str, seconds: float) -> None:
        """Hide a segment for this long from now."""
        with self._lock:
            self._hidden_until[segment_id] = self._clock() + seconds

    def reveal(self, segment_id: str) -> None:
        """Show a segment from now on."""
        with self._lock:
            self._hidden_until.pop(segment_id, None)

    def hidden(self) -> frozenset[str]:
        """The ids of the segments that are hidden now."""
        with self._lock:
            now = self._clock()
            self._hidden_until = {key: until for key, until in self._hidden_until.items() if until > now}
            return frozenset(self._hidden_until)

"""How often each operation was called since the start."""

import threading

from segsync.emulator.vocabulary import OperationName


class Counts:
    """A count for each operation. Safe for threads."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys(OperationName, 0)
        self._lock = threading.Lock()

    def add(self, operation: OperationName) -> None:
        """Count one request."""
        with self._lock:
            self._counts[operation] += 1

    def by_operation(self) -> dict[str, int]:
        """Operation name to count; all five are there."""
        with self._lock:
            return {operation.value: count for operation, count in self._counts.items()}

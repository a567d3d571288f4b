"""SIGINT and SIGTERM: the first one stops in order, a second one ends at once. The state is safe either way."""

import contextlib
import os
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType

from segsync.errors import Interrupted
from segsync.plumbing.clock import SystemClock

GRACE_SECONDS = 5.0
"""How long calls in flight may go on: CI systems follow SIGINT with SIGTERM after 7.5 s, and kill 2.5 s later."""

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


@contextlib.contextmanager
def ending_in_order() -> Iterator[None]:
    """SIGTERM raises Interrupted, as Ctrl-C raises by itself: so that whatever ends gives back the locks it holds."""
    earlier = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, earlier)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    raise Interrupted(number)


class Stopper:
    """Turns signals into `clock.stop`, and, after `grace` seconds, into `abort`, which ends the calls in flight.

    `leave` tidies the terminal where a second signal ends the process at once.
    """

    def __init__(self, clock: SystemClock, abort: Callable[[], None], leave: Callable[[], None], grace: float) -> None:
        self._clock = clock
        self._abort = abort
        self._leave = leave
        self._grace = grace
        self._asking = False

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        earlier = {number: signal.signal(number, self._handle) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in earlier.items():
                signal.signal(number, handler)

    @contextlib.contextmanager
    def asking(self) -> Iterator[None]:
        """While a question waits for its answer nothing is in flight, and the wait itself must end."""
        self._asking = True
        try:
            yield
        finally:
            self._asking = False

    def _handle(self, number: int, _frame: FrameType | None) -> None:
        if self._clock.stop_signal is not None:
            self._leave()
            os._exit(128 + number)
        self._clock.stop(number)
        if self._asking:
            raise Interrupted(number)
        timer = threading.Timer(self._grace, self._abort)
        timer.daemon = True
        timer.start()

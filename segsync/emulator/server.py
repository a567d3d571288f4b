"""The emulator as a whole: its settings and its life from start to stop."""

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from segsync.emulator import console
from segsync.emulator.api import Api
from segsync.emulator.connection import Log
from segsync.emulator.counts import Counts
from segsync.emulator.data import Data
from segsync.emulator.exchange import Answer, Request
from segsync.emulator.fault_plan import FaultPlan
from segsync.emulator.faults import FaultSpec
from segsync.emulator.lag import Lag
from segsync.emulator.listener import Listener
from segsync.emulator.world import World

# How soon stop() is noticed; looking that often costs about a hundredth of a processor.
POLL_SECONDS = 0.01


@dataclass(frozen=True)
class Settings:
    """How an emulator is set up.

    Port 0 picks a free one. Without `data` everything is in memory; without `tokens` any bearer is good.
    `latency_ms` holds back every answer of the API. One `seed` draws the same lots for the same requests.
    """

    host: str = "127.0.0.1"
    port: int = 8089
    data: Path | None = None
    tokens: tuple[str, ...] = field(default=(), repr=False)
    latency_ms: int = 0
    faults: tuple[FaultSpec, ...] = ()
    seed: int | None = None


class Emulator:
    """RuStore's segments API on a socket of this machine, with a console beside it.

    `url` has the real port, and no slash at its end.
    """

    def __init__(
        self,
        settings: Settings,
        log: Log | None = None,
        *,
        sleep: Callable[[float], object] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Open the data and the socket; raises DataFileError (a ValueError) and ListenError (an OSError).

        `log` gets one line a request, from many threads. `sleep` (seconds) stands for the delays, which by
        default end early when the emulator stops; `clock` (seconds since 1970) for the time.
        """
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        with ExitStack() as opened:
            data = opened.enter_context(closing(Data(settings.data)))
            world = World(data, Lag(clock), FaultPlan(settings.faults, settings.seed), Counts(), clock)
            api = Api(
                world,
                tokens=settings.tokens,
                latency=settings.latency_ms / 1000,
                sleep=sleep or self._stopping.wait,
            )
            self._listener = Listener(settings.host, settings.port, partial(_respond, api, world), log)
            opened.callback(self._listener.server_close)
            self._opened = opened.pop_all()
        self.url = _url(settings.host, self._listener.server_address[1])

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Serve in a background thread until stop(); after stop() there is nothing to serve."""
        if self._stopping.is_set():
            return
        serve = partial(self._listener.serve_forever, POLL_SECONDS)
        self._thread = threading.Thread(target=serve, name="emulator", daemon=True)
        self._thread.start()

    def serve_forever(self) -> None:
        """Serve until stop(), which may be called by another thread or by a signal handler of this one."""
        # The calling thread only waits: if it served itself, a signal handler that interrupts it could not
        # wait for the end of what it has interrupted.
        self.start()
        if self._thread is not None:
            self._thread.join()

    def stop(self) -> None:
        """End delays, let the requests that are being answered finish, and close; may be called twice."""
        self._stopping.set()
        if self._thread is not None:
            self._listener.shutdown()
            self._thread.join()
        self._listener.say_goodbye()
        self._opened.close()


def _respond(api: Api, world: World, request: Request) -> Answer:
    if request.path.startswith(console.PREFIX):
        return console.answer(world, request)
    return api.answer(request)


def _url(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"

"""segsync with a counter on every step that the outside world can see, killing itself at one of them.

Run as a process of its own: CRASH_LOG names a file that gets the name of each step, CRASH_AT the number of the step
to die at (0: none). Steps are around the real calls: each request before it goes out, when it is out and when its
answer has been read; each state write before it, when the new file is complete but not in place, and after it.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from segsync.cli.main import main
from segsync.plumbing import calls, http
from segsync.state.store import Store

_lock = threading.Lock()
_log = Path(os.environ["CRASH_LOG"])
_at = int(os.environ["CRASH_AT"])
_count = 0


def step(name: str) -> None:
    global _count
    with _lock:
        _count += 1
        with _log.open("a") as log:
            log.write(f"{name}\n")
        if _count == _at:
            os.kill(os.getpid(), signal.SIGKILL)


def around(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    def wrapped(*arguments: Any, **named: Any) -> Any:
        step(f"before {name}")
        result = function(*arguments, **named)
        step(f"after {name}")
        return result

    return wrapped


def after(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    def wrapped(*arguments: Any, **named: Any) -> Any:
        function(*arguments, **named)
        step(name)

    return wrapped


def before(function: Callable[..., Any], name: str) -> Callable[..., Any]:
    def wrapped(self: Path, target: Path) -> Any:
        if not target.name.endswith(".lock.json"):
            step(name)
        return function(self, target)

    return wrapped


http.Http.send = around(http.Http.send, "request")  # type: ignore[method-assign]
calls._Watched.request = after(calls._Watched.request, "request is out")  # type: ignore[method-assign]
Store.put = around(Store.put, "state write")  # type: ignore[method-assign]
Path.replace = before(Path.replace, "state file complete, not in place")  # type: ignore[method-assign]

if __name__ == "__main__":
    main(sys.argv[1:])

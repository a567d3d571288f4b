"""From the address of a state to the backend that keeps it."""

import re
from pathlib import Path

from segsync.errors import UsageError
from segsync.state.local import LocalBackend
from segsync.state.protocol import Backend


def backend_at(address: str) -> Backend:
    if scheme := re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", address):
        raise UsageError(f"--state: this segsync keeps no state at {scheme[1]}://", "Give the path of a local file.")
    return LocalBackend(Path(address))

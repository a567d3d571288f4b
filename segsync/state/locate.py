"""From the address of a state to the backend that keeps it."""

import importlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from segsync.errors import UsageError
from segsync.state.local import LocalBackend
from segsync.state.protocol import Backend


def _http(address: str, environment: Mapping[str, str]) -> Backend:
    from segsync.state.http.backend import http_backend

    return http_backend(address, environment)


def _s3(address: str, environment: Mapping[str, str]) -> Backend:
    _require("obstore", "s3", extra="s3")
    from segsync.state.s3.backend import s3_backend

    return s3_backend(address, environment)


def _postgresql(address: str, environment: Mapping[str, str]) -> Backend:
    _require("psycopg", "postgresql", extra="postgres")
    from segsync.state.postgres.backend import postgres_backend

    return postgres_backend(address, environment)


def _require(library: str, scheme: str, *, extra: str) -> None:
    try:
        importlib.import_module(library)
    except ImportError as error:
        raise UsageError(
            f"--state: {scheme}:// needs `{library}`, which is not installed", f"Run: pip install 'segsync[{extra}]'"
        ) from error


_REMOTE: dict[str, Callable[[str, Mapping[str, str]], Backend]] = {
    "https": _http,
    "http": _http,
    "s3": _s3,
    "postgresql": _postgresql,
}
"""By scheme. Each imports what it needs when it is asked for: a local state must not wait for it."""


def backend_at(address: str, environment: Mapping[str, str]) -> Backend:
    """The backend for `--state ADDRESS`; its credentials are in `environment`, the process's. Makes no connection.

    Raises UsageError for an address that no backend can use.
    """
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", address)
    if not scheme:
        return LocalBackend(Path(address))
    remote = _REMOTE.get(scheme[1].lower())
    if remote is None:
        known = " or ".join(f"{name}://" for name in _REMOTE)
        raise UsageError(
            f"--state: segsync keeps no state at {scheme[1]}://", f"Give a path, or an address at {known}."
        )
    return remote(address, environment)

"""The backends that the contract holds for, each as a place where clients meet."""

import contextlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from pathlib import Path

from segsync.state.locate import backend_at
from segsync.state.protocol import Backend, LockInfo
from tests.state.http.rules import LOCKED_AT, GitLab, Plain
from tests.state.http.server import serving
from tests.state.postgres import server as postgres_server
from tests.state.s3 import server as s3_server


def _as_it_is(holder: LockInfo) -> LockInfo:
    return holder


@dataclass(frozen=True)
class Place:
    """The address of a state that does not exist yet, and the environment variables that its clients need.

    `frees_itself`: the engine frees the lock of a client that dies; elsewhere a person has to. `known_as` is what the
    engine tells of a holder, which may be less than it was told, or of its own.
    """

    address: str
    environment: Mapping[str, str] = field(default_factory=dict)
    frees_itself: bool = True
    known_as: Callable[[LockInfo], LockInfo] = _as_it_is

    def client(self) -> Backend:
        """One more client of the same state."""
        return backend_at(self.address, self.environment)


@contextlib.contextmanager
def _local(folder: Path) -> Iterator[Place]:
    yield Place(str(folder / "segsync.state.json"))


@contextlib.contextmanager
def _plain(_folder: Path) -> Iterator[Place]:
    with serving(Plain()) as server:
        yield Place(server.address, frees_itself=False)


@contextlib.contextmanager
def _gitlab(_folder: Path) -> Iterator[Place]:
    with serving(GitLab(), {"ann": "s3cret"}) as server:
        credentials = {"SEGSYNC_HTTP_USERNAME": "ann", "SEGSYNC_HTTP_PASSWORD": "s3cret"}
        yield Place(server.address, credentials, frees_itself=False, known_as=_at_gitlab)


def _at_gitlab(holder: LockInfo) -> LockInfo:
    """By user and by its own clock."""
    return replace(holder, operation="", who="ann", pid=0, created=LOCKED_AT)


@contextlib.contextmanager
def _s3(_folder: Path) -> Iterator[Place]:
    with s3_server.serving() as server:
        yield Place(server.address, server.environment, frees_itself=False)


@contextlib.contextmanager
def _postgres(_folder: Path) -> Iterator[Place]:
    place = Place(postgres_server.running().address())
    # As `segsync init` does: a lock alone makes no table.
    place.client().prove()
    yield place


PLACES: dict[str, Callable[[Path], AbstractContextManager[Place]]] = {
    "local": _local,
    "http": _plain,
    "gitlab": _gitlab,
    "s3": _s3,
    "postgres": _postgres,
}

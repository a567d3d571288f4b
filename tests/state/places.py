"""The backends that the contract holds for, each as a place where clients meet."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from segsync.state.locate import backend_at
from segsync.state.protocol import Backend


@dataclass(frozen=True)
class Place:
    """The address of a state that does not exist yet, and the environment variables that its clients need.

    `frees_itself`: the engine frees the lock of a client that dies; elsewhere a person has to.
    """

    address: str
    environment: Mapping[str, str] = field(default_factory=dict)
    frees_itself: bool = True

    def client(self) -> Backend:
        """One more client of the same state."""
        return backend_at(self.address, self.environment)


PLACES: dict[str, Callable[[Path], Place]] = {
    "local": lambda folder: Place(str(folder / "segsync.state.json")),
}

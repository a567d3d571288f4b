"""The backends that the contract holds for, each as a place where clients meet."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from segsync.state.locate import backend_at
from segsync.state.protocol import Backend


@dataclass(frozen=True)
class Place:
    """The address of a state that does not exist yet."""

    address: str

    def client(self) -> Backend:
        """One more client of the same state."""
        return backend_at(self.address)


PLACES: dict[str, Callable[[Path], Place]] = {
    "local": lambda folder: Place(str(folder / "segsync.state.json")),
}

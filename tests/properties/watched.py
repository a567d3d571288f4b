"""The real parts of a process, with an accident possible before and after whatever the outside can see of them."""

import json
from pathlib import Path

from segsync.core.model import Reading, Secret
from segsync.errors import FileError
from segsync.rustore.client import Client
from segsync.rustore.transport import Transport
from segsync.state.local import LocalBackend
from segsync.state.store import Store
from tests.properties.accidents import NO_SPACE, STRANGER, TEAR, Fate
from tests.support.clock import FakeClock, FakeTime
from tests.support.events import ignore


class WatchedClock(FakeClock):
    def __init__(self, time: FakeTime, fate: Fate) -> None:
        super().__init__(time)
        self._fate = fate

    def sleep(self, seconds: float) -> None:
        self._fate.reach("wait")
        super().sleep(seconds)


class WatchedBackend(LocalBackend):
    """`serials` gets, for each write, the serial that was stored before and the one that was written."""

    def __init__(self, path: Path, fate: Fate, serials: list[tuple[int, int]]) -> None:
        super().__init__(path)
        self._at = path
        self._fate = fate
        self._serials = serials
        fate.on(TEAR, self._tear)
        fate.on(NO_SPACE, self._refuse)
        fate.on(STRANGER, self._let_a_stranger_write)

    def write(self, data: bytes, replaces: str | None) -> str:
        self._fate.reach("before write")
        before = json.loads(self._at.read_bytes())["serial"]
        version = super().write(data, replaces)
        self._serials.append((before, json.loads(data)["serial"]))
        self._fate.reach("after write")
        return version

    def _tear(self) -> None:
        """Die over a half-written copy, which stays behind."""
        self._at.with_name(f".{self._at.name}.torn.tmp").write_bytes(self._at.read_bytes()[:9])
        self._fate.kill()

    def _refuse(self) -> None:
        raise FileError(f"{self._at}: cannot be written: No space left on device")

    def _let_a_stranger_write(self) -> None:
        """Somebody who does not ask for the lock."""
        store = Store(LocalBackend(self._at), None, ignore)
        store.save(store.read())


class WatchedClient(Client):
    """`readings` gets the last reading of each export project."""

    def __init__(self, transport: Transport, readings: dict[str, Reading]) -> None:
        super().__init__(transport)
        self._readings = readings

    def read(self, token: Secret, export_project_id: str) -> Reading:
        reading = super().read(token, export_project_id)
        self._readings[export_project_id] = reading
        return reading

"""What a process sent and what reached it, as seen on the wire and not as segsync tells it."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from requests.auth import AuthBase

from segsync.plumbing.calls import Broken
from segsync.plumbing.http import Answer, Http
from tests.properties.accidents import Fate

Target = tuple[str, object]
"""A push project and its app, or an export project and a myTracker segment."""

_CREATE = "/create"
_LIST = "/segments/get"


@dataclass
class Create:
    """One create as it went out. `intended`: its intent was on the disk by then. No reply: the process was killed."""

    target: Target
    intended: bool
    listed_before: int
    reply: Answer | Broken | None = None

    @property
    def arrived(self) -> str | None:
        """The id that reached the process."""
        if not isinstance(self.reply, Answer) or self.reply.status != 200:
            return None
        found = _object(self.reply.body).get("id")
        return found if isinstance(found, str) else None

    @property
    def undone(self) -> bool:
        """It was not sent, or it was refused: nothing came of it."""
        if isinstance(self.reply, Broken):
            return not self.reply.began
        return self.reply is not None and self.reply.status in (400, 429)

    @property
    def unknown(self) -> bool:
        return not self.arrived and not self.undone


@dataclass
class Calls:
    """`listed` has every answered list, in order: export project, then each export's id and myTracker segment."""

    projects: list[Create] = field(default_factory=list)
    segments: list[Create] = field(default_factory=list)
    listed: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def creates(self) -> list[Create]:
        return [*self.projects, *self.segments]

    def has_listed(self, create: Create) -> bool:
        """A list that came after `create` shows an export of its segment."""
        project, segment = create.target
        later = self.listed[create.listed_before :]
        return any(id_ == project and segment in exports.values() for id_, exports in later)

    def seen_segments(self) -> set[Target]:
        """The segments that were listed or created."""
        listed = {(id_, segment) for id_, exports in self.listed for segment in exports.values()}
        return listed | {create.target for create in self.segments}


class WatchedHttp(Http):
    """The real thing, with a witness. `intended` tells whether the state holds the intent of a create now."""

    def __init__(
        self, url: str, fate: Fate, calls: Calls, intended: Callable[[Target], bool], *, connections: int
    ) -> None:
        super().__init__(url, timeout=30, connections=connections)
        self._fate = fate
        self._seen = calls
        self._intended = intended
        self._watching = threading.Lock()

    def send(
        self, method: str, path: str, *, auth: AuthBase | None, headers: Mapping[str, str], body: bytes | None
    ) -> Answer | Broken:
        kind = "create" if path.endswith(_CREATE) else "read"
        self._fate.reach(f"before {kind}")
        create = self._begun(path, body or b"") if kind == "create" else None
        reply = super().send(method, path, auth=auth, headers=headers, body=body)
        if not self._fate.killed:
            self._answered(path, reply, create)
        self._fate.reach(f"after {kind}")
        return reply

    def _begun(self, path: str, body: bytes) -> Create:
        fields = _object(body)
        *_, parent, _segments, _create = path.split("/")
        is_segment = "segment" in fields
        target = (parent, fields["segment"]) if is_segment else (fields["project"], fields["app_id"])
        with self._watching:
            create = Create(target, self._intended(target), len(self._seen.listed))
            (self._seen.segments if is_segment else self._seen.projects).append(create)
        return create

    def _answered(self, path: str, reply: Answer | Broken, create: Create | None) -> None:
        if create is not None:
            create.reply = reply
        elif path.endswith(_LIST) and isinstance(reply, Answer) and reply.status == 200:
            exports = _object(reply.body).get("segments")
            if isinstance(exports, list):
                found = {export["id"]: export["segment"] for export in exports}
                self._seen.listed.append((path.split("/")[-3], found))


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}

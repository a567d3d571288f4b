"""A push message: what is sent, byte for byte, and what is known of it before it is sent."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from segsync.core.digest import digest
from segsync.core.model import Failure

LIMIT = 4096
"""The most bytes that RuStore takes as the body of a publish request."""

FieldPath = tuple[str, ...]

_TITLE, _BODY, _IMAGE = (("notification", key) for key in ("title", "body", "image"))
_FOR_ANDROID = tuple(("android", "notification", key) for key in ("title", "body", "image"))
_TTL = ("android", "ttl")
_VISIBLE = (("notification",), ("data",), ("android", "notification"))
_NO_TIME = re.compile(r"[0.]*s")


@dataclass(frozen=True, slots=True)
class Advice:
    """What is wrong, or unwise, about the field at `path`; the empty path is the whole message."""

    path: FieldPath
    message: str
    hint: str


@dataclass(frozen=True, slots=True)
class Message:
    """A push message. `document` is the API's `message` object, as its JSON Schema has accepted it."""

    document: Mapping[str, Any]

    @property
    def encoded(self) -> bytes:
        """The whole JSON body of the request: UTF-8, without white space, invisible characters as escapes."""
        return _json({"message": self.document}).encode("utf-8")

    @property
    def texts(self) -> tuple[tuple[str, str], ...]:
        """What people will see, by field: title, body and image, then what Android alone gets."""
        found = ((".".join(path), self.field(path)) for path in (_TITLE, _BODY, _IMAGE, *_FOR_ANDROID))
        return tuple((name, text) for name, text in found if text is not None)

    @property
    def ttl(self) -> str | None:
        """How long RuStore keeps the message, such as `3.5s`; None where it is left to RuStore: four weeks."""
        ttl = self.field(_TTL)
        return None if ttl is None or _NO_TIME.fullmatch(ttl) else str(ttl)

    def field(self, path: FieldPath) -> Any:
        """The value at `path`; None where there is none."""
        value: Any = self.document
        for key in path:
            value = value.get(key) if isinstance(value, Mapping) else None
        return value


def errors(message: Message) -> Iterator[Advice]:
    """What no schema can say: a message that shows and hands over nothing, and one that is too large."""
    if not any(message.field(path) for path in _VISIBLE):
        yield Advice((), "there is nothing to send", "Write a `notification` with `title` and `body`, or `data`.")
    elif (size := len(message.encoded)) > LIMIT:
        path, largest = max(_sizes(message.document), key=lambda found: found[1])
        what = f"the request has {size} bytes and RuStore takes {LIMIT}: this is the largest field, with {largest}"
        yield Advice(path, what, f"Shorten it, or another field, by {size - LIMIT} bytes in all.")


def warnings(message: Message) -> Iterator[Advice]:
    """What is allowed and seldom meant."""
    if message.ttl is None:
        yield Advice(_TTL, "no time to live: RuStore keeps the message for four weeks", "Such as `ttl: 3600s`.")
    for path in (_IMAGE, _FOR_ANDROID[-1]):
        image = message.field(path)
        if image is not None and not image.lower().startswith("https://"):
            yield Advice(path, "is not an https address: devices may not show the image", "")


class Sending(StrEnum):
    """How a publish ended."""

    SENT = "sent"
    ALREADY_SENT = "already-sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    DRY_RUN = "dry-run"


@dataclass(frozen=True, slots=True)
class Publication:
    """What goes to whom. `project` is the push project, `segment` myTracker's id, `once` the key if there is one."""

    address: str
    project: str
    segment: str
    message: Message
    once: str | None = None

    @property
    def digest(self) -> str:
        """Of project, segment and message: the same for the same meaning."""
        return digest({"project": self.project, "segment": self.segment, "message": self.message.document})


@dataclass(frozen=True, slots=True)
class PublishResult:
    """What came of it. `answer` is RuStore's own text, null where there is none; `error` why a send brought none."""

    publication: Publication
    outcome: Sending
    exit_code: int
    answer: str | None = None
    error: Failure | None = None


def _sizes(value: Any, path: FieldPath = ()) -> Iterator[tuple[FieldPath, int]]:
    """Every text or number in a message, with its size as it is sent."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from _sizes(child, (*path, key))
    else:
        yield path, len(_json(value).encode("utf-8"))


def _json(value: object) -> str:
    """As JSON in which nothing moves a cursor or turns text around; letters stay letters, which are half as long."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return "".join(part if part.isprintable() else json.dumps(part)[1:-1] for part in text)

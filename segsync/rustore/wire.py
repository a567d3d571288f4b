"""The API's JSON <-> core types, exactly as documented: anything else is `Misshapen`, never guessed at."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from segsync.core.model import LiveProject, LiveSegment

_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Misshapen(Exception):
    """The answer is JSON of another shape than the documented one."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The API's own error, `{code, status, message}`."""

    code: int
    status: str | None
    message: str | None


def envelope(body: bytes) -> Envelope | None:
    """The error in an answer's body, flat or nested in `error`; None where there is none of the API's own."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if isinstance(found, dict) and isinstance(found.get("error"), dict):
        found = found["error"]
    if not isinstance(found, dict) or not _is_integer(found.get("code")):
        return None
    status, message = found.get("status"), found.get("message")
    if not isinstance(status, str) and not isinstance(message, str):
        return None
    return Envelope(
        found["code"], status if isinstance(status, str) else None, message if isinstance(message, str) else None
    )


def created_project(answer: Any) -> str:
    """The id of a created export project: `id` in the documentation's example, `export_project_id` in its table."""
    found = _either(answer, "id", "export_project_id")
    if not _UUID.fullmatch(found):
        raise Misshapen(f"the id in the answer is not a UUID: {found}")
    return found.lower()


def created_segment(answer: Any) -> str:
    """The id of a created segment export: `id` in the example, `export_segment_id` in the table."""
    return _either(answer, "id", "export_segment_id")


def project(answer: Any) -> LiveProject:
    found = _mapping(answer)
    return LiveProject(_text(found, "id").lower(), _text(found, "project"), _integer(found, "app_id"))


def segments(answer: Any) -> tuple[LiveSegment, ...]:
    found = _mapping(answer).get("segments")
    if not isinstance(found, list):
        raise Misshapen("the answer has no list `segments`")
    exports: dict[str, LiveSegment] = {}
    for entry in found:
        export = _segment(_mapping(entry))
        if exports.setdefault(export.id, export) != export:
            raise Misshapen("the answer shows one segment export in two ways")
    return tuple(exports.values())


def published(answer: Any) -> str:
    """RuStore's own words of a message that was sent."""
    found = _mapping(answer)
    if "code" in found or "error" in found:
        # Its error envelope has a `message` too.
        raise Misshapen("the answer is an error, with a status that says it is none")
    return _text(found, "message")


def body(**fields: str | int) -> bytes:
    return json.dumps(fields).encode("ascii")


def _segment(found: Mapping[str, Any]) -> LiveSegment:
    enabled = found.get("is_enabled")
    if not isinstance(enabled, bool):
        raise Misshapen("a segment in the answer has no true or false `is_enabled`")
    return LiveSegment(_text(found, "id"), _text(found, "segment"), _integer(found, "period"), enabled)


def _either(answer: Any, first: str, second: str) -> str:
    found = _mapping(answer)
    values = {found[key] for key in (first, second) if isinstance(found.get(key), str) and found[key]}
    if len(values) != 1:
        raise Misshapen("the answer has no id" if not values else "the answer has two different ids")
    return str(values.pop())


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise Misshapen("the answer is not the documented JSON object")
    return value


def _text(found: Mapping[str, Any], key: str) -> str:
    value = found.get(key)
    if not isinstance(value, str) or not value:
        raise Misshapen(f"the answer has no text `{key}`")
    return value


def _integer(found: Mapping[str, Any], key: str) -> int:
    value = found.get(key)
    if not _is_integer(value):
        raise Misshapen(f"the answer has no whole number `{key}`")
    return int(found[key])


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)

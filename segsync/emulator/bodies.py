"""Strict reading of JSON bodies: each function reads one field of one type or refuses the request.

Nothing is converted (`24.0`, `"24"` and `true` are not 24), and messages name fields, never their values:
a value may be a secret.
"""

import json
import re
from collections.abc import Callable, Collection, Mapping
from typing import NoReturn, TypeVar

from segsync.emulator.exchange import bad_request

T = TypeVar("T")
Fields = Mapping[str, object]

# SQLite's own limits; a number beyond them could not be stored.
SMALLEST_INTEGER, LARGEST_INTEGER = -(2**63), 2**63 - 1
UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")


def read_object(body: bytes) -> Fields:
    """The fields of a body that is one JSON object in UTF-8."""
    try:
        value = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise bad_request("the body must be JSON in UTF-8") from None
    if not isinstance(value, dict):
        raise bad_request("the body must be a JSON object")
    return value


def refuse_unknown(fields: Fields, known: Collection[str]) -> None:
    """Refuse fields that mean nothing here, so that a slip of the pen does not pass for an edit."""
    if not fields.keys() <= set(known):
        raise bad_request(f"unknown field; known are: {', '.join(known)}")


def text(fields: Fields, name: str) -> str:
    """A text that is not empty."""
    value = fields.get(name)
    if not isinstance(value, str) or not value or not _is_unicode(value):
        raise bad_request(f"{name} must be a text that is not empty")
    return value


def any_text(fields: Fields, name: str) -> str:
    """A text, which may be empty."""
    value = fields.get(name)
    if not isinstance(value, str):
        raise bad_request(f"{name} must be a text")
    return value


def integer(fields: Fields, name: str) -> int:
    """A whole number of at most 64 bits."""
    value = fields.get(name)
    # bool is a subclass of int, but true is not a number in JSON.
    if type(value) is not int or not SMALLEST_INTEGER <= value <= LARGEST_INTEGER:
        raise bad_request(f"{name} must be a whole number")
    return value


def positive(fields: Fields, name: str) -> int:
    """A whole number of at least 1 and at most 63 bits."""
    value = fields.get(name)
    if type(value) is not int or not 1 <= value <= LARGEST_INTEGER:
        raise bad_request(f"{name} must be a positive whole number")
    return value


def boolean(fields: Fields, name: str) -> bool:
    """true or false."""
    value = fields.get(name)
    if not isinstance(value, bool):
        raise bad_request(f"{name} must be true or false")
    return value


def mapping(fields: Fields, name: str) -> Fields:
    """A JSON object."""
    value = fields.get(name)
    if not isinstance(value, dict):
        raise bad_request(f"{name} must be a JSON object")
    return value


def texts(fields: Fields, name: str) -> list[str]:
    """A list of texts."""
    value = fields.get(name)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise bad_request(f"{name} must be a list of texts")
    return value


def uuid_text(fields: Fields, name: str) -> str:
    """A UUID in its usual form of 36 characters, kept as typed."""
    value = fields.get(name)
    if not isinstance(value, str) or not UUID.fullmatch(value):
        raise bad_request(f"{name} must be a UUID")
    return value


def optional(read: Callable[[Fields, str], T], fields: Fields, name: str) -> T | None:
    """What `read` makes of the field, or None where it is left out."""
    return read(fields, name) if name in fields else None


def _is_unicode(value: str) -> bool:
    # JSON can spell half of a surrogate pair, which is no text that could be stored.
    return not any("\ud800" <= character <= "\udfff" for character in value)


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON")

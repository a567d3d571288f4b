"""The JSON Schemas of `schemas/`: the source of truth for every document that segsync reads or writes."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend


@dataclass(frozen=True, slots=True)
class Breach:
    """One way in which a document breaks its schema.

    `path` leads to the value, `rule` is the keyword that it breaks and `expected` that keyword's value in `schema`.
    `of_key`: it is about a key of the mapping at `path` (`value`), not about a value. `missing` is the key that
    `required` misses. `value` may be a secret in the wrong place: it is for looking at, never for showing.
    """

    path: tuple[str | int, ...]
    rule: str
    expected: Any
    schema: Mapping[str, Any]
    value: Any
    of_key: bool
    missing: str | None


def schema_text(name: str) -> str:
    """The text of `schemas/NAME.schema.json`: inside the wheel, or beside the package in an editable install."""
    file_name = f"{name}.schema.json"
    packaged = files("segsync").joinpath("schemas", file_name)
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).parents[2] / "schemas" / file_name).read_text(encoding="utf-8")


def breaches(name: str, document: Any) -> Iterator[Breach]:
    """Every way in which `document` breaks the schema `name`."""
    for error in _validator(name).iter_errors(document):
        yield _breach(error)


def first_breach(name: str, document: Any) -> str | None:
    """The place of the first breach, as a JSON Pointer, with its rule; no value of the document. None if it is good."""
    for breach in breaches(name, document):
        return f"{pointer(breach.path) or '/'} ({breach.rule})"
    return None


def pointer(path: tuple[str | int, ...]) -> str:
    """A JSON Pointer (RFC 6901); the document itself is the empty text."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


@cache
def _validator(name: str) -> Any:
    return _STRICT(json.loads(schema_text(name)))


def _breach(error: ValidationError) -> Breach:
    rule = str(error.validator)
    schema = error.schema if isinstance(error.schema, dict) else {}
    # jsonschema makes one error of each missing key, and names the key in the message alone.
    required = schema.get("required", ()) if rule == "required" else ()
    missing = next((key for key in required if error.message.startswith(f"{key!r} ")), None)
    of_key = "propertyNames" in error.absolute_schema_path
    path = tuple(error.absolute_path)
    return Breach(path, rule, error.validator_value, schema, error.instance, of_key, missing)


def _is_integer(_checker: object, value: object) -> bool:
    # JSON Schema holds 24.0 for an integer and Python holds True for one; the API would get `24.0` or `true`.
    return isinstance(value, int) and not isinstance(value, bool)


def _pattern(_validator: object, pattern: str, value: object, _schema: object) -> Iterator[ValidationError]:
    # Python's `$` also matches before a line end at the very end, JSON Schema's does not.
    if isinstance(value, str) and not re.search(re.sub(r"\$$", r"\\Z", pattern), value):
        yield ValidationError(f"does not match {pattern}")


_STRICT = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    validators={"pattern": _pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)

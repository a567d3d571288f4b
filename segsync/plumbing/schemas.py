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
    """A file of `schemas/`: inside the wheel, or beside the package in an editable install.

    `api` is the OpenAPI description of RuStore's API, every other name is that of a JSON Schema.
    """
    file_name = "api.openapi.json" if name == "api" else f"{name}.schema.json"
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
    schema = json.loads(schema_text(name))
    return _STRICT(_inlined(schema, schema.get("$defs", {})))


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    """The schema with each `$ref` to its own definitions put in, so that every part of it stands alone."""
    if isinstance(schema, list):
        return [_inlined(item, definitions) for item in schema]
    if not isinstance(schema, dict):
        return schema
    target = definitions.get(str(schema.get("$ref", "")).removeprefix("#/$defs/"), {})
    own = {key: value for key, value in schema.items() if key not in ("$ref", "$defs")}
    parts = {key: _inlined(value, definitions) for key, value in (target | own).items()}
    if "patternProperties" in parts:
        parts["patternProperties"] = {_exact(key).pattern: part for key, part in parts["patternProperties"].items()}
    return parts


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
    if isinstance(value, str) and not _exact(pattern).search(value):
        yield ValidationError(f"does not match {pattern}")


@cache
def _exact(pattern: str) -> re.Pattern[str]:
    # Python's `$` also matches before a line end at the very end, JSON Schema's does not.
    return re.compile(pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern)


# jsonschema makes a new validator for every value that it descends to: in a manifest of thousands of segments that is
# most of the time. These three keywords, where the large maps are, make one for each part of a schema.


def _properties(_validator: object, parts: Mapping[str, Any], value: object, _schema: object) -> Iterator[Any]:
    if isinstance(value, dict):
        for key, part in parts.items():
            if key in value:
                yield from _below(key, _part(part).iter_errors(value[key]))


def _additional(validator: Any, part: Any, value: object, schema: Mapping[str, Any]) -> Iterator[Any]:
    if not isinstance(part, dict):
        yield from Draft202012Validator.VALIDATORS["additionalProperties"](validator, part, value, schema)
    elif isinstance(value, dict):
        check, known = _part(part), schema.get("properties", {})
        for key in value:
            if key not in known:
                yield from _below(key, check.iter_errors(value[key]))


def _property_names(_validator: object, part: Any, value: object, _schema: object) -> Iterator[Any]:
    if isinstance(value, dict):
        check = _part(part)
        for key in value:
            yield from check.iter_errors(key)


def _below(key: str, errors: Iterator[ValidationError]) -> Iterator[ValidationError]:
    for error in errors:
        error.relative_path.appendleft(key)
        yield error


_parts: dict[int, tuple[Any, Any]] = {}


def _part(schema: Any) -> Any:
    """The validator of one part of an inlined schema, made once. The part is kept, so that its id stays its own."""
    if id(schema) not in _parts:
        _parts[id(schema)] = (schema, _STRICT(schema))
    return _parts[id(schema)][1]


_STRICT = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator,
    validators={
        "additionalProperties": _additional,
        "pattern": _pattern,
        "properties": _properties,
        "propertyNames": _property_names,
    },
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
)

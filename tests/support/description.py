"""The OpenAPI description of the API, and what it says of one request or answer."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft202012Validator

from segsync.plumbing.schemas import schema_text

DESCRIPTION: dict[str, Any] = json.loads(schema_text("api"))
_FORMATS = Draft202012Validator.FORMAT_CHECKER


@dataclass(frozen=True)
class Described:
    """One operation. `body` and each of `answers` (by status) is a media type's `{schema, example}`; None without."""

    name: str
    path: str
    parameters: dict[str, Any]
    body: Any
    answers: dict[str, Any]

    def parts(self, path: str) -> dict[str, str] | None:
        """The parameters in a request's path; None where it is the path of another operation."""
        found = re.fullmatch(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path), path)
        return found and found.groupdict()


def _operations() -> Iterator[Described]:
    for path, item in DESCRIPTION["paths"].items():
        operation = item["post"]
        named = [_resolved(parameter) for parameter in operation.get("parameters", ())]
        yield Described(
            name=operation["operationId"],
            path=path,
            parameters={parameter["name"]: parameter for parameter in named},
            body=_json(operation["requestBody"]) if "requestBody" in operation else None,
            answers={status: _json(_resolved(answer)) for status, answer in operation["responses"].items()},
        )


def breaches(schema: Any, value: object) -> list[str]:
    """Where `value` is not what a schema of the description says, and why."""
    # References lead into the description, so the schema stands in it; and nothing of a description but this is a rule.
    whole = {"components": DESCRIPTION["components"], "allOf": [schema]}
    return [error.message for error in Draft202012Validator(whole, format_checker=_FORMATS).iter_errors(value)]


def _json(part: Any) -> Any:
    return part["content"]["application/json"]


def _resolved(part: Any) -> Any:
    if "$ref" not in part:
        return part
    _, _, kind, name = part["$ref"].split("/")
    return DESCRIPTION["components"][kind][name]


OPERATIONS = tuple(_operations())

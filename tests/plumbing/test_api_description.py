"""The OpenAPI description of RuStore's API: sound in itself, and about the five operations."""

from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.support.description import DESCRIPTION, OPERATIONS, Described, breaches


def test_it_is_valid_openapi() -> None:
    OpenAPIV31SpecValidator(DESCRIPTION).validate()


def test_it_describes_the_five_operations() -> None:
    assert [operation.name for operation in OPERATIONS] == [
        "createExportProject",
        "getExportProject",
        "createSegmentExport",
        "getSegmentExports",
        "publishToSegment",
    ]
    assert DESCRIPTION["security"] == [{"serviceToken": []}]


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_its_examples_are_what_it_describes(operation: Described) -> None:
    for parameter in operation.parameters.values():
        assert breaches(parameter["schema"], parameter["example"]) == []
    for media in filter(None, [operation.body, operation.answers["200"]]):
        assert breaches(media["schema"], media["example"]) == []
    refused = operation.answers["400"]
    assert breaches(refused["schema"], refused["examples"]["token"]["value"]) == []


@pytest.mark.parametrize("name", ["id", "export_project_id"])
def test_a_created_project_has_either_name_for_its_id(name: str) -> None:
    assert breaches(answer(0), {name: "b04b48ab-3125-444f-94eb-aad511c074e7"}) == []
    assert breaches(answer(0), {name: "b04b48ab"}) != []
    assert breaches(answer(0), {}) != []


@pytest.mark.parametrize("name", ["id", "export_segment_id"])
def test_a_created_segment_has_either_name_for_its_id(name: str) -> None:
    assert breaches(answer(2), {name: "b04b48ab-3125-444f-94eb-aad511c074e7"}) == []
    assert breaches(answer(2), {}) != []


def test_every_part_of_a_body_is_described() -> None:
    assert list(undescribed(DESCRIPTION["components"]["schemas"], "")) == []


def answer(number: int) -> Any:
    return OPERATIONS[number].answers["200"]["schema"]


def undescribed(parts: dict[str, Any], path: str) -> Iterator[str]:
    """Properties without a description, in a map of schemas."""
    for name, schema in parts.items():
        if "$ref" not in schema and not schema.get("description"):
            yield f"{path}/{name}"
        yield from undescribed(schema.get("properties", {}), f"{path}/{name}")
        if "properties" in schema.get("items", {}):
            yield from undescribed(schema["items"]["properties"], f"{path}/{name}")

"""The JSON Schemas, read more strictly than Python would read them."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from segsync.plumbing.schemas import Breach, breaches, first_breach, pointer, schema_text

NAMES = ["manifest", "message", "plan", "result", "publish", "state", "diagnostics"]
SEGMENT: dict[str, Any] = {"segment": "1742"}


def manifest(**fields: Any) -> dict[str, Any]:
    """With one project that has one segment of these fields."""
    return {"version": 1, "projects": {"shop": {"project": "a", "app_id": 1, "segments": {"payers": fields}}}}


def found(name: str, document: Any) -> list[tuple[str, str]]:
    return [(pointer(breach.path), breach.rule) for breach in breaches(name, document)]


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_found_by_its_name(name: str) -> None:
    schema = json.loads(schema_text(name))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema)


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_of_a_schema_are_good(name: str) -> None:
    for example in json.loads(schema_text(name)).get("examples", ()):
        assert found(name, example) == []


@pytest.mark.parametrize("name", ["manifest", "message"])
def test_what_a_person_writes_is_described_for_the_editor(name: str) -> None:
    schema = json.loads(schema_text(name))
    assert list(undescribed(schema, schema.get("$defs", {}))) == []


def undescribed(schema: Any, definitions: dict[str, Any]) -> Iterator[str]:
    """The names of properties without a description."""
    for name, part in schema.get("properties", {}).items():
        whole = definitions.get(part.get("$ref", "").removeprefix("#/$defs/"), {}) | part
        if not whole.get("description"):
            yield name
    for part in [*schema.get("properties", {}).values(), *schema.get("$defs", {}).values()]:
        yield from undescribed(part, definitions)


def test_a_document_that_is_good_breaks_nothing() -> None:
    assert found("manifest", manifest(**SEGMENT)) == []
    assert first_breach("manifest", manifest(**SEGMENT)) is None


@pytest.mark.parametrize("value", [24.0, True, False])
def test_neither_a_whole_float_nor_a_truth_value_is_an_integer(value: object) -> None:
    assert found("manifest", manifest(**SEGMENT, period=value)) == [("/projects/shop/segments/payers/period", "type")]


def test_one_is_not_true() -> None:
    assert found("manifest", manifest(**SEGMENT, is_enabled=1)) == [
        ("/projects/shop/segments/payers/is_enabled", "type")
    ]
    assert found("manifest", {"version": True}) == [("/version", "const")]


@pytest.mark.parametrize("value", ["1742\n", "1742\r\n", "\n1742", "17\n42"])
def test_a_pattern_does_not_match_before_a_trailing_line_end(value: str) -> None:
    assert found("manifest", manifest(segment=value)) == [("/projects/shop/segments/payers/segment", "pattern")]


def test_a_pattern_without_an_end_matches_a_beginning() -> None:
    assert found("manifest", {"version": 1, "defaults": {"secret_key": {"file": "/a\n"}}}) == []
    assert found("manifest", {"version": 1, "defaults": {"secret_key": {"file": "a"}}}) == [
        ("/defaults/secret_key/file", "pattern")
    ]


def test_a_name_with_a_trailing_line_end_is_no_name() -> None:
    (breach,) = breaches("manifest", {"version": 1, "projects": {"shop\n": {"project": "a", "app_id": 1}}})
    assert (breach.path, breach.rule, breach.of_key, breach.value) == (("projects",), "pattern", True, "shop\n")


def test_each_missing_key_is_a_breach_of_its_own() -> None:
    found = list(breaches("manifest", {"version": 1, "projects": {"shop": {}}}))
    assert [(breach.path, breach.rule, breach.missing) for breach in found] == [
        (("projects", "shop"), "required", "project"),
        (("projects", "shop"), "required", "app_id"),
    ]


def test_a_breach_tells_what_the_schema_expects_and_what_it_found() -> None:
    (breach,) = breaches("manifest", manifest(**SEGMENT, ignore=["period", "project"]))
    assert breach == Breach(
        path=("projects", "shop", "segments", "payers", "ignore", 1),
        rule="enum",
        expected=["period", "is_enabled", "duplicate"],
        schema={"enum": ["period", "is_enabled", "duplicate"]},
        value="project",
        of_key=False,
        missing=None,
    )


def test_every_breach_is_found() -> None:
    document = {"version": 2, "defaults": {"period": "1", "x": 1}, "projects": {"a b": {"project": 1, "app_id": 0}}}
    assert sorted(found("manifest", document)) == [
        ("/defaults", "additionalProperties"),
        ("/defaults/period", "pattern"),
        ("/projects", "pattern"),
        ("/projects/a b/app_id", "minimum"),
        ("/version", "const"),
    ]


@pytest.mark.parametrize(
    ("document", "expected"),
    [([], "/ (type)"), ({"version": 1, "projects": {"shop": 1}}, "/projects/shop (type)")],
)
def test_the_first_breach_is_told_by_place_and_rule_alone(document: object, expected: str) -> None:
    assert first_breach("manifest", document) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [((), ""), (("a", 0, "b"), "/a/0/b"), (("a/b", "c~d", "~1"), "/a~1b/c~0d/~01"), (("",), "/"), (("", ""), "//")],
)
def test_a_pointer_is_written_as_rfc_6901_says(path: tuple[str | int, ...], expected: str) -> None:
    assert pointer(path) == expected

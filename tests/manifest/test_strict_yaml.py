"""What the YAML reader makes of a text that is good. What it refuses has a file of its own."""

import pytest

from segsync.manifest.marked import Map, Mark, Seq, quotable, quotable_path
from tests.manifest.manifests import read


@pytest.mark.parametrize(
    "text",
    [
        *("no", "No", "on", "off", "yes", "y", "tRUE", "nULL", "12:30", "1:2:3", "2026-11-23", "2026-11-23T10:00:00Z"),
        *("0b11", "0o8", "0x", "1_000", "1.2.3", "1e", ".", "+", "-x", "<", "="),
    ],
)
def test_what_yaml_1_2_holds_for_text_is_text(text: str) -> None:
    assert read(f"key: {text}") == {"key": text}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[(text, None) for text in ("", "~", "null", "Null", "NULL")],
        *[(text, True) for text in ("true", "True", "TRUE")],
        *[(text, False) for text in ("false", "False", "FALSE")],
        ("0", 0),
        ("-12", -12),
        ("+12", 12),
        ("0123", 123),
        ("0o17", 15),
        ("0x1F", 31),
        ("123456789012345678", 123456789012345678),
        ("1.5", 1.5),
        (".5", 0.5),
        ("24.0", 24.0),
        ("1e3", 1000.0),
    ],
)
def test_a_plain_scalar_is_read_by_the_core_schema(text: str, value: object) -> None:
    found = read(f"key: {text}")["key"]
    assert (found, type(found)) == (value, type(value))


@pytest.mark.parametrize("text", ['"24"', "'24'", "!!str 24", "! 24", "|-\n  24", ">-\n  24"])
def test_a_scalar_that_is_quoted_or_tagged_as_text_is_text(text: str) -> None:
    assert read(f"key: {text}") == {"key": "24"}


@pytest.mark.parametrize(
    "text",
    ["0123", "1_000", "1e5", "0x1F", "0o17", "1.50", ".5", "-1", "+1", "0", "12345678901234567890" * 2, "1e999"],
)
@pytest.mark.parametrize("key", ["project", "segment", "api_user_id"])
def test_a_number_in_a_text_field_stays_as_typed(key: str, text: str) -> None:
    assert read(f"{key}: {text}") == {key: text}


def test_only_numbers_are_kept_as_typed_in_a_text_field() -> None:
    assert read("segment: true\nproject: ~\napi_user_id: [1]") == {"segment": True, "project": None, "api_user_id": [1]}


def test_the_keys_of_a_mapping_are_text_or_quoted_numbers() -> None:
    assert read('no: 1\n"1": 2\n2026-11-23: 3\n"": 4\n') == {"no": 1, "1": 2, "2026-11-23": 3, "": 4}


def test_an_anchor_may_be_used_again() -> None:
    assert read("a: &a 1\nb: &b [*a, *a]\nc: {d: *b}") == {"a": 1, "b": [1, 1], "c": {"d": [1, 1]}}


def test_an_anchor_may_be_defined_again() -> None:
    assert read("a: &x 1\nb: *x\nc: &x 2\nd: *x") == {"a": 1, "b": 1, "c": 2, "d": 2}


def test_an_alias_may_be_a_key() -> None:
    assert read("a: &a name\n*a : 1") == {"a": "name", "name": 1}


def test_a_number_in_a_text_field_stays_as_typed_where_an_alias_repeats_it() -> None:
    assert read("project: &id 0123\nsegment: *id") == {"project": "0123", "segment": "0123"}


@pytest.mark.parametrize(
    "text",
    [
        "base: &base {a: 1, b: 2}\nmap: {<<: *base, b: 3, c: 4}",
        "base: &base {a: 1, b: 2}\nmap: {b: 3, c: 4, <<: *base}",
        "base: &base {a: 1}\nother: &other {a: 9, b: 2}\nmap: {b: 3, <<: [*base, *other], c: 4}",
        "map:\n  <<: {a: 1, b: 2}\n  b: 3\n  c: 4",
        "map: {<<: {<<: {a: 1}, b: 2}, b: 3, c: 4}",
    ],
)
def test_a_merge_adds_what_the_mapping_does_not_have_itself(text: str) -> None:
    assert read(text)["map"] == {"a": 1, "b": 3, "c": 4}


def test_merged_keys_come_after_own_keys_in_the_order_of_their_sources() -> None:
    text = "x: &x {d: 4, c: 3}\ny: &y {e: 5, d: 0}\nmap: {<<: [*x, *y], b: 2, a: 1}"
    assert list(read(text)["map"].items()) == [("b", 2), ("a", 1), ("d", 4), ("c", 3), ("e", 5)]


def test_merging_an_empty_list_adds_nothing() -> None:
    assert read("map: {<<: [], a: 1}") == {"map": {"a": 1}}


@pytest.mark.parametrize("key", ['"<<"', "'<<'", "!!str <<", "&x <<"])
def test_a_merge_key_that_is_quoted_tagged_or_anchored_is_a_key_like_any_other(key: str) -> None:
    assert read(f"{key} : {{a: 1}}") == {"<<": {"a": 1}}


def test_merged_keys_keep_the_marks_of_where_they_stand() -> None:
    merged = read("base: &base\n  period: 24\nmap:\n  <<: *base\n  a: 1")["map"]
    assert (merged.key_at("period"), merged.value_at("period")) == (Mark(2, 3), Mark(2, 11))
    assert (merged.key_at("a"), merged.value_at("a")) == (Mark(5, 3), Mark(5, 6))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_marks_count_lines_and_columns_from_1_for_every_kind_of_line_end(end: str) -> None:
    found = read(end.join(("a:", "  - x", "  -   y", "b: {c: 1}")))
    assert isinstance(found, Map)
    assert isinstance(found["a"], Seq)
    assert [found.key_at("a"), found.value_at("a"), found.key_at("b")] == [Mark(1, 1), Mark(2, 3), Mark(4, 1)]
    assert [found["a"].item_at(0), found["a"].item_at(1)] == [Mark(2, 5), Mark(3, 7)]
    assert [found["b"].key_at("c"), found["b"].value_at("c")] == [Mark(4, 5), Mark(4, 8)]


@pytest.mark.parametrize("before", ["абв", "日本語", "🙂🙂🙂", "e\u0301e"])
def test_a_column_counts_characters_and_not_bytes(before: str) -> None:
    assert read(f'{{"{before}": 1, b: 2}}').key_at("b") == Mark(1, 12)


def test_a_stream_may_have_a_directive_and_explicit_ends() -> None:
    assert read("%YAML 1.1\n---\na: 1\n...\n") == {"a": 1}


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        *((name, True) for name in ("a", "0", "A.b_c-d", "a" * 64)),
        *((other, False) for other in ("", "a" * 65, ".a", "-a", "_a", "a b", "a\n", "é", "a/b")),
    ],
)
def test_only_a_valid_name_may_be_shown(key: str, shown: bool) -> None:
    assert quotable(key) is shown


def test_a_path_is_shown_up_to_the_first_key_that_may_not_be() -> None:
    assert quotable_path(("projects", 0, "a b", "c")) == ("projects", 0)
    assert quotable_path(("projects", "shop", 3)) == ("projects", "shop", 3)

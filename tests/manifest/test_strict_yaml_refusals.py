"""What the YAML reader refuses, with its place, and without a value of the text."""

from typing import Any

import pytest

from segsync.manifest.strict_yaml import parse
from tests.manifest.manifests import TEXT_KEYS, read, refused

DEEPEST = 32


def nested(levels: int, opening: str, closing: str) -> str:
    return opening * levels + "x" + closing * levels


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n", "   "])
def test_an_empty_file(text: str) -> None:
    assert refused(text) == ["1:1: : is empty (A manifest starts with `version: 1`.)"]


def test_a_key_given_twice_names_both_places() -> None:
    assert refused("a:\n  b: 1\n  c: 2\n  b: 3\n") == ["4:3: /a/b: is given twice, first in line 2 column 3"]


def test_of_a_key_given_three_times_each_repeat_is_told() -> None:
    assert refused("a: 1\na: 2\na: 3\n") == [
        "2:1: /a: is given twice, first in line 1 column 1",
        "3:1: /a: is given twice, first in line 1 column 1",
    ]


def test_a_key_given_twice_in_quotes_or_through_an_alias_is_still_given_twice() -> None:
    assert refused('a: &a b\n"b": 1\n*a : 2\nb: 3\n') == [
        "3:1: /b: is given twice, first in line 2 column 1",
        "4:1: /b: is given twice, first in line 2 column 1",
    ]


def test_a_key_given_twice_that_is_no_name_is_not_quoted() -> None:
    assert refused("x:\n  my secret: 1\n  my secret: 2\n") == ["3:3: /x: is given twice, first in line 2 column 3"]


@pytest.mark.parametrize("key", ["1", "0123", "1.5", "true", "null", "~", "[a]", "{a: b}"])
def test_a_key_that_is_not_text(key: str) -> None:
    problem = "has a key that is not text (Put the key in quotes.)"
    assert refused(f"a:\n  {key} : b\n") == [f"2:3: /a: {problem}"]
    assert refused(f"a:\n  ? {key}\n  : b\n") == [f"2:5: /a: {problem}"]


def test_the_value_of_a_key_that_is_not_text_is_judged_too() -> None:
    assert refused("a:\n  1: {b: 1, b: 2}\n") == [
        "2:3: /a: has a key that is not text (Put the key in quotes.)",
        "2:13: /a: is given twice, first in line 2 column 7",
    ]


@pytest.mark.parametrize(
    "text", [".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF", "-.inf", "+.inf", "1234567890123456789", "0." + "1" * 17]
)
def test_a_number_that_no_json_reader_takes_exactly(text: str) -> None:
    problem = "is not a number that can be used here"
    assert refused(f"a: {text}") == [f"1:4: /a: {problem}"]
    assert refused(f"a: [{text}]") == [f"1:5: /a/0: {problem}"]
    assert refused(f"{text}: b") == [f"1:1: : {problem}"]


def test_not_a_number_is_not_text_even_in_a_text_field() -> None:
    assert refused("segment: .nan") == ["1:10: /segment: is not a number that can be used here"]


@pytest.mark.parametrize(
    "value",
    ["!secret x", "!!python/object:os.system x", "!!int 1", "!!binary aGk=", "!x {a: 1}", "!x [1]", "!!set {a}"],
)
def test_a_tag(value: str) -> None:
    assert refused(f"a: {value}") == ["1:4: /a: has a YAML tag, which is not supported"]


@pytest.mark.parametrize("value", ["!!map {b: 1}", "!!seq [1]", "!!str b"])
def test_a_tag_that_says_what_is_there_anyway_is_no_problem(value: str) -> None:
    assert refused(f"a: {value}") == []


def test_an_alias_that_is_not_defined() -> None:
    problem = "refers to an anchor that is not defined before it"
    assert refused("a: 1\nb: *secret\nc: &secret 2") == [f"2:4: /b: {problem}"]
    assert refused("*secret : 1") == [f"1:1: : {problem}"]
    assert refused("<<: *secret") == [f"1:5: : {problem}"]


@pytest.mark.parametrize("text", ["&a [*a]", "&a {b: *a}", "x: 1\nb: &a\n  - [*a]", "&a {<<: *a}", "- &a 1\n- &a [*a]"])
def test_an_alias_of_what_it_stands_in(text: str) -> None:
    data, problems = parse(text, TEXT_KEYS)
    assert data is None
    assert [problem.message for problem in problems] == ["refers to an anchor that is not defined before it"]


def test_aliases_of_aliases_without_bound() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    # One a4 stands for 111,111 nodes: the eighth of them goes beyond a million.
    assert refused("\n".join(lines)) == ["6:45: /a5/7: grows too large through its aliases (Write the values out.)"]


def test_merges_of_merges_without_bound() -> None:
    lines = ["a0: &a0 {k: x}", *(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 10)}]}}" for n in range(1, 12))]
    (problem,) = refused("\n".join(lines))
    assert problem.endswith("grows too large through its aliases (Write the values out.)")


@pytest.mark.parametrize(
    ("opening", "closing", "column"),
    [("[", "]", 1), ("{a: ", "}", 4), ("{é: ", "}", 4), ("- ", "", 2)],
)
def test_what_is_nested_too_deep(opening: str, closing: str, column: int) -> None:
    (problem,) = refused(nested(DEEPEST + 1, opening, closing))
    assert problem.startswith(f"1:{DEEPEST * column + 1}: ")
    assert problem.endswith(": is nested deeper than 32 levels")


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ("{a: ", "}"), ("{é: ", "}"), ("- ", "")])
def test_what_is_nested_just_so_deep_is_read(opening: str, closing: str) -> None:
    read(nested(DEEPEST, opening, closing))


@pytest.mark.parametrize(
    ("opening", "closing"),
    [
        ("[", "]"),
        ("{a: ", "}"),
        ("{[", "]: b}"),
        ("{", "}"),
        ("? ", ""),
        ("{<<: ", "}"),
    ],
)
def test_no_depth_is_too_much_for_the_reader(opening: str, closing: str) -> None:
    data, problems = parse(nested(5_000, opening, closing), TEXT_KEYS)
    assert data is None
    assert problems[-1].message == "is nested deeper than 32 levels"


@pytest.mark.parametrize("value", ["x", "1", "~", "[{a: 1}, x]", "&a x"])
def test_a_merge_of_what_is_no_mapping(value: str) -> None:
    assert refused(f"a:\n  <<: {value}\n") == ["2:7: /a: merges (`<<`) something that is not a mapping"]


@pytest.mark.parametrize("second", ["---\nb: 2\n", "--- x", "...\n---\n"])
def test_a_second_document(second: str) -> None:
    line = second.index("---") // 4 + 2
    assert refused(f"a: 1\n{second}") == [f"{line}:1: : holds a second document (Use one file for each.)"]


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("a: [secret\n", "2:1", "did not find expected ',' or ']'"),
        ("a: b\n\tc: d", "2:1", "found a tab character that violates indentation"),
        ("a: b: c", "1:5", "mapping values are not allowed in this context"),
        ('a: "\\q"', "1:5", "found unknown escape character"),
        ("a: 'b", "1:6", "found unexpected end of stream"),
        ("a: @secret", "1:4", "found character that cannot start any token"),
        ("a: !secret!x y", "1:4", "found undefined tag handle"),
        ("a: &a &b c", "1:7", "did not find expected key"),
        ("%secret x\n--- a", "1:8", "found unknown directive name"),
        ("%YAML 2.0\n--- a", "1:1", "found incompatible YAML document"),
    ],
)
def test_what_is_not_yaml(text: str, place: str, what: str) -> None:
    assert refused(text) == [f"{place}: : is not valid YAML: {what}"]


@pytest.mark.parametrize("character", ["\x00", "\x07", "\x1b", "\x7f", "\x80", "\ufffe"])
def test_a_control_character(character: str) -> None:
    assert refused(f"a: 1\nb: x{character}") == ["2:5: : holds a character that YAML does not allow"]


def test_a_control_character_after_characters_of_several_bytes() -> None:
    assert refused("a: абв\nb: é\x07\n") == ["2:5: : holds a character that YAML does not allow"]


def test_after_a_problem_the_rest_of_the_text_is_still_read() -> None:
    data, problems = parse("a: .nan\n1: 2\nb: !x 3\nb: 4\nc: 5\n", TEXT_KEYS)
    assert len(problems) == 4
    kept: dict[str, Any] = {key: data[key] for key in ("b", "c")}
    assert kept == {"b": "3", "c": 5}

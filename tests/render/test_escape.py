import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from segsync.render.escape import shown

BIDIRECTIONAL = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
MARKS = frozenset("\u061c\u200e\u200f")
SEPARATORS = frozenset("\u2028\u2029")


def is_harmless(character: str) -> bool:
    return (
        unicodedata.category(character) != "Cc"
        and unicodedata.bidirectional(character) not in BIDIRECTIONAL
        and character not in MARKS | SEPARATORS
    )


@pytest.mark.parametrize("text", ["", "payers", "Плательщики за 7 дней", "日本語 عربى שלום 😀", "a\\nb", "'\"`<&>"])
def test_ordinary_text_is_shown_as_it_is(text: str) -> None:
    assert shown(text) == text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("\x1b[2J\x1b]0;title\x07", "\\x1b[2J\\x1b]0;title\\x07"),
        ("one\ntwo\r\nthree\ttab", "one\\ntwo\\r\\nthree\\ttab"),
        ("\x00\x08\x7f\x9b31m", "\\x00\\x08\\x7f\\x9b31m"),
        ("a\x85b\u2028c\u2029d", "a\\x85b\\u2028c\\u2029d"),
        ("user\u202etxt.exe", "user\\u202etxt.exe"),
        ("\u2066a\u2069\u200f\u061c", "\\u2066a\\u2069\\u200f\\u061c"),
        ("a\u200bb\ufeffc\u2060d", "a\\u200bb\\ufeffc\\u2060d"),
    ],
)
def test_what_moves_a_cursor_or_turns_text_around_is_spelled_out(text: str, expected: str) -> None:
    assert shown(text) == expected


def test_text_is_cut_at_200_characters() -> None:
    assert shown("x" * 200) == "x" * 200
    assert shown("x" * 201) == "x" * 199 + "…"
    assert shown("x" * 10_000) == "x" * 199 + "…"
    assert shown("\x1b" * 10_000) == ("\\x1b" * 50)[:199] + "…"


@given(st.text() | st.text(alphabet=st.characters(categories=["Cc", "Cf", "Zl", "Zp"]), max_size=300))
@example("".join(map(chr, [*range(0xD800), *range(0xE000, 0x110000)])))
def test_nothing_that_is_shown_does_any_harm(text: str) -> None:
    found = shown(text)
    assert len(found) <= 200
    assert all(map(is_harmless, found))


@pytest.mark.parametrize("start", range(0, 0x110000, 0x8000))
def test_every_character_alone_is_shown_without_harm(start: int) -> None:
    found = "".join(shown(chr(code)) for code in range(start, start + 0x8000))
    assert found
    assert all(map(is_harmless, found))


@pytest.mark.parametrize("text", ["\ud800", "a\udcffb"])
def test_what_is_shown_can_be_encoded(text: str) -> None:
    assert shown(text).encode("utf-8")


def test_no_text_is_a_command_of_a_log() -> None:
    assert shown("a ##[error]b [c] #[d] ##") == r"a ##\x5berror]b [c] #[d] ##"

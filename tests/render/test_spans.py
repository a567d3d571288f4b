import pytest
from hypothesis import given
from hypothesis import strategies as st

from segsync.render.spans import Span, command, plain, spans, value
from tests.render.test_hostile_text import HOSTILE


def test_a_sentence_falls_into_its_spans() -> None:
    sentence = f"period is {value(24)} here; {command('segsync state show')} tells"
    assert list(spans(sentence)) == [
        Span("words", "period is "),
        Span("value", "24"),
        Span("words", " here; "),
        Span("command", "segsync state show"),
        Span("words", " tells"),
    ]


def test_plain_text_sets_commands_apart() -> None:
    assert plain(f"{value('a`b')} and {command('segsync plan')}") == "a`b and `segsync plan`"
    assert plain("") == ""


def test_a_command_may_hold_values() -> None:
    assert list(spans(command(f"segsync state forget {value('shop')}"))) == [
        Span("command", "segsync state forget shop")
    ]


@pytest.mark.parametrize("hostile", [*HOSTILE.values(), value("x"), command("y"), "\x03\x02\x05"])
def test_no_value_ends_its_own_span(hostile: str) -> None:
    found = list(spans(f"<{value(hostile)}>"))
    assert [span.kind for span in found] == ["words", "value", "words"]
    assert all(character.isprintable() for character in found[1].text)


@given(st.text())
def test_any_value_stays_one_value(text: str) -> None:
    assert [span.kind for span in spans(value(text))] == ["value"]
    assert [span.kind for span in spans(command(text))] == ["command"]

"""Sentences with values in them: each format sets a value apart in its own way.

A value or a command stands between control characters. No value can hold one: `shown` spells them out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from segsync.render.escape import shown

_VALUE, _COMMAND, _END = "\x02", "\x05", "\x03"
_SPAN = re.compile(f"([{_VALUE}{_COMMAND}])([^{_END}]*){_END}")


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of a sentence: our own `words`, a `value` from a server or a file, or a `command` to type or to write."""

    kind: Literal["words", "value", "command"]
    text: str


def value(text: object) -> str:
    """Something of a server, a file or a manifest, for a sentence."""
    return f"{_VALUE}{shown(str(text))}{_END}"


def command(text: str) -> str:
    """Something that a person may type, or write into the manifest. It may hold values of its own."""
    return f"{_COMMAND}{shown(plain(text))}{_END}"


def spans(sentence: str) -> Iterator[Span]:
    end = 0
    for found in _SPAN.finditer(sentence):
        if before := sentence[end : found.start()]:
            yield Span("words", before)
        yield Span("value" if found[1] == _VALUE else "command", found[2])
        end = found.end()
    if rest := sentence[end:]:
        yield Span("words", rest)


def plain(sentence: str) -> str:
    """For a terminal or a log: values as they are, commands between backticks."""
    return "".join(f"`{span.text}`" if span.kind == "command" else span.text for span in spans(sentence))

"""The message file of `segsync publish` -> Message, or every problem in it at once."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from segsync.core.message import Advice, Message, errors, warnings
from segsync.core.model import Diagnostic
from segsync.errors import UsageError
from segsync.manifest.marked import Map, Mark, Problem, quotable_path
from segsync.manifest.schema_rules import mark_of, schema_problems
from segsync.manifest.sources import read_source
from segsync.manifest.strict_yaml import parse
from segsync.plumbing.schemas import pointer

Severity = Literal["error", "warning"]

_HINTS = {
    "/android/ttl": "Seconds with an s, such as 3600s or 3.5s.",
    "/android/notification/color": 'Such as "#0077ff", in quotes: without them, YAML reads a comment.',
    "/android/notification/click_action_type": "0 is an intent action, 1 a deep link.",
}
_TEXT = "must be text"
_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")


@dataclass(frozen=True, slots=True)
class Read:
    """`message` is None where a diagnostic is an error."""

    message: Message | None
    diagnostics: tuple[Diagnostic, ...]


def read_message(path: Path, environment: Mapping[str, str]) -> Read:
    """The message in a YAML or JSON file. `environment` is the process's."""
    source = read_source(path, environment, if_missing="")
    if isinstance(source, Diagnostic):
        return Read(None, (source,))
    data, problems = _parsed(source.text)
    if problems:
        return Read(None, tuple(_diagnostic("error", source.label, problem) for problem in problems))
    message = Message(data)
    wrong = _told("error", source.label, data, errors(message))
    unwise = _told("warning", source.label, data, warnings(message))
    return Read(None if wrong else message, (*wrong, *unwise))


def _parsed(text: str) -> tuple[Any, list[Problem]]:
    data, problems = parse(_without_pairs(text), frozenset(), if_empty="A message starts with `notification:`.")
    found = {problem.mark: problem for problem in problems}
    if data is not None or not problems:
        # What the reader refused has no value that a schema could judge, and one word about each place is enough.
        for problem in schema_problems("message", data):
            found.setdefault(problem.mark, _with_hint(problem))
    return data, sorted(found.values(), key=lambda problem: problem.mark)


def _without_pairs(text: str) -> str:
    """JSON spells an emoji as two escapes, which YAML does not know: as the one escape of YAML's.

    Only where the whole file is JSON: elsewhere in YAML a backslash may stand for itself.
    """
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    return _PAIR.sub(_as_one, text)


def _as_one(pair: re.Match[str]) -> str:
    before, high, low = pair[1], int(pair[2], 16), int(pair[3], 16)
    return f"{before}\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08x}"


def _with_hint(problem: Problem) -> Problem:
    hint = _HINTS.get(problem.pointer) or problem.hint
    return replace(problem, hint=hint or ("Put it in quotes." if problem.message == _TEXT else ""))


def _diagnostic(severity: Severity, label: str, problem: Problem) -> Diagnostic:
    line, column = problem.mark
    return Diagnostic(severity, label, line, column, problem.pointer, problem.message, problem.hint)


def _told(severity: Severity, label: str, data: Map, advices: Iterable[Advice]) -> tuple[Diagnostic, ...]:
    return tuple(_diagnostic(severity, label, problem) for problem in _located(data, advices))


def _located(data: Map, advices: Iterable[Advice]) -> Iterator[Problem]:
    for advice in advices:
        where = pointer(quotable_path(advice.path))
        yield Problem(_nearest(data, advice.path), where, advice.message, advice.hint)


def _nearest(data: Map, path: tuple[str, ...]) -> Mark:
    """Where the value at `path` stands, or else what is nearest to it."""
    found: Any = data
    for depth, key in enumerate(path):
        if not isinstance(found, Map) or key not in found:
            return mark_of(data, path[:depth])
        found = found[key]
    return mark_of(data, path)


def typed_message(title: str | None, body: str | None, image: str | None) -> tuple[Message, tuple[str, ...]]:
    """The message of three options, with what is unwise about it. Raises UsageError."""
    if not title or not body:
        raise UsageError(
            "there is no message: give --message FILE, or --title and --body, neither empty; nothing was sent"
        )
    texts = {"title": title, "body": body, **({"image": image} if image else {})}
    for key, text in texts.items():
        # How Python spells bytes of the command line that are not UTF-8.
        if not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text):
            raise UsageError(f"--{key}: is not UTF-8; nothing was sent")
    message = Message({"notification": texts})
    for error in errors(message):
        raise UsageError(f"--{error.path[-1]}: {error.message}; nothing was sent", error.hint)
    return message, tuple(f"{'.'.join(advice.path)}: {advice.message}" for advice in warnings(message))

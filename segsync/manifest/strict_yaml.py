"""Strict YAML -> plain data with line marks beside it.

Built from the C parser's events: PyYAML's node objects cost several times as much, and know no columns of keys.
Scalars are read by the YAML 1.2 core schema, so `no`, `on`, `12:30` and dates are text.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.reader import ReaderError

from segsync.plumbing.schemas import pointer

MAX_DEPTH = 32
MAX_ALIASED_NODES = 1_000_000
_STRING_TAG = "tag:yaml.org,2002:str"


class Mark(NamedTuple):
    """A place in a text; line and column count from 1."""

    line: int
    column: int


START = Mark(1, 1)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in a text that is refused. `message` holds no value of the text."""

    mark: Mark
    pointer: str
    message: str
    hint: str = ""


class Map(dict[str, Any]):
    """A mapping, with the mark of each key and of each value."""

    __slots__ = ("keys_at", "values_at")

    def __init__(self) -> None:
        super().__init__()
        self.keys_at: dict[str, Mark] = {}
        self.values_at: dict[str, Mark] = {}


class Seq(list[Any]):
    """A sequence, with the mark of each item."""

    __slots__ = ("items_at",)

    def __init__(self) -> None:
        super().__init__()
        self.items_at: list[Mark] = []


Path = tuple[str | int, ...]


def parse(text: str, text_keys: frozenset[str]) -> tuple[Any, list[Problem]]:
    """The one document of `text`, and every problem of its structure.

    A plain number under a key of `text_keys` stays text, as typed.
    """
    reader = _Reader(text, text_keys)
    try:
        return reader.document(), reader.problems
    except yaml.MarkedYAMLError as error:
        reader.report(_mark(error.problem_mark), (), f"is not valid YAML: {error.problem}")
    except ReaderError as error:
        mark = _place(text, error.position)
        reader.report(mark, (), "holds a character that YAML does not allow")
    except _Unusable:
        pass
    return None, reader.problems


class _Unusable(Exception):
    """The rest of the document cannot be read; the problem has been reported."""


class _Merge:
    """Stands for the key `<<`."""


_MERGE = _Merge()
_INVALID = object()


class _Reader:
    def __init__(self, text: str, text_keys: frozenset[str]) -> None:
        self._next: Callable[[], Any] = CParser(text).get_event
        self._text_keys = text_keys
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._nodes = 0
        self._aliased = 0
        self.problems: list[Problem] = []

    def report(self, mark: Mark, path: Path, message: str, hint: str = "") -> None:
        self.problems.append(Problem(mark, pointer(path), message, hint))

    def document(self) -> Any:
        self._next()  # the stream's start
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            self.report(START, (), "is empty", "A manifest starts with `version: 1`.")
            return None
        value = self._node(self._next(), ())
        self._next()  # the document's end
        following = self._next()
        if not isinstance(following, yaml.StreamEndEvent):
            self.report(_mark(following.start_mark), (), "holds a second document", "Use one file for each.")
        return value

    def _node(self, event: Any, path: Path, text_field: bool = False) -> Any:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, path)
        self._nodes += 1
        before = self._nodes
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event, path, text_field)
        else:
            value = self._collection(event, path)
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, self._nodes - before + 1)
        return value

    def _collection(self, event: Any, path: Path) -> Any:
        if len(path) >= MAX_DEPTH:
            self.report(_mark(event.start_mark), path, f"is nested deeper than {MAX_DEPTH} levels")
            raise _Unusable
        if event.tag is not None and not event.implicit:
            self._refuse_tag(event, path)
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        return self._sequence(path)

    def _mapping(self, path: Path) -> Map:
        found = Map()
        merged: list[Map] = []
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            mark = _mark(event.start_mark)
            key = self._key(event, path)
            if key is _MERGE:
                merged += self._merged(path)
                continue
            known = isinstance(key, str)
            value_event = self._next()
            value_path = (*path, key) if known and quotable(key) else path
            value = self._node(value_event, value_path, key in self._text_keys if known else False)
            if not known:
                continue
            if key in found:
                first = found.keys_at[key]
                self.report(mark, value_path, f"is given twice, first in line {first.line} column {first.column}")
                continue
            found[key] = value
            found.keys_at[key] = mark
            found.values_at[key] = _mark(value_event.start_mark)
        for source in merged:
            _merge(found, source)
        return found

    def _sequence(self, path: Path) -> Seq:
        found = Seq()
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            found.items_at.append(_mark(event.start_mark))
            found.append(self._node(event, (*path, len(found))))
        return found

    def _key(self, event: Any, path: Path) -> Any:
        if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0] and not event.anchor:
            return _MERGE
        mark = _mark(event.start_mark)
        key = self._node(event, path)
        if not isinstance(key, str) and key is not _INVALID:
            self.report(mark, path, "has a key that is not text", "Put the key in quotes.")
        return key

    def _merged(self, path: Path) -> list[Map]:
        event = self._next()
        mark = _mark(event.start_mark)
        value = self._node(event, path)
        sources = value if isinstance(value, Seq) else [value]
        if not all(isinstance(source, Map) for source in sources):
            self.report(mark, path, "merges (`<<`) something that is not a mapping")
            return []
        return list(sources)

    def _alias(self, event: Any, path: Path) -> Any:
        mark = _mark(event.start_mark)
        if event.anchor not in self._anchors:
            self.report(mark, path, "refers to an anchor that is not defined before it")
            raise _Unusable
        value, size = self._anchors[event.anchor]
        # Counted as if the alias were written out: aliases of aliases grow without bound in a small file.
        self._nodes += size
        self._aliased += size
        if self._aliased > MAX_ALIASED_NODES:
            self.report(mark, path, "grows too large through its aliases", "Write the values out.")
            raise _Unusable
        return value

    def _scalar(self, event: Any, path: Path, text_field: bool) -> Any:
        text: str = event.value
        if event.tag is not None:
            if event.tag != _STRING_TAG and event.tag != "!":
                self._refuse_tag(event, path)
            return text
        if not event.implicit[0] or event.style not in (None, ""):
            return text
        if text_field and _NUMBER.fullmatch(text):
            return text
        value = _resolved(text)
        if value is _INVALID:
            self.report(_mark(event.start_mark), path, "is not a number that can be used here")
        return value

    def _refuse_tag(self, event: Any, path: Path) -> None:
        if event.tag not in ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"):
            self.report(_mark(event.start_mark), path, "has a YAML tag, which is not supported")


_WORDS: Mapping[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NUMBER = re.compile(f"{_BASED.pattern}|{_FLOAT.pattern}")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_NUMBER = 18


def _resolved(text: str) -> Any:
    """A plain scalar by the YAML 1.2 core schema; `_INVALID` for a number that no JSON reader takes exactly."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-.":
        return text
    if _NOT_FINITE.fullmatch(text):
        return _INVALID
    if not _NUMBER.fullmatch(text):
        return text
    if len(text) > _LONGEST_NUMBER:
        return _INVALID
    if _BASED.fullmatch(text):
        return int(text[2:], 8 if text[1] == "o" else 16)
    return int(text) if _INTEGER.fullmatch(text) else float(text)


def _merge(target: Map, source: Map) -> None:
    """Add what `target` does not have itself (https://yaml.org/type/merge.html)."""
    for key, value in source.items():
        if key not in target:
            target[key] = value
            target.keys_at[key] = source.keys_at[key]
            target.values_at[key] = source.values_at[key]


_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def quotable(key: str) -> bool:
    """Whether a key may be shown: anything but a name may be a secret in the wrong place."""
    return _NAME.fullmatch(key) is not None


def quotable_path(path: Iterable[str | int]) -> Path:
    """The part of a path that may be shown."""
    shown: list[str | int] = []
    for part in path:
        if isinstance(part, str) and not quotable(part):
            break
        shown.append(part)
    return tuple(shown)


def _mark(mark: Any) -> Mark:
    return Mark(mark.line + 1, mark.column + 1) if mark is not None else START


def _place(text: str, position: int) -> Mark:
    before = text[:position]
    return Mark(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)

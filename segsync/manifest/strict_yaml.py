"""Strict YAML -> plain data with line marks beside it.

Built from the C parser's events: PyYAML's node objects cost several times as much, and know no columns of keys.
Scalars are read by the YAML 1.2 core schema, so `no`, `on`, `12:30` and dates are text.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined]
from yaml.reader import ReaderError

from segsync.manifest.marked import Map, Mark, Path, Problem, Seq, mark_at, quotable_path
from segsync.manifest.scalars import INVALID, NUMBER, resolved
from segsync.plumbing.schemas import pointer

MAX_DEPTH = 32
MAX_ALIASED_NODES = 1_000_000
_TOO_DEEP = f"is nested deeper than {MAX_DEPTH} levels"


def parse(
    text: str, text_keys: frozenset[str], *, if_empty: str = "A manifest starts with `version: 1`."
) -> tuple[Any, list[Problem]]:
    """The one document of `text`, and every problem of its structure.

    A plain number under a key of `text_keys` stays text, as typed. `if_empty` is the hint where there is none.
    """
    reader = _Reader(text, text_keys, if_empty)
    try:
        return reader.document(), reader.problems
    except yaml.MarkedYAMLError as error:
        # libyaml looks ahead, and may meet its own limit before the reader meets the one of a manifest.
        told = _TOO_DEEP if error.problem == "exceeded maximum nesting depth" else f"is not valid YAML: {error.problem}"
        reader.report(error.problem_mark, told, at_path=())
    except ReaderError as error:
        reader.problems.append(Problem(_place(text, error.position), "", "holds a character that YAML does not allow"))
    except _Unusable:
        pass
    return None, reader.problems


class _Unusable(Exception):
    """The rest of the document cannot be read; the problem has been reported."""


class _Anchored(NamedTuple):
    """A node that aliases may refer to, with the number of nodes in it; `scalar` is the event of a scalar."""

    value: Any
    size: int
    scalar: Any


class _Merge:
    """Stands for the key `<<`."""


_MERGE = _Merge()


class _Reader:
    """Builds one document from the events of a parser. `_path` leads to the node that is being built."""

    def __init__(self, text: str, text_keys: frozenset[str], if_empty: str) -> None:
        self._next: Callable[[], Any] = CParser(text).get_event
        self._text_keys = text_keys
        self._if_empty = if_empty
        self._path: list[str | int] = []
        self._anchors: dict[str, _Anchored] = {}
        self._depth = 0
        self._nodes = 0
        self._aliased = 0
        self.problems: list[Problem] = []

    def report(self, mark: Any, message: str, hint: str = "", *, at_path: Path | None = None) -> None:
        path = self._path if at_path is None else at_path
        self.problems.append(Problem(mark_at(mark), pointer(quotable_path(path)), message, hint))

    def document(self) -> Any:
        self._next()  # the stream's start
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            self.report(None, "is empty", self._if_empty)
            return None
        value = self._node(self._next())
        self._next()  # the document's end
        following = self._next()
        if not isinstance(following, yaml.StreamEndEvent):
            self.report(following.start_mark, "holds a second document", "Use one file for each.")
        return value

    def _node(self, event: Any, text_field: bool = False) -> Any:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, text_field)
        self._nodes += 1
        if isinstance(event, yaml.ScalarEvent):
            value = self._scalar(event, text_field)
            if event.anchor is not None:
                self._anchors[event.anchor] = _Anchored(value, 1, event)
            return value
        before = self._nodes
        value = self._collection(event)
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value, self._nodes - before + 1, None)
        return value

    def _collection(self, event: Any) -> Any:
        if self._depth >= MAX_DEPTH:
            self.report(event.start_mark, _TOO_DEEP)
            raise _Unusable
        self._depth += 1
        value = self._items(event)
        self._depth -= 1
        return value

    def _items(self, event: Any) -> Any:
        if event.tag is not None and event.tag not in _COLLECTION_TAGS:
            self.report(event.start_mark, "has a YAML tag, which is not supported")
        if event.anchor is not None:
            self._anchors.pop(event.anchor, None)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(event)
        return self._sequence()

    def _mapping(self, start: Any) -> Map:
        found = Map()
        if not start.flow_style:
            found.set_in_block()
        merged: list[Map] = []
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._key(event)
            if key is _MERGE:
                if merged:
                    self.report(event.start_mark, "has two merges (`<<`)", "Write one, of a list: `<<: [*a, *b]`.")
                merged += self._merged()
                continue
            self._path.append(key if isinstance(key, str) else "")
            value_event = self._next()
            value = self._node(value_event, key in self._text_keys)
            if key in found:
                first = found.key_at(key)
                self.report(event.start_mark, f"is given twice, first in line {first.line} column {first.column}")
            elif isinstance(key, str):
                found.put(key, value, event.start_mark, value_event.start_mark)
            self._path.pop()
        for source in merged:
            found.merge(source)
        return found

    def _sequence(self) -> Seq:
        found = Seq()
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            self._path.append(len(found))
            found.put(self._node(event), event.start_mark)
            self._path.pop()
        return found

    def _key(self, event: Any) -> Any:
        """A text, `_MERGE`, or None for a key that is no text (which has been reported)."""
        if isinstance(event, yaml.ScalarEvent) and event.value == "<<" and event.implicit[0] and not event.anchor:
            return _MERGE
        key = self._node(event)
        if isinstance(key, str):
            return key
        if key is not INVALID:
            self.report(event.start_mark, "has a key that is not text", "Put the key in quotes.")
        return None

    def _merged(self) -> list[Map]:
        event = self._next()
        value = self._node(event)
        sources = value if isinstance(value, Seq) else [value]
        if not all(isinstance(source, Map) for source in sources):
            self.report(event.start_mark, "merges (`<<`) something that is not a mapping")
            return []
        return list(sources)

    def _alias(self, event: Any, text_field: bool) -> Any:
        if event.anchor not in self._anchors:
            self.report(event.start_mark, "refers to an anchor that is not defined before it")
            raise _Unusable
        value, size, scalar = self._anchors[event.anchor]
        # Counted as if the alias were written out: aliases of aliases grow without bound in a small file.
        self._nodes += size
        self._aliased += size
        if self._aliased > MAX_ALIASED_NODES:
            self.report(event.start_mark, "grows too large through its aliases", "Write the values out.")
            raise _Unusable
        # A number may stand for text here that was none where it was written, and the other way round.
        return value if scalar is None else self._scalar(scalar, text_field)

    def _scalar(self, event: Any, text_field: bool) -> Any:
        text: str = event.value
        if event.tag is not None and event.tag not in _TEXT_TAGS:
            self.report(event.start_mark, "has a YAML tag, which is not supported")
        if event.tag is not None or not event.implicit[0] or event.style not in (None, ""):
            return text
        if text_field and NUMBER.fullmatch(text):
            return text
        value = resolved(text)
        if value is INVALID:
            self.report(event.start_mark, "is not a number that can be used here")
        return value


_TEXT_TAGS = frozenset({"tag:yaml.org,2002:str", "!"})
_COLLECTION_TAGS = frozenset({"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq", "!"})


def _place(text: str, position: int) -> Mark:
    """The mark of an offset in bytes, as the parser counts."""
    before = text.encode("utf-8")[:position].decode("utf-8", "ignore")
    return Mark(before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)

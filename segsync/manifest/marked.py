"""Plain data with line marks beside it, as the strict reader makes it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple


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

    # What few mappings have stays unset in the others: a large manifest has one for each segment.
    __slots__ = ("_in_block", "_keys_at", "_merged", "_values_at")

    def __init__(self) -> None:
        super().__init__()
        # PyYAML's own marks: making ours of each would cost more than reading the file.
        self._keys_at: dict[str, Any] = {}
        self._values_at: dict[str, Any] = {}

    def key_at(self, key: str) -> Mark:
        return mark_at(self._keys_at[key])

    def value_at(self, key: str) -> Mark:
        return mark_at(self._values_at[key])

    def put(self, key: str, value: Any, key_mark: Any, value_mark: Any) -> None:
        self[key] = value
        self._keys_at[key] = key_mark
        self._values_at[key] = value_mark

    def merge(self, source: "Map") -> None:
        """Add what is not here itself (https://yaml.org/type/merge.html)."""
        added = [key for key in source if key not in self]
        for key in added:
            self.put(key, source[key], source._keys_at[key], source._values_at[key])
        self._merged = getattr(self, "_merged", frozenset[str]()).union(added)

    def is_own(self, key: str) -> bool:
        """Whether `key` is written in this mapping, rather than merged into it."""
        return key in self and key not in getattr(self, "_merged", ())

    def set_in_block(self) -> None:
        self._in_block = True

    @property
    def flow(self) -> bool:
        """Whether it is written in braces."""
        return not hasattr(self, "_in_block")


class Seq(list[Any]):
    """A sequence, with the mark of each item."""

    __slots__ = ("_items_at",)

    def __init__(self) -> None:
        super().__init__()
        self._items_at: list[Any] = []

    def item_at(self, index: int) -> Mark:
        return mark_at(self._items_at[index])

    def put(self, value: Any, mark: Any) -> None:
        self.append(value)
        self._items_at.append(mark)


Path = tuple[str | int, ...]


def mark_at(mark: Any) -> Mark:
    return Mark(mark.line + 1, mark.column + 1) if mark is not None else START


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

"""Lines added to manifest files, every other byte left as it was. Texts go in and come out; nothing is written here.

An edit is good only if the loader, reading the result, finds just what was meant. YAML has too many ways to write one
thing for any other proof: an anchor takes a line to wherever it is used, and a quoted text may run on below.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from segsync.core.digest import manifest_digest
from segsync.core.model import Manifest
from segsync.manifest.documents import Document
from segsync.manifest.load import load_sources
from segsync.manifest.sources import Source

_LINE_END = re.compile(r"(?:\r\n|\n|\r)\Z")


@dataclass(frozen=True, slots=True)
class Addition:
    """`lines` come after the line `after` (counted from 1) of the file `label`, without their line ends."""

    label: str
    after: int
    lines: tuple[str, ...]


def split(text: str) -> list[str]:
    """The lines as the YAML reader counts them, each with its end."""
    return text.splitlines(keepends=True)


def takes_line_after(lines: Sequence[str], number: int) -> bool:
    """Not where a line ends with a character that ends one in YAML 1.1 alone, such as U+2028."""
    return number == len(lines) or _LINE_END.search(lines[number - 1]) is not None


def edited(documents: Sequence[Document], additions: Iterable[Addition]) -> list[Source]:
    """Every file of `documents`, in order, those of `additions` with their new lines."""
    by_label: dict[str, list[Addition]] = defaultdict(list)
    for addition in additions:
        by_label[addition.label].append(addition)
    return [
        replace(document.source, text=_with_lines(document.source.text, by_label[document.label]))
        if document.label in by_label
        else document.source
        for document in documents
    ]


def changed(documents: Sequence[Document], additions: Iterable[Addition]) -> tuple[Source, ...]:
    """The files that have new lines."""
    after = edited(documents, additions)
    return tuple(new for new, document in zip(after, documents, strict=True) if new != document.source)


def reads_as(sources: Iterable[Source], wanted: Manifest, environment: Mapping[str, str]) -> bool:
    """Whether these texts, read as manifest files, are valid and mean `wanted`."""
    found = load_sources(sources, environment).manifest
    return found is not None and manifest_digest(found) == manifest_digest(wanted)


def _with_lines(text: str, additions: Iterable[Addition]) -> str:
    lines = split(text)
    for addition in sorted(additions, key=lambda addition: addition.after, reverse=True):
        lines[addition.after - 1] += _below(lines, addition)
    return "".join(lines)


def _below(lines: Sequence[str], addition: Addition) -> str:
    if end := _LINE_END.search(lines[addition.after - 1]):
        return "".join(f"{line}{end[0]}" for line in addition.lines)
    # The last line, without an end: the new last line has none either.
    first = _LINE_END.search(lines[0])
    return "".join(f"{first[0] if first else _NEWLINE}{line}" for line in addition.lines)


_NEWLINE = "\n"

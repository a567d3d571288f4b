"""The one picture of a plan or a result: for each project a bar of its addresses by tag."""

from collections.abc import Mapping
from dataclasses import dataclass

from segsync.render.view import Section, Tag, View

SLIVER = 1.0
"""Percent of the width. What is there is seen: nothing is drawn narrower."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Addresses of one tag. `x` and `width` are percent of the picture's width."""

    tag: Tag
    number: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One project: the pieces that it has, side by side."""

    section: Section
    pieces: tuple[Piece, ...]

    @property
    def told(self) -> str:
        return ", ".join(f"{piece.number} {piece.tag.label}" for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Picture:
    """A bar for each project, in the order of the view, all of one scale. `largest` is how many the longest stands for.

    `slivers`: something is drawn wider than it is.
    """

    tags: tuple[Tag, ...]
    bars: tuple[Bar, ...]
    largest: int
    slivers: bool


def picture(view: View) -> Picture:
    """What needs a person stands first in each bar."""
    tags = tuple(sorted(view.tags, key=lambda tag: not tag.urgent))
    largest = max((sum(section.counts.values()) for section in view.sections), default=0)
    # Room for a sliver of every tag: so no bar is too long, whatever it is made of.
    scale = (100 - SLIVER * len(tags)) / max(largest, 1)
    bars = tuple(Bar(section, _pieces(section.counts, tags, scale)) for section in view.sections)
    slivers = any(piece.number * scale < SLIVER for bar in bars for piece in bar.pieces)
    return Picture(tags, bars, largest, slivers)


def _pieces(counts: Mapping[Tag, int], tags: tuple[Tag, ...], scale: float) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    x = 0.0
    for tag in tags:
        if number := counts.get(tag, 0):
            width = max(number * scale, SLIVER)
            pieces.append(Piece(tag, number, x, width))
            x += width
    return tuple(pieces)

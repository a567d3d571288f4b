"""Annotations for GitHub Actions: workflow commands, one a line."""

from collections.abc import Iterable, Sequence

from segsync.render.notes import Level, Note

LIMIT = 10
"""How many annotations of a level GitHub shows for one step."""
_LEVELS: tuple[Level, ...] = ("error", "warning", "notice")
# GitHub cuts a message at 4,096 characters.
_LONGEST = 3500


def annotations(notes: Iterable[Note]) -> str:
    """At most LIMIT of each level; what is beyond is told in the last of them."""
    found = list(notes)
    lines: list[str] = []
    for level in _LEVELS:
        of_level = [note for note in found if note.level == level]
        fitting = of_level if len(of_level) <= LIMIT else of_level[: LIMIT - 1]
        lines += map(_command, fitting)
        if rest := of_level[len(fitting) :]:
            lines.append(_rest(level, rest))
    return "".join(f"{line}\n" for line in lines)


def _command(note: Note) -> str:
    place = note.place
    where = {"file": place.file, "line": str(place.line), "col": str(place.column)} if place else {}
    return _line(note.level, {**where, "title": note.title}, note.message)


def _rest(level: Level, notes: Sequence[Note]) -> str:
    names = [f"{note.title.removeprefix('segsync: ')}{_at(note)}" for note in notes]
    shown = len(names)
    while shown > 1 and len(", ".join(names[:shown])) > _LONGEST:
        shown -= 1
    more = f" and {len(names) - shown} more" if shown < len(names) else ""
    return _line(level, {"title": f"segsync: {len(notes)} more"}, f"{', '.join(names[:shown])}{more}")


def _at(note: Note) -> str:
    return f" ({note.place})" if note.place else ""


def _line(level: Level, properties: dict[str, str], message: str) -> str:
    told = ",".join(f"{name}={_escaped(value, more=':,')}" for name, value in properties.items())
    return f"::{level} {told}::{_escaped(message)}"


def _escaped(text: str, more: str = "") -> str:
    for sign in "%\r\n" + more:
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text

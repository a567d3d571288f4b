"""What there is to say about lines of a manifest, for tools that show it beside them."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from segsync.core.model import Diagnostic, Origin
from segsync.render.escape import escaped
from segsync.render.spans import plain
from segsync.render.view import Row, View

Level = Literal["error", "warning", "notice"]


@dataclass(frozen=True, slots=True)
class Note:
    """`check` names the kind of finding; `identity` stays the same while the finding does, wherever its line moves.

    `place` is None where the manifest has no line for it.
    """

    level: Level
    check: str
    title: str
    message: str
    identity: tuple[str, ...]
    place: Origin | None


_LEVELS: dict[str, Level] = {"blocked": "error", "drift": "warning"}
_SEVERITIES: dict[str, Level] = {"error": "error", "warning": "warning"}


def of_view(view: View) -> tuple[Note, ...]:
    """A note for each row of a plan."""
    return tuple(_note(row) for section in view.sections for row in section.rows)


def of_diagnostics(diagnostics: Iterable[Diagnostic]) -> tuple[Note, ...]:
    return tuple(
        Note(
            level=_SEVERITIES[problem.severity],
            check="manifest",
            title=f"segsync: {problem.severity}",
            message=f"{problem.pointer or '/'}: {problem.message}{f' ({problem.hint})' if problem.hint else ''}",
            identity=("manifest", problem.file, problem.pointer, problem.message),
            place=Origin(escaped(problem.file), problem.line, problem.column),
        )
        for problem in diagnostics
    )


def _note(row: Row) -> Note:
    return Note(
        # What only waits for another row would push that one out of sight.
        level=_LEVELS[row.tag.name] if row.advice else "notice",
        check=row.tag.name,
        title=f"segsync: {row.address}",
        message="; ".join(plain(sentence) for sentence in (row.words, row.advice) if sentence),
        identity=("plan", row.address, row.tag.name),
        place=row.place and replace(row.place, file=escaped(row.place.file)),
    )

"""Plans, results and diagnostics for a terminal, or for a log that nobody scrolls sideways."""

from collections.abc import Iterable, Iterator

from segsync.core.model import Diagnostic, Manifest
from segsync.render.escape import shown
from segsync.render.paper import Paper
from segsync.render.spans import plain
from segsync.render.view import Row, Section, View
from segsync.render.wording import count

# Of the signs alone: every word keeps the colour that the reader has chosen for text. Yellow is lost on white.
_COLORS = {
    "create": "32",
    "drift": "35",
    "unmanaged": "36",
    "blocked": "31",
    "adopted": "36",
    "failed": "31",
    "unknown": "35",
    "skipped": "33",
}
_BOLD = "1"
_WIDEST_NAME = 32
_NARROW = 100
_FEW = 3


def plan(view: View, paper: Paper) -> str:
    """What is not unchanged, by project, and the summary line."""
    width = _name_width(view, paper)
    lines: list[str] = []
    for section in view.told:
        lines += [*_section(section, width, paper), ""]
    if view.told and view.quiet:
        lines += [f"{count(view.quiet, 'project')} without changes.", ""]
    lines += [*view.notices, paper.styled(view.line, _BOLD)]
    return "\n".join(lines) + "\n"


def result(view: View, paper: Paper) -> str:
    """What went otherwise than planned, and the summary line."""
    lines = [line for section in view.sections for line in _outcomes(section, paper)]
    return "\n".join([*lines, paper.styled(view.line, _BOLD), *view.notices]) + "\n"


def diagnostics(diagnostics: Iterable[Diagnostic]) -> str:
    return "".join(diagnostic_line(diagnostic) + "\n" for diagnostic in diagnostics)


def valid_line(manifest: Manifest | None) -> str:
    if manifest is None:
        return ""
    segments = sum(len(project.segments) for project in manifest.projects)
    return f"Valid: {count(len(manifest.projects), 'project')}, {count(segments, 'segment')}.\n"


def diagnostic_line(problem: Diagnostic) -> str:
    """`FILE:LINE:COLUMN: error: POINTER: what is wrong (hint)`."""
    hint = f" ({problem.hint.rstrip('.')})" if problem.hint else ""
    place = f"{shown(problem.file)}:{problem.line}:{problem.column}"
    return f"{place}: {problem.severity}: {problem.pointer or '/'}: {problem.message}{hint}"


def _name_width(view: View, paper: Paper) -> int:
    widest = _WIDEST_NAME if paper.width is None or paper.width >= _NARROW else _WIDEST_NAME // 2
    return min(max((len(row.name) for section in view.told for row in section.rows), default=0), widest)


def _section(section: Section, width: int, paper: Paper) -> Iterator[str]:
    if section.rows[0].kind != "project":
        yield f"  {paper.styled(section.project, _BOLD)}"
    for row in section.rows:
        own = row.kind == "project"
        yield from _row(row, 0 if own else 2, width + 2 if own else width, paper)


def _row(row: Row, indent: int, width: int, paper: Paper) -> Iterator[str]:
    sign = paper.styled(row.tag.sign, _COLORS[row.tag.name])
    column = indent + 2 + width + 2
    told = [*_told(row, paper, column), *_wrapped(row.advice, paper, column)]
    head = f"{' ' * indent}{sign} {row.name:{width}}"
    if paper.width is None or len(row.name) <= width:
        head = f"{head}  {told.pop(0)}"
    yield from (head, *(f"{' ' * column}{line}" for line in told))


def _told(row: Row, paper: Paper, column: int) -> list[str]:
    # The place goes with what a person can do there: elsewhere it would only make the line longer.
    place = f" ({shown(str(row.place))})" if row.place and row.advice else ""
    return paper.wrapped(plain(row.words) + place, column)


def _wrapped(sentence: str, paper: Paper, column: int) -> list[str]:
    return paper.wrapped(plain(sentence), column) if sentence else []


def _outcomes(section: Section, paper: Paper) -> Iterator[str]:
    skipped = sum(row.tag.name == "skipped" and row.kind == "segment" for row in section.rows)
    for row in section.rows:
        counted = skipped > _FEW and row.tag.name == "skipped" and row.kind == "segment"
        if row.tag.name != "created" and not counted:
            yield from _outcome(row, paper)
    if skipped > _FEW:
        yield f"{_ending('skipped', paper)} {section.project}: {count(skipped, 'segment')}"


def _outcome(row: Row, paper: Paper) -> Iterator[str]:
    words = plain(row.words)
    yield f"{_ending(row.tag.name, paper)} {row.address}{f': {words}' if words else ''}"
    if row.advice:
        yield f"        {plain(row.advice)}"


def _ending(name: str, paper: Paper) -> str:
    return paper.styled(f"{name:7}", _COLORS[name])

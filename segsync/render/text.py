"""Plans, results and diagnostics for a terminal."""

from collections.abc import Iterable, Iterator
from itertools import groupby

from segsync.core.model import Diagnostic, Manifest
from segsync.core.plan import Action, Change, Ending, Outcome, Plan, Result
from segsync.render.escape import shown
from segsync.render.wording import NO_CHANGES, SIGNS, apply_line, name, plan_line, told

_COLORS = {Action.CREATE: "32", Action.DRIFT: "33", Action.UNMANAGED: "36", Action.BLOCKED: "31"}
_BOLD = "1"
_WIDEST_NAME = 32


def plan(plan: Plan, *, color: bool) -> str:
    """What is not unchanged, by project, and the summary line."""
    listed = [change for change in plan.changes if change.action is not Action.UNCHANGED]
    width = min(max((len(name(change)) for change in listed), default=0), _WIDEST_NAME)
    lines: list[str] = []
    for project, changes in groupby(listed, key=lambda change: change.project_name):
        lines += [*_project(project, list(changes), width, color), ""]
    if not listed:
        lines.append(NO_CHANGES)
    lines.append(_styled(plan_line(plan.summary), _BOLD, color))
    return "\n".join(lines) + "\n"


def result(result: Result) -> str:
    """What went otherwise than planned, and the summary line."""
    lines = [f"{_WORDS[outcome.outcome]} {outcome.address}{_why(outcome)}" for outcome in _notable(result.outcomes)]
    lines.append(apply_line(result.summary))
    if result.converged:
        lines.append("Converged: everything that the manifest wants is live.")
    else:
        left = result.remaining
        lines.append(f"Not converged: {left.drift} drifted, {left.blocked} blocked, {left.unmanaged} unmanaged remain.")
    return "\n".join(lines) + "\n"


def diagnostics(diagnostics: Iterable[Diagnostic]) -> str:
    return "".join(diagnostic_line(diagnostic) + "\n" for diagnostic in diagnostics)


def valid_line(manifest: Manifest | None) -> str:
    if manifest is None:
        return ""
    segments = sum(len(project.segments) for project in manifest.projects)
    return f"Valid: {_count(len(manifest.projects), 'project')}, {_count(segments, 'segment')}.\n"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def diagnostic_line(problem: Diagnostic) -> str:
    """`FILE:LINE:COLUMN: error: POINTER: what is wrong (hint)`."""
    hint = f" ({problem.hint.rstrip('.')})" if problem.hint else ""
    place = f"{shown(problem.file)}:{problem.line}:{problem.column}"
    return f"{place}: {problem.severity}: {problem.pointer or '/'}: {problem.message}{hint}"


def _project(project: str, changes: list[Change], width: int, color: bool) -> Iterator[str]:
    if changes[0].kind != "project":
        yield f"  {_styled(shown(project), _BOLD, color)}"
    for change in changes:
        own = change.kind == "project"
        yield _line(change, 0 if own else 2, width + 2 if own else width, color)


def _line(change: Change, indent: int, width: int, color: bool) -> str:
    sign = _styled(SIGNS[change.action], _COLORS[change.action], color)
    return f"{' ' * indent}{sign} {name(change):{width}}  {told(change)}"


def _notable(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    return (outcome for outcome in outcomes if outcome.outcome is not Ending.CREATED)


def _why(outcome: Outcome) -> str:
    return f": {shown(outcome.error.message)}" if outcome.error else ""


def _styled(text: str, code: str, color: bool) -> str:
    return f"\x1b[{code}m{text}\x1b[0m" if color else text


_WORDS = {
    Ending.ADOPTED: "adopted",
    Ending.FAILED: "failed ",
    Ending.UNKNOWN: "unknown",
    Ending.SKIPPED: "skipped",
}

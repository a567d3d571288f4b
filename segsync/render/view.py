"""One view of a plan or of a result: order, counts and words are decided here, and every format only lays it out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal

from segsync.core.model import Origin
from segsync.core.plan import Action, Change, Kind, Outcome, Plan, Result
from segsync.render.advice import advice, advice_on
from segsync.render.escape import shown
from segsync.render.wording import (
    CONVERGED,
    INCOMPLETE,
    NO_CHANGES,
    apply_line,
    name,
    not_converged,
    plan_line,
    told,
    told_outcome,
)


@dataclass(frozen=True, slots=True)
class Tag:
    """An action of a plan or an ending of an apply. `name` is the one in JSON, `label` the word in a summary.

    `urgent`: a person is needed. `quiet`: nothing to tell of it but its count.
    """

    name: str
    sign: str
    label: str
    urgent: bool = False
    quiet: bool = False


PLAN_TAGS = (
    Tag("create", "+", "to create"),
    Tag("drift", "!", "drifted", urgent=True),
    Tag("unmanaged", "?", "unmanaged"),
    Tag("blocked", "x", "blocked", urgent=True),
    Tag("unchanged", "", "unchanged", quiet=True),
)
RESULT_TAGS = (
    Tag("created", "+", "created"),
    Tag("adopted", "=", "adopted"),
    Tag("failed", "!", "failed", urgent=True),
    Tag("unknown", "x", "unknown", urgent=True),
    Tag("skipped", "-", "skipped", urgent=True),
)
_TAGS = {tag.name: tag for tag in (*PLAN_TAGS, *RESULT_TAGS)}


@dataclass(frozen=True, slots=True)
class Row:
    """One address. `words` and `advice` are sentences as `spans` has them; `advice` may be empty.

    `place` is its line in the manifest, or its project's where it has none; None where the manifest has neither.
    """

    address: str
    name: str
    kind: Kind
    tag: Tag
    words: str
    advice: str
    place: Origin | None


@dataclass(frozen=True, slots=True)
class Section:
    """One project: the rows that tell something, and how many addresses it has of each tag that it has."""

    project: str
    rows: tuple[Row, ...]
    counts: Mapping[Tag, int]

    @property
    def urgent(self) -> bool:
        return any(row.tag.urgent for row in self.rows)


@dataclass(frozen=True, slots=True)
class View:
    """`line` is the one that scripts may match, `notices` are further sentences about the whole.

    `files` are the manifests as they were named, relative to the repository.
    """

    kind: Literal["plan", "apply"]
    line: str
    notices: tuple[str, ...]
    tags: tuple[Tag, ...]
    sections: tuple[Section, ...]
    files: tuple[str, ...]

    @property
    def told(self) -> tuple[Section, ...]:
        """The projects that there is something to tell of."""
        return tuple(section for section in self.sections if section.rows)

    @property
    def quiet(self) -> int:
        """How many projects there is nothing to tell of."""
        return len(self.sections) - len(self.told)

    @property
    def counts(self) -> Mapping[Tag, int]:
        return {tag: sum(section.counts.get(tag, 0) for section in self.sections) for tag in self.tags}

    def urgent_first(self) -> "View":
        """What needs a person before everything else, in each project and among the projects."""
        sections = (replace(section, rows=_urgent_first(section.rows)) for section in self.sections)
        return replace(self, sections=tuple(sorted(sections, key=lambda section: not section.urgent)))


def of_plan(plan: Plan, files: Sequence[str]) -> View:
    line = plan_line(plan.summary)
    notices = [] if plan.complete else [INCOMPLETE]
    if all(change.action is Action.UNCHANGED for change in plan.changes):
        notices.append(NO_CHANGES)
    homes = {change.address: change.origin for change in plan.changes if change.kind == "project"}
    sections = (
        _section(project, [_row(change, homes) for change in changes])
        for project, changes in groupby(plan.changes, key=lambda change: change.project_name)
    )
    return View("plan", line, tuple(notices), PLAN_TAGS, tuple(sections), tuple(files))


def of_result(result: Result, files: Sequence[str]) -> View:
    notice = CONVERGED if result.converged else not_converged(result.remaining)
    sections = (
        _section(project, [_outcome_row(outcome) for outcome in outcomes])
        for project, outcomes in groupby(result.outcomes, key=lambda outcome: outcome.address.partition("/")[0])
    )
    return View("apply", apply_line(result.summary), (notice,), RESULT_TAGS, tuple(sections), tuple(files))


def _row(change: Change, homes: Mapping[str, Origin | None]) -> Row:
    return Row(
        address=shown(change.address),
        name=name(change.address),
        kind=change.kind,
        tag=_TAGS[change.action.value],
        words=told(change),
        advice=advice(change),
        place=change.origin or homes.get(change.project_name),
    )


def _outcome_row(outcome: Outcome) -> Row:
    return Row(
        address=shown(outcome.address),
        name=name(outcome.address),
        kind=outcome.kind,
        tag=_TAGS[outcome.outcome.value],
        words=told_outcome(outcome),
        advice=advice_on(outcome),
        place=None,
    )


def _section(project: str, rows: Sequence[Row]) -> Section:
    counts = Counter(row.tag.name for row in rows)
    in_order = {tag: counts[tag.name] for tag in _TAGS.values() if counts[tag.name]}
    return Section(shown(project), tuple(row for row in rows if not row.tag.quiet), in_order)


def _urgent_first(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple(sorted(rows, key=lambda row: not row.tag.urgent))

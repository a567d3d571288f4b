"""What Hypothesis draws stories from. What makes a story eventful comes often, what ends it seldom."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from hypothesis import strategies as st

from segsync.emulator.vocabulary import DELAYS, FaultName, OperationName
from tests.properties import edits, person
from tests.properties.accidents import (
    AFTER_CREATE,
    AFTER_WRITE,
    ANY,
    ANYWHERE,
    BEFORE_WRITE,
    MOMENTS,
    NO_SPACE,
    STRANGER,
    TEAR,
    Accident,
)
from tests.properties.ran import Course
from tests.properties.wanted import NAMES, PAIRS, SEGMENT_NAMES, SEGMENTS, WantedSegment
from tests.properties.world import LONGEST_LAG, SETTLE


@dataclass(frozen=True)
class Weather:
    """The faults that RuStore has during a run."""

    faults: tuple[str, ...] = ()
    seed: int = 0


_INSTANT = [fault for fault in FaultName if fault not in DELAYS]
_LAGS = ("segment-create:lag:0", "segment-create:lag:1%50", *[f"segment-create:lag:{LONGEST_LAG}"] * 2)
_WHEN = ("", "@1", "@1", "@2", "%50")


def _faults(chances: Sequence[bool], *operations: OperationName) -> st.SearchStrategy[tuple[str, ...]]:
    """One fault on one of the operations, or none: `chances` has which comes how often."""
    fault = st.builds(
        "{}:{}{}".format, st.sampled_from(operations), st.sampled_from([*_INSTANT, "slow:3"]), st.sampled_from(_WHEN)
    )
    return st.sampled_from(chances).flatmap(lambda fires: st.tuples(fault) if fires else st.just(()))


weathers = st.builds(
    lambda lag, *faults, seed: Weather((lag, *chain(*faults)), seed),
    st.sampled_from(_LAGS),
    _faults([False, True], OperationName.PROJECT_CREATE),
    _faults([False, True], OperationName.SEGMENT_CREATE),
    _faults([False, False, True], OperationName.PROJECT_GET, OperationName.SEGMENT_LIST),
    seed=st.integers(0, 9),
)

_accidents = st.one_of(
    st.builds(Accident, st.just(ANY), st.integers(1, 30), st.sampled_from(ANYWHERE)),
    st.builds(Accident, st.sampled_from(MOMENTS), st.integers(1, 3), st.sampled_from(ANYWHERE)),
    st.builds(Accident, st.just(AFTER_CREATE), st.sampled_from([1, 1, 1, 2, 3]), st.sampled_from(ANYWHERE)),
    st.builds(Accident, st.just(BEFORE_WRITE), st.integers(1, 3), st.sampled_from([TEAR, NO_SPACE, STRANGER])),
    st.builds(Accident, st.just(AFTER_WRITE), st.integers(1, 3), st.just(NO_SPACE)),
)
courses = st.builds(
    Course,
    accidents=st.one_of(st.just(()), st.tuples(_accidents), st.tuples(_accidents, _accidents)),
    strict=st.booleans(),
    globs=st.sampled_from([(), (), (), (NAMES[0],)]),
)

_names = st.sampled_from(NAMES[:4])
_segment_names = st.sampled_from(SEGMENT_NAMES)
_places = st.integers(0, 5)
_segments = st.builds(
    WantedSegment,
    st.sampled_from(SEGMENTS),
    period=st.sampled_from([24, 24, 48]),
    is_enabled=st.sampled_from([True] * 9 + [False]),
    ignore=st.sampled_from([(), (), ("period",), ("is_enabled",), ("duplicate",), ("period", "duplicate")]),
)
some_segments = st.dictionaries(_segment_names, _segments, min_size=1)

_put_projects = st.builds(
    edits.PutProject, _names, st.sampled_from(PAIRS), st.sampled_from([False, False, False, True]), some_segments
)
_put_segments = st.builds(edits.PutSegments, _names, some_segments, st.booleans())
_delete_exports = st.builds(edits.DeleteExports, _places)
console_edits = st.one_of(
    st.builds(edits.AddMissing, _places),
    st.builds(edits.AddExport, _places, _segments),
    st.builds(edits.ChangeExport, _places, _segments),
    _delete_exports,
)
_what_makes_work = st.one_of(_put_projects, _put_segments, _put_projects, _delete_exports)
_whatever = st.one_of(
    _put_projects,
    _put_segments,
    st.builds(edits.RenameSegment, _names, _segment_names, _segment_names),
    st.builds(edits.RenameProject, _names, _names),
    st.builds(edits.Pin, _names, _places),
    st.builds(edits.Unpin, _names),
    st.builds(edits.RemoveProject, _names),
    console_edits,
    st.sampled_from([edits.LetTimePass(1), edits.LetTimePass(SETTLE), edits.LetTimePass(7200)]),
)
_repairs = st.sampled_from(
    [edits.Repair(deeds) for deeds in ((), *((deed,) for deed in person.DEEDS), *[person.DEEDS] * 3)]
)
all_edits: st.SearchStrategy[Sequence[edits.Edit]] = st.builds(
    lambda repair, work, others: [repair, *work, *others],
    _repairs,
    st.lists(_what_makes_work, min_size=1, max_size=2),
    st.lists(_whatever, max_size=2),
)

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segsync.render.bars import SLIVER, Piece, picture
from segsync.render.view import PLAN_TAGS, Section, Tag, View

CREATE, DRIFT, UNMANAGED, BLOCKED, UNCHANGED = PLAN_TAGS


def view_of(*counts: dict[Tag, int]) -> View:
    sections = tuple(Section(f"p-{number}", (), of_each) for number, of_each in enumerate(counts))
    return View("plan", "", (), PLAN_TAGS, sections, ())


def pieces_of(*counts: dict[Tag, int]) -> list[tuple[Piece, ...]]:
    return [bar.pieces for bar in picture(view_of(*counts)).bars]


COUNTS = st.dictionaries(st.sampled_from(PLAN_TAGS), st.integers(1, 100_000), min_size=1)


def test_what_needs_a_person_stands_first() -> None:
    ((*pieces,),) = pieces_of({UNCHANGED: 40, CREATE: 3, BLOCKED: 2, UNMANAGED: 1, DRIFT: 4})
    assert [(piece.tag, piece.number) for piece in pieces] == [
        (DRIFT, 4),
        (BLOCKED, 2),
        (CREATE, 3),
        (UNMANAGED, 1),
        (UNCHANGED, 40),
    ]


def test_a_bar_is_told_in_words() -> None:
    (bar,) = picture(view_of({UNCHANGED: 40, CREATE: 3, DRIFT: 1})).bars
    assert bar.told == "1 drifted, 3 to create, 40 unchanged"


def test_all_bars_have_one_scale() -> None:
    drawn = picture(view_of({UNCHANGED: 40}, {CREATE: 10}, {UNCHANGED: 15, DRIFT: 5}))
    (longest,), (create,), (drift, unchanged) = (bar.pieces for bar in drawn.bars)
    assert (drawn.largest, drawn.slivers) == (40, False)
    assert longest.width == pytest.approx(4 * create.width)
    assert longest.width == pytest.approx(2 * (drift.width + unchanged.width))


def test_what_is_too_small_to_see_is_drawn_as_a_sliver() -> None:
    drawn = picture(view_of({CREATE: 2000}, {BLOCKED: 1, UNCHANGED: 1}))
    assert drawn.slivers
    assert [(piece.x, piece.width) for piece in drawn.bars[1].pieces] == [(0, SLIVER), (SLIVER, SLIVER)]


def test_no_project_no_bar() -> None:
    assert picture(view_of()).bars == ()


@given(st.lists(COUNTS, min_size=1))
def test_every_bar_fits_and_hides_nothing(counts: list[dict[Tag, int]]) -> None:
    for of_each, pieces in zip(counts, pieces_of(*counts), strict=True):
        assert {piece.tag: piece.number for piece in pieces} == of_each
        assert all(piece.width >= SLIVER for piece in pieces)
        ends = [0.0, *(piece.x + piece.width for piece in pieces)]
        assert [piece.x for piece in pieces] == pytest.approx(ends[:-1])
        assert ends[-1] <= 100 + 1e-9

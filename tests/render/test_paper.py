import pytest

from segsync.render import text
from segsync.render.paper import Paper
from segsync.render.view import of_plan
from tests.render.changes import plan_of
from tests.render.test_text import CHANGES, PLAN


def test_a_log_has_no_edge() -> None:
    assert Paper(width=None).wrapped("word " * 100, 8) == ["word " * 100]


def test_a_word_is_never_broken() -> None:
    assert Paper(width=30).wrapped("b04b48ab-3125-444f-94eb-aad511c074e7 is known", 4) == [
        "b04b48ab-3125-444f-94eb-aad511c074e7",
        "is known",
    ]


@pytest.mark.parametrize("width", [80, 100, 200])
def test_a_plan_stays_within_the_edge(width: int) -> None:
    laid_out = text.plan(of_plan(plan_of(*CHANGES), ()), Paper(width=width))
    assert max(map(len, laid_out.splitlines())) <= width
    assert laid_out.split() == PLAN.split()


def test_what_is_wrapped_goes_on_below_its_beginning() -> None:
    laid_out = text.plan(of_plan(plan_of(*CHANGES), ()), Paper(width=80)).splitlines()
    first = next(number for number, line in enumerate(laid_out) if line.startswith("x shop-tv"))
    column = laid_out[first].index("blocked")
    assert [line[:column].strip() for line in laid_out[first + 1 : first + 4]] == ["", "", ""]


@pytest.mark.parametrize("width", [1, 20, 40])
def test_the_narrowest_terminal_shows_every_word(width: int) -> None:
    assert text.plan(of_plan(plan_of(*CHANGES), ()), Paper(width=width)).split() == PLAN.split()

import pytest
from playwright.sync_api import expect

from segsync.core.plan import Change
from tests.browser.plans import ADDRESSES, hostile
from tests.browser.reader import Reader, background, beyond_the_edge, hard_to_read, shown
from tests.render.test_text import CHANGES


def test_the_bars_are_as_long_as_they_say(reader: Reader) -> None:
    page = reader.opens(*CHANGES)
    lengths: dict[str, float] = {}
    for bar in page.get_by_role("img").all():
        pieces = [piece.bounding_box() for piece in bar.locator("rect").all()]
        project = (bar.get_attribute("aria-label") or "").partition(":")[0]
        lengths[project] = sum(piece["width"] for piece in pieces if piece)
    assert lengths["shop"] == pytest.approx(6 * lengths["old"], rel=0.03)
    assert lengths["games"] == pytest.approx(lengths["shop-ios"], rel=0.03)


def test_dark_is_dark_and_all_can_be_read_in_both(reader: Reader) -> None:
    page = reader.opens(*CHANGES, fragment="#shop/trial")
    page.get_by_role("button", name="blocked").click()
    page.get_by_role("button", name="drift").click()
    assert hard_to_read(page) == []
    assert min(background(page, "body")) > 230
    page.emulate_media(color_scheme="dark")
    assert hard_to_read(page) == []
    assert max(background(page, "body")) < 40


@pytest.mark.parametrize("changes", [CHANGES, hostile()], ids=["small", "hostile"])
@pytest.mark.parametrize("width", [360, 600, 800, 1000, 1280])
def test_nothing_is_wider_than_the_screen(reader: Reader, changes: tuple[Change, ...], width: int) -> None:
    page = reader.opens(*changes, viewport={"width": width, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert beyond_the_edge(page) == []


def test_on_paper_everything_is_there_and_the_filter_is_not(reader: Reader) -> None:
    page = reader.opens(*CHANGES, color_scheme="dark")
    page.get_by_role("button", name="drift").click()
    assert len(shown(page)) == 2
    page.emulate_media(media="print")
    assert shown(page) == ADDRESSES
    expect(page.locator("#_filter")).to_be_hidden()
    assert min(background(page, "body")) > 230

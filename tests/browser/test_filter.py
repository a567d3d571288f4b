import pytest
from playwright.sync_api import expect

from tests.browser.plans import ADDRESSES, creates
from tests.browser.reader import Reader, shown
from tests.render.test_text import CHANGES


def test_buttons_filter_by_action(reader: Reader) -> None:
    page = reader.opens(*CHANGES)
    status = page.get_by_role("status")
    assert shown(page) == ADDRESSES
    expect(status).to_have_text("10 of 10 shown")
    page.get_by_role("button", name="drift").click()
    assert shown(page) == ["shop/trial", "shop-web"]
    expect(status).to_have_text("2 of 10 shown")
    expect(page.get_by_role("heading", level=2)).to_have_count(2)
    page.get_by_role("button", name="unmanaged").click()
    assert shown(page) == ["shop/trial", "shop/?1750", "shop-web", "old"]
    page.get_by_role("button", name="drift").click()
    assert shown(page) == ["shop/?1750", "old"]
    page.get_by_role("button", name="Show all").click()
    assert shown(page) == ADDRESSES
    expect(page.get_by_role("button", name="Show all")).to_have_count(0)


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("PAYERS", ["shop-web/payers", "shop-ios/payers"]),
        ("shop-web/payers", ["shop-web/payers"]),
        ("  here   period ", ["shop/trial"]),
        ("segsync.yaml:4", ["shop/?1750", "shop-web", "shop-tv", "shop-ios"]),
        ("no such thing anywhere", []),
    ],
)
def test_text_filters_by_all_of_its_words(reader: Reader, text: str, addresses: list[str]) -> None:
    page = reader.opens(*CHANGES)
    page.get_by_role("searchbox").fill(text)
    assert shown(page) == addresses
    expect(page.get_by_role("status")).to_have_text(f"{len(addresses)} of 10 shown")


def test_the_filter_is_worked_from_the_keyboard(reader: Reader) -> None:
    page = reader.opens(*CHANGES)
    page.get_by_role("button", name="drift").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="blocked", pressed=True)).to_be_focused()
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.type("waits")
    assert shown(page) == ["shop-web/payers"]
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert shown(page) == ADDRESSES
    expect(page.get_by_role("searchbox")).to_be_focused()


def test_two_thousand_rows_are_filtered_too(reader: Reader) -> None:
    page = reader.opens(*creates(2000))
    page.get_by_role("searchbox").fill("shop/s-77")
    expect(page.get_by_role("status")).to_have_text("11 of 2000 shown")


def test_without_javascript_all_is_there_but_the_filter(reader: Reader) -> None:
    page = reader.opens(*CHANGES, fragment="#shop-ios/payers", java_script_enabled=False)
    assert shown(page) == ADDRESSES
    expect(page.locator("#_filter")).to_be_hidden()
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.locator("tr:target")).to_be_in_viewport()

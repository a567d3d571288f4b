import pytest
from playwright.sync_api import expect

from tests.browser.plans import ADDRESSES, HOSTILE, creates, hostile
from tests.browser.reader import Reader, background, shown
from tests.render.test_text import CHANGES


def test_a_link_leads_to_one_address_and_marks_it(reader: Reader) -> None:
    page = reader.opens(*creates(200), fragment="#shop/s-150")
    row = page.locator("tr:target")
    expect(row).to_have_attribute("id", "shop/s-150")
    expect(row).to_be_in_viewport()
    assert background(page, "tr:target") != background(page, "tr:not(:target)")
    # Not under the filter, which stays at the top.
    head, found = page.locator("#_filter").bounding_box(), row.bounding_box()
    assert head is not None
    assert found is not None
    assert found["y"] >= head["y"] + head["height"]


def test_a_row_links_to_itself(reader: Reader) -> None:
    page = reader.opens(*CHANGES)
    page.get_by_role("link", name="1750", exact=True).click()
    assert page.url.endswith("plan.html#shop/?1750")
    expect(page.locator("tr:target")).to_have_attribute("id", "shop/?1750")


@pytest.mark.parametrize("address", HOSTILE)
def test_a_hostile_address_can_be_linked_to(reader: Reader, address: str) -> None:
    page = reader.opens(*hostile())
    page.get_by_role("link", name=address, exact=True).click()
    elsewhere = reader.visits(page.url)
    expect(elsewhere.locator("tr:target .name")).to_have_text(address)


@pytest.mark.parametrize("fragment", ["#shop%2F%3F1750", "#shop/%3f1750"])
def test_a_link_may_be_encoded_on_its_way(reader: Reader, fragment: str) -> None:
    page = reader.opens(*CHANGES, fragment=fragment)
    expect(page.locator("tr:target")).to_have_attribute("id", "shop/?1750")


def test_a_link_to_what_the_filter_hides_shows_it(reader: Reader) -> None:
    page = reader.opens(*CHANGES)
    page.get_by_role("button", name="drift").click()
    page.evaluate("location.hash = '#shop-ios/payers'")
    expect(page.locator("tr:target")).to_be_in_viewport()
    assert shown(page) == ADDRESSES
    page.get_by_role("button", name="drift").click()
    # The same link once more changes nothing in the address bar.
    page.evaluate("document.querySelector(':target a').click()")
    expect(page.locator("tr:target")).to_be_in_viewport()
    assert shown(page) == ADDRESSES


def test_the_picture_leads_to_a_project_that_the_filter_hides(reader: Reader) -> None:
    page = reader.opens(*CHANGES)
    page.get_by_role("button", name="drift").click()
    page.get_by_role("table", name="Addresses by project").get_by_role("link", name="shop-ios").click()
    expect(page.get_by_role("heading", name="shop-ios")).to_be_in_viewport()
    assert shown(page) == ADDRESSES


@pytest.mark.parametrize("fragment", ["#", "#nowhere", "#%", "#_filter"])
def test_a_link_to_nothing_does_no_harm(reader: Reader, fragment: str) -> None:
    page = reader.opens(*CHANGES, fragment=fragment)
    assert shown(page) == ADDRESSES

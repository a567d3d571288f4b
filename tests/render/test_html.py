"""A page, read again by a parser: all of it is our own markup, and what it says is what the view says."""

import base64
import hashlib
import re
from dataclasses import replace
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segsync.core.plan import Action, Change, Ending, Outcome, Reason, Remaining, Result, Tally
from segsync.render.escape import shown
from segsync.render.html import page
from segsync.render.view import View, of_plan, of_result
from tests.render.changes import of_project, of_segment, plan_of, unmanaged
from tests.render.pages import Element, read
from tests.render.test_hostile_text import HOSTILE, changes_with, failure
from tests.render.test_text import CHANGES, UNCHANGED
from tests.support.models import ID, live_project, live_segment, project, segment

FILES = ("segsync.yaml",)
INJECTIONS = [
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    '"><script>alert(1)</script>',
    "' onfocus=alert(1) autofocus '",
    "</title></style></script><svg onload=alert(1)>",
    "<!-- -->]]>",
    "&lt;b&gt; &#64; &amp",
    "{{ 7 * 7 }}{% include 'x' %}",
    "a b%20c%2520",
    "javascript:alert(1)",
    "שלום עולם",
    *HOSTILE.values(),
]
RESULT = Result(
    Tally(created=1, adopted=1, failed=1, unknown=1, skipped=1),
    Remaining(),
    False,
    3,
    (
        Outcome("shop", "project", Ending.CREATED, ID),
        Outcome("shop/payers", "segment", Ending.ADOPTED, "e-1"),
        Outcome("games", "project", Ending.FAILED, error=failure("no such app")),
        Outcome("games/players", "segment", Ending.SKIPPED),
        Outcome("pay", "project", Ending.UNKNOWN, error=failure("cut")),
    ),
)


def view_of(*changes: Change) -> View:
    return of_plan(plan_of(*changes), FILES)


def written(*changes: Change) -> Element:
    return read(page(view_of(*changes)))


def rows(document: Element) -> list[tuple[str, str, str, str]]:
    """Tag, address, what and where."""
    found = (row for table in document.all("table", "rows") for row in table.one("tbody").all("tr"))
    return [(row.all("td", "tag")[0].text, row.attributes["id"], *told(row)) for row in found]


def told(row: Element) -> tuple[str, str]:
    return row.one("td", "what").text, row.one("td", "where").text


def directive(document: Element, name: str) -> str:
    policy = document.all("meta")[1]
    assert policy.attributes["http-equiv"] == "Content-Security-Policy"
    directives = dict(part.split(" ", 1) for part in policy.attributes["content"].split("; "))
    return directives[name]


def test_the_headline_and_the_title_are_the_line_that_scripts_may_match() -> None:
    document = written(*CHANGES)
    line = view_of(*CHANGES).line
    assert document.one("h1").text == document.all("title")[0].text == line
    assert document.one("p", "of").text == "segsync plan segsync.yaml"


def test_what_needs_a_person_comes_first() -> None:
    shop, web, tv, ios, old = written(*CHANGES).all("section")
    assert [section.one("h2").text for section in (shop, web, tv, ios, old)] == [
        "shop 1 drifted, 1 blocked, 1 to create, 1 unmanaged",
        "shop-web 1 drifted, 1 blocked",
        "shop-tv 1 blocked",
        "shop-ios 2 to create",
        "old 1 unmanaged",
    ]
    assert rows(shop) == [
        (
            "! drift",
            "shop/trial",
            "cannot change: period is 24 at RuStore, 12 here to accept it, write period: 24 here, or ignore: [period]",
            "segsync.yaml:8",
        ),
        (
            "x blocked",
            "shop/muted",
            "not live, and is_enabled is false here segsync creates only what is switched on",
            "segsync.yaml:8",
        ),
        ("+ create", "shop/churned", "myTracker segment 1743, every 168 h", "segsync.yaml:8"),
        ("? unmanaged", "shop/?1750", "at RuStore, not in the manifest: every 48 h", "segsync.yaml:4"),
    ]


def test_values_and_commands_are_code() -> None:
    row = next(row for row in written(*CHANGES).all("tr") if row.attributes.get("id") == "shop/trial")
    code = [(found.text, found.classes[0]) for found in row.one("td", "what").all("code")]
    assert code == [("24", "value"), ("12", "value"), ("period: 24", "command"), ("ignore: [period]", "command")]


def test_a_result_has_the_same_page() -> None:
    document = read(page(of_result(RESULT, FILES)))
    assert document.one("p", "of").text == "segsync apply segsync.yaml"
    assert document.one("p", "notice").text == "Not converged: 0 drifted, 0 blocked, 0 unmanaged remain."
    assert rows(document) == [
        ("! failed", "games", "no such app", ""),
        ("- skipped", "games/players", "", ""),
        (
            "x unknown",
            "pay",
            "cut it may exist, and is not sent again: segsync state show tells how to settle it",
            "",
        ),
        ("+ created", "shop", ID, ""),
        ("= adopted", "shop/payers", "e-1", ""),
    ]


def test_where_there_is_nothing_to_tell_there_is_no_filter_and_no_script() -> None:
    document = written(*UNCHANGED)
    assert document.one("p", "notice").text == "No changes. RuStore matches the manifest."
    assert not document.all("section") + document.all("script") + document.all("button")
    assert document.one("svg", "bar").attributes["aria-label"] == "shop: 2 unchanged"


def test_a_plan_of_nothing_has_no_picture() -> None:
    assert not written().all("table")


def test_projects_without_changes_are_in_the_picture_and_counted() -> None:
    document = written(*CHANGES)
    assert document.one("p", "quiet").text == "1 project without changes."
    games = next(row for row in document.one("table", "picture").all("tr") if row.one("th", "project").text == "games")
    assert not games.all("a")
    assert games.one("svg", "bar").attributes["aria-label"] == "games: 2 unchanged"


@pytest.mark.parametrize("view", [view_of(*CHANGES), of_result(RESULT, FILES)], ids=["plan", "result"])
def test_the_picture_counts_as_the_view_does(view: View) -> None:
    table = read(page(view)).one("table", "picture")
    head, *bars = table.all("tr")
    assert [total.text for total in head.all("span", "total")] == [
        str(view.counts[tag]) for tag in sorted(view.tags, key=lambda tag: not tag.urgent)
    ]
    assert head.one("th", "project").text == f"{len(view.sections)} projects"
    expected = {section.project: section.counts for section in view.sections}
    assert [bar.one("th", "project").text for bar in bars] == [
        section.project for section in view.urgent_first().sections
    ]
    for bar in bars:
        name = bar.one("th", "project").text
        drawn = {piece.classes[0]: piece.one("title").text for piece in bar.all("rect")}
        numbers = {cell.classes[1]: int(cell.text.split()[-1]) for cell in bar.all("td", "number") if cell.text}
        assert drawn == {tag.name: f"{number} {tag.label}" for tag, number in expected[name].items()}
        assert numbers == {tag.name: number for tag, number in expected[name].items()}


def test_each_tag_has_a_texture_of_its_own_to_be_told_from_the_others_without_colour() -> None:
    for view in (view_of(*CHANGES), of_result(RESULT, FILES)):
        document = read(page(view))
        textures = {pattern.attributes["id"] for pattern in document.all("pattern")}
        assert textures == {f"_{tag.name}" for tag in view.tags}
        for rect in document.one("table", "picture").all("rect"):
            assert rect.attributes["fill"] == f"url(#_{rect.classes[0]})"


def test_the_policy_knows_our_script_and_style_and_allows_nothing_else() -> None:
    document = written(*CHANGES)
    for name in ("script", "style"):
        digest = hashlib.sha256(document.one(name).raw.encode()).digest()
        assert directive(document, f"{name}-src") == f"'sha256-{base64.b64encode(digest).decode()}'"
    assert {name: directive(document, name) for name in ("default-src", "img-src", "base-uri", "form-action")} == {
        "default-src": "'none'",
        "img-src": "data:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    assert "unsafe" not in document.all("meta")[1].attributes["content"]


def test_the_page_stands_alone() -> None:
    document = written(*CHANGES)
    ids = {element.attributes["id"] for element in document if "id" in element.attributes}
    for element in document:
        assert not {"src", "style", "action", "srcset"} & set(element.attributes)
        assert not [name for name in element.attributes if name.startswith("on")]
        if element.name == "link":
            assert element.attributes["href"].startswith("data:image/svg+xml,")
        elif "href" in element.attributes:
            assert element.attributes["href"].startswith("#")
            assert unquote(element.attributes["href"][1:]) in ids
    for text in (document.one("style").raw, document.one("script").raw):
        assert not re.search(r"https?:|//[a-z]|@import|url\(|fetch|innerHTML", text)


def test_the_icon_is_within_the_page_so_that_no_server_is_asked_for_one() -> None:
    icon = written(*CHANGES).one("link")
    assert icon.attributes["rel"] == "icon"
    assert unquote(icon.attributes["href"]).startswith("data:image/svg+xml,<svg ")


def test_an_address_is_its_own_anchor_and_its_project_has_one() -> None:
    document = written(*CHANGES)
    picture = document.one("table", "picture")
    assert [link.attributes["href"] for link in picture.all("a")] == [
        "#shop",
        "#shop-web/",
        "#shop-tv/",
        "#shop-ios/",
        "#old/",
    ]
    assert [section.attributes["id"] for section in document.all("section")] == [
        "shop",
        "shop-web/",
        "shop-tv/",
        "shop-ios/",
        "old/",
    ]
    assert [row[1] for row in rows(document.all("section")[1])] == ["shop-web", "shop-web/payers"]


def test_addresses_that_are_cut_to_the_same_have_anchors_of_their_own() -> None:
    changes = [unmanaged("shop", live_segment(str(number), "x" * number)) for number in (300, 301, 302)]
    anchors = [row[1] for row in rows(written(*changes))]
    assert len(set(anchors)) == 3


@pytest.mark.parametrize("number", range(len(INJECTIONS)))
def test_no_text_of_a_server_is_markup(number: int) -> None:
    hostile = INJECTIONS[number]
    document = written(*changes_with(hostile))
    assert structure(document) == structure(written(*changes_with("harmless")))
    assert shown(hostile) in document.all("section")[0].raw


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), min_size=1))
def test_no_text_at_all_is_markup(hostile: str) -> None:
    document = written(*changes_with(hostile))
    assert structure(document) == structure(written(*changes_with("harmless")))
    anchors = [element.attributes["id"] for element in document if "id" in element.attributes]
    assert len(set(anchors)) == len(anchors)
    assert not [anchor for anchor in anchors if re.search(r"\s", anchor)]
    for link in document.all("a"):
        assert unquote(link.attributes["href"][1:]) in anchors


def structure(document: Element) -> list[tuple[str, tuple[str, ...]]]:
    """The elements and the names of their attributes; their values are in quotes."""
    return [(element.name, tuple(element.attributes)) for element in document]


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_a_result_is_not_at_the_mercy_of_the_server(hostile: str) -> None:
    def structure_with(text: str) -> list[tuple[str, tuple[str, ...]]]:
        outcomes = (
            Outcome("shop", "project", Ending.UNKNOWN, error=failure(text)),
            Outcome("shop/payers", "segment", Ending.ADOPTED, text),
        )
        return structure(read(page(of_result(replace(RESULT, outcomes=outcomes), FILES))))

    assert structure_with(hostile) == structure_with("harmless")


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_a_file_name_is_text(hostile: str) -> None:
    origin = replace(segment().origin, file=hostile)
    changes = (
        of_project(project("shop", pin=ID), Action.UNCHANGED, live=live_project()),
        of_segment("shop", replace(segment(), origin=origin), Action.CREATE, Reason.MISSING),
    )
    document = read(page(of_plan(plan_of(*changes), (hostile,))))
    assert structure(document) == structure(written(*changes))
    assert shown(f"{hostile}:8") in document.all("section")[0].raw
    assert shown(hostile) in document.one("p", "of").raw


def test_an_incomplete_plan_says_so() -> None:
    document = read(page(of_plan(plan_of(*CHANGES, complete=False), FILES)))
    assert document.one("p", "notice").text == "This plan is incomplete: not every project could be read."

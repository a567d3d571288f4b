"""Markdown, read again by a Markdown parser: what stands in a comment is what a reader sees."""

import re

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from segsync.core.model import LiveSegment
from segsync.core.plan import Action, Change, Reason
from segsync.render.markdown import LIMIT, comment
from segsync.render.view import of_plan
from tests.render.changes import of_segment, plan_of, unmanaged
from tests.render.test_hostile_text import HOSTILE, changes_with
from tests.render.test_text import CHANGES
from tests.support.models import segment

FILES = ("segsync.yaml",)
INJECTIONS = [
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "![x](https://evil.example/x.png)",
    "@everyone",
    "a | b | c",
    "`code` ``more``",
    "\\| \\` \\",
    "_x_ **y** ~~z~~ $x$",
    "https://evil.example www.evil.example ann@evil.example",
    "#1 !1 owner/repo#1 &1 %1 :tada:",
    "</details></table><script>alert(1)</script>",
    "<!-- segsync:plan -->",
    "&lt;b&gt; &#64;",
    "[^1]: note",
    *HOSTILE.values(),
]

ADDRESSES = ("https://evil.com", "www.evil.com", "ann@evil.com", "mailto:bob@evil.com", "xmpp:bob@evil.com/x")


def written(*changes: Change) -> str:
    return comment(of_plan(plan_of(*changes), FILES))


def rendered(markdown: str) -> str:
    """As a Markdown engine with tables and links of themselves makes HTML of it."""
    html: str = MarkdownIt("gfm-like", {"html": True}).render(markdown)
    return html.replace("<!-- -->", "")


def creates(number: int, project: str = "shop") -> list[Change]:
    made = (segment(f"s-{count}", str(count)) for count in range(number))
    return [of_segment(project, one, Action.CREATE, Reason.MISSING) for one in made]


def rows(markdown: str) -> int:
    return len(re.findall(r"^\| <code>", markdown, re.M))


def test_the_headline_follows_a_hidden_marker() -> None:
    marker, headline, *_ = written(*CHANGES).splitlines()
    assert re.fullmatch("<!-- segsync:plan sha256:[0-9a-f]{64} -->", marker)
    assert headline == "### Plan: 3 to create, 2 drifted, 2 unmanaged, 3 blocked, 4 unchanged."


def test_what_needs_a_person_is_open_and_comes_first_and_the_rest_is_folded() -> None:
    summaries = re.findall(r"<details( open)?><summary><code>(.*?)</code>: (.*?)</summary>", written(*CHANGES))
    assert summaries == [
        (" open", "shop", "1 to create, 1 drifted, 1 unmanaged, 1 blocked"),
        (" open", "shop-web", "1 drifted, 1 blocked"),
        (" open", "shop-tv", "1 blocked"),
        ("", "shop-ios", "2 to create"),
        ("", "old", "1 unmanaged"),
    ]
    assert written(*CHANGES).endswith("\n1 project without changes.\n")


def test_each_project_is_a_table() -> None:
    html = rendered(written(*CHANGES))
    assert html.count("<table>") == html.count("<details") == html.count("</details>") == 5
    assert html.count("<tr>") == 5 + 10
    assert "<td><code>trial</code></td>" in html
    assert "<td><code>segsync.yaml:8</code></td>" in html
    assert "to accept it, write <code>period: 24</code> here, or <code>ignore: [period]</code>" in html


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_nothing_of_a_server_is_markup(hostile: str) -> None:
    html = rendered(written(*changes_with(hostile)))
    harmless = rendered(written(*changes_with("harmless")))
    assert re.findall("<[^>]*>", html) == re.findall("<[^>]*>", harmless)


@given(st.text(alphabet=st.sampled_from("a1 <>&|`*_[]()!@#$~\\/:.w\"'-\n{}^=+,;?%"), max_size=12))
def test_no_text_of_a_server_is_markup(hostile: str) -> None:
    tags = re.findall("<[^>]*>", rendered(written(*changes_with(f"x{hostile}x"))))
    assert tags == re.findall("<[^>]*>", rendered(written(*changes_with("harmless"))))


@pytest.mark.parametrize("hostile", INJECTIONS)
def test_values_stand_in_code_where_no_mention_is_looked_for(hostile: str) -> None:
    html = rendered(written(unmanaged("shop", LiveSegment("e-1", hostile, 24, True))))
    outside = re.sub("<code>.*?</code>", "", html)
    assert "@" not in outside
    assert "evil" not in outside
    assert "alert" not in outside


@pytest.mark.parametrize("address", [*ADDRESSES, "HTTP://evil.com", "WWW.evil.com"])
def test_no_address_of_a_server_becomes_a_link_of_itself(address: str) -> None:
    # GitHub's own engine looks for these within tags too, and for an @ however it is spelled.
    text = written(unmanaged("shop", LiveSegment("e-1", address, 24, True)))
    rendered_there: str = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    assert "<a " not in rendered_there
    assert rendered_there.count("<table>") == 1


def test_a_long_plan_is_cut_within_its_last_project() -> None:
    text = written(*creates(2000, "first"), *creates(2000, "second"))
    assert LIMIT - 1000 < len(text) <= LIMIT
    shown = rows(text)
    assert text.endswith(f"**{4000 - shown} more lines of 2 projects left out: a comment can hold no more.**\n")
    assert text.count("<details") == text.count("</details>") == 1


def test_a_long_plan_is_cut_project_by_project() -> None:
    changes = [change for number in range(100) for change in creates(20, f"shop-{number}")]
    text = written(*changes)
    whole = text.count("<details")
    assert 10 < whole < 100
    left = 2000 - rows(text)
    assert f"**{left} more lines of {100 - rows(text) // 20} projects left out" in text
    assert len(text) <= LIMIT


def test_the_length_is_counted_as_github_counts_it() -> None:
    wide = [unmanaged("shop", LiveSegment(f"e-{n}", "\N{GRINNING FACE}" * 150 + str(n), 24, True)) for n in range(1000)]
    assert len(written(*wide).encode("utf-16-le")) // 2 <= LIMIT


def test_a_name_of_any_length_leaves_room() -> None:
    assert len(written(*changes_with("|" * 10_000))) < LIMIT

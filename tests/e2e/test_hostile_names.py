"""Names that would like to be something else: the manifest refuses them, and from RuStore they are text."""

import json
import re

import pytest
from markdown_it import MarkdownIt

from segsync.cli.outputs import PLAN_FORMATS
from tests.e2e.stories import one_project
from tests.e2e.test_formats import rendered
from tests.support.cli import Cli
from tests.support.console import Console

PIN = "b04b48ab-3125-444f-94eb-aad511c074e7"
HOSTILE = {
    "html": "<img src=x onerror=alert(1)>",
    "link": "[x](javascript:alert(1))",
    "mention": "@everyone",
    "bar": "a|b",
    "direction": "\u202etxet",
    "escape": "\x1b[2J\x1b[31mred",
    "line": "x\n::error::y\nPlan: 0 to create",
    "template": "{{ 7 * 7 }}{% raw %}",
    "command": "##[add-mask]x",
    "quotes": "\"'><script>alert(1)</script>",
}


@pytest.mark.parametrize("hostile", HOSTILE)
@pytest.mark.parametrize("place", ["name", "segment"])
def test_a_manifest_holds_no_such_name(cli: Cli, hostile: str, place: str) -> None:
    quoted = json.dumps(HOSTILE[hostile])
    good = one_project("1", pin=PIN)
    cli.write(
        good.replace("s-1:", f"{quoted}:") if place == "name" else good.replace('segment: "1"', f"segment: {quoted}")
    )
    for name in ("text", "json", "github", "gitlab-codequality"):
        ran = cli("validate", "-o", name)
        assert ran.code == 1
        assert HOSTILE[hostile] not in ran.out + ran.err
        assert "alert" not in ran.out


@pytest.mark.parametrize("hostile", HOSTILE)
def test_from_rustore_it_is_text_in_every_format(cli: Cli, console: Console, hostile: str) -> None:
    console.add_project("Zq3vX0c8", 52210, id=PIN)
    cli.write(one_project(pin=PIN))
    console.add_segment(PIN, "harmless")
    _, harmless = rendered(cli, "plan", PLAN_FORMATS)
    console.delete(console.segments()[0]["id"])
    console.add_segment(PIN, HOSTILE[hostile])
    ran, found = rendered(cli, "plan", PLAN_FORMATS)
    assert (ran.code, ran.out, ran.err) == (0, "", "")
    (change,) = [change for change in json.loads(found["json"])["changes"] if change["kind"] == "segment"]
    assert change["live"]["segment"] == HOSTILE[hostile]
    assert len(json.loads(found["gitlab-codequality"])) == 1
    for name, text in found.items():
        assert len(text.splitlines()) == len(harmless[name].splitlines()), name
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", text), name
    assert tags(found["markdown"]) == tags(harmless["markdown"])
    assert "@" not in found["markdown"]
    assert "##[" not in found["text"]


def tags(markdown: str) -> list[str]:
    html = MarkdownIt("gfm-like", {"html": True}).render(markdown)
    return [tag for tag in re.findall("<[^>]*>", html) if tag != "<!-- -->"]

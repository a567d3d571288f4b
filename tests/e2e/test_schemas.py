"""Every document that segsync prints is one of the schema that it prints, and an editor takes what segsync takes."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from segsync.cli.schema import NAMES
from tests.e2e.stories import DEFAULTS, one_project
from tests.support.cli import Cli, Ran
from tests.support.console import Console

SHOP = "b04b48ab-3125-444f-94eb-aad511c074e7"
UNKNOWN = "99999999-2222-4333-8444-555555555555"
MANIFEST = f"""\
version: 1
{DEFAULTS}projects:
  shop:
    project: Zq3vX0c8
    app_id: 52210
    export_project_id: {SHOP}
    segments:
      payers: {{segment: "1742"}}
      churned: {{segment: "1743", period: 7d}}
      known: {{segment: "1744", period: 12, ignore: [period]}}
      twice: {{segment: "1745"}}
      trial: {{segment: "1746"}}
      late: {{segment: "1747"}}
      muted: {{segment: "1748", is_enabled: false}}
  new:
    project: Kd81mWqa
    app_id: 52211
    segments:
      payers: {{segment: "1742"}}
  lost:
    project: Xt55bLqw
    app_id: 52212
    export_project_id: {UNKNOWN}
    segments:
      payers: {{segment: "1742"}}
"""
SEND = ("publish", "shop/payers", "--title", "Spring", "--body", "sale", "--yes", "-o", "json")
Matches = Callable[[str, Any], None]


@pytest.fixture
def matches(cli: Cli) -> Matches:
    """That a document is what the schema says which the command line prints under this name."""

    def check(name: str, document: Any) -> None:
        Draft202012Validator(cli("schema", name).json).validate(document)

    return check


@pytest.fixture
def live(cli: Cli, console: Console) -> Console:
    """RuStore beside MANIFEST: good, drifted, ignored, twice there, unmanaged and missing segments."""
    console.add_project("Zq3vX0c8", 52210, id=SHOP)
    for segment in ("1742", "1743", "1744", "1745", "1745", "1750"):
        console.add_segment(SHOP, segment)
    cli.write(MANIFEST)
    assert cli("init").code == 0
    return console


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_printed_as_one_json_document(cli: Cli, name: str) -> None:
    ran = cli("schema", name)
    assert (ran.code, ran.err) == (0, "")
    if name == "api":
        assert ran.json["openapi"] == "3.1.0"
    else:
        assert ran.json["$schema"] == Draft202012Validator.META_SCHEMA["$schema"]
        Draft202012Validator.check_schema(ran.json)


def test_an_editor_finds_the_schema_that_the_starter_names(cli: Cli) -> None:
    (cli.folder / "segments").mkdir()
    assert cli("init", "-f", "segments").code == 0
    manifest = cli.folder / "segments" / "segsync.yaml"
    named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", manifest.read_text())
    assert named
    schema = (manifest.parent / named[1]).read_text()
    assert schema == cli("schema", "manifest").out
    Draft202012Validator(json.loads(schema)).validate(yaml.safe_load(manifest.read_text()))


def test_an_editor_takes_the_plain_numbers_that_segsync_keeps_as_text(cli: Cli, matches: Matches) -> None:
    text = MANIFEST.replace('"1742"', "0123").replace("Zq3vX0c8", "0815").replace('"1746"', "1.50")
    cli.write(text)
    assert cli("validate").code == 0
    matches("manifest", yaml.safe_load(text))


def test_a_plan(cli: Cli, live: Console, matches: Matches) -> None:
    planned = cli("plan", "-o", "json", "--detailed-exitcode")
    assert planned.code == 3
    matches("plan", planned.json)
    changes = planned.json["changes"]
    assert {change["action"] for change in changes} == {"create", "drift", "unmanaged", "blocked", "unchanged"}
    assert any(change["ignored"] for change in changes)
    assert any("duplicates" in change["live"] for change in changes if change["live"])


def test_a_plan_that_could_not_read_everything(cli: Cli, live: Console, matches: Matches) -> None:
    live.faults("segment-list:500%100")
    planned = cli("plan", "-o", "json")
    assert planned.code == 1
    assert planned.json["complete"] is False
    assert planned.json["changes"][0]["error"]["http"] == 500
    matches("plan", planned.json)


def test_a_result(cli: Cli, live: Console, matches: Matches) -> None:
    live.faults("project-create:refuse@1", "segment-create:drop-before@1", "segment-create:drop-after-commit@2")
    applied = cli("apply", "--yes", "--parallelism", "1", "--settle", "1", "-o", "json")
    assert applied.code == 3
    matches("result", applied.json)
    found = {outcome["outcome"] for outcome in applied.json["outcomes"]}
    assert found == {"failed", "unknown", "adopted", "skipped"}
    state = cli("state", "pull").json
    assert any("/" in address for address in state["pending"])
    matches("state", state)
    live.faults()
    again = cli("apply", "--yes", "--settle", "1", "-o", "json")
    assert again.json["summary"]["created"] > 0
    matches("result", again.json)


def test_diagnostics(cli: Cli, matches: Matches) -> None:
    for text in (MANIFEST, MANIFEST.replace("period: 7d", "period: 3"), "version: 2\nproject: {}\n", "a: [\n"):
        cli.write(text)
        matches("diagnostics", cli("validate", "-o", "json").json)
    assert cli("validate", "-o", "json").json["diagnostics"]


def test_publishing(cli: Cli, live: Console, matches: Matches) -> None:
    def published(outcome: str, *more: str, fault: str = "") -> None:
        live.faults(*filter(None, [fault]))
        ran: Ran = cli(*SEND, *more)
        matches("publish", ran.json)
        assert ran.json["outcome"] == outcome

    published("dry-run", "--dry-run")
    published("sent")
    published("failed", fault="publish:refuse")
    published("unknown", fault="publish:500")
    published("sent", "--once", "spring")
    published("already-sent", "--once", "spring")
    published("unknown", "--once", "summer", fault="publish:drop-before")
    state = cli("state", "pull").json
    assert set(state["published"]) == {"spring", "summer"}
    matches("state", state)


def test_a_state_with_everything_in_it(cli: Cli, console: Console, matches: Matches) -> None:
    cli.write(one_project("1"))
    cli("init")
    matches("state", cli("state", "pull").json)
    console.faults("project-create:drop-after-commit@1")
    cli("apply", "--yes")
    pending = cli("state", "pull").json
    assert list(pending["pending"]) == ["shop"]
    matches("state", pending)
    assert cli("state", "resolve", "shop", "--id", console.data()[0]["id"]).code == 0
    bound = cli("state", "pull").json
    assert list(bound["projects"]) == ["shop"]
    matches("state", bound)

"""The verbs that repair a state, each with its guards."""

import json
import shutil
from typing import Any

import pytest

from tests.e2e.stories import TWO_PROJECTS, one_project
from tests.support.cli import Cli
from tests.support.console import Console
from tests.support.models import LINEAGE, OTHER_ID


@pytest.fixture
def applied(cli: Cli) -> Cli:
    """Two projects, live and bound."""
    cli.write(TWO_PROJECTS)
    cli("init")
    assert cli("apply", "--yes").code == 0
    return cli


def state(cli: Cli) -> Any:
    return json.loads(cli("state", "pull").out)


def refused(cli: Cli, *arguments: str, words: str) -> None:
    before = (cli.folder / "segsync.state.json").read_bytes()
    ran = cli("state", *arguments, "--yes")
    assert (ran.code, ran.out) == (1, "")
    assert words in ran.err
    assert (cli.folder / "segsync.state.json").read_bytes() == before


def test_pull_prints_the_document(applied: Cli) -> None:
    assert applied("state", "pull").out == (applied.folder / "segsync.state.json").read_text()


def test_push_refuses_what_would_lose_something(applied: Cli) -> None:
    document = state(applied)

    def pushed(**edits: Any) -> None:
        applied.write(json.dumps({**document, **edits}), "pushed.json")

    above = document["serial"] + 1
    pushed()
    refused(applied, "push", "pushed.json", words="not above the stored one")
    pushed(serial=above, lineage=LINEAGE)
    refused(applied, "push", "pushed.json", words="lineage")
    pushed(serial=above, projects={"shop-ios": document["projects"]["shop-ios"]})
    refused(applied, "push", "pushed.json", words="lacks the stored ids of shop-android")
    applied.write("{}", "pushed.json")
    refused(applied, "push", "pushed.json", words="not a segsync state")
    refused(applied, "push", "no-such-file.json", words="cannot be read")
    pushed(serial=above)
    assert applied("state", "push", "pushed.json").code == 0
    assert state(applied) == {**document, "serial": above}


def test_push_moves_a_state_to_another_place(applied: Cli) -> None:
    applied.write(applied("state", "pull").out, "moved.json")
    assert applied("state", "push", "moved.json", "--state", "elsewhere.json").code == 0
    (applied.folder / "segsync.state.json").unlink()
    assert applied("plan", "--detailed-exitcode", "--state", "elsewhere.json").code == 0


def test_push_that_drops_a_create_in_doubt_asks(cli: Cli, console: Console) -> None:
    cli.write(one_project("1"))
    cli("init")
    console.faults("project-create:drop-before@1")
    cli("apply", "--yes")
    document = state(cli)
    cli.write(json.dumps({**document, "serial": document["serial"] + 1, "pending": {}}), "pushed.json")
    asked = cli("state", "push", "pushed.json", stdin="no\n")
    assert (asked.code, asked.out) == (1, "")
    assert "in doubt now: shop" in asked.err
    assert cli("state", "push", "pushed.json", stdin="yes\n").code == 0


def test_forget_refuses_what_would_be_created_again(applied: Cli, console: Console) -> None:
    refused(applied, "forget", "shop-ios", words="would create it a second time")
    refused(applied, "forget", "no-such-project", words="no project no-such-project")
    text = (applied.folder / "segsync.yaml").read_text()
    applied.write(text[: text.index("  shop-ios:")])
    id_ = state(applied)["projects"]["shop-ios"]["export_project_id"]
    asked = applied("state", "forget", "shop-ios", stdin="\n")
    assert (asked.code, asked.out) == (1, "")
    assert id_ in asked.err
    assert applied("state", "forget", "shop-ios", "--yes").code == 0
    assert list(state(applied)["projects"]) == ["shop-android"]
    assert applied("plan", "--detailed-exitcode").code == 0


def test_forget_of_a_pinned_project_asks_nothing(applied: Cli) -> None:
    id_ = state(applied)["projects"]["shop-ios"]["export_project_id"]
    text = (applied.folder / "segsync.yaml").read_text()
    applied.write(text.replace("app_id: 52211", f"app_id: 52211\n    export_project_id: {id_}"))
    assert applied("state", "forget", "shop-ios").code == 0
    assert applied("plan", "--detailed-exitcode").code == 0


def test_forget_of_a_project_whose_segments_are_in_doubt_asks(cli: Cli, console: Console) -> None:
    cli.write(one_project("1"))
    cli("init")
    console.faults("segment-create:lag:600")
    cli("apply", "--yes", "--settle", "0.2")
    cli.write(one_project("1", pin=console.data()[0]["id"]))
    asked = cli("state", "forget", "shop", stdin="\n")
    assert (asked.code, asked.out) == (1, "")
    assert "Creates of shop/s-1 are in doubt" in asked.err


def test_mv_refuses_names_that_are_taken_unknown_or_none(applied: Cli) -> None:
    refused(applied, "mv", "shop-ios", "shop-android", words="has a project shop-android already")
    refused(applied, "mv", "none", "other", words="no project none")
    refused(applied, "mv", "shop-ios", "no name", words="not a name")
    asked = applied("state", "mv", "shop-ios", "store", stdin="\n")
    assert asked.code == 1
    assert "still has shop-ios, unpinned" in asked.err


def test_resolve_refuses_what_is_not_in_doubt(applied: Cli) -> None:
    refused(applied, "resolve", "shop-ios", "--id", OTHER_ID, words="no project create is in doubt")
    refused(applied, "resolve", "shop-ios", "--not-created", words="nothing is in doubt")
    refused(applied, "resolve", "shop-ios", words="give one of")
    refused(applied, "resolve", "shop-ios", "--not-created", "--id", OTHER_ID, words="give one of")


def test_unlock_is_not_needed_for_a_local_state(applied: Cli) -> None:
    refused(applied, "unlock", OTHER_ID, words="not locked")


def test_show_and_pull_work_without_a_manifest(applied: Cli) -> None:
    (applied.folder / "segsync.yaml").unlink()
    assert applied("state", "show").code == 0
    assert applied("state", "pull").code == 0


def test_a_state_that_vanishes_after_a_create_is_put_back_from_the_recovery_file(cli: Cli, console: Console) -> None:
    from tests.e2e.test_two_applies import wait_for_requests

    cli.write(one_project("1"))
    (cli.folder / "disk").mkdir()
    cli("init", "--state", "disk/state.json")
    console.faults("project-create:slow:2@1")
    with cli.start("apply", "--yes", "-o", "json", "--state", "disk/state.json") as apply:
        wait_for_requests(console, "project-create", 1)
        (cli.folder / "disk").rename(cli.folder / "gone")
        out, err = apply.communicate()
    id_ = console.data()[0]["id"]
    assert apply.returncode == 5
    assert json.loads(out)["exit_code"] == 5
    assert f"shop: export_project_id: {id_}" in err
    recovery = next(cli.folder.glob("segsync.recovery.*.json"))
    assert f"segsync state push {recovery.name}" in err
    assert recovery.stat().st_mode & 0o777 == 0o600
    assert console.creates() == (1, 0)

    shutil.move(cli.folder / "gone", cli.folder / "disk")
    assert cli("plan", "-o", "json", "--state", "disk/state.json").json["changes"][0]["reason"] == "pending"
    assert cli("state", "push", recovery.name, "--state", "disk/state.json").code == 0
    assert cli("apply", "--yes", "--state", "disk/state.json").code == 0
    assert console.creates() == (1, 1)

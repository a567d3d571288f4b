"""A saved plan is done exactly, or refused."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.stories import TWO_PROJECTS, one_project
from tests.support.cli import Cli
from tests.support.console import Console


@pytest.fixture
def pin(cli: Cli, console: Console) -> str:
    """An export project with one drifted segment, and a saved plan that creates another."""
    pin = console.add_project("Zq3vX0c8", 52210)
    console.add_segment(pin, "1", 48)
    cli.write(one_project("1", "2", pin=pin))
    assert cli("plan", "-o", "json=plan.json").out == ""
    return pin


def test_a_saved_plan_is_done_exactly_and_once(cli: Cli, console: Console, pin: str) -> None:
    assert cli("apply", "--yes", "plan.json").code == 3  # drift remains
    assert console.creates() == (0, 1)
    again = cli("apply", "--yes", "plan.json")
    assert again.code == 4
    assert "shop/s-2: was create, is now unchanged" in again.err
    assert console.creates() == (0, 1)


def test_a_saved_plan_holds_in_another_checkout(cli: Cli, console: Console, pin: str, tmp_path: Path) -> None:
    elsewhere = tmp_path / "another" / "checkout"
    elsewhere.mkdir(parents=True)
    for name in ("segsync.yaml", "plan.json"):
        shutil.copy(tmp_path / name, elsewhere)
    text = (elsewhere / "segsync.yaml").read_text()
    (elsewhere / "segsync.yaml").write_text("# a comment moves every line\n" + text)
    assert replace(cli, folder=elsewhere)("apply", "--yes", "plan.json").code == 3
    assert console.creates() == (0, 1)


def test_every_change_since_makes_it_stale(cli: Cli, console: Console, pin: str) -> None:
    text = (cli.folder / "segsync.yaml").read_text()

    def stale(*words: str, arguments: tuple[str, ...] = ()) -> None:
        ran = cli("apply", "--yes", "plan.json", *arguments)
        assert (ran.code, ran.out) == (4, "")
        assert all(word in ran.err for word in words), ran.err
        assert console.creates() == (0, 0)

    cli.write(text.replace("period: 24", "period: 25"))
    stale("the manifest is not the same", "shop/s-2: not the same in desired")
    cli.write(text)

    added = console.add_segment(pin, "3")
    stale("what is live at RuStore is not the same", "shop/?3: is not in the saved plan")
    console.delete(added)

    console.change(console.segments()[0]["id"], period=72)
    stale("shop/s-1: not the same in live, fields")
    console.change(console.segments()[0]["id"], period=48)

    cli("init")
    stale("the state is not the same")
    (cli.folder / "segsync.state.json").unlink()

    stale("the API's address is not the same", arguments=("--api-url", console.url.replace("127.0.0.1", "localhost")))
    assert cli("apply", "--yes", "plan.json").code == 3


def edit_period(plan: Any) -> None:
    plan["changes"][2]["desired"]["period"] = 1


def edit_address(plan: Any) -> None:
    plan["changes"][2]["address"] = "shop/another"


def add_a_create(plan: Any) -> None:
    plan["changes"].append({**plan["changes"][2], "address": "shop/another"})


def take_out(plan: Any) -> None:
    del plan["changes"][2]


def invent_an_action(plan: Any) -> None:
    plan["changes"][1]["action"] = "delete"


def turn_a_number_into_a_fraction(plan: Any) -> None:
    plan["changes"][2]["desired"]["period"] = 24.0


def count_otherwise(plan: Any) -> None:
    plan["summary"]["create"] = 0


def reorder(plan: Any) -> None:
    plan["changes"].reverse()


@pytest.mark.parametrize(
    "edit",
    [
        edit_period,
        edit_address,
        add_a_create,
        take_out,
        invent_an_action,
        turn_a_number_into_a_fraction,
        count_otherwise,
        reorder,
    ],
)
def test_an_edited_plan_is_a_stale_plan(cli: Cli, console: Console, pin: str, edit: Callable[[Any], None]) -> None:
    plan = json.loads((cli.folder / "plan.json").read_text())
    edit(plan)
    cli.write(json.dumps(plan), "plan.json")
    ran = cli("apply", "--yes", "plan.json")
    assert (ran.code, ran.out) == (4, "")
    assert "Traceback" not in ran.err
    assert console.creates() == (0, 0)


def test_an_incomplete_plan_is_refused(cli: Cli, console: Console, pin: str) -> None:
    console.faults("segment-list:malformed@1")
    assert cli("plan", "-o", "json=plan.json").code == 1
    ran = cli("apply", "--yes", "plan.json")
    assert (ran.code, ran.out) == (1, "")
    assert "incomplete" in ran.err
    assert console.creates() == (0, 0)


def test_a_saved_plan_keeps_its_selection(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    cli("plan", "--project", "shop-ios", "-o", "json=plan.json")
    assert cli("apply", "--yes", "plan.json").code == 0
    assert [project["project"] for project in console.data()] == ["Kd81mWqa"]

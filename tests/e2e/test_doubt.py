"""Creates whose outcome is unknown: never answered by sending again."""

import json

from tests.e2e.stories import TWO_PROJECTS, one_project
from tests.support.cli import Cli
from tests.support.console import Console
from tests.support.models import OTHER_ID


def test_a_project_in_doubt_waits_for_a_person(cli: Cli, console: Console) -> None:
    cli.write(one_project("1", "2"))
    cli("init")
    console.faults("project-create:drop-after-commit@1")

    applied = cli("apply", "--yes", "-o", "json")
    assert applied.code == 3
    assert [(o["address"], o["outcome"]) for o in applied.json["outcomes"]] == [
        ("shop", "unknown"),
        ("shop/s-1", "skipped"),
        ("shop/s-2", "skipped"),
    ]
    assert applied.json["remaining"]["blocked"] == 3
    assert console.creates() == (1, 0)

    planned = cli("plan", "-o", "json", "--detailed-exitcode")
    assert planned.code == 3
    assert [c["reason"] for c in planned.json["changes"]] == ["pending", "parent", "parent"]
    assert "segsync state show" in cli("plan").out
    shown = cli("state", "show").out
    assert "segsync state resolve shop --id UUID" in shown
    assert "segsync state resolve shop --not-created" in shown

    assert cli("apply", "--yes").code == 3
    assert console.creates() == (1, 0)

    for wrong in (OTHER_ID, console.add_project("another", 52210), console.add_project("Zq3vX0c8", 1)):
        refused = cli("state", "resolve", "shop", "--id", wrong)
        assert (refused.code, refused.out) == (1, "")
    assert cli("state", "resolve", "shop", "--id", "not-a-uuid").code == 1
    right = console.data()[0]["id"]
    assert cli("state", "resolve", "shop", "--id", right).out == f"shop is {right} from now on.\n"
    assert cli("apply", "--yes").code == 0
    assert console.creates() == (1, 2)


def test_a_project_that_was_not_created_is_created_after_a_person_says_so(cli: Cli, console: Console) -> None:
    cli.write(one_project("1"))
    cli("init")
    console.faults("project-create:drop-before@1")
    assert cli("apply", "--yes").code == 3

    asked = cli("state", "resolve", "shop", "--not-created", stdin="no\n")
    assert asked.code == 1
    assert "it will be there twice, for ever" in asked.err
    assert cli("plan", "-o", "json").json["changes"][0]["reason"] == "pending"
    assert cli("state", "resolve", "shop", "--not-created", stdin="yes\n").code == 0
    assert cli("apply", "--yes").code == 0
    assert console.creates() == (2, 1)
    assert len(console.data()) == 1


def test_a_pin_settles_a_project_in_doubt_once_rustore_confirms_it(cli: Cli, console: Console) -> None:
    cli.write(one_project("1"))
    cli("init")
    console.faults("project-create:drop-after-commit@1")
    cli("apply", "--yes")
    right, wrong = console.data()[0]["id"], console.add_project("another", 1)

    cli.write(one_project("1", pin=wrong))
    assert cli("plan", "-o", "json").json["changes"][0]["reason"] == "pending"
    assert cli("apply", "--yes").code == 3

    cli.write(one_project("1", pin=right))
    assert cli("apply", "--yes").code == 0
    state = json.loads((cli.folder / "segsync.state.json").read_text())
    assert state["pending"] == {}
    assert state["projects"]["shop"]["export_project_id"] == right
    assert console.creates() == (1, 1)


def test_a_refused_project_is_free_at_once(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    console.faults("project-create:refuse@1")
    applied = cli("apply", "--yes", "-o", "json")
    assert applied.code == 1
    assert applied.json["summary"] == {"created": 2, "adopted": 0, "failed": 1, "unknown": 0, "skipped": 2}
    assert cli("apply", "--yes").code == 0
    assert len(console.data()) == 2


def test_segments_in_doubt_are_read_back_and_adopted(cli: Cli, console: Console) -> None:
    pin = console.add_project("Zq3vX0c8", 52210)
    cli.write(one_project("1", "2", "3", "4", pin=pin))
    console.faults(
        "segment-create:drop-after-commit@1",
        "segment-create:500-after-commit@2",
        "segment-create:cut-body@3",
        "segment-create:lag:1",
    )
    applied = cli("apply", "--yes", "-o", "json", "--parallelism", "1")
    assert applied.code == 0
    assert [o["outcome"] for o in applied.json["outcomes"]] == ["adopted", "adopted", "adopted", "created"]
    assert {o["id"] for o in applied.json["outcomes"]} == {s["id"] for s in console.segments()}
    assert console.creates() == (0, 4)


def test_what_never_shows_is_unknown_or_not_converged(cli: Cli, console: Console) -> None:
    pin = console.add_project("Zq3vX0c8", 52210)
    cli.write(one_project("1", "2", pin=pin))
    console.faults("segment-create:drop-before@1", "segment-create:lag:600")
    applied = cli("apply", "--yes", "-o", "json", "--parallelism", "1", "--settle", "1")
    assert applied.code == 3
    assert [o["outcome"] for o in applied.json["outcomes"]] == ["unknown", "created"]
    assert applied.json["converged"] is False


def test_with_a_state_what_rustore_said_it_created_is_not_created_again_however_long_it_lags(
    cli: Cli, console: Console
) -> None:
    cli.write(one_project("1"))
    cli("init")
    console.faults("segment-create:lag:600")
    assert cli("apply", "--yes", "--settle", "0.5").code == 3
    again = cli("apply", "--yes", "--settle", "0.5", "-o", "json")
    assert (again.code, again.json["outcomes"]) == (3, [])
    assert cli("plan", "-o", "json").json["changes"][1]["reason"] == "pending"
    assert console.creates() == (1, 1)
    console.change(console.segments()[0]["id"], period=24)  # whatever is edited in the console shows at once
    assert cli("apply", "--yes").code == 0
    assert json.loads((cli.folder / "segsync.state.json").read_text())["pending"] == {}


def test_two_live_exports_of_one_segment_are_drift_and_never_merged(cli: Cli, console: Console) -> None:
    pin = console.add_project("Zq3vX0c8", 52210)
    ids = sorted(console.add_segment(pin, "1", period) for period in (24, 48))
    cli.write(one_project("1", pin=pin))
    change = cli("plan", "-o", "json").json["changes"][1]
    assert (change["action"], change["reason"]) == ("drift", "duplicate")
    assert (change["live"]["id"], change["live"]["duplicates"]) == (ids[0], ids[1:])
    assert "2 live exports of myTracker segment 1" in cli("plan").out


def test_faults_of_every_kind_end_in_the_same_exports(cli: Cli, console: Console) -> None:
    console.faults("segment-create:drop-after-commit%20", "segment-create:500%20", "segment-create:lag%20", seed=7)
    segments = " ".join(f"s{n}: {{segment: {n}}}," for n in range(40)).rstrip(",")
    pins = [console.add_project(f"Zq{n}", n + 1) for n in range(5)]
    cli.write(
        "version: 1\ndefaults: {service_token: {env: TOKEN}, period: 24}\nprojects:\n"
        + "".join(
            f"  p{n}: {{project: Zq{n}, app_id: {n + 1}, export_project_id: {pin}, segments: {{{segments}}}}}\n"
            for n, pin in enumerate(pins)
        )
    )
    for _ in range(10):
        ran = cli("apply", "--yes", "--settle", "3")
        assert ran.code in (0, 3)
        if ran.code == 0:
            break
    assert ran.code == 0
    wanted = {str(n) for n in range(40)}
    assert all({s["segment"] for s in p["segments"]} == wanted and len(p["segments"]) == 40 for p in console.data())

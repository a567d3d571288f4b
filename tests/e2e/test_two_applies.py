"""Two applies at once, and applies that are killed in the middle."""

import json
import os
import re
import signal
import time

from tests.e2e.stories import TWO_PROJECTS, one_project
from tests.support.cli import Cli
from tests.support.console import Console


def wait_for_requests(console: Console, operation: str, count: int) -> None:
    deadline = time.monotonic() + 30
    while console.counts()[operation] < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_one_works_and_the_other_names_its_holder(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    console.faults("project-create:slow:2@1")
    with cli.start("apply", "--yes") as first:
        wait_for_requests(console, "project-create", 1)
        second = cli("apply", "--yes")
        assert (second.code, second.out) == (5, "")
        holder = rf"locked by \S+@\S+, process {first.pid}, `segsync apply`, since \d{{4}}-\d\d-\d\dT\S+Z \(lock \S+\)"
        assert re.search(holder, second.err)
        assert cli("plan").code == 0  # never locks
        waited = cli("apply", "--yes", "--lock-timeout", "60")
        assert (waited.code, first.wait()) == (0, 0)
    assert console.creates() == (2, 3)


def test_the_lock_of_a_killed_apply_frees_itself(cli: Cli, console: Console) -> None:
    cli.write(one_project("1"))
    cli("init")
    console.faults("project-create:slow:60@1")
    with cli.start("apply", "--yes") as first:
        wait_for_requests(console, "project-create", 1)
        first.kill()
        first.wait()
    assert cli("apply", "--yes").code == 3  # in doubt, not locked
    assert console.creates() == (1, 0)


def test_applies_that_are_killed_ten_times_over_create_nothing_twice(cli: Cli, console: Console) -> None:
    names = [str(number) for number in range(500)]
    cli.write(one_project(*names))
    cli("init")
    cli.write(one_project())
    assert cli("apply", "--yes").code == 0
    cli.write(one_project(*names))
    console.faults("segment-create:lag:0.2%50", seed=3)
    for kill in range(1, 11):
        with cli.start("apply", "--yes", "--settle", "0.5") as apply:
            wait_for_requests(console, "segment-create", kill * 40)
            os.kill(apply.pid, signal.SIGKILL)
            apply.wait()
    last = cli("apply", "--yes", "--settle", "0.5", "-o", "json")
    assert (last.code, last.json["converged"]) == (0, True)
    held = [segment["segment"] for segment in console.segments()]
    assert sorted(held) == sorted(names)


def test_a_signal_lets_calls_in_flight_end_and_tells_the_result(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    console.faults("project-create:slow:1@1")
    with cli.start("apply", "--yes", "-o", "json") as apply:
        wait_for_requests(console, "project-create", 1)
        apply.send_signal(signal.SIGINT)
        out, err = apply.communicate()
    result = json.loads(out)
    assert (apply.returncode, result["exit_code"]) == (130, 130)
    outcomes = [(o["address"], o["outcome"]) for o in result["outcomes"]]
    assert outcomes[0] == ("shop-android", "created")
    assert {outcome for _, outcome in outcomes[1:]} == {"skipped"}
    assert "shop-android: export_project_id: " in err
    assert console.creates() == (1, 0)
    assert cli("apply", "--yes").code == 0
    assert console.creates() == (2, 3)


def test_a_call_that_outlives_the_grace_is_unknown(cli: Cli, console: Console) -> None:
    cli.write(one_project("1"))
    cli("init")
    console.faults("project-create:slow:60@1")
    with cli.start("apply", "--yes", "-o", "json") as apply:
        wait_for_requests(console, "project-create", 1)
        apply.terminate()
        out, _ = apply.communicate()
    result = json.loads(out)
    assert (apply.returncode, result["exit_code"]) == (143, 143)
    assert [o["outcome"] for o in result["outcomes"]] == ["unknown", "skipped"]
    assert cli("plan", "-o", "json").json["changes"][0]["reason"] == "pending"


def test_a_second_signal_ends_at_once_and_the_state_is_whole(cli: Cli, console: Console) -> None:
    cli.write(one_project("1"))
    cli("init")
    console.faults("project-create:slow:60@1")
    with cli.start("apply", "--yes") as apply:
        wait_for_requests(console, "project-create", 1)
        apply.send_signal(signal.SIGINT)
        time.sleep(0.3)
        apply.terminate()
        assert apply.wait(4) == 143
    assert cli("plan", "-o", "json").json["changes"][0]["reason"] == "pending"


def test_a_signal_ends_the_wait_for_what_does_not_show(cli: Cli, console: Console) -> None:
    cli.write(one_project("1"))
    cli("init")
    console.faults("segment-create:lag:600")
    with cli.start("apply", "--yes", "--settle", "300", "-o", "json") as apply:
        wait_for_requests(console, "segment-list", 4)
        apply.send_signal(signal.SIGINT)
        out, _ = apply.communicate(timeout=20)
    assert apply.returncode == 130
    assert [o["outcome"] for o in json.loads(out)["outcomes"]] == ["created", "created"]
    assert cli("apply", "--yes", "--settle", "0.2").code == 3
    assert console.creates() == (1, 1)


def test_a_signal_ends_a_plan_and_a_question(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    console.faults("project-get:slow:60")
    with cli.start("plan") as plan:
        wait_for_requests(console, "project-get", 1)
        plan.send_signal(signal.SIGINT)
        assert plan.wait(20) == 130
    console.faults()
    with cli.start("apply", stdin=-1) as apply:
        assert apply.stderr is not None
        assert any("approves" in line for line in apply.stderr)
        apply.send_signal(signal.SIGTERM)
        assert apply.wait(20) == 143
    assert console.creates() == (0, 0)

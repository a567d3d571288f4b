"""The whole command line with its state at a GitLab, or at a plain server of the same protocol."""

import json
import re
import signal
import subprocess
from pathlib import Path

import pytest

from tests.e2e.stories import TWO_PROJECTS
from tests.e2e.teams import HttpTeam
from tests.e2e.test_two_applies import wait_for_requests
from tests.state.faulty import CUT, DONE_THEN_422, DONE_THEN_500, DONE_THEN_CUT, Fault, Reply, Request
from tests.state.http.rules import GitLab, Plain
from tests.state.http.server import StateServer, serving
from tests.support.cli import Cli
from tests.support.console import Console
from tests.support.models import OTHER_ID

LOCK_ID = re.compile(r"\(lock ([^)]+)\)")


def each_once(server: StateServer) -> bool:
    """Every serial was stored, and none twice."""
    return server.serials == list(range(1, len(server.serials) + 1))


def test_the_whole_story(team: HttpTeam, console: Console) -> None:
    team.cli.write(TWO_PROJECTS)
    begun = team("init")
    assert begun.err.splitlines()[0] == f"Wrote {team.server.address}"
    assert begun.out == f"state_lineage: {team.state['lineage']}\n"
    assert team.asked("plan") == team.asked("state", "show") == team.asked("state", "pull") == ["read"]
    asked = team.asked("apply", "--yes")
    assert (asked[0], asked[-1]) == ("lock", "unlock")
    assert asked.count("write") >= 4
    assert each_once(team.server)
    assert team.asked("plan", "--detailed-exitcode") == ["read"]
    assert team("state", "pull").json == team.state
    assert console.creates() == (2, 3)
    assert team.asked("init") == ["read"]
    assert not list(team.cli.folder.glob("*.json*"))


@pytest.mark.parametrize("fault", [DONE_THEN_500, DONE_THEN_422, DONE_THEN_CUT], ids=["500", "422", "cut"])
def test_an_apply_succeeds_where_every_write_is_stored_and_none_is_confirmed(
    team: HttpTeam, console: Console, fault: Fault
) -> None:
    team.server.always_fails("write", fault)
    team.cli.write(TWO_PROJECTS)
    assert team("init").code == 0
    ran = team("apply", "--yes", "-o", "json")
    assert (ran.code, ran.json["converged"]) == (0, True)
    assert each_once(team.server)
    assert len(team.server.serials) >= 5
    assert console.creates() == (2, 3)
    team.server.recovers()
    assert team("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize("fault", [CUT, Fault(status=500), Fault(status=422)], ids=["cut", "500", "422"])
def test_a_state_that_cannot_be_written_after_a_create_is_put_back_from_the_recovery_file(
    ready: HttpTeam, console: Console, fault: Fault
) -> None:
    console.faults("project-create:slow:1@1")
    with ready.start("apply", "--yes", "-o", "json") as apply:
        wait_for_requests(console, "project-create", 1)
        ready.server.always_fails("write", fault)
        out, err = apply.communicate()
    assert (apply.returncode, json.loads(out)["exit_code"]) == (1, 1)
    assert re.search(f"{re.escape(ready.server.address)}: the state (was not|may not have been) written: ", err)
    recovery = next(ready.cli.folder.glob("segsync.recovery.*.json"))
    assert f"segsync state push {recovery.name}" in err
    assert ready.server.serials == [1, 2]

    ready.server.recovers()
    assert ready("state", "push", recovery.name).code == 0
    assert ready("apply", "--yes").code == 0
    assert console.creates() == (2, 3)
    assert each_once(ready.server)


def test_the_lock_of_a_killed_apply_can_be_seen_and_freed(ready: HttpTeam, console: Console) -> None:
    console.faults("project-create:slow:60@1")
    with ready.start("apply", "--yes") as apply:
        wait_for_requests(console, "project-create", 1)
        apply.kill()
        apply.wait()
    blocked = ready("apply", "--yes")
    assert (blocked.code, blocked.out) == (5, "")
    assert f"{ready.server.address}: the state is locked by " in blocked.err
    found = LOCK_ID.search(blocked.err)
    assert found
    assert ready("plan").code == 0  # never locks

    other = ready("state", "unlock", OTHER_ID, "--yes")
    assert other.code == 1
    assert "the lock is another one, held by " in other.err
    assert found[1] in other.err
    declined = ready("state", "unlock", found[1], stdin="no\n")
    assert (declined.code, "not approved" in declined.err) == (1, True)
    assert f"The lock is held by {'ann' if isinstance(ready.server.rules, GitLab) else ''}" in declined.err
    assert ready("apply", "--yes").code == 5

    freed = ready("state", "unlock", found[1], stdin="yes\n")
    assert (freed.code, freed.out) == (0, f"The lock {found[1]} is free.\n")
    again = ready("state", "unlock", found[1])
    assert (again.code, "the state is not locked" in again.err) == (1, True)
    assert ready("apply", "--yes").code == 3  # in doubt, not locked
    assert console.creates() == (2, 1)


def test_what_a_server_says_of_a_holder_is_shown_without_harm(ready: HttpTeam) -> None:
    hostile = {"ID": "l-1", "Who": "eve\u202e\x1b[2J\nError: all is lost" + "x" * 300, "Created": "now"}
    assert isinstance(ready.server.rules, Plain | GitLab)
    ready.server.rules.lock = hostile
    for command in (("apply", "--yes"), ("state", "unlock", "l-2"), ("state", "unlock", "l-1")):
        ran = ready(*command)
        assert ran.code in (1, 5)
        assert "eve\\u202e\\x1b[2J\\nError: all is lost" in ran.err
        assert "x" * 300 not in ran.err
        assert "\x1b" not in ran.err


def test_applies_at_once_take_turns_or_tell_who_works(ready: HttpTeam, console: Console) -> None:
    console.faults("project-create:slow:2@1")
    with ready.start("apply", "--yes") as first:
        wait_for_requests(console, "project-create", 1)
        second = ready("apply", "--yes")
        assert (second.code, second.out) == (5, "")
        waited = ready("apply", "--yes", "--lock-timeout", "60")
        assert (waited.code, first.wait()) == (0, 0)
    assert console.creates() == (2, 3)


def test_a_signal_gives_the_lock_back(ready: HttpTeam, console: Console) -> None:
    console.faults("project-create:slow:1@1")
    with ready.start("apply", "--yes") as apply:
        wait_for_requests(console, "project-create", 1)
        apply.send_signal(signal.SIGINT)
        assert apply.wait(30) == 130
    assert ready.server.requests[-1] == "unlock"
    assert ready("apply", "--yes").code == 0
    assert console.creates() == (2, 3)


def test_a_lock_that_cannot_be_given_back_hides_no_result(ready: HttpTeam, console: Console) -> None:
    ready.server.always_fails("unlock", Fault(status=500))
    ran = ready("apply", "--yes", "-o", "json")
    assert (ran.code, ran.json["converged"]) == (0, True)
    told = re.search(
        r"Warning: (\S+): the lock could not be given back: .*`segsync state unlock (\S+)` frees it", ran.err
    )
    assert told
    assert told[1] == ready.server.address
    ready.server.recovers()
    assert ready("apply", "--yes").code == 5
    assert ready("state", "unlock", told[2], "--yes").code == 0
    assert ready("apply", "--yes").code == 0
    assert console.creates() == (2, 3)


def test_a_lock_of_which_the_answer_was_lost_creates_nothing(ready: HttpTeam, console: Console) -> None:
    ready.server.fails("lock", DONE_THEN_500)
    ran = ready("apply", "--yes")
    assert (ran.code, ran.out) == (1, "")
    assert "nobody knows whether the lock was taken" in ran.err
    assert console.creates() == (0, 0)
    assert ready("apply", "--yes").code == 0


def test_a_state_that_vanishes_during_an_apply_is_not_made_anew(ready: HttpTeam, console: Console) -> None:
    console.faults("project-create:slow:1@1")
    with ready.start("apply", "--yes") as apply:
        wait_for_requests(console, "project-create", 1)
        ready.server.rules.vanish()
        _, err = apply.communicate()
    assert apply.returncode == (1 if isinstance(ready.server.rules, GitLab) else 5)
    assert "vanished while it was locked" in err or "the state is gone" in err
    assert ready.server.serials == [1, 2]
    assert console.creates() == (1, 0)
    missing = ready("apply", "--yes")
    assert (missing.code, "there is no state here" in missing.err) == (1, True)
    recovery = next(ready.cli.folder.glob("segsync.recovery.*.json"))
    assert ready("state", "push", recovery.name).code == 0
    assert ready("apply", "--yes").code == 0
    assert console.creates() == (2, 3)


def test_a_state_moves_between_backends_with_its_lineage(team: HttpTeam, console: Console, tmp_path: Path) -> None:
    team.cli.write(TWO_PROJECTS)
    team.cli("init")
    assert team.cli("apply", "--yes").code == 0
    local = json.loads((tmp_path / "segsync.state.json").read_text())
    team.cli.write(team.cli("state", "pull").out, "moving.json")
    pushed = team("state", "push", "moving.json")
    assert pushed.code == 0, pushed.err
    assert team.state == local
    assert team("plan", "--detailed-exitcode").code == 0
    again = team("state", "push", "moving.json")
    assert (again.code, "not above the stored one" in again.err) == (1, True)
    assert console.creates() == (2, 3)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_at_a_question_gives_the_lock_back(ready: HttpTeam, number: signal.Signals) -> None:
    assert ready("apply", "--yes").code == 0
    with ready.start("state", "mv", "shop-ios", "shop-tv", stdin=subprocess.PIPE) as asking:
        assert asking.stderr is not None
        assert any("approves" in line for line in asking.stderr)
        asking.send_signal(number)
        assert asking.wait(30) == 128 + number
    assert ready.server.requests[-3:] == ["lock", "read", "unlock"]


def test_a_state_is_pushed_only_to_a_place_that_has_proved_itself(cli: Cli) -> None:
    """Where a server grants a lock that is held, two applies could both win."""
    cli.write(TWO_PROJECTS)
    assert cli("init").code == 0
    with serving(Careless()) as server:
        pushed = cli("state", "push", "segsync.state.json", SEGSYNC_STATE=server.address)
    assert (pushed.code, server.rules.history) == (1, [])
    assert "the server grants a lock that is held" in pushed.err


class Careless(Plain):
    def _take(self, request: Request) -> Reply:
        self.lock = request.json
        return Reply(200)

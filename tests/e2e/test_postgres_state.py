"""The whole command line with its state in PostgreSQL."""

import json
import re
import signal
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.e2e.stories import TWO_PROJECTS
from tests.e2e.teams import Team
from tests.e2e.test_bad_input import refused
from tests.e2e.test_two_applies import wait_for_requests
from tests.state.postgres.server import Server, running
from tests.state.postgres.wire import Fault, Wire, wire_to
from tests.support.console import Console
from tests.support.models import LINEAGE, OTHER_ID

THREE_PROJECTS = """\
version: 1
defaults: {service_token: {env: TOKEN}, secret_key: {env: KEY}, api_user_id: 40412, period: 24}
projects:
  a: {project: Zq3vX0c8, app_id: 1, segments: {}}
  b: {project: Zq3vX0c8, app_id: 2, segments: {}}
  c: {project: Zq3vX0c8, app_id: 3, segments: {}}
"""
LOCK_ID = re.compile(r"\(lock ([^)]+)\)")
COMMANDS = (("plan",), ("apply", "--yes"), ("init",), ("state", "show"), ("state", "forget", "shop-ios", "--yes"))


@dataclass(frozen=True)
class Database:
    """One of `cluster`, in which `role` may make a table for the state."""

    cluster: Server
    name: str
    role: str
    secret: str

    @property
    def address(self) -> str:
        return self.cluster.address("shop", self.name)

    @property
    def environment(self) -> dict[str, str]:
        return {"PGUSER": self.role}

    @property
    def rows(self) -> list[tuple[object, ...]]:
        """What only an administrator sees."""
        return self.run("SELECT name, document, holder FROM segsync_states")

    @property
    def stored(self) -> bytes:
        [(_name, document, _holder)] = self.rows
        assert isinstance(document, bytes)
        return document

    @property
    def has_table(self) -> bool:
        return self.run("SELECT to_regclass('segsync_states') IS NOT NULL") == [(True,)]

    def run(self, statement: str) -> list[tuple[object, ...]]:
        """As an administrator does."""
        return self.cluster.run(statement, self.name)


DatabaseTeam = Team[Database]


@pytest.fixture
def server() -> Iterator[Database]:
    cluster, password = running(), "s3cret"
    with (
        cluster.database() as name,
        cluster.role("GRANT CREATE ON SCHEMA public TO", database=name, password=password) as role,
    ):
        yield Database(cluster, name, role, password)


@pytest.fixture
def wire(server: Database) -> Iterator[Wire]:
    with wire_to(server.cluster) as wire:
        yield wire


def test_the_whole_story(team: DatabaseTeam, console: Console) -> None:
    team.cli.write(TWO_PROJECTS)
    refused(team("plan"), "there is no state here", "segsync init")
    refused(team("apply", "--yes"), "there is no state here", "segsync init")
    assert not team.server.has_table
    begun = team("init")
    assert begun.err.splitlines()[0] == f"Wrote {team.server.address}"
    assert begun.out == f"state_lineage: {team.state['lineage']}\n"
    before = team.server.rows
    assert [team(*command).code for command in (("plan",), ("state", "show"), ("state", "pull"), ("init",))] == 4 * [0]
    assert team.server.rows == before
    assert team("apply", "--yes").code == 0
    assert team("plan", "--detailed-exitcode").code == 0
    assert team("state", "pull").json == team.state
    assert console.creates() == (2, 3)
    assert not list(team.cli.folder.glob("*.json*"))


def test_who_may_only_read_plans(ready: DatabaseTeam, console: Console) -> None:
    with ready.server.cluster.role("GRANT SELECT ON segsync_states TO", database=ready.server.name) as reader:
        before = ready.server.rows
        for command in (("plan",), ("state", "show"), ("state", "pull")):
            assert ready(*command, PGUSER=reader).code == 0
        refused(ready("apply", "--yes", PGUSER=reader), "the role lacks the right", "INSERT and UPDATE")
        assert ready.server.rows == before
    assert console.creates() == (0, 0)


def test_who_may_create_no_table_is_told_what_to_run(team: DatabaseTeam) -> None:
    team.cli.write(TWO_PROJECTS)
    with team.server.cluster.role(database=team.server.name) as role:
        ran = team("init", PGUSER=role)
        refused(ran, "this role may not create it")
        statements = [line.strip() for line in ran.err.splitlines() if line.strip().endswith(";")]
        assert len(statements) == 2
        assert not team.server.has_table
        team.server.run(" ".join(statements))
        assert team("init", PGUSER=role).code == 0
        assert team("apply", "--yes", PGUSER=role).code == 0


def test_applies_at_once_take_turns_or_tell_who_works(ready: DatabaseTeam, console: Console) -> None:
    console.faults("project-create:slow:2@1")
    with ready.start("apply", "--yes") as first:
        wait_for_requests(console, "project-create", 1)
        second = ready("apply", "--yes")
        assert (second.code, second.out) == (5, "")
        holder = rf"locked by \S+@\S+, process {first.pid}, `segsync apply`, since \d{{4}}-\d\d-\d\dT\S+Z \(lock \S+\)"
        assert re.search(holder, second.err)
        assert ready("plan").code == 0  # never locks
        waited = ready("apply", "--yes", "--lock-timeout", "60")
        assert (waited.code, first.wait()) == (0, 0)
    assert console.creates() == (2, 3)


def test_ten_applies_at_once_create_each_project_once(ready: DatabaseTeam, console: Console) -> None:
    ready.cli.write(THREE_PROJECTS)
    console.faults("project-create:slow:2@1")
    applies = [ready.start("apply", "--yes") for _ in range(10)]
    ended = [(*apply.communicate(), apply.returncode) for apply in applies]
    assert {code for _, _, code in ended} <= {0, 5}
    worked = [out for out, _, code in ended if code == 0 and "3 created" in out]
    assert len(worked) == 1
    for out, err, code in ended:
        assert code == 0 or (out == "" and "the state is locked by " in err)
    assert console.creates() == (3, 0)


def test_the_lock_of_a_killed_apply_frees_itself(ready: DatabaseTeam, console: Console) -> None:
    console.faults("project-create:slow:60@1")
    with ready.start("apply", "--yes") as apply:
        wait_for_requests(console, "project-create", 1)
        apply.kill()
        apply.wait()
    assert ready("apply", "--yes", "--lock-timeout", "10").code == 3  # in doubt, not locked
    assert console.creates() == (2, 1)


def test_a_lock_can_be_seen_and_freed(ready: DatabaseTeam, console: Console) -> None:
    console.faults("project-create:slow:60@1")
    with ready.start("apply", "--yes") as apply:
        wait_for_requests(console, "project-create", 1)
        apply.send_signal(signal.SIGSTOP)  # as a host that hangs
        found = LOCK_ID.search(ready("apply", "--yes").err)
        assert found
        other = ready("state", "unlock", OTHER_ID, "--yes")
        assert (other.code, "the lock is another one, held by " in other.err) == (1, True)
        declined = ready("state", "unlock", found[1], stdin="no\n")
        assert (declined.code, "not approved" in declined.err) == (1, True)
        assert ready("apply", "--yes").code == 5
        freed = ready("state", "unlock", found[1], stdin="yes\n")
        assert (freed.code, freed.out) == (0, f"The lock {found[1]} is free.\n")
        again = ready("state", "unlock", found[1])
        assert (again.code, "the state is not locked" in again.err) == (1, True)
        assert ready("apply", "--yes").code == 3  # in doubt, not locked
        apply.kill()


def test_an_apply_whose_lock_is_freed_writes_nothing_more(ready: DatabaseTeam, console: Console) -> None:
    console.faults("project-create:slow:3@1")
    with ready.start("apply", "--yes", "-o", "json") as apply:
        wait_for_requests(console, "project-create", 1)
        found = LOCK_ID.search(ready("apply", "--yes").err)
        assert found
        before = ready.state
        assert ready("state", "unlock", found[1], "--yes").code == 0
        out, err = apply.communicate()
    assert (apply.returncode, json.loads(out)["exit_code"]) == (5, 5)
    assert "the lock was lost" in err
    assert ready.state == before
    assert console.creates() == (1, 0)
    recovery = next(ready.cli.folder.glob("segsync.recovery.*.json"))
    assert ready("state", "push", recovery.name).code == 0
    assert ready("apply", "--yes").code == 0
    assert console.creates() == (2, 3)


def test_an_apply_succeeds_where_every_write_is_stored_and_no_answer_comes(
    ready: DatabaseTeam, console: Console, wire: Wire
) -> None:
    wire.fault = Fault.DONE_THEN_LOST
    address = ready.server.cluster.address("shop", ready.server.name, host=str(wire.folder))
    ran = ready("apply", "--yes", "-o", "json", SEGSYNC_STATE=address)
    assert (ran.code, ran.json["converged"]) == (0, True)
    assert console.creates() == (2, 3)
    assert ready("plan", "--detailed-exitcode").code == 0


def test_a_state_that_cannot_be_written_after_a_create_is_put_back_from_the_recovery_file(
    ready: DatabaseTeam, console: Console, wire: Wire
) -> None:
    address = ready.server.cluster.address("shop", ready.server.name, host=str(wire.folder))
    console.faults("project-create:slow:1@1")
    with ready.start("apply", "--yes", "-o", "json", SEGSYNC_STATE=address) as apply:
        wait_for_requests(console, "project-create", 1)
        wire.fault = Fault.LOST
        out, err = apply.communicate()
    assert (apply.returncode, json.loads(out)["exit_code"]) == (1, 1)
    assert f"{address}: the state was not written: " in err
    recovery = next(ready.cli.folder.glob("segsync.recovery.*.json"))
    assert ready("state", "push", recovery.name).code == 0
    assert ready("apply", "--yes").code == 0
    assert console.creates() == (2, 3)


def test_a_state_moves_between_backends_with_its_lineage(team: DatabaseTeam, console: Console) -> None:
    team.cli.write(TWO_PROJECTS)
    team.cli("init")
    assert team.cli("apply", "--yes").code == 0
    local = json.loads((team.cli.folder / "segsync.state.json").read_text())
    team.cli.write(team.cli("state", "pull").out, "moving.json")
    pushed = team("state", "push", "moving.json")
    assert pushed.code == 0, pushed.err
    assert team.state == local
    assert team("plan", "--detailed-exitcode").code == 0
    refused(team("state", "push", "moving.json"), "not above the stored one")
    assert console.creates() == (2, 3)


# Bad input


OTHER_TOOL = b'{"version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "x", "resources": []}'


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (OTHER_TOOL, "this is not a segsync state"),
        (b'{"segsync_state": 2, "serial": 3}', "newer than this segsync"),
        (b'{"segsync_state": 1, "lineage"', "the state is broken: it is not JSON"),
        (b'{"segsync_state": 1, "serial": 3}', "the state is broken at"),
        (b"", "the state is broken: it is not JSON"),
    ],
    ids=["terraform", "newer", "cut", "incomplete", "empty"],
)
def test_what_is_no_state_of_segsync_is_left_alone(
    ready: DatabaseTeam, console: Console, data: bytes, words: str
) -> None:
    ready.server.run(f"UPDATE segsync_states SET document = decode('{data.hex()}', 'hex')")
    document = {"segsync_state": 1, "lineage": LINEAGE, "serial": 9, "projects": {}, "pending": {}, "published": {}}
    ready.cli.write(json.dumps(document), "pushed.json")
    for command in (*COMMANDS, ("state", "push", "pushed.json", "--yes")):
        refused(ready(*command), words, ready.server.address)
    assert [row[1] for row in ready.server.rows] == [data]
    assert console.creates() == (0, 0)


def test_refusals_are_told_and_hold_no_password(ready: DatabaseTeam, console: Console) -> None:
    def told(address: str, words: str) -> None:
        for command in COMMANDS:
            ran = ready(*command, SEGSYNC_STATE=address, PGPASSWORD="wr0ng")
            refused(ran, words)
            assert "wr0ng" not in ran.err

    by_password = ready.server.cluster.tcp_address(ready.server.name)
    told(by_password, "the user name or password is wrong or missing")
    told(ready.server.cluster.address(database="nowhere"), "there is no such database")
    told("postgresql://127.0.0.1:1/shop?state=x", "Connection refused")
    told("postgresql://ann:wr0ng@db/shop?state=x", "must not hold a user name or password")
    told("postgresql://db/shop?state=../x", "must end in state=NAME")
    assert ready("plan", SEGSYNC_STATE=by_password, PGPASSWORD=ready.server.secret).code == 0
    assert console.creates() == (0, 0)


def test_a_state_of_another_lineage_is_refused(ready: DatabaseTeam) -> None:
    ready.cli.write(f"state_lineage: {LINEAGE}\n" + TWO_PROJECTS)
    before = ready.state
    for command in (("plan",), ("apply", "--yes"), ("init",), ("state", "show")):
        refused(ready(*command), "lineage", LINEAGE)
    assert ready.state == before

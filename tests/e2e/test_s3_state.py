"""The whole command line with its state in an S3 store."""

import json
import re
import signal
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.e2e.stories import TWO_PROJECTS, one_project
from tests.e2e.teams import S3Team
from tests.e2e.test_bad_input import refused
from tests.e2e.test_two_applies import wait_for_requests
from tests.state.faulty import CUT, DONE_THEN_500, DONE_THEN_CUT, HANGS, Fault
from tests.state.s3.server import CONDITIONS, KEY_ID, S3Server, error, serving
from tests.support.cli import Cli
from tests.support.console import Console
from tests.support.models import LINEAGE, OTHER_ID

LOCK_ID = re.compile(r"\(lock ([^)]+)\)")
STATE = "team/segsync.state.json"
LOCK = f"{STATE}.lock"


@pytest.fixture
def server() -> Iterator[S3Server]:
    with serving() as server:
        yield server


def refused_untouched(team: S3Team, command: Sequence[str], *words: str, **extra: str) -> None:
    """Refused, with nothing changed in the store or in the folder."""
    before = (team.server.objects(), files(team.cli.folder))
    refused(team(*command, **extra), *words)
    assert (team.server.objects(), files(team.cli.folder)) == before


def files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_whole_story(team: S3Team, console: Console) -> None:
    team.cli.write(TWO_PROJECTS)
    begun = team("init")
    assert begun.err.splitlines()[0] == f"Wrote {team.server.address}"
    assert begun.out == f"state_lineage: {team.state['lineage']}\n"
    assert team.server.keys() == [STATE]
    for reading in (["plan"], ["state", "show"], ["state", "pull"], ["init"]):
        assert team.asked(*reading) == [f"GET {STATE}"]
    asked = team.asked("apply", "--yes")
    assert asked[0] == f"PUT {LOCK} if-none-match"
    assert asked[-2:] == [f"GET {LOCK}", f"DELETE {LOCK}"]
    assert asked.count(f"PUT {STATE} if-match") >= 4
    assert team.server.keys() == [STATE]
    assert team.asked("plan", "--detailed-exitcode") == [f"GET {STATE}"]
    assert team("state", "pull").json == team.state
    assert console.creates() == (2, 3)
    assert not list(team.cli.folder.glob("*.json*"))


@pytest.mark.parametrize("ignores", [CONDITIONS, ("if-match",), ("if-none-match",)])
def test_a_store_that_ignores_conditions_gets_no_state(cli: Cli, ignores: tuple[str, ...]) -> None:
    with serving(ignores=ignores) as server:
        team = S3Team(cli, server)
        refused_untouched(team, ["init"], "the store ignores If-", "Two applies could both win")
        assert server.keys() == []
        assert not any(request.startswith(f"PUT {STATE} ") for request in server.requests)


@pytest.mark.parametrize("fault", [DONE_THEN_500, DONE_THEN_CUT], ids=["500", "cut"])
def test_an_apply_succeeds_where_every_write_is_stored_and_none_is_confirmed(
    team: S3Team, console: Console, fault: Fault
) -> None:
    team.server.always_fails("PUT", fault)
    team.cli.write(TWO_PROJECTS)
    assert team("init").code == 0
    ran = team("apply", "--yes", "-o", "json")
    assert (ran.code, ran.json["converged"]) == (0, True)
    assert console.creates() == (2, 3)
    team.server.recovers()
    assert team.server.keys() == [STATE]
    assert team("plan", "--detailed-exitcode").code == 0


@pytest.mark.parametrize("fault", [CUT, Fault(status=500), Fault(status=403, body=error("ExpiredToken"))])
def test_a_state_that_cannot_be_written_after_a_create_is_put_back_from_the_recovery_file(
    ready: S3Team, console: Console, fault: Fault
) -> None:
    console.faults("project-create:slow:1@1")
    with ready.start("apply", "--yes", "-o", "json") as apply:
        wait_for_requests(console, "project-create", 1)
        ready.server.always_fails(f"PUT {STATE}", fault)
        _, err = apply.communicate()
    assert apply.returncode == 1
    assert f"{ready.server.address}: the state cannot be written: " in err
    ready.server.recovers()
    recovery = next(ready.cli.folder.glob("segsync.recovery.*.json"))
    assert ready("state", "push", recovery.name).code == 0
    assert ready("apply", "--yes").code == 0
    assert console.creates() == (2, 3)


def test_one_works_and_the_other_names_its_holder(ready: S3Team, console: Console) -> None:
    console.faults("project-create:slow:2@1")
    with ready.start("apply", "--yes") as first:
        wait_for_requests(console, "project-create", 1)
        second = ready("apply", "--yes")
        assert (second.code, second.out) == (5, "")
        assert re.search(
            rf"locked by \S+@\S+, process {first.pid}, `segsync apply`, since \S+Z \(lock \S+\)", second.err
        )
        assert ready("plan").code == 0  # never locks
        waited = ready("apply", "--yes", "--lock-timeout", "60")
        first.communicate()
        assert (waited.code, first.returncode) == (0, 0)
    assert console.creates() == (2, 3)


def test_the_lock_of_a_killed_apply_is_seen_and_freed(ready: S3Team, console: Console) -> None:
    console.faults("project-create:slow:60@1")
    with ready.start("apply", "--yes") as first:
        wait_for_requests(console, "project-create", 1)
        first.kill()
        first.communicate()
    console.faults()
    told = ready("apply", "--yes")
    assert (told.code, f"process {first.pid}, `segsync apply`" in told.err) == (5, True)
    found = LOCK_ID.search(told.err)
    assert found is not None
    refused(ready("state", "unlock", "another", "--yes"), "the lock is another one", found[1])
    refused(ready("state", "unlock", found[1]), "If that still works, two of them may create the same things.")
    refused(ready("state", "unlock", found[1], stdin="no\n"), "nothing was done")
    freed = ready("state", "unlock", found[1], stdin="yes\n")
    assert (freed.code, freed.out) == (0, f"The lock {found[1]} is free.\n")
    assert list(ready.server.objects()) == [STATE]
    refused(ready("state", "unlock", found[1], "--yes"), "the state is not locked")
    assert ready("apply", "--yes").code == 3  # a project is in doubt
    assert console.creates()[0] == 2


def test_a_state_moves_from_a_file_to_the_store_and_back(team: S3Team, console: Console) -> None:
    team.cli.write(one_project("1"))
    local = {"SEGSYNC_STATE": ""}
    assert team("init", **local).code == 0
    assert team("apply", "--yes", **local).code == 0
    team.cli.write(team("state", "pull", **local).out, "moved.json")
    assert team("state", "push", "moved.json").code == 0
    assert team("plan", "--detailed-exitcode").code == 0
    assert team("state", "pull").out == team("state", "pull", **local).out
    refused(team("state", "push", "moved.json"), "not above the stored one")
    assert team("state", "mv", "shop", "store", "--yes").code == 0
    assert team.server.keys() == [STATE]
    assert console.creates() == (1, 1)


def test_no_such_bucket(team: S3Team, console: Console) -> None:
    team.cli.write(TWO_PROJECTS)
    elsewhere = {"SEGSYNC_STATE": "s3://no-such-bucket/segsync.state.json"}
    for command in (["init"], ["plan"], ["apply", "--yes"], ["state", "show"]):
        refused_untouched(team, command, "there is no such bucket", **elsewhere)
    assert console.creates() == (0, 0)


def test_wrong_credentials(ready: S3Team, console: Console) -> None:
    for command in (["plan"], ["apply", "--yes"], ["state", "show"], ["init"]):
        stranger = ready(*command, AWS_ACCESS_KEY_ID="AKIDOTHER")
        refused(stranger, "the access key is not known there (HTTP 403 InvalidAccessKeyId)", "AWS_ACCESS_KEY_ID")
        refused(ready(*command, AWS_SECRET_ACCESS_KEY=""), "AWS_SECRET_ACCESS_KEY: is empty")
    ready.server.always_fails("", Fault(status=403, body=error("AccessDenied")))
    refused(ready("plan"), "access is denied (HTTP 403 AccessDenied)", "s3:ListBucket")
    ready.server.always_fails("", Fault(status=401))
    refused(ready("plan"), "the credentials are wrong or missing (HTTP 401)")
    assert console.creates() == (0, 0)


def test_a_store_that_does_not_answer_keeps_nobody(ready: S3Team) -> None:
    ready.server.always_fails("", HANGS)
    for command, signals, code in (
        (["plan"], [signal.SIGINT, signal.SIGTERM], 143),
        (["apply", "--yes"], [signal.SIGTERM, signal.SIGINT], 130),
        (["state", "show"], [signal.SIGINT], 130),
    ):
        asked = len(ready.server.requests)
        with ready.start(*command) as process:
            ready.server.wait_for(asked + 1)
            for number in signals:
                process.send_signal(number)
                time.sleep(0.3)
            assert process.wait(5) == code
            process.communicate()


def test_no_credentials_at_all(cli: Cli, server: S3Server) -> None:
    cli.write(TWO_PROJECTS)
    nowhere = {"AWS_ENDPOINT_URL": server.root, "AWS_METADATA_ENDPOINT": "http://127.0.0.1:9"}
    ran = cli("plan", "--state", server.address, **nowhere)
    refused(ran, "no credentials were found", "aws configure export-credentials --format env")


def test_no_store_there(ready: S3Team, console: Console) -> None:
    for command in (["plan"], ["apply", "--yes"], ["state", "pull"]):
        ran = ready(*command, AWS_ENDPOINT_URL="http://127.0.0.1:9")
        refused(ran, "no connection: refused", "http://127.0.0.1:9 (AWS_ENDPOINT_URL, AWS_REGION)")
    refused(ready("plan", AWS_ENDPOINT_URL="http://storage.example"), "http:// is accepted for loopback alone")
    assert console.creates() == (0, 0)


def test_a_missing_extra_says_how_to_get_it(ready: S3Team, tmp_path_factory: pytest.TempPathFactory) -> None:
    stub = tmp_path_factory.mktemp("stub")
    (stub / "obstore.py").write_text("raise ImportError('not here')\n")
    path = f"{stub}:{Path(__file__).parents[2]}"
    refused(
        ready("plan", PYTHONPATH=path),
        "--state: s3:// needs `obstore`, which is not installed",
        "Run: pip install 'segsync[s3]'",
    )
    assert ready("validate", PYTHONPATH=path).code == 0
    assert ready("plan", "--state", "", PYTHONPATH=path).code == 1  # a local state needs nothing, and there is none


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (b'{"version": 4, "terraform_version": "1.9.0", "serial": 3}', "this is not a segsync state"),
        (json.dumps({"segsync_state": 2, "lineage": LINEAGE}).encode(), "is newer than this segsync"),
        (b'{"segsync_state": 1, "lineage"', "the state is broken: it is not JSON"),
        (b"", "the state is broken: it is not JSON"),
        (b"\x1b[2J\xff", "the state is broken: it is not JSON"),
        (json.dumps({"segsync_state": 1, "lineage": LINEAGE}).encode(), "the state is broken at"),
    ],
)
def test_what_is_no_state_is_left_alone(team: S3Team, console: Console, found: bytes, words: str) -> None:
    team.cli.write(TWO_PROJECTS)
    team.server.put(found)
    for command in (
        ["init"],
        ["plan"],
        ["apply", "--yes"],
        ["state", "show"],
        ["state", "forget", "shop-ios", "--yes"],
    ):
        refused_untouched(team, command, f"{team.server.address}: ", words)
    assert console.creates() == (0, 0)


def test_the_state_of_another_manifest_is_left_alone(ready: S3Team, console: Console) -> None:
    ready.cli.write(f"state_lineage: {OTHER_ID}\n" + TWO_PROJECTS)
    for command in (["init"], ["plan"], ["apply", "--yes"]):
        refused_untouched(ready, command, f"has the lineage {ready.state['lineage']}")
    assert console.creates() == (0, 0)


@pytest.mark.parametrize(
    "address", ["s3://bucket", "s3://bucket/a/../b", "s3://ann:s3cret@bucket/key", "s3://bucket/key?x=s3cret"]
)
def test_an_address_that_cannot_be_used_is_refused_before_anything_else(team: S3Team, address: str) -> None:
    team.cli.write(TWO_PROJECTS)
    for command in (["init"], ["plan"], ["state", "pull"]):
        ran = team(*command, SEGSYNC_STATE=address)
        refused(ran, "Error: --state: ")
        assert "s3cret" not in ran.err
    assert team.server.requests == []


def test_a_hostile_lock_moves_no_cursor(ready: S3Team) -> None:
    held = {"id": "l\x1b[2J\n-1", "who": "ann\r\x1b]0;x\x07@\u202elaptop\ud800", "operation": "apply", "pid": 7}
    ready.server.put(json.dumps(held).encode(), LOCK)
    ran = ready("apply", "--yes")
    assert (ran.code, ran.out) == (5, "")
    assert not {"\x1b", "\r", "\x07", "\u202e"} & set(ran.err)
    assert len(ran.err.splitlines()) == 2


def test_nothing_is_said_that_only_the_store_should_know(ready: S3Team) -> None:
    ran = ready("plan", "-v")
    assert (ran.code, KEY_ID in ran.out + ran.err) == (0, False)

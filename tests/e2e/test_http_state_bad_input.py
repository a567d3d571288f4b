"""An HTTP state that cannot be used gets one clear error, and nothing is written."""

import json

import pytest

from segsync.emulator.server import Emulator
from tests.e2e.stories import TWO_PROJECTS, one_project
from tests.e2e.teams import HttpTeam, Team
from tests.e2e.test_bad_input import refused
from tests.state.faulty import Fault, Reply, Request
from tests.state.http.rules import GitLab, Plain
from tests.state.http.server import HTML, REDIRECT, serving
from tests.support.cli import Cli
from tests.support.console import Console
from tests.support.models import LINEAGE

COMMANDS = (("plan",), ("apply", "--yes"), ("init",), ("state", "show"), ("state", "forget", "shop-ios", "--yes"))


def test_wrong_credentials_are_told(ready: HttpTeam) -> None:
    for command in COMMANDS:
        ran = ready(*command, SEGSYNC_HTTP_PASSWORD="wrong-one")
        refused(
            ran, "the credentials are wrong or missing (HTTP 401)", "SEGSYNC_HTTP_USERNAME", "SEGSYNC_HTTP_PASSWORD"
        )
        assert "wrong-one" not in ran.err
    assert ready.server.serials == [1]
    refused(ready("plan", SEGSYNC_HTTP_PASSWORD=""), "SEGSYNC_HTTP_USERNAME is set and SEGSYNC_HTTP_PASSWORD is not")


def test_who_may_only_read_plans_and_is_told_what_applying_takes(cli: Cli, console: Console) -> None:
    with serving(GitLab(readers=("bob",)), {"ann": "s3cret-of-ann", "bob": "pass"}) as server:
        team, bob = Team(cli, server), {"SEGSYNC_HTTP_USERNAME": "bob", "SEGSYNC_HTTP_PASSWORD": "pass"}
        cli.write(TWO_PROJECTS)
        refused(team("init", **bob), "cannot be locked", "(HTTP 403)", "Maintainer")
        team("init")
        assert team("plan", **bob).code == 0
        refused(team("apply", "--yes", **bob), "the credentials lack the right to do it (HTTP 403)", "Maintainer")
        assert server.serials == [1]
    assert console.creates() == (0, 0)


def test_a_job_of_that_gitlab_needs_no_credentials_of_its_own(cli: Cli, console: Console) -> None:
    with serving(GitLab(), {"gitlab-ci-token": "j0b-token"}) as server:
        job = {"CI": "true", "CI_JOB_TOKEN": "j0b-token", "CI_API_V4_URL": f"{server.root}/api/v4"}
        cli.write(one_project("1"))
        for command in (("init",), ("plan",), ("apply", "--yes")):
            assert cli(*command, "--state", server.address, **job).code == 0
        elsewhere = cli("plan", "--state", server.address, **{**job, "CI_API_V4_URL": "https://gitlab.example/api/v4"})
        refused(elsewhere, "HTTP 401", "CI_API_V4_URL")
        assert "authorization" not in server.received[-1].headers
    assert console.creates() == (1, 1)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://gitlab.example/state", "loopback alone"),
        ("https://ann:s3cret@gitlab.example/state", "user name or password"),
        ("https://gitlab.example/state?token=s3cret", "must not hold a query"),
        ("https://gitlab.example/api/v4/projects/1/terraform/state/../../../../user", "must not hold . or .."),
        ("https://gitlab.example/api/v4/projects/1/terraform/state/%2e%2e/%2e%2e/x", "must not hold . or .."),
        ("https://gitlab.example/api/v4/projects/1/terraform/state/a/b", "not the address of a state at GitLab"),
    ],
)
def test_an_address_that_cannot_be_used_is_told(cli: Cli, address: str, words: str) -> None:
    cli.write(TWO_PROJECTS)
    for command in COMMANDS:
        ran = cli(*command, "--state", address)
        refused(ran, words)
        assert "s3cret" not in ran.err


OTHER_TOOL = (
    b'{"version": 4, "terraform_version": "1.11.4", "serial": 3, "lineage": "x", "outputs": {}, "resources": []}'
)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (OTHER_TOOL, "this is not a segsync state"),
        (b'{"segsync_state": 2, "serial": 3}', "newer than this segsync"),
        (b'{"segsync_state": 1, "lineage"', "the state is broken: it is not JSON"),
        (b'{"segsync_state": 1, "serial": 3}', "the state is broken at"),
    ],
    ids=["terraform", "newer", "cut", "incomplete"],
)
def test_what_is_no_state_of_segsync_is_left_alone(team: HttpTeam, console: Console, data: bytes, words: str) -> None:
    team.cli.write(TWO_PROJECTS)
    team.server.rules.seed(data)
    document = {"segsync_state": 1, "lineage": LINEAGE, "serial": 9, "projects": {}, "pending": {}, "published": {}}
    team.cli.write(json.dumps(document), "pushed.json")
    for command in (*COMMANDS, ("state", "push", "pushed.json", "--yes")):
        refused(team(*command), words, team.server.address)
    assert len(team.server.rules.history) == 1
    assert "write" not in team.server.requests
    assert console.creates() == (0, 0)


@pytest.mark.parametrize(
    ("fault", "words"),
    [(HTML, "it is not JSON"), (REDIRECT, "the server redirects, which is never followed (HTTP 302)")],
    ids=["html", "redirect"],
)
def test_a_page_at_the_address_is_no_state(team: HttpTeam, fault: Fault, words: str) -> None:
    team.cli.write(TWO_PROJECTS)
    team.server.always_fails("read", fault)
    for command in COMMANDS:
        refused(team(*command), words)
    assert team.server.serials == []


class Generous(Plain):
    """Grants every lock to everyone."""

    def answer(self, request: Request, user: str) -> Reply:
        self.lock = None
        return super().answer(request, user)


def test_init_refuses_a_server_that_does_not_lock(cli: Cli) -> None:
    with serving(Generous(), {"ann": "s3cret-of-ann"}) as server:
        cli.write(TWO_PROJECTS)
        refused(Team(cli, server)("init"), "the server grants a lock that is held")
        assert server.serials == []


def test_a_state_of_another_lineage_is_refused(ready: HttpTeam, emulator: Emulator) -> None:
    ready.cli.write(f"state_lineage: {LINEAGE}\n" + TWO_PROJECTS)
    for command in (("plan",), ("apply", "--yes"), ("init",), ("state", "show")):
        refused(ready(*command), "lineage", LINEAGE)
    assert ready.server.serials == [1]

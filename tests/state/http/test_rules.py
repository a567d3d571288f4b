"""The test server keeps to what GitLab does, and Terraform, where it is there, can use it."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import requests

from tests.state.http.rules import LOCKED_AT, GitLab, Plain, Rules
from tests.state.http.server import StateServer, serving

LOCK = {"ID": "l-1", "Operation": "apply", "Info": "", "Who": "ann", "Version": "1", "Created": "now", "Path": ""}
SEGSYNC = {"segsync_state": 1, "lineage": "5b0e7a52-9c1d-4c55-8d6e-2f1c1b7f3a90", "serial": 1}


def call(server: StateServer, method: str, below: str = "", body: object = None) -> tuple[int, bytes]:
    answer = requests.request(method, server.address + below, json=body, auth=("bob", "pass"), timeout=10)
    return answer.status_code, answer.content


def test_gitlab_wants_all_seven_keys_of_a_lock() -> None:
    with serving(GitLab()) as server:
        for key in LOCK:
            assert call(server, "POST", "/lock", {k: v for k, v in LOCK.items() if k != key})[0] == 400
        assert requests.post(f"{server.address}/lock", data=json.dumps(LOCK), timeout=10).status_code == 400
        assert call(server, "GET")[0] == 404


def test_gitlab_mixes_the_holder_with_the_request_that_it_refuses() -> None:
    with serving(GitLab(), {"bob": "pass"}) as server:
        assert call(server, "POST", "/lock", LOCK)[0] == 200
        status, body = call(server, "POST", "/lock", {**LOCK, "ID": "l-2", "Operation": "plan", "Who": "eve"})
    assert status == 409
    assert json.loads(body) == {**LOCK, "Operation": "plan", "Who": "bob", "Created": LOCKED_AT}


def test_gitlab_takes_the_lock_id_of_the_body_before_that_of_the_query() -> None:
    with serving(GitLab()) as server:
        call(server, "POST", "/lock", LOCK)
        assert call(server, "GET")[0] == 204
        assert call(server, "POST", "?ID=l-1", {"serial": 1, "ID": "l-2"})[0] == 500
        assert call(server, "POST", "?ID=l-2", {"serial": 1, "ID": "l-1"})[0] == 200
        assert call(server, "POST", "", {"serial": 2})[0] == 500
        assert call(server, "DELETE", "/lock?ID=l-2") == (409, b"")
        assert call(server, "DELETE", "/lock?ID=l-1")[0] == 200
        assert call(server, "POST", "?ID=l-1", {"serial": 2})[0] == 500
        assert call(server, "POST", "", {"serial": 2})[0] == 200


@pytest.mark.parametrize(("old", "status"), [(True, 500), (False, 422)])
def test_gitlab_shows_the_highest_serial_and_takes_each_once(old: bool, status: int) -> None:
    with serving(GitLab(old=old)) as server:
        assert call(server, "POST", "", {"serial": 5})[0] == 200
        assert call(server, "POST", "", {"serial": 5, "x": 1})[0] == 422
        assert call(server, "POST", "", {"serial": 4})[0] == 200
        assert call(server, "POST", "", {"serial": "x"})[0] == call(server, "POST", "", {"x": 1})[0] == status
        assert requests.post(server.address, data=b'{"serial": 6}', timeout=10).status_code == status
        assert requests.post(server.address, timeout=10).status_code == 204
        assert json.loads(call(server, "GET")[1]) == {"serial": 5}
        assert server.serials == [5, 4]


def test_at_gitlab_a_developer_reads_and_a_stranger_does_not() -> None:
    with serving(GitLab(readers=("bob",)), {"bob": "pass"}) as server:
        assert call(server, "GET")[0] == 404
        assert call(server, "POST", "/lock", LOCK)[0] == call(server, "POST", "", {"serial": 1})[0] == 403
        assert call(server, "DELETE", "/lock?ID=l-1")[0] == 403
        assert requests.get(server.address, timeout=10).status_code == 401
        assert requests.get(server.address, auth=("bob", "wrong"), timeout=10).status_code == 401


TERRAFORM = shutil.which("terraform") or shutil.which("tofu")
LOCKING = {
    Plain: 'lock_address = "{0}"\nunlock_address = "{0}"',
    GitLab: 'lock_address = "{0}/lock"\nunlock_address = "{0}/lock"\nlock_method = "POST"\nunlock_method = "DELETE"',
}


def terraform(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    assert TERRAFORM is not None
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "CHECKPOINT_DISABLE": "1", "TF_IN_AUTOMATION": "1"}
    command = [TERRAFORM, *arguments, "-no-color", "-input=false"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


@pytest.mark.skipif(TERRAFORM is None, reason="neither terraform nor tofu is on this machine")
@pytest.mark.parametrize("kind", [Plain, GitLab])
def test_terraform_speaks_to_it_and_leaves_a_state_of_segsync_alone(kind: type[Rules], tmp_path: Path) -> None:
    with serving(kind(), {"ann": "pass"}) as server:
        (tmp_path / "main.tf").write_text(
            f'terraform {{\nbackend "http" {{\naddress = "{server.address}"\nusername = "ann"\npassword = "pass"\n'
            f'{LOCKING[kind].format(server.address)}\n}}\n}}\nresource "terraform_data" "x" {{ input = "1" }}\n'
        )
        for arguments in (("init",), ("apply", "-auto-approve"), ("destroy", "-auto-approve")):
            ran = terraform(tmp_path, *arguments)
            assert ran.returncode == 0, ran.stderr
        assert server.serials == [1, 2]
        assert server.requests.count("lock") == server.requests.count("unlock") == 2

        server.rules.vanish()
        server.rules.seed(json.dumps({**SEGSYNC, "serial": 3}).encode())
        ran = terraform(tmp_path, "apply", "-auto-approve")
        assert ran.returncode == 1
        assert 'does not have a "version"' in ran.stderr.replace("\n", " ")
        assert server.serials == [1, 2, 3]

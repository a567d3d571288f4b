"""The pipelines of the examples do what they say, step by step, in a shell."""

import json
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.e2e.pipelines import add_program, github_steps, gitlab_steps, run, segsync_lines
from tests.state.http.rules import GitLab
from tests.state.http.server import serving
from tests.state.places import PLACES
from tests.state.postgres import server as postgres_server
from tests.support.cli import EXAMPLES, Cli, Ran
from tests.support.console import Console

PIPELINES = sorted(
    [*EXAMPLES.glob("*/.github/workflows/*.yml"), *EXAMPLES.glob("*/.gitlab-ci.yml")], key=lambda path: path.as_posix()
)
PIN = "b04b48ab-3125-444f-94eb-aad511c074e7"
# GitHub's command line, with the comments of one pull request in a file. It knows the calls of the example.
GH = f"""exec {sys.executable} - "$@" <<'END'
import json, os, re, sys
store, arguments = os.environ["COMMENTS_FILE"], sys.argv[1:]
comments = json.load(open(store)) if os.path.exists(store) else []
address = next(argument for argument in arguments if argument.startswith("repos/"))
assert arguments[0] == "api" and os.environ["GH_TOKEN"], arguments
if "--field" in arguments:
    name, _, file = arguments[arguments.index("--field") + 1].partition("=@")
    text = open(file, encoding="utf-8").read()
    assert name == "body" and len(text) <= 65536
    if "PATCH" in arguments:
        next(c for c in comments if address == f"repos/o/r/issues/comments/{{c['id']}}")["body"] = text
    else:
        assert address == "repos/o/r/issues/7/comments"
        comments.append({{"id": len(comments) + 1, "user": "github-actions[bot]", "body": text}})
    json.dump(comments, open(store, "w"))
else:
    query = arguments[arguments.index("--jq") + 1]
    marker = re.search(r'startswith\\("([^"]*)"\\)', query)[1]
    user = re.search(r'\\.user\\.login == "([^"]*)"', query)[1]
    print("\\n".join(str(c["id"]) for c in comments if c["user"] == user and c["body"].startswith(marker)))
END"""


@pytest.mark.parametrize("pipeline", PIPELINES, ids=lambda path: path.relative_to(EXAMPLES).as_posix())
def test_a_pipeline_is_one_by_its_vendors_schema(pipeline: Path) -> None:
    kind = (
        ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"]
        if pipeline.name == ".gitlab-ci.yml"
        else ["vendor.github-workflows"]
    )
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", *kind, str(pipeline)]
    checked = subprocess.run(command, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout


class Workflow:
    """The workflow of a GitHub example, and what GitHub gives its jobs."""

    def __init__(self, example: Cli) -> None:
        self.example = example
        self.file = next((example.folder / ".github/workflows").glob("*.yml"))
        self.comments = example.folder.parent / "comments.json"
        self.summary = example.folder.parent / "summary.md"
        self.ran: set[str] = set()
        add_program(example.folder, "gh", GH)

    def job(self, name: str, **here: str) -> list[tuple[int, str, str]]:
        context = defaultdict(
            lambda: "secret-of-the-repository",
            {"github.repository": "o/r", "github.event.pull_request.number": "7"},
        )
        steps = github_steps(self.file, name, context)
        self.ran |= {line for step in steps for line in step.script.splitlines() if "segsync " in line}
        settings = {
            "SEGSYNC_API_URL": self.example.api_url,
            "GITHUB_STEP_SUMMARY": str(self.summary),
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_WORKSPACE": str(self.example.folder),
            "COMMENTS_FILE": str(self.comments),
        }
        return [(ran.code, ran.out, ran.err) for ran in run(steps, self.example.folder, settings, here)]

    def said(self) -> list[str]:
        return [comment["body"] for comment in json.loads(self.comments.read_text())]


@pytest.mark.parametrize("example", ["github-actions"], indirect=True)
def test_github_actions(example: Cli, console: Console) -> None:
    console.add_project("Zq3vX0c8", 52210, id=PIN)
    export = console.add_segment(PIN, "1742")
    workflow = Workflow(example)
    validated, planned, shown, commented = workflow.job("plan")
    assert validated == (0, "", "")
    assert planned[:2] == (
        0,
        "::notice file=segsync.yaml,line=13,col=7,title=segsync%3A shop-android/churned::"
        "create: myTracker segment 1743, every 168 h\n",
    )
    assert shown[1].endswith("Plan: 1 to create, 0 drifted, 0 unmanaged, 0 blocked, 2 unchanged.\n")
    assert commented == (0, "", "")
    assert [code for code, *_ in workflow.job("plan")] == [0, 0, 0, 0]
    assert len(workflow.said()) == 1
    assert "### Plan: 1 to create" in workflow.said()[0]
    assert (example.folder / "plan.html").exists()
    assert console.creates() == (0, 0)
    assert [code for code, *_ in workflow.job("apply")] == [0, 0]
    assert console.creates() == (0, 1)
    assert "### Apply: 1 created" in workflow.summary.read_text()
    assert workflow.job("plan")[0][0] == 0
    assert len(workflow.said()) == 1
    assert "### Plan: 0 to create" in workflow.said()[0]
    assert [code for code, *_ in workflow.job("drift")] == [0, 0]
    console.change(export, period=48)
    assert [code for code, *_ in workflow.job("drift")] == [3]
    assert workflow.ran == set(segsync_lines(workflow.file))


@pytest.mark.parametrize("example", ["campaign"], indirect=True)
def test_campaign(example: Cli, console: Console) -> None:
    """As jobs for tags run it: twice for one, and then for another."""
    console.add_project("Zq3vX0c8", 52210, id=PIN)
    console.add_segment(PIN, "1742")
    workflow = Workflow(example)
    here = {"SEGSYNC_STATE": str(example.folder.parent / "shared.json")}
    assert example("init", **here).code == 0
    for tag, published in (("campaign-spring", 1), ("campaign-spring", 1), ("campaign-summer", 2)):
        (ran,) = workflow.job("publish", GITHUB_REF_NAME=tag, **here)
        assert (ran[0], ran[2]) == (0, "")
        assert len(console.published()) == published
    assert console.published()[0]["message"]["notification"]["title"] == "Весенняя распродажа \N{TULIP}"
    assert workflow.ran == set(segsync_lines(workflow.file))


@pytest.mark.parametrize("example", ["gitlab-ci"], indirect=True)
def test_gitlab_ci(example: Cli, console: Console) -> None:
    file = example.folder / ".gitlab-ci.yml"
    ran: set[str] = set()
    with serving(GitLab(), {"gitlab-ci-token": "job-token"}) as gitlab:
        predefined = {
            "CI_API_V4_URL": f"{gitlab.root}/api/v4",
            "CI_PROJECT_ID": "42",
            "CI_PROJECT_DIR": str(example.folder),
            "CI_JOB_TOKEN": "job-token",
            "SEGSYNC_API_URL": example.api_url,
            "RUSTORE_SERVICE_TOKEN": "service-token",
        }

        def job(name: str, **protected: str) -> Ran:
            steps = gitlab_steps(file, name, {**predefined, **protected})
            ran.update(step.script for step in steps)
            (ending,) = run(steps, example.folder, {}, {})
            return ending

        init_state(example, gitlab.address, predefined)
        before = len(gitlab.requests)
        planned = job("plan")
        assert gitlab.requests[before:] == ["read"]
        assert (planned.code, planned.err) == (0, "")
        assert planned.out.endswith("Plan: 3 to create, 0 drifted, 0 unmanaged, 0 blocked, 0 unchanged.\n")
        assert json.loads((example.folder / "plan.json").read_text()) == {"create": 3, "update": 0, "delete": 0}
        quality = json.loads((example.folder / "quality.json").read_text())
        assert {finding["location"]["path"] for finding in quality} == {"segsync.yaml"}
        assert job("apply").code == 1  # without the secret key, which only apply's environment has
        assert console.creates() == (0, 0)
        applied = job("apply", MYTRACKER_SECRET_KEY="secret-key")
        assert (applied.code, console.creates()) == (0, (1, 2))
        assert job("drift").code == 0
        console.change(console.segments()[0]["id"], period=48)
        assert job("drift").code == 3
    assert ran == set(segsync_lines(file))


@pytest.mark.parametrize(
    ("example", "backend"),
    [("github-actions-s3", "s3"), ("github-actions-postgresql", "postgres")],
    indirect=["example"],
)
def test_github_actions_with_a_state(example: Cli, console: Console, tmp_path: Path, backend: str) -> None:
    workflow = Workflow(example)
    with PLACES[backend](tmp_path) as place:
        here = {"SEGSYNC_STATE": place.address, **place.environment}
        init_state(example, place.address, here)
        if backend == "postgres":
            let_in_the_users_of_the_pipeline()
        planned, summarized = workflow.job("plan", **here)
        assert (planned[0], planned[1].count("::notice "), summarized[0]) == (0, 3, 0)
        assert "### Plan: 3 to create" in workflow.summary.read_text()
        (applied,) = workflow.job("apply", **here)
        assert (applied[0], console.creates()) == (0, (1, 2))
        assert applied[1].endswith("Converged: everything that the manifest wants is live.\n")
        assert workflow.job("plan", **here)[0][:2] == (0, "")
        stored = example("state", "pull", **here).json
    assert stored["projects"]["shop-android"]["export_project_id"] == console.data()[0]["id"]
    assert not list(example.folder.glob("*.json"))
    assert workflow.ran == set(segsync_lines(workflow.file))


def let_in_the_users_of_the_pipeline() -> None:
    """The plan's may only look."""
    server = postgres_server.running()
    for role, rights in (("segsync_reader", "SELECT"), ("segsync", "SELECT, INSERT, UPDATE")):
        if not server.run(f"SELECT 1 FROM pg_roles WHERE rolname = '{role}'"):
            server.run(f"CREATE ROLE {role} LOGIN")
        server.run(f"GRANT {rights} ON segsync_states TO {role}")


def init_state(example: Cli, address: str, variables: dict[str, str]) -> None:
    """What a person did once, before there was a pipeline: a state, whose lineage stands in the manifest."""
    manifest = example.folder / "segsync.yaml"
    text = manifest.read_text(encoding="utf-8")
    manifest.write_text(re.sub(r"state_lineage: .*\n", "", text), encoding="utf-8")
    made = example("init", "--state", address, **variables)
    assert made.code == 0, made.err
    manifest.write_text(text.replace(re.findall(r"state_lineage: .*\n", text)[0], made.out), encoding="utf-8")


def test_every_pipeline_of_the_examples_is_run() -> None:
    tested = {"campaign", "github-actions", "github-actions-postgresql", "github-actions-s3", "gitlab-ci"}
    assert {path.relative_to(EXAMPLES).parts[0] for path in PIPELINES} == tested

"""One plan, and one apply, in every format, from the real command line."""

import json
import re
from pathlib import Path

import pytest

from segsync.cli.outputs import PLAN_FORMATS, RESULT_FORMATS
from tests.e2e.stories import DEFAULTS
from tests.support.cli import Cli, Ran
from tests.support.console import Console

GOLDEN = Path(__file__).parent / "golden"
ANDROID = "b04b48ab-3125-444f-94eb-aad511c074e7"
GAMES = "11111111-2222-4333-8444-555555555555"
UNKNOWN = "99999999-2222-4333-8444-555555555555"
MANIFEST = f"""\
version: 1
{DEFAULTS}projects:
  shop-android:
    project: Zq3vX0c8
    app_id: 52210
    export_project_id: {ANDROID}
    segments:
      payers: {{segment: "1742"}}
      churned: {{segment: "1743", period: 7d}}
      trial: {{segment: "1744"}}
      muted: {{segment: "1745", is_enabled: false}}
  shop-ios:
    project: Kd81mWqa
    app_id: 52211
    segments:
      payers: {{segment: "1742"}}
  games:
    project: Pm20sRte
    app_id: 777
    export_project_id: {GAMES}
    segments:
      players: {{segment: "10"}}
  shop-tv:
    project: Xt55bLqw
    app_id: 52212
    export_project_id: {UNKNOWN}
    segments:
      payers: {{segment: "1742"}}
"""
# What no run can repeat.
VARYING = {
    r'"created_at": "[^"]*"': '"created_at": "2026-11-23T10:00:00Z"',
    r'"api_url": "[^"]*"': '"api_url": "http://127.0.0.1:8089"',
    r'"lineage": "[^"]*"': '"lineage": "5b0e7a52-9c1d-4c55-8d6e-2f1c1b7f3a90"',
}


@pytest.fixture
def live(console: Console) -> Console:
    """RuStore with a drifted segment and one that nobody wrote down."""
    console.add_project("Zq3vX0c8", 52210, id=ANDROID)
    console.add_segment(ANDROID, "1742", id="e0000000-0000-4000-8000-000000000001")
    console.add_segment(ANDROID, "1743", 24, id="e0000000-0000-4000-8000-000000000002")
    console.add_segment(ANDROID, "1750", 48, id="e0000000-0000-4000-8000-000000000003")
    console.add_project("Pm20sRte", 777, id=GAMES)
    console.add_segment(GAMES, "10", id="e0000000-0000-4000-8000-000000000004")
    return console


def rendered(cli: Cli, command: str, formats: tuple[str, ...], *more: str) -> tuple[Ran, dict[str, str]]:
    """All formats, each in a file, of one run."""
    outputs = [argument for name in formats for argument in ("-o", f"{name}=out.{name}")]
    ran = cli(command, *more, *outputs)
    return ran, {name: (cli.folder / f"out.{name}").read_text(encoding="utf-8") for name in formats}


def steady(text: str) -> str:
    for pattern, constant in VARYING.items():
        text = re.sub(pattern, constant, text)
    return text


def test_a_small_plan_is_the_same_to_the_letter_in_every_format(cli: Cli, live: Console) -> None:
    cli.write(MANIFEST)
    cli("init")
    ran, found = rendered(cli, "plan", PLAN_FORMATS, "--detailed-exitcode")
    assert (ran.code, ran.out, ran.err) == (3, "", "")
    for name, text in found.items():
        assert steady(text) == (GOLDEN / f"plan.{name}").read_text(encoding="utf-8"), name


def test_what_goes_to_stdout_is_what_a_file_gets(cli: Cli, live: Console) -> None:
    cli.write(MANIFEST)
    cli("init")
    _, found = rendered(cli, "plan", PLAN_FORMATS)
    for name in PLAN_FORMATS:
        assert steady(cli("plan", "-o", name).out) == steady(found[name])


def test_a_result_in_every_format(cli: Cli, live: Console) -> None:
    cli.write(MANIFEST)
    cli("init")
    ran, found = rendered(cli, "apply", RESULT_FORMATS, "--yes")
    assert (ran.code, ran.out) == (3, "")
    line = "Apply: 3 created, 0 adopted, 0 failed, 0 unknown, 0 skipped."
    left = "Not converged: 1 drifted, 3 blocked, 1 unmanaged remain."
    assert found["text"] == f"{line}\n{left}\n"
    assert json.loads(found["json"])["summary"]["created"] == 3
    marker, headline, *_ = found["markdown"].splitlines()
    assert marker.startswith("<!-- segsync:apply sha256:")
    assert headline == f"### {line}"
    created = live.data()[-1]["id"]
    assert f"<code>{created}</code>" in found["markdown"]
    assert left in found["markdown"]


def test_what_was_done_is_told_where_a_file_cannot_be_written_any_more(cli: Cli, live: Console) -> None:
    cli.write(MANIFEST)
    cli("init")
    ran = cli("apply", "--yes", "-o", "json", "-o", "markdown=/dev/full")
    assert (ran.code, ran.json["exit_code"], ran.json["summary"]["created"]) == (3, 3, 3)
    assert "Error: /dev/full: cannot be written: No space left on device" in ran.err


def test_the_marker_is_of_the_names_of_the_manifests_alone(cli: Cli, live: Console) -> None:
    cli.write(MANIFEST)
    cli.write(MANIFEST, "other.yaml")
    cli("init")

    def marker(*more: str, **environment: str) -> str:
        return cli("plan", "-o", "markdown", *more, **environment).out.splitlines()[0]

    first = marker()
    assert re.fullmatch("<!-- segsync:plan sha256:[0-9a-f]{64} -->", first)
    cli.write(MANIFEST.replace("period: 7d", "period: 24"))
    assert marker() == first
    assert marker(GITHUB_WORKSPACE=str(cli.folder)) == first
    assert marker("-f", "other.yaml") != first


LARGE = 2_000


@pytest.fixture
def large(cli: Cli, live: Console) -> Cli:
    """The same plan with 2,000 segments more to create, and as many projects as a company has."""
    segments = "".join(f'      s-{number}: {{segment: "{number + 5000}"}}\n' for number in range(LARGE))
    cli.write(MANIFEST.replace('      players: {segment: "10"}\n', '      players: {segment: "10"}\n' + segments))
    cli("init")
    return cli


def test_a_plan_of_2000_segments_in_every_format(large: Cli) -> None:
    ran, found = rendered(large, "plan", PLAN_FORMATS, "--detailed-exitcode")
    assert ran.code == 3
    line = "Plan: 2003 to create, 1 drifted, 1 unmanaged, 3 blocked, 4 unchanged."
    assert found["text"].endswith(f"\n{line}\n")
    assert len(found["text"].splitlines()) < LARGE + 40
    assert len(json.loads(found["json"])["changes"]) == LARGE + 12
    assert found["markdown"].splitlines()[1] == f"### {line}"
    assert len(found["markdown"]) <= 65_536
    assert re.search(r"\*\*1\d{3} more lines of this project left out", found["markdown"])
    assert [len(re.findall(f"^::{level} ", found["github"], re.M)) for level in ("error", "warning", "notice")] == [
        2,
        1,
        10,
    ]
    assert "title=segsync%3A 1996 more::" in found["github"]
    assert json.loads(found["gitlab-terraform"]) == {"create": 2003, "update": 0, "delete": 0}
    quality = json.loads(found["gitlab-codequality"])
    assert len(quality) == len({finding["fingerprint"] for finding in quality}) == 2008

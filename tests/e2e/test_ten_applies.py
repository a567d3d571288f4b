"""Ten applies of one manifest at the same moment, as ten pipelines start them."""

import subprocess
from pathlib import Path

import pytest

from tests.e2e.stories import DEFAULTS
from tests.state.places import PLACES
from tests.support.cli import Cli
from tests.support.console import Console

THREE_PROJECTS = f"""\
version: 1
{DEFAULTS}projects:
  a: {{project: Aq, app_id: 1, segments: {{s: {{segment: 1}}}}}}
  b: {{project: Bq, app_id: 2, segments: {{s: {{segment: 1}}}}}}
  c: {{project: Cq, app_id: 3, segments: {{s: {{segment: 1}}}}}}
"""


@pytest.mark.parametrize("backend", PLACES)
def test_each_project_is_created_once_and_the_others_are_told_why_they_did_nothing(
    cli: Cli, console: Console, tmp_path: Path, backend: str
) -> None:
    with PLACES[backend](tmp_path) as place:
        settings = {"SEGSYNC_STATE": place.address, **place.environment}
        cli.write(THREE_PROJECTS)
        assert cli("init", **settings).code == 0
        console.faults("project-create:slow:2@1")
        applies = [cli.start("apply", "--yes", stdin=subprocess.DEVNULL, **settings) for _ in range(10)]
        told = [apply.communicate(timeout=100) for apply in applies]
        after = cli("plan", "--detailed-exitcode", **settings)
    assert console.creates() == (3, 3)
    assert sorted(project["project"] for project in console.data()) == ["Aq", "Bq", "Cq"]
    ends = [_end(apply.returncode, *text) for apply, text in zip(applies, told, strict=True)]
    assert ends.count("created") == 1
    assert ends.count("locked") + ends.count("no changes") == 9
    assert after.code == 0


def _end(code: int, out: str, err: str) -> str:
    if code == 5 and "the state is locked by" in err:
        return "locked"
    if code == 0 and "No changes. RuStore matches the manifest." in out:
        return "no changes"  # it began when the one was done
    return "created" if code == 0 and "Apply: 6 created" in out else f"{code}: {err}"

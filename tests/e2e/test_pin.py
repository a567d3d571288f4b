"""Ids from the state go into the manifests, and nothing else changes."""

import difflib
import json
import subprocess

import pytest

from tests.e2e.stories import DEFAULTS, TWO_PROJECTS, one_project
from tests.e2e.test_bad_input import files, refused
from tests.support.cli import Cli
from tests.support.console import Console
from tests.support.models import OTHER_ID

ODD = f"""\
%YAML 1.2
---   # caf\u00e9 \N{SNOWMAN}\twith a tab
"version": 1
{DEFAULTS}
'projects' :   # all of them

    "shop-android":  &android   # the first

        'app_id' :   52210\t# a tab before
        # between
        project: &push Zq3vX0c8
        segments: &both
            payers: {{segment: "1742",
                     period: 24}}   # over two lines
    shop-ios:
     segments: *both
     <<: *android
     app_id: 52211
    'shop-tv':
      <<: *android
      project: !!str 'Kd81mWqa'   # the last line"""


@pytest.fixture
def applied(cli: Cli) -> Cli:
    """Two projects, live and bound."""
    cli.write(TWO_PROJECTS)
    cli("init")
    assert "`segsync pin` writes the new ids into the manifest" in cli("apply", "--yes").err
    return cli


def ids(cli: Cli) -> dict[str, str]:
    projects = json.loads(cli("state", "pull").out)["projects"]
    return {name: entry["export_project_id"] for name, entry in projects.items()}


def changed(before: str, after: str, end: str = "\n") -> list[str]:
    """The lines of a diff that are not the same on both sides."""
    return [line for line in difflib.ndiff(before.split(end), after.split(end)) if not line.startswith("  ")]


def test_after_it_no_state_is_needed(applied: Cli, console: Console) -> None:
    known = ids(applied)
    checked = applied("pin", "--check")
    assert (checked.code, (applied.folder / "segsync.yaml").read_text()) == (1, TWO_PROJECTS)
    assert checked.out == (
        f"segsync.yaml:4: shop-android: is not pinned: export_project_id: {known['shop-android']}\n"
        f"segsync.yaml:10: shop-ios: is not pinned: export_project_id: {known['shop-ios']}\n"
    )
    assert "2 left to pin" in checked.err
    ran = applied("pin")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out == checked.out.replace("is not pinned", "pinned")
    (applied.folder / "segsync.state.json").unlink()
    for command in (("plan", "--detailed-exitcode"), ("apply", "--yes"), ("pin", "--check")):
        assert applied(*command).code == 0
    assert applied("plan", "-o", "json").json["base"]["state"] is None
    assert applied("pin").out == "Nothing to pin.\n"
    assert console.creates() == (2, 3)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "\n"])
def test_an_odd_layout_gets_lines_and_keeps_every_byte(cli: Cli, console: Console, end: str, last: str) -> None:
    before = (ODD + last).replace("\n", end)
    path = cli.write("")
    path.write_bytes(before.encode())
    path.chmod(0o640)
    cli("init")
    assert cli("apply", "--yes").code == 0
    known = ids(cli)
    assert cli("pin").code == 0
    after = path.read_bytes().decode()
    assert changed(before, after, end) == [
        f"+         export_project_id: {known['shop-android']}",
        f"+      export_project_id: {known['shop-ios']}",
        f"+       export_project_id: {known['shop-tv']}",
    ]
    assert after.splitlines()[9:12] == [
        "        'app_id' :   52210\t# a tab before",
        f"        export_project_id: {known['shop-android']}",
        "        # between",
    ]
    assert after.endswith(last.replace("\n", end))
    assert not after.endswith(end + end)
    assert after.count("\r") == (after.count("\n") if end == "\r\n" else 0)
    assert path.stat().st_mode & 0o777 == 0o640
    (cli.folder / "segsync.state.json").unlink()
    assert cli("plan", "--detailed-exitcode").code == 0


def test_several_files_and_chosen_projects(cli: Cli, console: Console) -> None:
    (cli.folder / "m").mkdir()
    android, ios = TWO_PROJECTS.split("  shop-ios:")
    ios = f"version: 1\nprojects:\n  shop-ios:{ios}"
    a, b = cli.write(android, "m/a.yaml"), cli.write(ios, "m/b.yml")
    settings = {"SEGSYNC_MANIFEST": "m"}
    cli("init", **settings)
    cli("apply", "--yes", **settings)
    known = json.loads(cli("state", "pull", **settings).out)["projects"]
    ran = cli("pin", "--project", "*-ios", **settings)
    line = f"export_project_id: {known['shop-ios']['export_project_id']}"
    assert ran.out == f"m/b.yml:3: shop-ios: pinned: {line}\n"
    assert changed(ios, b.read_text()) == [f"+     {line}"]
    assert a.read_text() == android
    assert cli("pin", "--check", "--project", "*-ios", **settings).code == 0
    assert cli("pin", "--check", **settings).code == 1
    assert cli("pin", **settings).code == 0
    assert cli("pin", "--check", **settings).code == 0


def test_braces_get_the_line_to_paste(cli: Cli) -> None:
    manifest = (
        f"version: 1\n{DEFAULTS}projects:\n  tv: {{project: t, app_id: 1}}\n  web:\n    project: w\n    app_id: 2\n"
    )
    path = cli.write(manifest)
    cli("init")
    cli("apply", "--yes")
    known = ids(cli)
    ran = cli("pin")
    assert ran.code == 1
    assert ran.out == (
        f"segsync.yaml:5: web: pinned: export_project_id: {known['web']}\n"
        f"segsync.yaml:4: tv: put this into it by hand: export_project_id: {known['tv']}\n"
    )
    assert "1 cannot be pinned by adding a line: tv" in ran.err
    assert path.read_text() == f"{manifest}    export_project_id: {known['web']}\n"
    path.write_text(path.read_text().replace("app_id: 1}", f"app_id: 1, export_project_id: {known['tv']}}}"))
    assert cli("pin", "--check").code == 0


def test_a_binding_that_contradicts_a_pin_is_an_error(applied: Cli) -> None:
    pinned = TWO_PROJECTS.replace("app_id: 52211\n", f"app_id: 52211\n    export_project_id: {OTHER_ID}\n")
    applied.write(pinned)
    before = files(applied.folder)
    words = (f"shop-ios is pinned to {OTHER_ID} (segsync.yaml:10)", ids(applied)["shop-ios"], "nothing was written")
    refused(applied("pin"), *words)
    refused(applied("pin", "--check"), *words)
    assert files(applied.folder) == before
    assert applied("pin", "--project", "shop-android").code == 0


def test_one_id_under_two_names_is_an_error(applied: Cli) -> None:
    bound = ids(applied)["shop-ios"]
    applied.write(f"{TWO_PROJECTS}  other: {{project: p, app_id: 7, export_project_id: {bound}}}\n")
    refused(applied("pin"), "shop-ios is the same export project as other")


def test_what_has_no_id_yet_is_told(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS)
    refused(cli("pin"), "there is no state here")
    cli("init")
    ran = cli("pin", "--check")
    assert (ran.code, ran.out) == (0, "Nothing to pin.\n")
    assert "No id is known yet: shop-android, shop-ios." in ran.err
    console.faults("project-create:drop-after-commit@1")
    cli("apply", "--yes")
    doubtful = cli("pin")
    assert (doubtful.code, "shop-android" in doubtful.err) == (0, True)
    assert [line.partition(":")[0] for line in doubtful.out.splitlines()] == ["segsync.yaml"]


def test_a_link_stays_one_and_its_target_keeps_its_mode(cli: Cli, console: Console) -> None:
    (cli.folder / "real").mkdir()
    target = cli.write(one_project("1"), "real/shop.yaml")
    target.chmod(0o604)
    (cli.folder / "segsync.yaml").symlink_to(target)
    cli("init")
    cli("apply", "--yes")
    assert cli("pin").code == 0
    assert (cli.folder / "segsync.yaml").is_symlink()
    assert "export_project_id" in target.read_text()
    assert target.stat().st_mode & 0o777 == 0o604


def test_pin_never_locks(applied: Cli) -> None:
    applied.write(TWO_PROJECTS + '      more: {segment: "1"}\n')
    with applied.start("apply", stdin=subprocess.PIPE) as apply:
        assert apply.stderr is not None
        assert any("Only `yes` approves" in line for line in apply.stderr)
        assert applied("pin").code == 0
        apply.communicate("no\n")

"""What is live becomes a manifest that plans as unchanged."""

import json
import signal
import subprocess

import pytest

from segsync.emulator.server import Emulator, Settings
from tests.e2e.stories import DEFAULTS, TWO_PROJECTS, one_project
from tests.e2e.test_bad_input import files, refused
from tests.e2e.test_two_applies import wait_for_requests
from tests.support.cli import Cli
from tests.support.console import Console
from tests.support.models import OTHER_ID

EMPTY = f"version: 1\n{DEFAULTS}"


@pytest.fixture
def shop(console: Console) -> str:
    """The id of a live export project with one segment."""
    id_ = console.add_project("Zq3vX0c8", 52210)
    console.add_segment(id_, "1742")
    return id_


def test_three_projects_with_sixty_segments_plan_as_what_is_true(cli: Cli, console: Console) -> None:
    cli.write(EMPTY)
    ids = {f"shop-{app_id}": console.add_project("Zq3vX0c8", app_id) for app_id in (1, 2, 3)}
    exports = [
        console.add_segment(id_, str(1000 + number), period=24 + number % 3)
        for id_ in ids.values()
        for number in range(20)
    ]
    console.change(exports[5], is_enabled=False)
    twice = console.add_segment(ids["shop-3"], "1007", period=25)
    for name, id_ in ids.items():
        ran = cli("import", name, id_, "--write", "segsync.yaml")
        assert (ran.code, ran.out) == (0, f"segsync.yaml: added {name} with 20 segments.\n")

    manifest = (cli.folder / "segsync.yaml").read_text()
    assert manifest.startswith(EMPTY)
    assert '      segment-1005: {segment: "1005", period: 26, is_enabled: false}\n' in manifest
    both = ", ".join(sorted([exports[47], twice]))
    assert f'      segment-1007: {{segment: "1007", period: 25}}  # 2 live exports: {both}\n' in manifest
    assert '      segment-1000: {segment: "1000"}\n' in manifest

    planned = cli("plan", "--detailed-exitcode", "-o", "json")
    assert planned.code == 3
    assert planned.json["summary"] == {"create": 0, "drift": 1, "unmanaged": 0, "blocked": 0, "unchanged": 62}
    changed = [change for change in planned.json["changes"] if change["action"] != "unchanged"]
    assert [(change["address"], change["reason"]) for change in changed] == [("shop-3/segment-1007", "duplicate")]
    assert planned.json["base"]["state"] is None
    assert console.creates() == (0, 0)


def test_what_it_prints_is_a_whole_manifest_where_there_is_none(cli: Cli, shop: str) -> None:
    ran = cli("import", "shop", shop, "--token-env", "TOKEN")
    assert ran.code == 0
    assert ran.out == (
        "version: 1\nprojects:\n  shop:\n"
        '    project: "Zq3vX0c8"\n    app_id: 52210\n'
        f"    export_project_id: {shop}\n    service_token: {{env: TOKEN}}\n"
        '    segments:\n      segment-1742: {segment: "1742", period: 24}\n'
    )
    assert ran.err == "shop with 1 segment: a whole manifest.\n"
    assert files(cli.folder) == {}
    # As a shell does it: the file is there, and empty, before segsync starts.
    cli.write("")
    assert cli("import", "shop", shop, "--token-env", "TOKEN").out == ran.out
    cli.write(ran.out)
    assert cli("plan", "--detailed-exitcode").code == 0


def test_what_it_prints_beside_a_manifest_can_be_appended_to_it(cli: Cli, console: Console, shop: str) -> None:
    manifest = one_project("1", pin=console.add_project("other", 7)).replace("shop:", "news:")
    cli.write(manifest)
    ran = cli("import", "shop", shop)
    assert ran.out.startswith('  shop:\n    project: "Zq3vX0c8"\n')
    assert ran.err == "shop with 1 segment: lines to put at the end of `projects:`.\n"
    assert files(cli.folder) == {"segsync.yaml": manifest.encode()}
    cli.write(manifest + ran.out)
    changes = cli("plan", "-o", "json").json["changes"]
    assert [c["action"] for c in changes if c["address"].startswith("shop")] == ["unchanged", "unchanged"]


def test_writing_adds_lines_and_touches_no_other_byte(cli: Cli, console: Console, shop: str) -> None:
    head = (
        f"# caf\u00e9\r\nversion: 1\r\nprojects:\r\n   news: {{project: n, app_id: 7, export_project_id: {OTHER_ID}}}"
    )
    tail = f"\r\n\r\n# for all\r\n{DEFAULTS.rstrip()}"
    path = cli.write("")
    path.write_bytes((head + tail).encode())
    path.chmod(0o640)
    assert cli("import", "shop", shop, "--write", "segsync.yaml").code == 0
    written = path.read_bytes().decode()
    assert written.startswith(head)
    assert written.endswith(tail)
    assert written[len(head) : -len(tail)].split("\r\n") == [
        "",
        "   shop:",
        '     project: "Zq3vX0c8"',
        "     app_id: 52210",
        f"     export_project_id: {shop}",
        "     segments:",
        '       segment-1742: {segment: "1742"}',
    ]
    assert path.stat().st_mode & 0o777 == 0o640
    assert cli("plan", "--project", "shop", "--detailed-exitcode").code == 0


def test_a_layout_that_takes_no_lines_gets_them_printed(cli: Cli, shop: str) -> None:
    for manifest in (f"{EMPTY}projects: {{}}\n", "{version: 1, defaults: {service_token: {env: TOKEN}}}\n"):
        cli.write(manifest)
        ran = cli("import", "shop", shop, "--write", "segsync.yaml")
        assert ran.code == 1
        assert ran.out.startswith("  shop:\n")
        assert "segsync.yaml: its layout takes no project" in ran.err
        assert files(cli.folder) == {"segsync.yaml": manifest.encode()}


def test_a_new_file_is_made_where_a_manifest_would_be_read(cli: Cli, shop: str) -> None:
    (cli.folder / "m").mkdir()
    cli.write(EMPTY, "m/defaults.yaml")
    assert cli("import", "shop", shop, "-f", "m", "--write", "m/shop.yaml").code == 0
    assert cli("plan", "-f", "m", "--detailed-exitcode").code == 0
    assert cli("import", "shop", shop, "--token-env", "TOKEN", "--write", "segsync.yaml").code == 0
    assert cli("plan", "--detailed-exitcode").code == 0
    before = files(cli.folder / "m")
    for name in ("other.yaml", "m/shop.txt"):
        refused(cli("import", "x", OTHER_ID, "-f", "m", "--write", name), f"{name} is not one of the manifests", "-f")
    assert files(cli.folder / "m") == before


def test_the_token_is_named_where_the_defaults_do_not(cli: Cli, console: Console, shop: str) -> None:
    refused(cli("import", "shop", shop), "no service token is named", "--token-env")
    cli.write(EMPTY)
    assert "service_token" not in cli("import", "shop", shop, "--token-env", "TOKEN").out
    other = cli("import", "shop", shop, "--token-env", "SHOP_TOKEN", SHOP_TOKEN="x")
    assert "    service_token: {env: SHOP_TOKEN}\n" in other.out
    refused(cli("import", "shop", shop, "--token-env", "NO_SUCH"), "{env: NO_SUCH}", "not set")
    refused(cli("import", "shop", shop, "--token-env", "s3cret token"), "not the name of an environment variable")
    limited = cli("import", "shop", shop, "--token-env", "KEY", SEGSYNC_ALLOW_SECRETS="TOKEN")
    refused(limited, "SEGSYNC_ALLOW_SECRETS")


def test_what_is_taken_or_wrong_is_refused(cli: Cli, console: Console, shop: str) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    cli("apply", "--yes")
    bound = console.data()[1]["id"]
    pinned = console.add_project("p", 7)
    cli.write(f"{TWO_PROJECTS}  pinned: {{project: p, app_id: 7, export_project_id: {pinned}}}\n")
    before, counts = files(cli.folder), console.counts()
    for arguments, words in (
        (("shop-ios", shop), "has a project shop-ios already (segsync.yaml:10)"),
        (("x", pinned), f"{pinned} is pinned already, by pinned (segsync.yaml:15)"),
        (("x", bound.upper()), f"{bound} is bound already, to shop-android"),
        (("a/b", shop), "NAME is not a name"),
        (("-x", shop), "No such option"),
        (("x", "1742"), "not a UUID"),
    ):
        for more in ((), ("--write", "segsync.yaml"), ("--bind",)):
            refused(cli("import", *arguments, *more), words)
    assert console.counts() == counts
    refused(cli("import", "x", OTHER_ID, "--write", "segsync.yaml"), f"does not know the export project {OTHER_ID}")
    assert files(cli.folder) == before
    cli.write(one_project("1", name="shop-android"))
    refused(cli("import", "shop-ios", shop), "the state has a project shop-ios already", "segsync state show")


def test_a_pair_that_is_not_pinned_yet_is_in_the_way(cli: Cli, shop: str) -> None:
    cli.write(one_project("1"))
    cli("init")
    ran = cli("import", "store", shop)
    refused(ran, "has the same `project` and `app_id`", "does not fit the manifest")


def test_bind_keeps_the_id_in_the_state(cli: Cli, console: Console, shop: str) -> None:
    cli.write(EMPTY)
    refused(cli("import", "shop", shop, "--bind"), "there is no state here")
    cli("init")
    refused(cli("import", "shop", shop, "--bind", CI="true"), "outlives this CI job")
    ran = cli("import", "shop", shop, "--bind", "--write", "segsync.yaml")
    assert (ran.code, f"shop is {shop} in the state.\n" in ran.err) == (0, True)
    assert "export_project_id" not in (cli.folder / "segsync.yaml").read_text()
    state = json.loads(cli("state", "pull").out)
    entry = state["projects"]["shop"]
    assert (entry["export_project_id"], entry["project"], entry["app_id"]) == (shop, "Zq3vX0c8", 52210)
    assert cli("plan", "--detailed-exitcode").code == 0
    assert console.creates() == (0, 0)


def test_bind_without_write_prints_what_then_plans_as_unchanged(cli: Cli, shop: str) -> None:
    cli.write(EMPTY)
    cli("init")
    ran = cli("import", "shop", shop, "--bind")
    cli.write(f"{EMPTY}projects:\n{ran.out}")
    assert cli("plan", "--detailed-exitcode").code == 0


def test_bind_binds_nothing_that_the_manifest_cannot_have(cli: Cli, shop: str) -> None:
    cli.write(f"{EMPTY}projects: {{}}\n")
    cli("init")
    before = files(cli.folder)
    refused(cli("import", "shop", shop, "--bind", "--write", "segsync.yaml"), "nothing was bound")
    assert files(cli.folder) == before
    cli.write("version: 1\ndefaults: {service_token: {env: TOKEN}}\n")
    refused(cli("import", "shop", shop, "--bind"), "`api_user_id` and `secret_key` in `defaults`")


def test_printing_locks_nothing_and_bind_does(cli: Cli, shop: str) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    with cli.start("apply", stdin=subprocess.PIPE) as apply:
        assert apply.stderr is not None
        assert any("Only `yes` approves" in line for line in apply.stderr)
        assert cli("import", "store", shop.upper()).code == 1
        assert cli("import", "store", shop, "--token-env", "TOKEN", "-f", "none.yaml").code == 0
        held = cli("import", "store", shop, "--bind")
        assert (held.code, "`segsync apply`" in held.err) == (5, True)
        apply.communicate("no\n")


HOSTILE = ("a\n  evil: {x: 1}", "]: }", "*a", "\u2028b", "..", "x" * 129, "\u202e1742", " 1742", "12:30")


def test_ids_that_no_manifest_can_hold_are_left_out(cli: Cli, console: Console, shop: str) -> None:
    exports = [console.add_segment(shop, segment) for segment in HOSTILE]
    exports.append(console.add_segment(shop, "5", period=10**18))
    ran = cli("import", "shop", shop, "--token-env", "TOKEN")
    assert ran.code == 0
    assert ran.err.count("is left out") == len(exports)
    assert ran.out.isascii()
    for export in exports:
        assert f"      # left out, a manifest cannot hold its segment id or its period: export {export}\n" in ran.out
    assert len(ran.out.splitlines()) == 9 + len(exports)
    cli.write(ran.out)
    planned = cli("plan", "-o", "json").json
    assert planned["summary"] == {
        "create": 0,
        "drift": 0,
        "unmanaged": len(exports),
        "blocked": 0,
        "unchanged": 2,
    }


def test_names_are_valid_and_never_the_same(cli: Cli, console: Console, shop: str) -> None:
    long = ["9" * 100 + str(number) for number in range(3)]
    for segment in (*long, "a.b-c_D", "0123"):
        console.add_segment(shop, segment)
    cli.write(cli("import", "true", shop, "--token-env", "TOKEN").out)
    planned = cli("plan", "-o", "json", "--detailed-exitcode")
    assert planned.code == 0
    names = [change["address"].removeprefix("true/") for change in planned.json["changes"][1:]]
    nines = "9" * 56
    assert names == [
        "segment-0123",
        "segment-1742",
        "segment-a.b-c_D",
        f"segment-{nines}",
        f"segment-{nines[:-2]}-2",
        f"segment-{nines[:-2]}-3",
    ]
    assert cli("validate").code == 0


def test_a_project_that_no_manifest_can_hold_is_refused(cli: Cli, console: Console) -> None:
    cli.write(EMPTY)
    for project, app_id in (("a\nb: {}", 1), ("..", 1), ("a", 10**18)):
        id_ = console.add_project(project, app_id)
        refused(cli("import", "shop", id_), "a manifest cannot hold what RuStore says")


def test_a_refused_token_and_no_connection_are_told(cli: Cli, console: Console) -> None:
    emulator = Emulator(Settings(port=0, tokens=("another-token",)))
    emulator.start()
    try:
        other = Cli(cli.folder, emulator.url)
        refused(other("import", "x", OTHER_ID, "--token-env", "TOKEN"), "the service token was refused: {env: TOKEN}")
    finally:
        emulator.stop()
    offline = Cli(cli.folder, "http://127.0.0.1:9")
    refused(offline("import", "x", OTHER_ID, "--token-env", "TOKEN"), "no connection to http://127.0.0.1:9")


def test_a_signal_ends_it_with_nothing_written(cli: Cli, console: Console, shop: str) -> None:
    cli.write(EMPTY)
    cli("init")
    before = files(cli.folder)
    console.faults("project-get:slow:60@1")
    with cli.start("import", "shop", shop, "--bind", "--write", "segsync.yaml") as ran:
        wait_for_requests(console, "project-get", 1)
        ran.send_signal(signal.SIGINT)
        assert ran.wait() == 130
    assert files(cli.folder) == before

"""Bad input gets one clear error, and loses nothing."""

import json
from pathlib import Path

import pytest

from segsync.emulator.server import Emulator, Settings
from tests.e2e.stories import TWO_PROJECTS, one_project
from tests.support.cli import SECRETS, Cli, Ran
from tests.support.console import Console
from tests.support.models import LINEAGE, OTHER_ID


def files(folder: Path) -> dict[str, bytes]:
    """What a command must leave as it was; the lock file is not content."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith(".lock")}


def refused(ran: Ran, *words: str, code: int = 1) -> None:
    assert ran.code == code
    assert ran.out == ""
    assert all(word in ran.err for word in words), ran.err
    assert "Traceback" not in ran.err
    assert not any(secret in ran.err for secret in SECRETS.values())


def test_every_problem_is_told_at_once_with_its_place(cli: Cli) -> None:
    cli.write("version: 1\nprojects:\n  shop:\n    project: Zq\n    app_id: 0\n    segment: {}\n")
    ran = cli("validate")
    assert ran.code == 1
    assert ran.out.splitlines() == [
        "segsync.yaml:3:3: error: /projects/shop: `service_token` is missing (Write it here or in `defaults`)",
        "segsync.yaml:3:3: error: /projects/shop: `api_user_id` is missing (Write it here or in `defaults`)",
        "segsync.yaml:3:3: error: /projects/shop: `secret_key` is missing (Write it here or in `defaults`)",
        "segsync.yaml:5:13: error: /projects/shop/app_id: must be 1 or more",
        "segsync.yaml:6:5: error: /projects/shop: unknown key `segment` (did you mean `segments`?)",
    ]
    assert [d["line"] for d in cli("validate", "-o", "json").json["diagnostics"]] == [3, 3, 3, 5, 6]
    planned = cli("plan")
    assert (planned.code, planned.out) == (1, "")
    assert ran.out in planned.err


def test_a_missing_manifest_says_how_to_start(cli: Cli) -> None:
    refused(cli("plan"), "segsync.yaml:1:1: error: /: there is no such file", "segsync init")


def test_a_missing_state_is_never_an_empty_one(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS)
    refused(cli("plan"), "there is no state here", "segsync init")
    refused(cli("apply", "--yes"), "there is no state here")
    refused(cli("plan", "--state", "elsewhere.json", "--project", "shop-ios"), "elsewhere.json")
    assert console.creates() == (0, 0)
    assert [path.name for path in cli.folder.iterdir() if path.suffix == ".json"] == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("not json", "not JSON"),
        ("{}", "not a segsync state"),
        ('{"segsync_state": 2}', "newer than this segsync"),
        ('{"segsync_state": 1, "lineage": "x"}', "broken at"),
    ],
)
def test_a_state_that_cannot_be_used_is_left_alone(cli: Cli, text: str, words: str) -> None:
    cli.write(TWO_PROJECTS)
    cli.write(text, "segsync.state.json")
    before = files(cli.folder)
    for command in (("plan",), ("apply", "--yes"), ("state", "show")):
        refused(cli(*command), words, "segsync.state.json")
    assert files(cli.folder) == before


def test_a_state_of_another_lineage_is_refused_before_anything_else(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    cli.write(f"state_lineage: {LINEAGE}\n" + TWO_PROJECTS)
    for command in (("plan",), ("apply", "--yes"), ("state", "show"), ("init",)):
        refused(cli(*command), "lineage", LINEAGE)
    assert sum(console.counts().values()) == 0


def test_init_makes_no_new_state_for_a_manifest_that_has_lost_its_own(cli: Cli) -> None:
    cli.write(f"state_lineage: {LINEAGE}\n" + TWO_PROJECTS)
    refused(cli("init"), LINEAGE, "take out `state_lineage`")


def test_a_missing_secret_is_named_by_its_reference(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS.replace("env: TOKEN", "env: NO_SUCH_TOKEN"))
    cli("init")
    refused(cli("plan"), "{env: NO_SUCH_TOKEN}", "not set")
    cli.write(TWO_PROJECTS.replace("env: KEY", "env: NO_SUCH_KEY"))
    assert cli("plan").code == 0
    ran = cli("apply", "--yes")
    assert ran.code == 1
    assert "{env: NO_SUCH_KEY}: this environment variable is not set" in ran.err
    assert console.creates() == (0, 0)


@pytest.mark.parametrize("token", ["two\nlines", "caf\u00e9", "with space", "\n"])
def test_a_malformed_token_never_leaves(cli: Cli, console: Console, token: str) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    ran = cli("plan", TOKEN=token)
    refused(ran, "{env: TOKEN}")
    assert token.strip() == "" or token not in ran.err
    assert sum(console.counts().values()) == 0


def test_a_refused_token_is_told_once(tmp_path: Path) -> None:
    emulator = Emulator(Settings(port=0, tokens=("another-token",)))
    emulator.start()
    try:
        cli, console = Cli(tmp_path, emulator.url), Console(emulator.url)
        pins = [console.add_project("Zq3vX0c8", 1), console.add_project("Kd81mWqa", 2)]
        entries = "".join(
            f"  p{i}: {{project: x, app_id: {i}, export_project_id: {pin}, segments: {{s: {{segment: 1}}}}}}\n"
            for i, pin in enumerate(pins, start=1)
        )
        cli.write("version: 1\ndefaults: {service_token: {env: TOKEN}, period: 24}\nprojects:\n" + entries)
        ran = cli("plan", "-o", "json")
        assert ran.code == 1
        assert ran.json["complete"] is False
        assert ran.json["summary"]["blocked"] == 4
        assert ran.json["changes"][0]["error"] == {
            "kind": "refused",
            "http": 400,
            "code": 2000,
            "status": "BAD_REQUEST",
            "message": "Invalid S2S token",
        }
        assert ran.err.count("the service token was refused: {env: TOKEN}") == 1
        assert "[p1, p2]" in ran.err

        cli.write(TWO_PROJECTS)
        cli("init")
        for command in (("plan",), ("apply", "--yes")):
            ran = cli(*command)
            refused(ran, "the service token was refused: {env: TOKEN}")
        assert console.creates() == (0, 0)
    finally:
        emulator.stop()


def test_no_connection_is_told_once(tmp_path: Path) -> None:
    cli = Cli(tmp_path, "http://127.0.0.1:9")
    cli.write(one_project("1", pin=OTHER_ID))
    ran = cli("plan")
    assert ran.code == 1
    assert ran.err.count("no connection to http://127.0.0.1:9") == 1
    assert "x shop" in ran.out


def test_an_unknown_export_project_is_blocked_with_its_segments(cli: Cli, console: Console) -> None:
    cli.write(one_project("1", pin=OTHER_ID))
    ran = cli("plan", "-o", "json", "--detailed-exitcode")
    assert ran.code == 3
    assert [(c["action"], c["reason"]) for c in ran.json["changes"]] == [
        ("blocked", "not-found"),
        ("blocked", "parent"),
    ]
    assert cli("apply", "--yes").code == 3
    assert console.creates() == (0, 0)


@pytest.mark.parametrize("fault", ["malformed", "no-id", "cut-body", "500", "drop-before"])
def test_a_server_that_does_not_answer_as_rustore_hides_only_its_own_project(
    cli: Cli, console: Console, fault: str
) -> None:
    pins = [console.add_project("Zq3vX0c8", 1), console.add_project("Kd81mWqa", 2)]
    cli.write(
        "version: 1\ndefaults: {service_token: {env: TOKEN}, period: 24}\nprojects:\n"
        f"  a: {{project: Zq3vX0c8, app_id: 1, export_project_id: {pins[0]}}}\n"
        f"  b: {{project: Kd81mWqa, app_id: 2, export_project_id: {pins[1]}}}\n"
    )
    console.faults(*(f"project-get:{fault}@{n}" for n in range(1, 5)))
    ran = cli("plan", "-o", "json", "--parallelism", "1")
    reasons = [change["reason"] for change in ran.json["changes"]]
    if fault in ("malformed", "no-id"):
        # Not repeated: the answer is there, and it is not RuStore's.
        console.faults(f"project-get:{fault}@1")
        ran = cli("plan", "-o", "json", "--parallelism", "1")
        reasons = [change["reason"] for change in ran.json["changes"]]
    assert reasons == ["unreadable", None]
    assert (ran.code, ran.json["complete"]) == (1, False)


def test_wrong_options_end_with_one(cli: Cli) -> None:
    cli.write(TWO_PROJECTS)
    for arguments, words in (
        (("plan", "--no-such-option"), "No such option"),
        (("plan", "-o", "xml"), "unknown format"),
        (("plan", "-o", "json", "-o", "text"), "only one format"),
        (("plan", "-o", f"json={cli.folder}/none/plan.json"), "cannot be written"),
        (("plan", "--api-url", "http://rustore.example"), "loopback alone"),
        (("plan", "--api-url", "https://user:pass@rustore.example"), "user name"),
        (("plan", "--state", "ftp://x/y"), "ftp"),
        (("plan", "--parallelism", "0"), "--parallelism"),
        (("nonsense",), "No such command"),
    ):
        ran = cli(*arguments)
        assert (ran.code, ran.out) == (1, ""), arguments
        assert words in ran.err, ran.err


def test_ci_without_a_named_state_creates_no_project(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS)
    refused(cli("init", CI="true"), "would not outlive this CI job")
    cli("init")
    ran = cli("apply", "--yes", CI="true")
    assert ran.code == 1
    assert "outlives this CI job" in ran.err
    assert console.creates() == (0, 0)
    assert cli("apply", "--yes", CI="true", SEGSYNC_STATE="segsync.state.json").code == 0


def test_a_folder_that_cannot_be_written_is_told(cli: Cli, tmp_path: Path) -> None:
    cli.write("in the way", "file")
    cli.write(TWO_PROJECTS)
    ran = cli("init", "--state", "file/state.json")
    refused(ran, "file/state.json", "cannot be written")


def test_a_name_that_two_files_define_names_both_places(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "m").mkdir()
    cli.write(TWO_PROJECTS, "m/a.yaml")
    cli.write(TWO_PROJECTS, "m/b.yaml")
    ran = cli("validate", "-f", "m")
    assert "m/b.yaml:4:3: error: /projects/shop-android: is defined twice, first in m/a.yaml:4:3\n" in ran.out


def blocked(ran: Ran) -> list[tuple[str, str]]:
    return [(c["address"], c["reason"]) for c in ran.json["changes"] if c["action"] == "blocked"]


def test_a_renamed_project_is_not_created_again(cli: Cli, console: Console) -> None:
    cli.write(one_project("1"))
    cli("init")
    cli("apply", "--yes")
    cli.write(one_project("1", name="store"))

    planned = cli("plan", "-o", "json", "--detailed-exitcode")
    assert planned.code == 3
    assert blocked(planned) == [("store", "renamed"), ("store/s-1", "parent")]
    assert planned.json["changes"][-1]["address"] == "shop"
    assert planned.json["changes"][-1]["action"] == "unmanaged"
    assert cli("apply", "--yes").code == 3
    assert "segsync state mv shop store" in cli("plan").out
    assert console.creates() == (1, 1)

    assert cli("state", "mv", "shop", "store").code == 0
    assert cli("plan", "--detailed-exitcode").code == 0


def test_a_pin_against_the_binding_is_blocked_and_both_are_shown(cli: Cli, console: Console) -> None:
    cli.write(one_project("1"))
    cli("init")
    cli("apply", "--yes")
    cli.write(one_project("1", pin=OTHER_ID))
    ran = cli("plan", "-o", "json")
    assert blocked(ran) == [("shop", "id-conflict"), ("shop/s-1", "parent")]
    bound = console.data()[0]["id"]
    assert ran.json["changes"][0]["fields"] == [{"path": "export_project_id", "desired": OTHER_ID, "live": bound}]
    text = cli("plan").out
    assert OTHER_ID in text
    assert bound in text


def test_two_names_for_one_export_project_are_blocked(cli: Cli, console: Console) -> None:
    cli.write(one_project("1"))
    cli("init")
    cli("apply", "--yes")
    bound = console.data()[0]["id"]
    cli.write(
        one_project("1")
        + f"  other: {{project: Zq3vX0c9, app_id: 1, export_project_id: {bound}, segments: {{x: {{segment: 1}}}}}}\n"
    )
    assert blocked(cli("plan", "-o", "json")) == [
        ("shop", "id-conflict"),
        ("shop/s-1", "parent"),
        ("other", "id-conflict"),
        ("other/x", "parent"),
    ]
    assert cli("apply", "--yes").code == 3
    assert console.creates() == (1, 1)


def test_a_pin_to_another_project_creates_nothing_there(cli: Cli, console: Console) -> None:
    pin = console.add_project("someone-elses", 7)
    cli.write(one_project("1", pin=pin))
    ran = cli("apply", "--yes", "-o", "json")
    assert ran.code == 3
    assert ran.json["remaining"] == {"drift": 1, "blocked": 1, "unmanaged": 0}
    assert console.creates() == (0, 0)


def test_plans_that_are_no_plans_are_refused(cli: Cli) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    for text, words in (
        ("", "not JSON"),
        ("[]", "not a saved plan"),
        (json.dumps({"format": "segsync-plan", "version": 2}), "newer than this segsync"),
    ):
        cli.write(text, "plan.json")
        refused(cli("apply", "--yes", "plan.json"), words)
    refused(cli("apply", "--yes", "no-such-plan.json"), "cannot be read")
    refused(cli("apply", "--yes", "plan.json", "--project", "shop-ios"), "--project")

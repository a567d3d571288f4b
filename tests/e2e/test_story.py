"""The main job, from an empty folder to a converged apply and back to drift."""

import json
import subprocess
from pathlib import Path

from segsync.plumbing.schemas import breaches
from tests.e2e.stories import TWO_PROJECTS, one_project
from tests.support.cli import Cli
from tests.support.console import Console


def test_init_plan_apply_and_nothing_left_to_do(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS)
    assert cli("init").code == 0

    planned = cli("plan", "--detailed-exitcode")
    assert planned.code == 2
    assert planned.out == (
        "+ shop-android    create: push project Zq3vX0c8, myTracker app 52210\n"
        "  + payers        create: myTracker segment 1742, every 24 h\n"
        "  + churned       create: myTracker segment 1743, every 168 h\n"
        "\n"
        "+ shop-ios        create: push project Kd81mWqa, myTracker app 52211\n"
        "  + payers        create: myTracker segment 1742, every 24 h\n"
        "\n"
        "Plan: 5 to create, 0 drifted, 0 unmanaged, 0 blocked, 0 unchanged.\n"
    )

    applied = cli("apply", "--yes")
    assert applied.code == 0
    assert applied.out == planned.out + (
        "Apply: 5 created, 0 adopted, 0 failed, 0 unknown, 0 skipped.\n"
        "Converged: everything that the manifest wants is live.\n"
    )
    assert console.creates() == (2, 3)
    android, ios = console.data()
    assert (android["project"], android["app_id"], android["api_user_id"]) == ("Zq3vX0c8", 52210, "40412")
    assert {(s["segment"], s["period"]) for s in android["segments"]} == {("1742", 24), ("1743", 168)}
    assert [(s["segment"], s["period"]) for s in ios["segments"]] == [("1742", 24)]
    assert applied.err == (
        f"shop-android: export_project_id: {android['id']}\nshop-ios: export_project_id: {ios['id']}\n"
        "`segsync pin` writes the new ids into the manifest: then it needs no state.\n"
    )

    again = cli("plan", "--detailed-exitcode")
    assert (again.code, again.out) == (
        0,
        "No changes. RuStore matches the manifest.\n"
        "Plan: 0 to create, 0 drifted, 0 unmanaged, 0 blocked, 5 unchanged.\n",
    )
    assert cli("apply", "--yes").code == 0
    assert console.creates() == (2, 3)


def test_a_changed_period_is_drift_that_apply_leaves_alone(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    cli("apply", "--yes")
    console.change(console.segments()[0]["id"], period=48)
    wanted = {"1742": ("payers", 24, 8), "1743": ("churned", 168, 9)}
    name, period, line = wanted[console.segments()[0]["segment"]]

    planned = cli("plan", "--detailed-exitcode")
    assert planned.code == 3
    assert f"! {name}  cannot change: period is 48 at RuStore, {period} here (segsync.yaml:{line})\n" in planned.out
    assert cli("plan").code == 0

    applied = cli("apply", "--yes", "-o", "json")
    assert applied.code == 3
    assert applied.json["remaining"] == {"drift": 1, "blocked": 0, "unmanaged": 0}
    assert applied.json["converged"] is False
    assert console.creates() == (2, 3)


def test_a_pinned_project_needs_no_state(cli: Cli, console: Console) -> None:
    pin = console.add_project("Zq3vX0c8", 52210)
    cli.write(one_project("1", "2", pin=pin))

    assert cli("plan", "-o", "json").json["base"]["state"] is None
    assert cli("apply", "--yes").code == 0
    assert console.creates() == (0, 2)
    assert [path.name for path in cli.folder.iterdir()] == ["segsync.yaml"]


def test_unmanaged_segments_count_for_strict_alone(cli: Cli, console: Console) -> None:
    pin = console.add_project("Zq3vX0c8", 52210)
    console.add_segment(pin, "1")
    console.add_segment(pin, "9", 12, is_enabled=False)
    cli.write(one_project("1", pin=pin))

    planned = cli("plan", "--detailed-exitcode")
    assert planned.code == 0
    assert "  ? 9  at RuStore, not in the manifest: every 12 h, switched off\n" in planned.out
    assert cli("plan", "--detailed-exitcode", "--strict").code == 3
    assert cli("apply", "--yes").code == 0
    assert cli("apply", "--yes", "--strict").code == 3


def test_the_order_of_maps_and_files_changes_no_digest(cli: Cli, console: Console, tmp_path: Path) -> None:
    first, second = console.add_project("Zq3vX0c8", 52210), console.add_project("Kd81mWqa", 52211)
    head = "version: 1\ndefaults: {service_token: {env: TOKEN}, period: 24}\nprojects:\n"
    own = f"project: Zq3vX0c8, app_id: 52210, export_project_id: {first}"
    a = f"  a: {{{own}, segments: {{x: {{segment: 1}}, y: {{segment: 2}}}}}}\n"
    a_turned = f"  a: {{segments: {{y: {{segment: '2'}}, x: {{segment: 1}}}}, {own}}}\n"
    b = f"  b: {{project: Kd81mWqa, app_id: 52211, export_project_id: {second}}}\n"
    cli.write(head + a + b)
    (tmp_path / "split").mkdir()
    cli.write(head + b, "split/1.yaml")
    cli.write("version: 1\nprojects:\n" + a_turned, "split/2.yml")

    one = cli("plan", "-o", "json").json
    other = cli("plan", "-f", "split", "-o", "json").json

    assert one["base"] == other["base"]
    assert one["summary"] == other["summary"]

    def as_set(plan: dict[str, list[dict[str, object]]]) -> set[str]:
        return {json.dumps({**change, "origin": None}, sort_keys=True) for change in plan["changes"]}

    assert as_set(one) == as_set(other)


def test_every_document_keeps_to_its_schema(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS + "# a comment\n")
    cli("init")
    documents = {
        "diagnostics": cli("validate", "-o", "json").json,
        "plan": cli("plan", "-o", "json").json,
        "result": cli("apply", "--yes", "-o", "json").json,
        "state": json.loads((cli.folder / "segsync.state.json").read_text()),
    }
    console.change(console.segments()[0]["id"], period=48)
    console.add_segment(console.data()[0]["id"], "1742")
    drifted = {"plan": cli("plan", "-o", "json").json, "result": cli("apply", "--yes", "-o", "json").json}
    for found in (documents, drifted):
        for name, document in found.items():
            assert list(breaches(name, document)) == []
    assert {change["reason"] for change in drifted["plan"]["changes"]} >= {"duplicate"}


def test_selected_projects_alone_are_read_and_counted(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    planned = cli("plan", "--project", "shop-i*", "-o", "json")
    assert planned.json["summary"]["create"] == 2
    assert planned.json["base"]["projects"] == ["shop-i*"]
    wrong = cli("plan", "--project", "shop-x*")
    assert (wrong.code, wrong.out) == (1, "")
    assert "matches no project" in wrong.err


def test_more_creates_than_allowed_create_nothing(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    for command in (("apply", "--yes"), ("plan",)):
        ran = cli(*command, "--max-creates", "4")
        assert ran.code == 1
        assert "5 to create is more than --max-creates 4" in ran.err
    assert console.creates() == (0, 0)
    assert cli("apply", "--yes", "--max-creates", "5").code == 0


def test_only_yes_approves(cli: Cli, console: Console) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    for answer in ("", "y\n", "no\n", "YES\n"):
        refused = cli("apply", stdin=answer)
        assert refused.code == 1
        assert refused.out.endswith("Plan: 5 to create, 0 drifted, 0 unmanaged, 0 blocked, 0 unchanged.\n")
    assert console.creates() == (0, 0)
    assert cli("apply", stdin="yes\n").code == 0
    assert console.creates() == (2, 3)
    assert "approves" not in cli("apply").err


def test_where_stdout_is_json_plan_and_question_go_to_stderr(cli: Cli) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    ran = cli("apply", "-o", "json", stdin="yes\n")
    assert ran.json["summary"] == {"created": 5, "adopted": 0, "failed": 0, "unknown": 0, "skipped": 0}
    assert ran.json["converged"] is True
    assert "Plan: 5 to create" in ran.err
    assert "Only `yes` approves" in ran.err


def test_one_run_writes_several_formats(cli: Cli) -> None:
    cli.write(TWO_PROJECTS)
    cli("init")
    ran = cli("plan", "-o", "text", "-o", "json=out.json")
    assert ran.out.endswith("Plan: 5 to create, 0 drifted, 0 unmanaged, 0 blocked, 0 unchanged.\n")
    assert json.loads((cli.folder / "out.json").read_text())["summary"]["create"] == 5


def test_a_segment_that_someone_else_created_meanwhile_is_adopted(cli: Cli, console: Console) -> None:
    pin = console.add_project("Zq3vX0c8", 52210)
    cli.write(one_project("1", "2", pin=pin))
    with cli.start("apply", "-o", "json", stdin=subprocess.PIPE) as apply:
        assert apply.stderr is not None
        assert any("Only `yes` approves" in line for line in apply.stderr)
        console.add_segment(pin, "1")
        out, _ = apply.communicate("yes\n")
    outcomes = json.loads(out)["outcomes"]
    assert [(o["address"], o["outcome"]) for o in outcomes] == [("shop/s-1", "adopted"), ("shop/s-2", "created")]
    assert apply.returncode == 0
    assert console.creates() == (0, 1)

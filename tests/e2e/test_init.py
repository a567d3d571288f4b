import json

from tests.e2e.stories import TWO_PROJECTS
from tests.support.cli import Cli


def test_an_empty_folder_gets_a_manifest_a_schema_and_a_state(cli: Cli) -> None:
    ran = cli("init")
    assert ran.code == 0
    lineage = json.loads((cli.folder / "segsync.state.json").read_text())["lineage"]
    assert ran.out == f"state_lineage: {lineage}\n"
    assert ran.err == "Wrote segsync.state.json\nWrote .segsync/manifest.schema.json\nWrote segsync.yaml\n"
    manifest = (cli.folder / "segsync.yaml").read_text()
    assert manifest.startswith("# yaml-language-server: $schema=.segsync/manifest.schema.json\n")
    assert f"state_lineage: {lineage}" in manifest
    assert (cli.folder / ".segsync/manifest.schema.json").read_text() == cli("schema", "manifest").out
    validated = cli("validate")
    assert (validated.code, validated.out.count("warning")) == (0, 1)
    assert cli("plan", "--detailed-exitcode").code == 0


def test_what_is_there_is_never_overwritten(cli: Cli) -> None:
    cli.write(TWO_PROJECTS)
    first = cli("init")
    assert first.err.splitlines()[0] == "Wrote segsync.state.json"
    before = {path.name: path.read_bytes() for path in cli.folder.iterdir() if path.is_file()}
    again = cli("init")
    assert (again.code, again.out) == (0, first.out)
    assert {path.name: path.read_bytes() for path in cli.folder.iterdir() if path.is_file()} == before
    assert sorted(before) == ["segsync.state.json", "segsync.yaml"]


def test_the_line_that_it_prints_can_be_appended(cli: Cli) -> None:
    cli.write(TWO_PROJECTS)
    line = cli("init").out
    cli.write(TWO_PROJECTS + line)
    assert cli("plan").code == 0
    assert "Put this line" not in cli("init").err

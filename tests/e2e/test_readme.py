"""What the README shows is what segsync prints, and what it tells to type works."""

import re
import shlex

import pytest
import yaml

from segsync.cli.demo import _MANIFEST
from segsync.cli.main import group
from segsync.cli.outputs import PLAN_FORMATS, RESULT_FORMATS, VALIDATE_FORMATS
from tests.support.cli import ROOT, Cli
from tests.support.console import Console

README = (ROOT / "README.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^ *```{language}\n(.*?)^ *```$", README, re.MULTILINE | re.DOTALL)


def test_the_plan_at_the_top_is_a_real_one(cli: Cli, console: Console) -> None:
    secrets = {"RUSTORE_SERVICE_TOKEN": "any", "MYTRACKER_SECRET_KEY": "any"}
    cli.write(_MANIFEST)
    cli("init", **secrets)
    cli("apply", "--yes", "--project", "shop-android", **secrets)
    android = console.data()[0]
    console.change(next(s["id"] for s in android["segments"] if s["segment"] == "1743"), period=24)
    console.add_segment(android["id"], "1750")
    cli.write(_MANIFEST.replace("period: 7d}\n", 'period: 7d}\n      trial: {segment: "1744"}\n'))
    assert blocks("console")[0] == "$ segsync plan\n" + cli("plan", **secrets).out


def test_the_manifest_is_a_good_one(cli: Cli) -> None:
    cli.write(next(block for block in blocks("yaml") if "version: 1" in block))
    assert cli("validate").code == 0


def test_every_command_line_exists() -> None:
    lines = [line.split("#")[0].strip() for block in (*blocks("sh"), *blocks("yaml")) for line in block.splitlines()]
    commands = [line.removeprefix("- run: exec ").removeprefix("run: exec ") for line in lines]
    typed = [shlex.split(command) for command in commands if command.startswith("segsync ")]
    assert len(typed) > 10
    for _, *arguments in typed:
        names = [argument for argument in arguments if not argument.startswith("-")]
        command = group.get_command(None, names[0])  # type: ignore[arg-type]
        assert command is not None, arguments
        if names[0] == "state":
            command = command.commands[names[1]]  # type: ignore[attr-defined]
        known = {option for parameter in command.params for option in parameter.opts}
        flags = {argument.split("=")[0] for argument in arguments if argument.startswith("-")}
        assert flags <= known, arguments


@pytest.mark.parametrize("heading", ["Try it", "Test it"])
def test_what_a_new_user_types_is_one_line(heading: str) -> None:
    section = README.split(f"## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"^```sh\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    assert len(found) == 1
    assert found[0].count("\n") == 1


def test_every_example_is_named_and_there() -> None:
    named = set(re.findall(r"\]\((examples/[^)]*)\)", README))
    assert all((ROOT / name).is_dir() for name in named)
    pipelines = {path.relative_to(ROOT).parts[1] for path in ROOT.glob("examples/*/.git*")}
    assert {f"examples/{name}" for name in pipelines} <= named


def test_every_format_is_described() -> None:
    described = set(re.findall(r"^\| `([a-z-]+)` \| (?:plan|apply|validate)", README, re.MULTILINE))
    assert described == {*PLAN_FORMATS, *RESULT_FORMATS, *VALIDATE_FORMATS}


def test_the_hook_is_the_one_that_there_is() -> None:
    config = yaml.safe_load(next(block for block in blocks("yaml") if "repos:" in block))
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert [hook["id"] for hook in config["repos"][0]["hooks"]] == [hook["id"] for hook in hooks]

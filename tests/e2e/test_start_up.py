"""What a user waits for before anything happens."""

import subprocess
import sys

import pytest

from tests.support.cli import ROOT, environment

_HEAVY = ("requests", "deepdiff", "jsonschema", "yaml")


@pytest.mark.parametrize(
    ("arguments", "extra"),
    [
        (["--help"], {}),
        (["--version"], {}),
        (["plan", "--help"], {}),
        ([], {"_SEGSYNC_COMPLETE": "bash_complete", "COMP_WORDS": "segsync plan --", "COMP_CWORD": "2"}),
    ],
)
def test_help_version_and_completion_load_no_library(arguments: list[str], extra: dict[str, str]) -> None:
    script = (
        "import sys; sys.argv = ['segsync', *sys.argv[1:]]\n"
        "from segsync.cli.main import main\n"
        "try:\n    main()\n"
        f"finally:\n    print([name for name in {_HEAVY!r} if name in sys.modules], file=sys.stderr)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=ROOT, env=environment(extra), capture_output=True, text=True
    )
    assert (ran.returncode, ran.stderr) == (0, "[]\n")
    assert ran.stdout != ""

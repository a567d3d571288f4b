"""The command `segsync`: finds the command to run, and is the only place where an error becomes an exit code."""

import importlib
import io
import keyword
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import NoReturn

import click

from segsync import __version__
from segsync.cli.signals import ending_in_order
from segsync.cli.terminal import Terminal
from segsync.errors import Interrupted, SegsyncError

_COMMANDS = ("init", "validate", "plan", "apply", "import", "pin", "publish", "state", "schema", "emulator", "demo")
_FAILED = 1
_INTERRUPTED = 130


class LazyGroup(click.Group):
    """Imports a command's module when it is asked for: `--help` and completion load no library of the others."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module = f"{cmd_name}_" if keyword.iskeyword(cmd_name) else cmd_name
        found: click.Command = importlib.import_module(f"segsync.cli.{module}").command
        return found


@click.group("segsync", cls=LazyGroup, invoke_without_command=True)
@click.version_option(__version__, message="segsync %(version)s")
@click.pass_context
def group(ctx: click.Context) -> None:
    """RuStore push segment exports as code.

    Describe export projects and segments in a YAML manifest, see with `plan` what differs from RuStore, and let
    `apply` create what is missing.
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # What the terminal's encoding lacks is spelled out rather than an error.
            stream.reconfigure(errors="backslashreplace")
    terminal = Terminal()
    with ending_in_order():
        code = _guarded(
            lambda: group.main(arguments, prog_name="segsync", standalone_mode=False, obj=terminal), terminal
        )
    terminal.flush()
    sys.exit(code)


def _guarded(run: Callable[[], object], terminal: Terminal) -> int:
    """The exit code of `run`. No traceback reaches a user: it could hold what must not be shown."""
    try:
        code = run()
    except Interrupted as error:
        return 128 + error.signum
    except SegsyncError as error:
        terminal.error(error.message, error.hint, error.details)
        return error.exit_code
    except click.exceptions.Exit as error:
        return error.exit_code
    except click.Abort:
        return _INTERRUPTED
    except click.ClickException as error:
        terminal.error(error.format_message(), _usage_hint(error))
        return _FAILED
    except BrokenPipeError:
        terminal.silence()
        return _FAILED
    except Exception as error:  # noqa: BLE001  # the boundary: nothing may get past it
        terminal.error(f"this is a bug in segsync: {_place(error)}", "Please report it with this line.")
        return _FAILED
    return code if isinstance(code, int) else 0


def _usage_hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"`{context.command_path} --help` shows what there is." if context else ""


def _place(error: BaseException) -> str:
    """Type and place alone: the message of an unforeseen error may hold anything."""
    frames = traceback.extract_tb(error.__traceback__)
    frame = next((frame for frame in reversed(frames) if f"{os.sep}segsync{os.sep}" in frame.filename), frames[-1])
    return f"{type(error).__name__} at {os.path.basename(frame.filename)}:{frame.lineno}"

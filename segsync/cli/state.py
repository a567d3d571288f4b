"""segsync state VERB"""

from collections.abc import Callable
from typing import TYPE_CHECKING

import click

from segsync.cli import options
from segsync.cli.options import ManifestOptions, RemoteOptions
from segsync.cli.terminal import Terminal

if TYPE_CHECKING:
    from segsync.core.model import State
    from segsync.operations.repairing import Repair
    from segsync.state.store import Store


@click.group("state", invoke_without_command=True)
@click.pass_context
def command(ctx: click.Context) -> None:
    """Look at the state, and repair it."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())


@command.command("show")
@options.manifests()
@options.common()
def show(chosen: ManifestOptions, terminal: Terminal) -> None:
    """Show the state for people, and what to do where something is in doubt."""
    from segsync.cli.session import options_of
    from segsync.operations.workspace import open_state
    from segsync.render.state import state as rendered

    store = open_state(options_of(chosen))
    terminal.out(rendered(store.read(), store.address))


@command.command("resolve")
@click.argument("name")
@options.option("--id", "export_project_id", metavar="UUID", help="It was created, and this is its id.")
@options.option("--not-created", is_flag=True, help="It was not created; the next apply creates it.")
@options.manifests()
@options.remote()
@options.lock()
@options.yes("Resolve")
@options.common()
def resolve(
    name: str,
    export_project_id: str | None,
    not_created: bool,
    chosen: ManifestOptions,
    remote: RemoteOptions,
    lock_timeout: float,
    yes: bool,
    terminal: Terminal,
) -> None:
    """Settle the create of NAME that is in doubt."""
    from segsync.cli.session import opened, options_of
    from segsync.errors import UsageError
    from segsync.operations.repairing import settle_created, settle_not_created
    from segsync.operations.workspace import open_state
    from segsync.plumbing.clock import SystemClock, timestamp
    from segsync.plumbing.whoami import who

    workspace_options = options_of(chosen)
    if (export_project_id is not None) == not_created:
        raise UsageError("give one of --id UUID and --not-created")
    if export_project_id is None:
        _repair(
            open_state(workspace_options), lambda state: settle_not_created(state, name), lock_timeout, yes, terminal
        )
        return
    found, now = export_project_id.lower(), timestamp(SystemClock().now())
    with opened(workspace_options, remote, terminal) as session:
        workspace = session.workspace
        _repair(
            open_state(workspace_options),
            lambda state: settle_created(state, name, found, workspace.manifest, session.remote, at=now, by=who()),
            lock_timeout,
            yes,
            terminal,
        )


@command.command("mv")
@click.argument("old")
@click.argument("new")
@options.manifests()
@options.lock()
@options.yes("Rename")
@options.common()
def mv(
    old: str,
    new: str,
    chosen: ManifestOptions,
    lock_timeout: float,
    yes: bool,
    terminal: Terminal,
) -> None:
    """Tell the state that the project OLD is called NEW in the manifest now."""
    from segsync.cli.session import options_of
    from segsync.operations.repairing import move
    from segsync.operations.workspace import open_state_and_manifest

    store, desired = open_state_and_manifest(options_of(chosen), terminal.listen)
    _repair(store, lambda state: move(state, old, new, desired), lock_timeout, yes, terminal)


def _repair(
    store: "Store", mend: "Callable[[State], Repair]", lock_timeout: float, yes: bool, terminal: Terminal
) -> None:
    """Run one verb under the lock, asking first where it could lead to a second create."""
    from segsync.cli.dialogue import ask
    from segsync.cli.session import lock_info
    from segsync.operations.repairing import repair
    from segsync.plumbing.clock import SystemClock

    def approve(question: str) -> None:
        if not yes:
            ask(question, terminal)

    verb = click.get_current_context().info_name
    terminal.out(
        repair(store, mend, approve, lock=lock_info(f"state {verb}"), clock=SystemClock(), wait=lock_timeout) + "\n"
    )

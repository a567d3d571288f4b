"""segsync state VERB"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from segsync.cli import options
from segsync.cli.options import ChangeOptions, ManifestOptions, RemoteOptions
from segsync.cli.terminal import Terminal
from segsync.errors import UsageError

if TYPE_CHECKING:
    from segsync.core.state import State
    from segsync.operations.repairing import Repair, Terms
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

    store = open_state(options_of(chosen), terminal.listen)
    terminal.out(rendered(store.read(), store.address))


@command.command("pull")
@options.manifests()
@options.common()
def pull(chosen: ManifestOptions, terminal: Terminal) -> None:
    """Print the state's document."""
    from segsync.cli.session import options_of
    from segsync.operations.workspace import open_state
    from segsync.state.store import encode

    terminal.out(encode(open_state(options_of(chosen), terminal.listen).read()).decode("ascii"))


@command.command("push")
@click.argument("file", type=click.Path(path_type=Path))
@options.manifests()
@options.changes("Push")
@options.common()
def push(file: Path, chosen: ManifestOptions, terms: ChangeOptions, terminal: Terminal) -> None:
    """Store the document in FILE as the state: a recovery file, or one that `pull` printed.

    Refuses another lineage, a serial that is not above the stored one, and a document that lacks a stored id.
    """
    from segsync.cli.session import options_of
    from segsync.operations import repairing
    from segsync.operations.workspace import open_state
    from segsync.state.store import read_document

    document = read_document(file)
    store = open_state(options_of(chosen), terminal.listen)
    terminal.out(repairing.push(store, document, str(file), _agreed("push", terms, terminal)) + "\n")


@command.command("resolve")
@click.argument("name", required=False)
@options.option("--id", "export_project_id", metavar="UUID", help="It was created, and this is its id.")
@options.option("--not-created", is_flag=True, help="It was not created; the next apply creates it.")
@options.option("--publish", "key", metavar="KEY", help="Settle the message in doubt under this key instead.")
@options.option("--sent", is_flag=True, help="The message was sent; it is not sent again.")
@options.option("--not-sent", is_flag=True, help="It was not sent; the key is free again.")
@options.manifests()
@options.remote()
@options.changes("Resolve")
@options.common()
def resolve(
    name: str | None,
    export_project_id: str | None,
    not_created: bool,
    key: str | None,
    sent: bool,
    not_sent: bool,
    chosen: ManifestOptions,
    remote: RemoteOptions,
    terms: ChangeOptions,
    terminal: Terminal,
) -> None:
    """Settle what is in doubt: the create of NAME, or the message that was sent under a KEY."""
    if key is not None:
        if name is not None or export_project_id is not None or not_created or sent == not_sent:
            raise UsageError("--publish KEY takes one of --sent and --not-sent, and nothing else")
        _resolve_message(key, sent, chosen, terms, terminal)
        return
    if name is None or sent or not_sent or (export_project_id is not None) == not_created:
        raise UsageError(
            "give one of --id UUID and --not-created with NAME, or one of --sent and --not-sent with --publish KEY"
        )
    _resolve_create(name, export_project_id, chosen, remote, terms, terminal)


def _resolve_message(key: str, sent: bool, chosen: ManifestOptions, terms: ChangeOptions, terminal: Terminal) -> None:
    from segsync.cli.session import options_of
    from segsync.operations import repairing
    from segsync.operations.workspace import open_state

    settle = repairing.settle_sent if sent else repairing.settle_not_sent
    _repair(
        open_state(options_of(chosen), terminal.listen), lambda state: settle(state, key), "resolve", terms, terminal
    )


def _resolve_create(
    name: str,
    export_project_id: str | None,
    chosen: ManifestOptions,
    remote: RemoteOptions,
    terms: ChangeOptions,
    terminal: Terminal,
) -> None:
    from segsync.cli.session import opened, options_of
    from segsync.operations import repairing
    from segsync.operations.workspace import open_state
    from segsync.plumbing.clock import SystemClock, timestamp
    from segsync.plumbing.whoami import who

    store = open_state(options_of(chosen), terminal.listen)
    if export_project_id is None:
        _repair(store, lambda state: repairing.settle_not_created(state, name), "resolve", terms, terminal)
        return
    answer = repairing.Answer(name, export_project_id.lower(), timestamp(SystemClock().now()), who())
    with opened(options_of(chosen), remote, terminal) as session:
        manifest, live = session.workspace.manifest, session.remote
        _repair(
            store, lambda state: repairing.settle_created(state, answer, manifest, live), "resolve", terms, terminal
        )


@command.command("mv")
@click.argument("old")
@click.argument("new")
@options.manifests()
@options.changes("Rename")
@options.common()
def mv(old: str, new: str, chosen: ManifestOptions, terms: ChangeOptions, terminal: Terminal) -> None:
    """Tell the state that the project OLD is called NEW in the manifest now."""
    from segsync.cli.session import options_of
    from segsync.operations import repairing
    from segsync.operations.workspace import open_state_and_manifest

    store, manifest = open_state_and_manifest(options_of(chosen), terminal.listen)
    _repair(store, lambda state: repairing.move(state, old, new, manifest), "mv", terms, terminal)


@command.command("forget")
@click.argument("name")
@options.manifests()
@options.changes("Forget")
@options.common()
def forget(name: str, chosen: ManifestOptions, terms: ChangeOptions, terminal: Terminal) -> None:
    """Drop all that the state knows of the project NAME.

    Refuses a name that the manifest has without an `export_project_id`: it would be created a second time.
    """
    from segsync.cli.session import options_of
    from segsync.operations import repairing
    from segsync.operations.workspace import open_state_and_manifest

    store, manifest = open_state_and_manifest(options_of(chosen), terminal.listen)
    _repair(store, lambda state: repairing.forget(state, name, manifest), "forget", terms, terminal)


@command.command("unlock")
@click.argument("lock_id")
@options.manifests()
@options.yes("Unlock")
@options.common()
def unlock(lock_id: str, chosen: ManifestOptions, yes: bool, terminal: Terminal) -> None:
    """Free the lock LOCK_ID, whose holder is gone.

    The lock of a local state frees itself when its holder ends.
    """
    from segsync.cli.session import options_of
    from segsync.operations.workspace import open_state

    open_state(options_of(chosen), terminal.listen).unlock(
        lock_id, lambda question: None if yes else _ask(question, terminal)
    )
    terminal.out(f"The lock {lock_id} is free.\n")


def _repair(
    store: "Store", mend: "Callable[[State], Repair]", verb: str, terms: ChangeOptions, terminal: Terminal
) -> None:
    """Run one verb under the lock, asking first where it could lead to a second create."""
    from segsync.operations.repairing import repair

    terminal.out(repair(store, mend, _agreed(verb, terms, terminal)) + "\n")


def _agreed(verb: str, terms: ChangeOptions, terminal: Terminal) -> "Terms":
    from segsync.cli.session import lock_info
    from segsync.operations.repairing import Terms
    from segsync.plumbing.clock import SystemClock

    def approve(question: str) -> None:
        if not terms.yes:
            _ask(question, terminal)

    return Terms(approve, lock_info(f"state {verb}"), SystemClock(), terms.lock_timeout)


def _ask(question: str, terminal: Terminal) -> None:
    from segsync.cli.dialogue import ask
    from segsync.render.escape import escaped

    # Who holds a lock is told by a server.
    ask(escaped(question), terminal)

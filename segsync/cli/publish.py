"""segsync publish"""

import json
import os
from typing import TYPE_CHECKING

import click

from segsync.cli import options
from segsync.cli.options import ManifestOptions, MessageOptions, RemoteOptions
from segsync.cli.outputs import Renderer, parse_outputs
from segsync.cli.terminal import Terminal
from segsync.errors import MessageInvalid, UsageError
from segsync.render.paper import Paper

if TYPE_CHECKING:
    from segsync.core.message import Message, PublishResult

FORMATS = ("text", "json")
_LONGEST_KEY = 200


@click.command("publish")
@click.argument("address")
@options.message()
@options.option("--once", metavar="KEY", help="Send it once under this key, however often this is run. Needs a state.")
@options.option("--dry-run", is_flag=True, help="Check everything and print the exact body; send nothing.")
@options.yes("Send")
@options.manifests()
@options.remote()
@options.lock()
@options.output(*FORMATS)
@options.common()
def command(
    address: str,
    written: MessageOptions,
    once: str | None,
    dry_run: bool,
    yes: bool,
    chosen: ManifestOptions,
    remote: RemoteOptions,
    lock_timeout: float,
    output: tuple[str, ...],
    terminal: Terminal,
) -> int:
    """Send a push message to the segment at ADDRESS, such as shop-android/payers.

    Shows what goes to whom, and asks: what was sent cannot be taken back.
    """
    from segsync.cli.dialogue import PublishDialogue
    from segsync.cli.session import lock_info, opened, options_of
    from segsync.cli.signals import GRACE_SECONDS
    from segsync.operations.publishing import Terms, publish

    outputs = parse_outputs(output, FORMATS)
    terms = Terms(_checked_key(once), dry_run, lock_timeout, lock_info("publish"))
    message = _message(written, terminal)
    with opened(options_of(chosen), remote, terminal, grace=GRACE_SECONDS) as session:
        dialogue = PublishDialogue(terminal, session.stopper, to_stdout=outputs.stdout == "text", yes=yes)
        ended = publish(session.workspace, session.remote, address, message, terms, dialogue, session.clock)
    unwritten = outputs.write_done(_renderer(ended.result), terminal)
    for what, hint in ended.troubles:
        terminal.error(what, hint)
    return ended.result.exit_code or unwritten


def _renderer(result: "PublishResult") -> Renderer:
    from segsync.core.codec import encode_publish
    from segsync.render import publish

    def render(name: str, _paper: Paper) -> str:
        return publish.result(result) if name == "text" else json.dumps(encode_publish(result), indent=2) + "\n"

    return render


def _checked_key(key: str | None) -> str | None:
    if key is not None and (not key.strip() or not key.isprintable() or len(key) > _LONGEST_KEY):
        raise UsageError(
            f"--once: a key is 1 to {_LONGEST_KEY} characters on one line; nothing was sent",
            "Such as the name of the campaign. Is a variable empty?",
        )
    return key


def _message(written: MessageOptions, terminal: Terminal) -> "Message":
    """The message, its warnings told. Raises UsageError, or MessageInvalid where it has errors."""
    from segsync.core.events import Diagnosed, Warned
    from segsync.manifest.message import read_message, typed_message

    typed = (written.title, written.body, written.image)
    if written.message is None:
        message, advice = typed_message(*typed)
        for one in advice:
            terminal.listen(Warned(one))
        return message
    if any(text is not None for text in typed):
        raise UsageError("--message cannot be given with --title, --body or --image", "The file holds them all.")
    read = read_message(written.message, os.environ)
    for diagnostic in read.diagnostics:
        terminal.listen(Diagnosed(diagnostic))
    if read.message is None:
        errors = sum(diagnostic.severity == "error" for diagnostic in read.diagnostics)
        raise MessageInvalid(f"the message has {errors} error{'s' if errors > 1 else ''}, nothing was sent")
    return read.message

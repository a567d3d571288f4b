"""segsync emulator"""

import signal
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import click

from segsync.cli import options
from segsync.cli.terminal import Terminal
from segsync.errors import Interrupted, UsageError


@click.command("emulator")
@options.option("--host", default="127.0.0.1", show_default=True, help="The loopback address to listen on.")
@options.option("--port", type=click.IntRange(0, 65535), default=8089, show_default=True, help="0 picks a free one.")
@options.option("--data", type=click.Path(path_type=Path), help="Keep the data in this file.  [default: in memory]")
@options.option("--token", multiple=True, help="Accept this service token. Without any, every token is good.")
@options.option("--latency", type=click.IntRange(min=0), default=0, metavar="MS", help="Answer this much later.")
@options.option("--fault", multiple=True, metavar="SPEC", help="OPERATION:FAULT[:SECONDS][@N|%P]")
@options.option("--seed", type=int, help="Draw the same lots for %P again.")
@options.common()
def command(
    host: str,
    port: int,
    data: Path | None,
    token: tuple[str, ...],
    latency: int,
    fault: tuple[str, ...],
    seed: int | None,
    terminal: Terminal,
) -> None:
    """RuStore's segments API on loopback, for trying out, CI and tests.

    The first line on stdout is its address. Data, edits and counts are under /_emulator/.
    """
    from segsync.emulator.faults import parse_fault
    from segsync.emulator.server import Emulator, Settings

    if not all(token):
        raise UsageError("--token: is empty")
    try:
        faults = tuple(map(parse_fault, fault))
        settings = Settings(host, port, data, token, latency, faults, seed)
        emulator = Emulator(settings, terminal.err if terminal.verbose else None)
    except (OSError, ValueError) as error:
        raise UsageError(str(error)) from error
    _serve(emulator.serve_forever, emulator.stop, emulator.url)


def _serve(serve: Callable[[], None], stop: Callable[[], None], url: str) -> None:
    received: list[int] = []

    def handle(number: int, _frame: FrameType | None) -> None:
        received.append(number)
        stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)
    click.echo(url)
    sys.stdout.flush()
    serve()
    if received:
        raise Interrupted(received[0])

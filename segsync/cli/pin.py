"""segsync pin"""

import os
from typing import TYPE_CHECKING

import click

from segsync.cli import options
from segsync.cli.options import ManifestOptions
from segsync.cli.terminal import Terminal

if TYPE_CHECKING:
    from segsync.operations.pinning import Pin, Pins


@click.command("pin")
@options.manifests()
@options.option("--check", is_flag=True, help="Write nothing, and end 1 when something is left to pin.")
@options.common()
def command(chosen: ManifestOptions, check: bool, terminal: Terminal) -> int:
    """Write the ids of the state into the manifests, as `export_project_id`.

    One line for each project; every other byte stays as it was. After it, no state is needed any more.
    """
    from segsync.cli.session import options_of
    from segsync.manifest.load import load
    from segsync.operations.pinning import find_pins, write_pins
    from segsync.operations.workspace import workspace_of

    loaded = load(chosen.manifest, os.environ)
    pins = find_pins(loaded, workspace_of(loaded, options_of(chosen), terminal.listen))
    if not check:
        write_pins(loaded, pins)
    _tell(pins, check, terminal)
    return 1 if pins.by_hand or (check and pins.missing) else 0


def _tell(pins: "Pins", check: bool, terminal: Terminal) -> None:
    for pin in pins.missing:
        terminal.out(f"{_told(pin, 'is not pinned' if check else 'pinned')}\n")
    for pin in pins.by_hand:
        terminal.out(f"{_told(pin, 'put this into it by hand')}\n")
    if pins.idless:
        names = ", ".join(pins.idless)
        terminal.err(f"No id is known yet: {names}. `segsync plan` tells what to do.")
    if check and pins.missing:
        terminal.error(f"{len(pins.all)} left to pin", "Run `segsync pin`, and commit what it writes.")
    elif pins.by_hand:
        terminal.error(
            f"{len(pins.by_hand)} cannot be pinned by adding a line: {', '.join(pin.name for pin in pins.by_hand)}",
            "Their layout (braces, anchors) does not take one. Put the lines above into them by hand.",
        )
    elif not pins.missing:
        terminal.out("Nothing to pin.\n")


def _told(pin: "Pin", what: str) -> str:
    return f"{pin.origin}: {pin.name}: {what}: export_project_id: {pin.export_project_id}"

"""segsync init"""

import click

from segsync.cli import options
from segsync.cli.options import ManifestOptions
from segsync.cli.terminal import Terminal


@click.command("init")
@options.manifests()
@options.common()
def command(chosen: ManifestOptions, terminal: Terminal) -> None:
    """Write a first manifest and a first state, where there is none. Never overwrites."""
    from segsync.cli.session import new_id, options_of
    from segsync.operations.starting import start

    started = start(options_of(chosen), terminal.listen, new_id)
    for path in started.wrote:
        terminal.err(f"Wrote {path}")
    if not started.named:
        terminal.err("Put this line into the manifest, so that it is never used with another state:")
    terminal.out(f"state_lineage: {started.lineage}\n")

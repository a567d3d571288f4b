"""segsync validate"""

import os

import click

from segsync.cli import options
from segsync.cli.options import ManifestOptions
from segsync.cli.outputs import VALIDATE_FORMATS, parse_outputs
from segsync.cli.terminal import Terminal


@click.command("validate")
@options.manifests()
@options.output(*VALIDATE_FORMATS)
@options.common()
def command(chosen: ManifestOptions, output: tuple[str, ...], terminal: Terminal) -> int:
    """Show every problem in the manifests. Needs no token, no network and no state."""
    from segsync.cli.show import render_diagnostics
    from segsync.manifest.load import load

    outputs = parse_outputs(output, VALIDATE_FORMATS)
    loaded = load(chosen.manifest, os.environ)
    outputs.write(render_diagnostics(loaded, chosen.manifest), terminal)
    return 1 if loaded.manifest is None else 0

"""segsync validate"""

import json
import os

import click

from segsync.cli import options
from segsync.cli.options import ManifestOptions
from segsync.cli.outputs import parse_outputs
from segsync.cli.terminal import Terminal

FORMATS = ("text", "json")


@click.command("validate")
@options.manifests()
@options.output(*FORMATS)
@options.common()
def command(chosen: ManifestOptions, output: tuple[str, ...], terminal: Terminal) -> int:
    """Show every problem in the manifests. Needs no token, no network and no state."""
    from segsync.core.codec import encode_diagnostics
    from segsync.manifest.load import load
    from segsync.render import text

    outputs = parse_outputs(output, FORMATS)
    loaded = load(chosen.manifest, os.environ)
    rendered = {
        "text": text.diagnostics(loaded.diagnostics) + text.valid_line(loaded.manifest),
        "json": json.dumps(encode_diagnostics(loaded.diagnostics), indent=2) + "\n",
    }
    outputs.write(rendered, terminal)
    return 1 if loaded.manifest is None else 0

"""segsync schema"""

import click

from segsync.cli import options
from segsync.cli.terminal import Terminal

NAMES = ("manifest", "message", "plan", "result", "publish", "diagnostics", "state", "api")


@click.command("schema")
@click.argument("name", type=click.Choice(NAMES))
@options.common()
def command(name: str, terminal: Terminal) -> None:
    """Print the JSON Schema of a document, or the OpenAPI description of RuStore's API (api)."""
    from segsync.plumbing.schemas import schema_text

    terminal.out(schema_text(name))

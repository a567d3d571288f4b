"""segsync import"""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from segsync.cli import options
from segsync.cli.options import ManifestOptions, RemoteOptions
from segsync.cli.terminal import Terminal

if TYPE_CHECKING:
    from segsync.operations.importing import Request
    from segsync.operations.insertion import Insertion


@click.command("import")
@click.argument("name")
@click.argument("export_project_id")
@options.option("--write", type=click.Path(path_type=Path), metavar="FILE", help="Add it to this manifest file.")
@options.option("--bind", is_flag=True, help="Keep the id in the state instead of pinning it.")
@options.option("--token-env", metavar="NAME", help="The environment variable with the service token.")
@options.manifests()
@options.remote()
@options.lock()
@options.common()
def command(
    name: str,
    export_project_id: str,
    write: Path | None,
    bind: bool,
    token_env: str | None,
    chosen: ManifestOptions,
    remote: RemoteOptions,
    lock_timeout: float,
    terminal: Terminal,
) -> int:
    """Make a manifest of the export project EXPORT_PROJECT_ID, with all of its segments, under the name NAME.

    Prints the lines, or adds them to a manifest (--write). The project is pinned, so that it needs no state.
    """
    from dataclasses import replace

    from segsync.cli.session import lock_info, opened, options_of
    from segsync.operations.importing import Request, Terms, import_project, load_for_import
    from segsync.operations.workspace import workspace_of

    request = Request(name, export_project_id, token_env, write, bind)
    chosen_all = options_of(replace(chosen, project=()))
    loaded = load_for_import(chosen_all)
    workspace = workspace_of(loaded, chosen_all, terminal.listen)
    with opened(chosen_all, remote, terminal, workspace=workspace) as session:
        terms = Terms(lock_info("import --bind"), session.clock, lock_timeout)
        added = import_project(loaded, workspace, session.remote, request, terms, terminal.listen)
    return _tell(added, request, terminal)


def _tell(added: "Insertion", request: "Request", terminal: Terminal) -> int:
    name, count = added.project.name, len(added.project.segments)
    what = f"{name} with {count} segment{'' if count == 1 else 's'}"
    if request.bind:
        terminal.err(f"{name} is {request.export_project_id.lower()} in the state.")
    if added.after:
        terminal.out(f"{added.after.label}: added {what}.\n")
        return 0
    terminal.out(added.text)
    if added.refused:
        terminal.error(added.refused, "Put these lines under `projects:`, and write that without braces.")
        return 1
    terminal.err(f"{what}: {'a whole manifest' if added.whole else 'lines to put at the end of `projects:`'}.")
    return 0

"""segsync plan"""

import click

from segsync.cli import options
from segsync.cli.options import ManifestOptions, RemoteOptions
from segsync.cli.outputs import PLAN_FORMATS, parse_outputs
from segsync.cli.terminal import Terminal


@click.command("plan")
@options.manifests()
@options.remote()
@options.limits()
@options.option(
    "--detailed-exitcode",
    is_flag=True,
    help="End 0 when there is nothing to do, 2 when there is something to create, 3 when a person is needed.",
)
@options.output(*PLAN_FORMATS)
@options.common()
def command(
    chosen: ManifestOptions,
    remote: RemoteOptions,
    strict: bool,
    max_creates: int | None,
    detailed_exitcode: bool,
    output: tuple[str, ...],
    terminal: Terminal,
) -> int:
    """Show what differs between the manifests and RuStore. Never writes."""
    from segsync.cli.session import opened, options_of
    from segsync.cli.show import render_plan, tell_failures
    from segsync.core import verdict
    from segsync.operations.planning import check_limit, make_plan

    outputs = parse_outputs(output, PLAN_FORMATS)
    with opened(options_of(chosen), remote, terminal) as session:
        plan = make_plan(session.workspace, session.workspace.read_state(), session.remote, session.clock).plan
    outputs.write(render_plan(plan, chosen.manifest), terminal)
    tell_failures(plan, terminal)
    check_limit(plan, max_creates)
    return verdict.of_plan(plan, detailed=detailed_exitcode, strict=strict)

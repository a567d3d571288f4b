"""segsync apply"""

from dataclasses import replace
from pathlib import Path

import click

from segsync.cli import options
from segsync.cli.options import ManifestOptions, RemoteOptions
from segsync.cli.outputs import RESULT_FORMATS, parse_outputs
from segsync.cli.terminal import Terminal


@click.command("apply")
@click.argument("saved_plan", metavar="[PLAN.json]", required=False, type=click.Path(path_type=Path))
@options.manifests()
@options.remote()
@options.limits()
@options.yes("Create")
@options.option(
    "--settle",
    type=click.FloatRange(0, 3600),
    default=10.0,
    show_default=True,
    help="Seconds within which RuStore's list shows a new segment export.",
)
@options.lock()
@options.output(*RESULT_FORMATS)
@options.common()
def command(
    saved_plan: Path | None,
    chosen: ManifestOptions,
    remote: RemoteOptions,
    strict: bool,
    max_creates: int | None,
    yes: bool,
    settle: float,
    lock_timeout: float,
    output: tuple[str, ...],
    terminal: Terminal,
) -> int:
    """Show the plan, ask, and create what RuStore lacks.

    With a saved plan (`segsync plan -o json=PLAN.json`), do exactly that or refuse.
    """
    from segsync.cli.dialogue import Dialogue
    from segsync.cli.session import lock_info, new_id, opened, options_of
    from segsync.cli.show import render_result
    from segsync.cli.signals import GRACE_SECONDS
    from segsync.operations.applying import Terms, apply
    from segsync.operations.saved_plan import read_saved_plan

    outputs = parse_outputs(output, RESULT_FORMATS)
    saved = read_saved_plan(saved_plan, chosen.project) if saved_plan else None
    if saved is not None:
        chosen = replace(chosen, project=tuple(saved["base"]["projects"]))
    terms = Terms(saved, strict, max_creates, settle, lock_timeout, lock_info("apply"))
    with opened(options_of(chosen), remote, terminal, grace=GRACE_SECONDS) as session:
        dialogue = Dialogue(terminal, session.stopper, plan_to_stdout=outputs.stdout == "text", yes=yes)
        applied = apply(
            session.workspace,
            session.remote,
            terms,
            dialogue,
            clock=session.clock,
            listener=terminal.listen,
            new_id=new_id,
        )
    unwritten = outputs.write_done(render_result(applied.result, chosen.manifest), terminal)
    if applied.error:
        terminal.error(applied.error.message, applied.error.hint, applied.error.details)
    elif any(outcome.kind == "project" and outcome.id for outcome in applied.result.outcomes):
        terminal.err("`segsync pin` writes the new ids into the manifest: then it needs no state.")
    return applied.result.exit_code or unwritten

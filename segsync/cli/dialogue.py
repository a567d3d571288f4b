"""Shows what is about to happen to whoever runs a command, and asks."""

import sys

from segsync.cli.show import tell_failures
from segsync.cli.signals import Stopper
from segsync.cli.terminal import Terminal
from segsync.core.message import Publication
from segsync.core.plan import Plan
from segsync.errors import Interrupted, NotApproved
from segsync.render import publish, text
from segsync.render.view import of_plan


class Dialogue:
    """`plan_to_stdout`: stdout is text, so that the plan belongs there; else it goes to stderr."""

    def __init__(self, terminal: Terminal, stopper: Stopper, *, plan_to_stdout: bool, yes: bool) -> None:
        self._terminal = terminal
        self._stopper = stopper
        self._plan_to_stdout = plan_to_stdout
        self._yes = yes

    def show(self, plan: Plan) -> None:
        view = of_plan(plan, ())
        if self._plan_to_stdout:
            self._terminal.out(text.plan(view, self._terminal.paper(sys.stdout)))
        else:
            self._terminal.err(text.plan(view, self._terminal.paper(sys.stderr)).rstrip("\n"))
        tell_failures(plan, self._terminal)

    def approve(self, plan: Plan) -> None:
        if not self._yes:
            _ask_stoppably(
                f"Create {plan.summary.create} at RuStore? The API can neither change nor delete what it has created.",
                self._terminal,
                self._stopper,
            )


class PublishDialogue:
    """`to_stdout`: stdout is text, so that the message is shown there; else it goes to stderr."""

    def __init__(self, terminal: Terminal, stopper: Stopper, *, to_stdout: bool, yes: bool) -> None:
        self._terminal = terminal
        self._stopper = stopper
        self._to_stdout = to_stdout
        self._yes = yes

    def show(self, publication: Publication) -> None:
        if self._to_stdout:
            self._terminal.out(publish.preview(publication))
        else:
            self._terminal.err(publish.preview(publication).rstrip("\n"))

    def approve(self, publication: Publication) -> None:
        if not self._yes:
            _ask_stoppably(publish.question(publication), self._terminal, self._stopper)


def _ask_stoppably(question: str, terminal: Terminal, stopper: Stopper) -> None:
    terminal.flush()
    with stopper.asking():
        ask(question, terminal)


def ask(question: str, terminal: Terminal) -> None:
    """Raises NotApproved unless the answer is `yes`, and where nobody is there to answer."""
    try:
        terminal.err(f"{question}\nOnly `yes` approves:")
        answer = sys.stdin.readline()
    except (Interrupted, KeyboardInterrupt):
        terminal.break_line()
        raise
    if not answer:
        raise NotApproved("nobody is here to answer, nothing was done", "Use --yes where no person is, as in CI.")
    if answer.strip() != "yes":
        raise NotApproved("not approved, nothing was done")

"""Shows a plan to whoever applies, and asks."""

import sys

from segsync.cli.show import tell_failures
from segsync.cli.signals import Stopper
from segsync.cli.terminal import Terminal
from segsync.core.model import Plan
from segsync.errors import NotApproved
from segsync.render import text


class Dialogue:
    """`plan_to_stdout`: stdout is text, so that the plan belongs there; else it goes to stderr."""

    def __init__(self, terminal: Terminal, stopper: Stopper, *, plan_to_stdout: bool, yes: bool) -> None:
        self._terminal = terminal
        self._stopper = stopper
        self._plan_to_stdout = plan_to_stdout
        self._yes = yes

    def show(self, plan: Plan) -> None:
        if self._plan_to_stdout:
            self._terminal.out(text.plan(plan, color=self._terminal.colors(sys.stdout)))
        else:
            self._terminal.err(text.plan(plan, color=self._terminal.colors(sys.stderr)).rstrip("\n"))
        tell_failures(plan, self._terminal)

    def approve(self, plan: Plan) -> None:
        if self._yes:
            return
        self._terminal.flush()
        with self._stopper.asking():
            ask(
                f"Create {plan.summary.create} at RuStore? The API can neither change nor delete what it has created.",
                self._terminal,
            )


def ask(question: str, terminal: Terminal) -> None:
    """Raises NotApproved unless the answer is `yes`, and where nobody is there to answer."""
    terminal.err(f"{question}\nOnly `yes` approves:")
    answer = sys.stdin.readline()
    if not answer:
        raise NotApproved("nobody is here to answer, nothing was done", "Use --yes where no person is, as in CI.")
    if answer.strip() != "yes":
        raise NotApproved("not approved, nothing was done")

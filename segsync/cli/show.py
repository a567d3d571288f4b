"""Renders plans and results in the formats that were asked for."""

import json
import sys

from segsync.cli.outputs import Outputs
from segsync.cli.terminal import Terminal
from segsync.core.codec import encode_plan, encode_result
from segsync.core.model import Project
from segsync.core.plan import Plan, Reason, Result
from segsync.render import text
from segsync.render.failures import told

PLAN_FORMATS = ("text", "json")
RESULT_FORMATS = ("text", "json")


def render_plan(plan: Plan, outputs: Outputs, terminal: Terminal) -> dict[str, str]:
    renderers = {
        "text": lambda: text.plan(plan, color=terminal.colors(sys.stdout)),
        "json": lambda: json.dumps(encode_plan(plan), indent=2) + "\n",
    }
    return {name: renderers[name]() for name in outputs.formats}


def render_result(result: Result, outputs: Outputs) -> dict[str, str]:
    renderers = {
        "text": lambda: text.result(result),
        "json": lambda: json.dumps(encode_result(result), indent=2) + "\n",
    }
    return {name: renderers[name]() for name in outputs.formats}


def tell_failures(plan: Plan, terminal: Terminal) -> None:
    """What could not be read, each cause once, with the projects that it concerns."""
    causes: dict[tuple[str, str], list[str]] = {}
    for change in plan.changes:
        if change.reason is Reason.UNREADABLE and change.error and isinstance(change.desired, Project):
            cause = told(change.error, change.desired.service_token, plan.base.api_url)
            causes.setdefault(cause, []).append(change.address)
    for (what, hint), addresses in causes.items():
        more = f" and {len(addresses) - 5} more" if len(addresses) > 5 else ""
        terminal.error(f"{what} [{', '.join(addresses[:5])}{more}]", hint)

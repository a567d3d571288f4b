"""Renders plans and results in the formats that were asked for."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from segsync.cli.outputs import Renderer
from segsync.cli.terminal import Terminal
from segsync.core.codec import encode_diagnostics, encode_plan, encode_result
from segsync.core.model import Project
from segsync.core.plan import Plan, Reason, Result
from segsync.manifest.load import Loaded
from segsync.manifest.sources import shown_path
from segsync.render import github, gitlab, markdown, notes, text
from segsync.render.failures import told
from segsync.render.paper import Paper
from segsync.render.view import View, of_plan, of_result


def manifest_names(manifests: Sequence[Path]) -> tuple[str, ...]:
    """The manifests as the user named them, relative to the repository: the same on every machine."""
    return tuple(shown_path(path, os.environ) for path in manifests)


def render_plan(plan: Plan, manifests: Sequence[Path]) -> Renderer:
    view = of_plan(plan, manifest_names(manifests))
    return _renderer(
        {
            **_for_people(view),
            "text": lambda paper: text.plan(view, paper),
            "json": lambda _paper: _json(encode_plan(plan)),
            "github": lambda _paper: github.annotations(notes.of_view(view)),
            "gitlab-terraform": lambda _paper: gitlab.terraform(plan.summary),
            "gitlab-codequality": lambda _paper: gitlab.code_quality(notes.of_view(view), _somewhere(plan, view)),
        }
    )


def render_result(result: Result, manifests: Sequence[Path]) -> Renderer:
    view = of_result(result, manifest_names(manifests))
    return _renderer(
        {
            **_for_people(view),
            "text": lambda paper: text.result(view, paper),
            "json": lambda _paper: _json(encode_result(result)),
        }
    )


def render_diagnostics(loaded: Loaded, manifests: Sequence[Path]) -> Renderer:
    found = loaded.diagnostics
    somewhere = manifest_names(manifests)[0]
    return _renderer(
        {
            "text": lambda _paper: text.diagnostics(found) + text.valid_line(loaded.manifest),
            "json": lambda _paper: _json(encode_diagnostics(found)),
            "github": lambda _paper: github.annotations(notes.of_diagnostics(found)),
            "gitlab-codequality": lambda _paper: gitlab.code_quality(notes.of_diagnostics(found), somewhere),
        }
    )


def _somewhere(plan: Plan, view: View) -> str:
    """The file for what has no line: a report takes no folder."""
    return next((change.origin.file for change in plan.changes if change.origin), view.files[0])


_Formats = Mapping[str, Callable[[Paper], str]]


def _for_people(view: View) -> _Formats:
    return {"markdown": lambda _paper: markdown.comment(view), "html": lambda _paper: _page(view)}


def _page(view: View) -> str:
    from segsync.render import html  # loads a template engine

    return html.page(view)


def _renderer(formats: _Formats) -> Renderer:
    return lambda name, paper: formats[name](paper)


def _json(document: object) -> str:
    return json.dumps(document, indent=2) + "\n"


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

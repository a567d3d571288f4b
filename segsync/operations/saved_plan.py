"""Reads a saved plan. It is only ever compared with a fresh one: nothing in it is executed."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from segsync.core.codec import FORMAT_VERSION
from segsync.errors import FileError, PlanRefused, PlanStale, UsageError
from segsync.plumbing.files import read_limited
from segsync.plumbing.schemas import first_breach

_LIMIT = 256 * 2**20
_AGAIN = "Make one with `segsync plan -o json=PLAN.json`."


def read_saved_plan(path: Path, globs: tuple[str, ...]) -> Mapping[str, Any]:
    """The plan's document. Raises PlanRefused, PlanStale where it was edited, or UsageError."""
    if globs:
        raise UsageError("--project cannot be given with a saved plan", "The plan has its own selection.")
    document = _document(path)
    if isinstance(document["version"], int) and document["version"] > FORMAT_VERSION:
        raise PlanRefused(
            f"{path}: this plan has format {document['version']}, newer than this segsync", "Update segsync."
        )
    if problem := first_breach("plan", document):
        raise PlanStale(f"{path}: this plan was edited at {problem}; nothing was created", "Plan again.")
    if not document["complete"]:
        raise PlanRefused(f"{path}: this plan is incomplete: a project could not be read", "Plan again.")
    return document


def _document(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(read_limited(path, _LIMIT))
    except FileError as error:
        raise PlanRefused(error.message, _AGAIN) from error
    except (ValueError, RecursionError) as error:
        raise PlanRefused(f"{path}: this is not a saved plan: it is not JSON", _AGAIN) from error
    if not isinstance(document, dict) or document.get("format") != "segsync-plan" or "version" not in document:
        raise PlanRefused(f"{path}: this is not a saved plan", _AGAIN)
    return document

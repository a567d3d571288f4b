"""Finding what a method and a path stand for, from a table."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from http import HTTPStatus
from typing import Generic, TypeVar
from urllib.parse import unquote

from segsync.emulator.exchange import Answer, Refused, Request, not_found, refusal

T = TypeVar("T")


@dataclass(frozen=True)
class Route(Generic[T]):
    """One row of a table. `template` is a path such as `/v1/projects/{project_id}/publish`."""

    method: str
    template: str
    target: T

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Matches the path, with a named group for each part in braces."""
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.template))


def find(routes: Sequence[Route[T]], request: Request) -> tuple[T, dict[str, str]]:
    """The target of the request, and the decoded parts of its path by name.

    Raises Refused: 404 for a path of no route, 405 (with `Allow`) for a path of another method.
    """
    allowed = []
    for route in routes:
        if match := route.pattern.fullmatch(request.path):
            if route.method == request.method:
                return route.target, {name: unquote(part) for name, part in match.groupdict().items()}
            allowed.append(route.method)
    if not allowed:
        raise not_found("there is nothing at this path")
    raise Refused(_wrong_method(", ".join(allowed)))


def _wrong_method(allowed: str) -> Answer:
    message = f"this path takes {allowed} alone"
    return refusal(HTTPStatus.METHOD_NOT_ALLOWED, message, headers=(("Allow", allowed),))

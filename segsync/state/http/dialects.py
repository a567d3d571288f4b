"""How GitLab and plain servers differ in the Terraform HTTP state protocol, and what their refusals mean."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar, Protocol
from urllib.parse import quote, urlsplit

from segsync.errors import UsageError
from segsync.state.http import locks
from segsync.state.http.calls import Call
from segsync.state.protocol import LockInfo

# Below a relative URL root, where GitLab has one. A project may be a path, its slashes encoded.
_GITLAB = re.compile(r"(?:/[^/]+)*?/api/v4/projects/[^/]+/terraform/state(?P<name>/.*)?")


class Dialect(Protocol):
    lock_makes_state: ClassVar[bool]
    """Whether a state that is locked exists, if only without a version: then a 404 means that it has vanished."""
    refusals: ClassVar[Mapping[int, tuple[str, str]]]
    """By status: what is wrong, and what to do. Those that mean the same everywhere are not among them."""
    doubts: ClassVar[Mapping[int, str]]
    """By status: what may have kept the server from storing a state."""

    def lock(self, info: LockInfo) -> Call: ...

    def unlock(self, info: LockInfo) -> Call: ...

    def holder(self, body: bytes) -> LockInfo:
        """Who holds the lock, by the answer to a lock that was refused."""
        ...


_VARIABLES = "Set SEGSYNC_HTTP_USERNAME and SEGSYNC_HTTP_PASSWORD."
_PROTOCOL = "segsync needs a server of the Terraform HTTP state protocol, with LOCK and UNLOCK."


class Plain:
    """LOCK and UNLOCK on the address itself."""

    lock_makes_state: ClassVar[bool] = False
    refusals: ClassVar[Mapping[int, tuple[str, str]]] = {
        404: ("the server has no such place", f"Compare the address. {_PROTOCOL}"),
        405: ("the server does not know this request", _PROTOCOL),
        501: ("the server does not know this request", _PROTOCOL),
    }
    doubts: ClassVar[Mapping[int, str]] = {}

    def lock(self, info: LockInfo) -> Call:
        return Call("LOCK", body=locks.encode(info))

    def unlock(self, info: LockInfo) -> Call:
        return Call("UNLOCK", body=locks.encode(info))

    def holder(self, body: bytes) -> LockInfo:
        return locks.decode(body)


class GitLab:
    """POST and DELETE on `/lock`."""

    lock_makes_state: ClassVar[bool] = True
    refusals: ClassVar[Mapping[int, tuple[str, str]]] = {
        401: (
            "the credentials are wrong or missing",
            f"{_VARIABLES} In a job of that GitLab CI_JOB_TOKEN serves, if the address lies under CI_API_V4_URL.",
        ),
        403: (
            "the credentials lack the right to do it",
            "On GitLab reading needs the Developer role, locking and writing the Maintainer role.",
        ),
        404: ("GitLab has no such project, or does not show it to these credentials", "Compare the address."),
        422: ("GitLab cannot process it", "Is this state being deleted there?"),
    }
    doubts: ClassVar[Mapping[int, str]] = dict.fromkeys(
        (422, 500), "GitLab has this serial already, the lock is another one by now, or a file could not be locked"
    )

    def lock(self, info: LockInfo) -> Call:
        return Call("POST", "/lock", locks.encode(info))

    def unlock(self, info: LockInfo) -> Call:
        return Call("DELETE", f"/lock{by_id(info)}")

    def holder(self, body: bytes) -> LockInfo:
        # The other keys are those of the request that was refused.
        return replace(locks.decode(body), operation="", pid=0)


def dialect_of(address: str) -> Dialect:
    """Raises UsageError for a place at GitLab that cannot be a state."""
    gitlab = _GITLAB.fullmatch(urlsplit(address).path)
    if not gitlab:
        return Plain()
    if not re.fullmatch(r"/[^/]+", gitlab["name"] or ""):
        raise UsageError(
            "--state: this is not the address of a state at GitLab",
            "It ends in /terraform/state/NAME, and NAME holds no slash.",
        )
    return GitLab()


def by_id(info: LockInfo) -> str:
    """The query that names a lock."""
    return f"?ID={quote(info.id, safe='')}"


def refusal(dialect: Dialect, status: int) -> tuple[str, str]:
    """Why the server did nothing, and what to do about it."""
    what, hint = dialect.refusals.get(status) or _EVERYWHERE.get(300 if 300 <= status < 400 else status) or ("", "")
    if not what:
        what = "the server failed" if status >= 500 else "the server gave an unexpected answer"
    return f"{what} (HTTP {status})", hint


_EVERYWHERE = {
    300: ("the server redirects, which is never followed", "Name the address that it leads to, if that is yours."),
    401: ("the credentials are wrong or missing", _VARIABLES),
    403: ("the credentials lack the right to do it", "Ask whoever runs the server for it."),
    413: ("the state is larger than the server takes", ""),
    429: ("the server is asked too often", "Wait a while."),
}

"""Where an HTTP state may be, and with which credentials."""

import re
from collections.abc import Mapping
from urllib.parse import unquote, urlsplit

from requests.utils import requote_uri

from segsync.core.model import Secret
from segsync.errors import UsageError
from segsync.plumbing.http import Basic, checked_url

_USERNAME, _PASSWORD = "SEGSYNC_HTTP_USERNAME", "SEGSYNC_HTTP_PASSWORD"
_DEFAULT_PORTS = {"http": 80, "https": 443}


def checked_address(url: str) -> str:
    """The address as it will be sent. Raises UsageError."""
    if "?" in url or "#" in url:
        # The protocol puts a query of its own there.
        raise UsageError("--state: an http address must not hold a query", "Give it as https://HOST/PATH.")
    address = requote_uri(checked_url(url, "--state"))
    if _has_dots(urlsplit(address).path):
        raise UsageError("--state: an http address must not hold . or .. in its path", "Write the path in full.")
    return address


def explicit(environment: Mapping[str, str]) -> Basic | None:
    """The user's own credentials, for any server. Raises UsageError where only half of them is there."""
    username, password = environment.get(_USERNAME, ""), environment.get(_PASSWORD, "")
    if bool(username) != bool(password):
        one, other = (_USERNAME, _PASSWORD) if username else (_PASSWORD, _USERNAME)
        raise UsageError(f"{one} is set and {other} is not", "Set both, or neither.")
    if ":" in username:
        raise UsageError(f"{_USERNAME} holds a colon, which no user name of HTTP can")
    return Basic(username, Secret(password)) if username else None


def of_job(address: str, environment: Mapping[str, str]) -> Basic | None:
    """The token of the GitLab job that this runs in: for that GitLab's API, and nothing else."""
    token, api = environment.get("CI_JOB_TOKEN", ""), environment.get("CI_API_V4_URL", "")
    if not token or not _lies_under(address, api):
        return None
    return Basic("gitlab-ci-token", Secret(token))


def _lies_under(address: str, parent: str) -> bool:
    try:
        parent = checked_address(parent)
    except UsageError:
        return False
    below = urlsplit(address).path.startswith(urlsplit(parent).path + "/")
    return below and _server(address) == _server(parent)


def _server(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or _DEFAULT_PORTS[parts.scheme]


def _has_dots(path: str) -> bool:
    """Whether `.` or `..` is a part of it, however often it is encoded."""
    decoded = unquote(path)
    while decoded != path:
        path, decoded = decoded, unquote(decoded)
    return any(part in (".", "..") for part in re.split(r"[/\\]", decoded))

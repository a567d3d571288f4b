"""Sends one call to RuStore, repeats it where that is safe, and says what a failure means.

A failure is one of three things: nothing was sent, the server refused, or nobody knows. Whether a call may be
repeated after that is a fact about the operation: the API's reads are POSTs too.
"""

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import quote

from segsync.core.events import Exchanged, Listener, Waiting
from segsync.core.model import Failure, FailureKind, Secret
from segsync.plumbing.calls import Broken
from segsync.plumbing.clock import Clock
from segsync.plumbing.http import Answer, Bearer, Http
from segsync.rustore.wire import Misshapen, envelope

T = TypeVar("T")

ATTEMPTS = 4
_FIRST_DELAY = 0.5
_LONGEST_RETRY_AFTER = 60.0
_LONG_ENOUGH_TO_TELL = 3.0
_SHORT = 8

# With these the server has decided before it did anything, whoever it was that answered.
_REFUSALS = frozenset({400, 401, 403, 404, 405, 407, 411, 413, 414, 415, 422})
_REQUEST_TIMEOUT = 408
_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the API. `repeatable`: sending it again after an unknown outcome does no harm.

    `final`: once it has reached the server it is never sent again, whatever the server answered.
    """

    name: str
    path: str
    repeatable: bool
    final: bool = False


PROJECT_CREATE = Operation("project-create", "/v1/export_settings/project/create", repeatable=False)
PROJECT_GET = Operation("project-get", "/v1/export_settings/project/get", repeatable=True)
SEGMENT_CREATE = Operation(
    "segment-create", "/v1/export_settings/project/{export_project_id}/segments/create", repeatable=False
)
SEGMENT_LIST = Operation(
    "segment-list", "/v1/export_settings/project/{export_project_id}/segments/get", repeatable=True
)
PUBLISH = Operation(
    "publish", "/v1/projects/{project_id}/segments/{mt_segment_id}/publish", repeatable=False, final=True
)


@dataclass(frozen=True, slots=True)
class Call:
    """One call to be made. `secrets` are all that it carries: no text of the answer may repeat one."""

    operation: Operation
    token: Secret
    ids: Mapping[str, str]
    body: bytes | None = field(default=None, repr=False)  # may hold a secret
    secrets: tuple[Secret, ...] = ()

    @property
    def path(self) -> str:
        return self.operation.path.format(**{name: quote(id_, safe="") for name, id_ in self.ids.items()})


class Transport:
    """Sends calls over one HTTP session. Safe to use from several threads."""

    def __init__(self, http: Http, base_url: str, clock: Clock, listener: Listener) -> None:
        self._http = http
        self._base_url = base_url
        self._clock = clock
        self._listener = listener

    def send(self, call: Call, read: Callable[[Any], T]) -> T | Failure:
        """The answer's JSON through `read` (which raises Misshapen), or why there is none."""
        for attempt in range(1, ATTEMPTS + 1):
            reply = self._attempt(call)
            outcome = interpret(call, reply, read)
            if not isinstance(outcome, Failure) or attempt == ATTEMPTS or not _may_repeat(call, reply, outcome):
                break
            delay = _delay(reply, attempt, self._clock.now())
            if delay >= _LONG_ENOUGH_TO_TELL:
                self._listener(Waiting(delay, f"{call.operation.name}: {outcome.message}"))
            self._clock.sleep(delay)
            if self._clock.stop_signal:
                break
        return outcome

    def _attempt(self, call: Call) -> Answer | Broken:
        started = self._clock.monotonic()
        headers = {"Content-Type": "application/json"} if call.body is not None else {}
        reply = self._http.send("POST", call.path, auth=Bearer(call.token), headers=headers, body=call.body)
        if isinstance(reply, Broken):
            reply = replace(reply, why=_without_secrets(call, reply.why))
        ending = str(reply.status) if isinstance(reply, Answer) else reply.why
        seconds = self._clock.monotonic() - started
        self._listener(Exchanged("POST", self._base_url + call.path, ending, seconds))
        return reply


def interpret(call: Call, reply: Answer | Broken, read: Callable[[Any], T]) -> T | Failure:
    """The one place that says what a reply means."""
    if isinstance(reply, Broken):
        return Failure(FailureKind.UNKNOWN if reply.began else FailureKind.NOT_SENT, reply.why)
    if 200 <= reply.status < 300:
        try:
            return _harmless(call, read(json.loads(reply.body)))
        except (ValueError, RecursionError, Misshapen) as error:
            what = str(error) if isinstance(error, Misshapen) else "the answer is not JSON"
            return Failure(FailureKind.UNKNOWN, _without_secrets(call, what), http=reply.status)
    return _error_answer(call, reply)


def _error_answer(call: Call, reply: Answer) -> Failure:
    told = envelope(reply.body)
    client_error = 400 <= reply.status < 500 and reply.status != _REQUEST_TIMEOUT
    refused = reply.status in _REFUSALS or (client_error and told is not None)
    kind = FailureKind.REFUSED if refused else FailureKind.UNKNOWN
    if told is None:
        what = "a redirect, which is never followed" if 300 <= reply.status < 400 else "no error of the API's own"
        return Failure(kind, f"HTTP {reply.status}, {what}", http=reply.status)
    message = _without_secrets(call, told.message or f"HTTP {reply.status}, no message")
    status = None if told.status is None else _without_secrets(call, told.status)
    return Failure(kind, message, http=reply.status, code=told.code, status=status, enveloped=True)


def _may_repeat(call: Call, reply: Answer | Broken, failure: Failure) -> bool:
    if failure.kind is FailureKind.NOT_SENT:
        return True
    if call.operation.final:
        return False
    if isinstance(reply, Broken):
        # A call that took all of its time would take it again.
        return call.operation.repeatable and not reply.timed_out
    if reply.status == _TOO_MANY_REQUESTS and failure.kind is FailureKind.REFUSED:
        return True
    return call.operation.repeatable and (reply.status == _TOO_MANY_REQUESTS or reply.status >= 500)


def _delay(reply: Answer | Broken, attempt: int, now: datetime) -> float:
    """Seconds before the next attempt: what the server asks for, else exponential back-off with jitter."""
    asked = _retry_after(reply.headers.get("retry-after", ""), now) if isinstance(reply, Answer) else None
    if asked is not None:
        return min(max(asked, 0.0), _LONGEST_RETRY_AFTER)
    exponential: float = _FIRST_DELAY * 2 ** (attempt - 1)
    return exponential * random.uniform(0.5, 1.0)  # noqa: S311  # jitter, not cryptography


def _retry_after(text: str, now: datetime) -> float | None:
    """`Retry-After` is a number of seconds or an HTTP date (RFC 9110, section 10.2.3)."""
    if text.strip().isdecimal():
        return float(text)
    try:
        date = parsedate_to_datetime(text)
        return ((date if date.tzinfo else date.replace(tzinfo=UTC)) - now).total_seconds()
    except (ValueError, OverflowError):
        return None


def _harmless(call: Call, found: T) -> T:
    """What an answer brought, unless it repeats a secret: ids and names are shown and stored."""
    told = repr(found)
    # A secret this short, as used with an emulator, may stand in any id.
    if any(len(secret.reveal()) > _SHORT and secret.occurs_in(told) for secret in (call.token, *call.secrets)):
        raise Misshapen("the answer repeats a secret")
    return found


def _without_secrets(call: Call, text: str) -> str:
    repeats = any(secret.occurs_in(text) for secret in (call.token, *call.secrets))
    return "(the server's message is withheld: it repeats a secret)" if repeats else text

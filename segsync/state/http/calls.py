"""The calls of the Terraform HTTP state protocol, and what is known of the server after each."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from requests.auth import AuthBase

from segsync.plumbing.calls import Broken
from segsync.plumbing.http import Answer, Http

_TIMEOUT = 30.0
_DELAYS = (0.5, 1.0)
# Behind a gateway that takes its time to give up, another try would take as long again.
_PATIENCE = 10.0
# A connection that idled while RuStore was called may be dead, and a write lost on it would be in doubt.
_HEADERS = {"Connection": "close"}


@dataclass(frozen=True, slots=True)
class Call:
    """One request; `path` is what follows the state's address."""

    method: str
    path: str = ""
    body: bytes | None = None

    @property
    def reads(self) -> bool:
        return self.method == "GET"


class Caller:
    """Sends calls to one address. `sleep` waits that many seconds."""

    def __init__(self, address: str, auth: AuthBase | None, sleep: Callable[[float], None]) -> None:
        self._http = Http(address, timeout=_TIMEOUT, connections=1, may_be_empty=True)
        self._auth = auth
        self._sleep = sleep

    def send(self, call: Call) -> Answer | Broken:
        began = time.monotonic()
        reply = self._once(call)
        for delay in _DELAYS:
            if time.monotonic() - began > _PATIENCE or not _may_be_repeated(call, reply):
                break
            self._sleep(delay)
            reply = self._once(call)
        return reply

    def wait(self, seconds: float) -> None:
        self._sleep(seconds)

    def _once(self, call: Call) -> Answer | Broken:
        headers = _HEADERS if call.body is None else {**_HEADERS, "Content-Type": "application/json"}
        return self._http.send(call.method, call.path, auth=self._auth, headers=headers, body=call.body)


def done(reply: Answer | Broken) -> bool:
    return isinstance(reply, Answer) and reply.status in (200, 201, 204)


def lock_is_held(reply: Answer | Broken) -> bool:
    """By another id than the one that was sent."""
    return isinstance(reply, Answer) and reply.status in (409, 423)


def in_doubt(reply: Answer | Broken) -> bool:
    """Whether the server may have done what it was asked for, and does not say so."""
    if isinstance(reply, Broken):
        return reply.began
    refused = reply.status == 501
    return not done(reply) and not refused and (200 <= reply.status < 300 or reply.status == 408 or reply.status >= 500)


def write_in_doubt(reply: Answer | Broken) -> bool:
    """GitLab answers 422 to what it has stored already, and to what it cannot store."""
    return in_doubt(reply) or (isinstance(reply, Answer) and reply.status == 422)


def _may_be_repeated(call: Call, reply: Answer | Broken) -> bool:
    """Whatever reached the server is sent again only where it changes nothing there."""
    if isinstance(reply, Broken):
        # A call that took all of its time would take it again.
        return not reply.timed_out and (call.reads or not reply.began)
    return call.reads and reply.status in (429, 502, 503, 504)

"""Publishes: checks, shows, asks, sends at most once, and tells what came of it."""

import contextlib
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from segsync.core import journal, verdict
from segsync.core.message import Message, Publication, PublishResult, Sending
from segsync.core.model import Failure, FailureKind
from segsync.core.state import Published, State
from segsync.errors import Interrupted, PublishRefused, UsageError
from segsync.operations.audience import Audience, check_live, find
from segsync.operations.ledger import Ledger
from segsync.operations.remote import Remote
from segsync.operations.workspace import Workspace
from segsync.plumbing.clock import Clock, timestamp
from segsync.render.failures import told
from segsync.state.protocol import LockInfo
from segsync.state.store import Store


class Dialogue(Protocol):
    """The person, or the pipeline, on the other side."""

    def show(self, publication: Publication) -> None: ...

    def approve(self, publication: Publication) -> None:
        """Raises NotApproved."""
        ...


@dataclass(frozen=True, slots=True)
class Terms:
    """How to publish. `once` is the key under which the message is sent once, `lock_wait` is in seconds."""

    once: str | None
    dry_run: bool
    lock_wait: float
    lock: LockInfo


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of it, and what went wrong: what and what to do, for each trouble."""

    result: PublishResult
    troubles: tuple[tuple[str, str], ...] = ()


def publish(
    workspace: Workspace, remote: Remote, address: str, message: Message, terms: Terms, dialogue: Dialogue, clock: Clock
) -> Ended:
    """Send `message` to the segment at `address`. Raises before it is sent, never after it."""
    audience = find(workspace, address)
    workspace = workspace.of_project(audience.project)
    publication = Publication(address, audience.project.project, audience.segment.segment, message, terms.once)
    with _opened(workspace, terms, clock) as (store, state):
        earlier = state.published.get(terms.once) if state and terms.once else None
        if earlier:
            return _settled(publication, earlier)
        check_live(workspace, state, remote, audience, clock)
        dialogue.show(publication)
        if terms.dry_run:
            return Ended(PublishResult(publication, Sending.DRY_RUN, verdict.DONE))
        dialogue.approve(publication)
        if clock.stop_signal is not None:
            raise Interrupted(clock.stop_signal)
        ledger = Ledger(store if terms.once else None, state, workspace.options.folder)
        return _send(publication, audience, remote, ledger, clock)


@contextlib.contextmanager
def _opened(workspace: Workspace, terms: Terms, clock: Clock) -> Iterator[tuple[Store | None, State | None]]:
    """The state, where one is used; locked where a key is to be written to it."""
    if terms.once is None:
        yield workspace.store, workspace.read_state()
        return
    if workspace.options.state_would_be_lost:
        raise UsageError(
            "--once needs a state that outlives this CI job, and none is named; nothing was sent",
            "Name one with --state or SEGSYNC_STATE.",
        )
    store = workspace.needed_store()
    with contextlib.ExitStack() as held:
        if not terms.dry_run:
            held.enter_context(store.locked(terms.lock, clock, terms.lock_wait))
        yield store, store.read()


def _settled(publication: Publication, earlier: Published) -> Ended:
    """What the state knows already of this key. Nothing is sent."""
    key, at = publication.once, earlier.at
    wanted = (publication.project, publication.segment, publication.digest)
    if (earlier.project, earlier.segment, earlier.digest) != wanted:
        raise PublishRefused(
            f"the key {key} was used at {at} for another message or another segment; nothing was sent",
            "Take another key. `segsync state show` lists those that are used.",
        )
    if earlier.outcome == "sent":
        return Ended(PublishResult(publication, Sending.ALREADY_SENT, verdict.DONE))
    result = PublishResult(publication, Sending.UNKNOWN, verdict.of_publish(Sending.UNKNOWN))
    what = f"a run under the key {key} began to send this message at {at}, and nobody knows how that ended"
    return Ended(result, ((f"{what}; nothing was sent now", _how_to_settle(publication)),))


def _send(publication: Publication, audience: Audience, remote: Remote, ledger: Ledger, clock: Clock) -> Ended:
    """The intent is durable before the send, and what came of it is written after it."""
    _begin(publication, ledger, clock)
    stopped = clock.stop_signal
    if stopped is not None:
        _free(publication, ledger)
        ledger.close()
        raise Interrupted(stopped)
    answer = remote.publish(audience.project, audience.segment, publication.message)
    outcome = _record(publication, answer, ledger)
    error = ledger.close()
    code = verdict.of_publish(
        outcome, error_code=error.exit_code if error else verdict.DONE, stop_signal=clock.stop_signal
    )
    failure = answer if isinstance(answer, Failure) else None
    result = PublishResult(publication, outcome, code, None if isinstance(answer, Failure) else answer, failure)
    troubles = [(error.message, error.hint)] if error else []
    if failure:
        troubles.insert(0, _trouble(publication, failure, audience, remote))
    return Ended(result, tuple(troubles))


def _begin(publication: Publication, ledger: Ledger, clock: Clock) -> None:
    """Raises where the intent cannot be made durable: then nothing is sent."""
    if publication.once is None:
        return
    entry = Published(
        publication.project, publication.segment, publication.digest, timestamp(clock.now()), outcome="unknown"
    )
    ledger.state = journal.begin_publish(ledger.state, publication.once, entry)
    if not ledger.save():
        error = ledger.error
        assert error is not None
        raise type(error)(f"{error.message}; nothing was sent", error.hint)


def _record(publication: Publication, answer: str | Failure, ledger: Ledger) -> Sending:
    if not isinstance(answer, Failure):
        if publication.once is not None:
            ledger.state = journal.confirm_publish(ledger.state, publication.once)
        return Sending.SENT
    if answer.kind is FailureKind.UNKNOWN:
        return Sending.UNKNOWN
    _free(publication, ledger)
    return Sending.FAILED


def _free(publication: Publication, ledger: Ledger) -> None:
    if publication.once is not None:
        ledger.state = journal.free_publish(ledger.state, publication.once)


def _trouble(publication: Publication, failure: Failure, audience: Audience, remote: Remote) -> tuple[str, str]:
    what, hint = told(failure, audience.project.service_token, remote.api_url)
    if failure.kind is FailureKind.UNKNOWN:
        return f"nobody knows whether the message was sent: {what}", _how_to_settle(publication)
    return f"{what}; nothing was sent", hint


def _how_to_settle(publication: Publication) -> str:
    look = "It may have reached the whole segment. Find out in RuStore Console, or on a device of the segment"
    if publication.once is None:
        return f"{look}, before you send it again."
    return f"{look}. Then: segsync state resolve --publish {shlex.quote(publication.once)} --sent|--not-sent"

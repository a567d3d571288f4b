"""State, Plan, Result, PublishResult and diagnostics <-> JSON. Every document names its format and version.

Decoding takes a document that its JSON Schema has accepted already.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from segsync.core.message import PublishResult
from segsync.core.model import Diagnostic, Failure, Project, SecretRef, Segment
from segsync.core.plan import Change, Plan, Result
from segsync.core.state import Binding, PendingProject, PendingSegment, Published, State

FORMAT_VERSION = 1
Json = dict[str, Any]


def encode_state(state: State) -> Json:
    return {
        "segsync_state": FORMAT_VERSION,
        "lineage": state.lineage,
        "serial": state.serial,
        "projects": {name: asdict(binding) for name, binding in state.projects.items()},
        "pending": {address: _pending(entry) for address, entry in state.pending.items()},
        "published": {key: asdict(message) for key, message in state.published.items()},
    }


def decode_state(document: Mapping[str, Any]) -> State:
    return State(
        lineage=document["lineage"].lower(),
        serial=document["serial"],
        projects={name: Binding(**_lowered(entry)) for name, entry in document["projects"].items()},
        pending={address: _decode_pending(address, entry) for address, entry in document["pending"].items()},
        published={key: Published(**entry) for key, entry in document["published"].items()},
    )


def encode_plan(plan: Plan) -> Json:
    return {
        "format": "segsync-plan",
        "version": FORMAT_VERSION,
        "segsync": plan.segsync,
        "created_at": plan.created_at,
        "complete": plan.complete,
        "base": {
            "api_url": plan.base.api_url,
            "projects": list(plan.base.projects),
            "manifest": plan.base.manifest,
            "state": asdict(plan.base.state) if plan.base.state else None,
            "live": plan.base.live,
        },
        "summary": asdict(plan.summary),
        "changes": [_change(change) for change in plan.changes],
    }


def encode_result(result: Result) -> Json:
    return {
        "format": "segsync-result",
        "version": FORMAT_VERSION,
        "summary": asdict(result.summary),
        "remaining": asdict(result.remaining),
        "converged": result.converged,
        "exit_code": result.exit_code,
        "outcomes": [
            {
                "address": outcome.address,
                "kind": outcome.kind,
                "outcome": outcome.outcome.value,
                "id": outcome.id,
                "error": _failure(outcome.error),
            }
            for outcome in result.outcomes
        ],
    }


def encode_publish(result: PublishResult) -> Json:
    sent = result.publication
    return {
        "format": "segsync-publish",
        "version": FORMAT_VERSION,
        "address": sent.address,
        "project": sent.project,
        "segment": sent.segment,
        "once": sent.once,
        "digest": sent.digest,
        "body": sent.message.encoded.decode("utf-8"),
        "outcome": result.outcome.value,
        "answer": result.answer,
        "error": _failure(result.error),
        "exit_code": result.exit_code,
    }


def encode_diagnostics(diagnostics: Iterable[Diagnostic]) -> Json:
    return {
        "format": "segsync-diagnostics",
        "version": FORMAT_VERSION,
        "diagnostics": [asdict(diagnostic) for diagnostic in diagnostics],
    }


def _pending(entry: PendingProject | PendingSegment) -> Json:
    return {key: value for key, value in asdict(entry).items() if value is not None}


def _decode_pending(address: str, entry: Mapping[str, Any]) -> PendingProject | PendingSegment:
    return PendingSegment(**_lowered(entry)) if "/" in address else PendingProject(**entry)


def _lowered(entry: Mapping[str, Any]) -> Json:
    """UUIDs are the same in any case; here they are compared as text."""
    return {**entry, "export_project_id": entry["export_project_id"].lower()}


def _change(change: Change) -> Json:
    return {
        "address": change.address,
        "kind": change.kind,
        "action": change.action.value,
        "reason": change.reason.value if change.reason else None,
        "desired": _desired(change.desired),
        "live": _live(change),
        "fields": [asdict(field) for field in change.fields],
        "ignored": list(change.ignored),
        "error": _failure(change.error),
        "origin": asdict(change.origin) if change.origin else None,
    }


def _desired(desired: Project | Segment | None) -> Json | None:
    if desired is None:
        return None
    if isinstance(desired, Segment):
        return {"segment": desired.segment, "period": desired.period, "is_enabled": desired.is_enabled}
    return {
        "project": desired.project,
        "app_id": desired.app_id,
        "api_user_id": desired.api_user_id,
        "export_project_id": desired.export_project_id,
        "service_token": _reference(desired.service_token),
        "secret_key": _reference(desired.secret_key),
    }


def _reference(ref: SecretRef | None) -> Json | None:
    return None if ref is None else {ref.source: ref.name}


def _live(change: Change) -> Json | None:
    if change.live is None:
        return None
    shown = asdict(change.live)
    return {**shown, "duplicates": list(change.duplicates)} if change.duplicates else shown


def _failure(failure: Failure | None) -> Json | None:
    if failure is None:
        return None
    return {
        "kind": failure.kind.value,
        "http": failure.http,
        "code": failure.code,
        "status": failure.status,
        "message": failure.message,
    }

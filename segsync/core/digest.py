"""Digests that are the same for the same meaning: no file, line, order or comment changes them."""

import hashlib
import json
from dataclasses import asdict

from segsync.core.model import Found, Manifest, NotFound, Project, Reading, SecretRef, Segment, Snapshot


def digest(value: object) -> str:
    """`sha256:` and the hexadecimal SHA-256 of `value` as canonical JSON (sorted keys, no white space, ASCII)."""
    canonical = json.dumps(value, sort_keys=True, separators=(",", ":"))
    return "sha256:" + hashlib.sha256(canonical.encode("ascii")).hexdigest()


def manifest_digest(manifest: Manifest) -> str:
    """Of the resolved values: defaults filled in, secrets as references."""
    return digest(
        {
            "state_lineage": manifest.state_lineage,
            "projects": {project.name: _project(project) for project in manifest.projects},
        }
    )


def live_digest(snapshot: Snapshot) -> str:
    return digest({id_: _reading(reading) for id_, reading in snapshot.items()})


def _project(project: Project) -> dict[str, object]:
    return {
        "project": project.project,
        "app_id": project.app_id,
        "api_user_id": project.api_user_id,
        "service_token": _reference(project.service_token),
        "secret_key": _reference(project.secret_key),
        "export_project_id": project.export_project_id,
        "ignore": sorted(project.ignore),
        "segments": {segment.name: _segment(segment) for segment in project.segments},
    }


def _segment(segment: Segment) -> list[object]:
    return [segment.segment, segment.period, segment.is_enabled, sorted(segment.ignore)]


def _reference(ref: SecretRef | None) -> list[str] | None:
    return None if ref is None else [ref.source, ref.name]


def _reading(reading: Reading) -> object:
    if isinstance(reading, Found):
        segments = sorted(reading.segments, key=lambda segment: segment.id)
        return {"project": asdict(reading.project), "segments": [asdict(segment) for segment in segments]}
    return "not-found" if isinstance(reading, NotFound) else "unreadable"

"""Reports for GitLab's merge requests: the Terraform widget and Code Quality."""

import json
from collections import Counter
from collections.abc import Iterable

from segsync.core.digest import digest
from segsync.core.plan import Summary
from segsync.render.notes import Level, Note

_SEVERITIES: dict[Level, str] = {"error": "major", "warning": "minor", "notice": "info"}


def terraform(summary: Summary) -> str:
    """What an apply would do: the API can neither update nor delete."""
    return json.dumps({"create": summary.create, "update": 0, "delete": 0}, separators=(",", ":")) + "\n"


def code_quality(notes: Iterable[Note], elsewhere: str) -> str:
    """A finding for each note. `elsewhere` is the file for those that have no line: GitLab shows none without one."""
    seen: Counter[tuple[str, ...]] = Counter()
    findings: list[dict[str, object]] = []
    for note in notes:
        findings.append(
            {
                "description": f"{note.title.removeprefix('segsync: ')}: {note.message}",
                "check_name": f"segsync/{note.check}",
                "fingerprint": _fingerprint(note, seen[note.identity]),
                "severity": _SEVERITIES[note.level],
                "location": {
                    "path": note.place.file if note.place else elsewhere,
                    "lines": {"begin": note.place.line if note.place else 1},
                },
            }
        )
        seen[note.identity] += 1
    return json.dumps(findings, indent=2) + "\n"


def _fingerprint(note: Note, earlier: int) -> str:
    """The same while the finding is: lines may move. `earlier` tells those apart that are the same in all else."""
    return digest([*note.identity, earlier]).removeprefix("sha256:")

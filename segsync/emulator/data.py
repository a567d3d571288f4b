"""What the emulator knows: export projects, their segments, and the messages that were published.

Neither a secret key nor a token has a place here. Every change is committed when its method returns.
"""

import json
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from segsync.emulator.datafile import open_data


@dataclass(frozen=True)
class Project:
    """An export project. `id` is its UUID, `project` the push project's id, `app_id` myTracker's."""

    id: str
    project: str
    app_id: int
    api_user_id: str | None


@dataclass(frozen=True)
class Segment:
    """A segment export. `id` is its UUID, `segment` the id at myTracker, `period` is in hours."""

    id: str
    segment: str
    period: int
    is_enabled: bool


@dataclass(frozen=True)
class Publication:
    """A message sent to the segment of a push project; `at` is a time in UTC, in ISO 8601."""

    project: str
    segment: str
    message: object
    at: str


class DuplicateId(ValueError):
    """Something with this id is there already."""


class Data:
    """The data in memory, or in a file that outlives the process. One lock makes it safe for threads.

    All lists are in the order of creation.
    """

    def __init__(self, path: Path | None) -> None:
        """Open or create the data; raises DataFileError if the file cannot be used."""
        self._connection = open_data(path)
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the file; nothing can be read or changed afterwards."""
        with self._lock:
            self._connection.close()

    def add_project(self, project: Project) -> None:
        """Keep a new project; raises DuplicateId."""
        sql = "INSERT INTO projects (id, project, app_id, api_user_id) VALUES (?, ?, ?, ?)"
        self._insert(sql, project.id, project.project, project.app_id, project.api_user_id)

    def project(self, export_project_id: str) -> Project | None:
        """The project of this id, if there is one."""
        sql = "SELECT id, project, app_id, api_user_id FROM projects WHERE id = ?"
        rows = self._rows(sql, export_project_id)
        return Project(*rows[0]) if rows else None

    def projects(self) -> list[Project]:
        """Every project."""
        sql = "SELECT id, project, app_id, api_user_id FROM projects ORDER BY seq"
        return [Project(*row) for row in self._rows(sql)]

    def add_segment(self, export_project_id: str, segment: Segment) -> None:
        """Keep a new segment of a project that exists; raises DuplicateId."""
        sql = """INSERT INTO segments (id, export_project_id, segment, period, is_enabled)
                 VALUES (?, ?, ?, ?, ?)"""
        self._insert(sql, segment.id, export_project_id, segment.segment, segment.period, segment.is_enabled)

    def segments(self, export_project_id: str) -> list[Segment]:
        """The segments of one project."""
        sql = "SELECT id, segment, period, is_enabled FROM segments WHERE export_project_id = ? ORDER BY seq"
        return [_segment(*row) for row in self._rows(sql, export_project_id)]

    def segment(self, segment_id: str) -> Segment | None:
        """The segment of this id, if there is one."""
        rows = self._rows("SELECT id, segment, period, is_enabled FROM segments WHERE id = ?", segment_id)
        return _segment(*rows[0]) if rows else None

    def change_segment(self, segment_id: str, period: int | None, is_enabled: bool | None) -> None:
        """Change what is not None of a segment."""
        sql = """UPDATE segments SET period = coalesce(?, period), is_enabled = coalesce(?, is_enabled)
                 WHERE id = ?"""
        self._change(sql, period, is_enabled, segment_id)

    def remove_segment(self, segment_id: str) -> bool:
        """Remove a segment; False if there was none."""
        return self._change("DELETE FROM segments WHERE id = ?", segment_id) > 0

    def knows_push_project(self, project: str) -> bool:
        """Whether any export project belongs to this push project."""
        return bool(self._rows("SELECT 1 FROM projects WHERE project = ? LIMIT 1", project))

    def exports(self, project: str, segment: str) -> bool:
        """Whether this myTracker segment is in any export project of this push project."""
        sql = """SELECT 1 FROM projects JOIN segments ON segments.export_project_id = projects.id
                 WHERE projects.project = ? AND segments.segment = ? LIMIT 1"""
        return bool(self._rows(sql, project, segment))

    def add_publication(self, publication: Publication) -> None:
        """Keep a message that was sent."""
        sql = "INSERT INTO published (project, segment, message, at) VALUES (?, ?, ?, ?)"
        message = json.dumps(publication.message)
        self._insert(sql, publication.project, publication.segment, message, publication.at)

    def published(self) -> list[Publication]:
        """Every message that was sent."""
        rows = self._rows("SELECT project, segment, message, at FROM published ORDER BY seq")
        return [Publication(project, segment, json.loads(text), at) for project, segment, text, at in rows]

    def _insert(self, sql: str, *row: object) -> None:
        try:
            self._change(sql, *row)
        except sqlite3.IntegrityError as error:
            raise DuplicateId("this id is taken") from error

    def _change(self, sql: str, *values: object) -> int:
        """Run and commit one statement; how many rows it touched."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def _rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            return self._connection.execute(sql, values).fetchall()


def _segment(segment_id: str, segment: str, period: int, is_enabled: int) -> Segment:
    # SQLite has no truth values and gives back 0 or 1.
    return Segment(segment_id, segment, period, bool(is_enabled))

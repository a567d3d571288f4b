"""What a person does in the emulator's console."""

from typing import Any

import requests


class Console:
    """`url` is the emulator's."""

    def __init__(self, url: str) -> None:
        self.url = url

    def data(self) -> list[dict[str, Any]]:
        projects: list[dict[str, Any]] = self._call("GET", "data")["projects"]
        return projects

    def counts(self) -> dict[str, int]:
        """Requests so far, by operation."""
        counts: dict[str, int] = self._call("GET", "requests")
        return counts

    def creates(self) -> tuple[int, int]:
        """How many project creates and how many segment creates were received."""
        counts = self.counts()
        return counts["project-create"], counts["segment-create"]

    def published(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._call("GET", "published")["published"]
        return found

    def segments(self, project: int = 0) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.data()[project]["segments"]
        return found

    def add_project(self, project: str, app_id: int, **more: object) -> str:
        return str(self._call("POST", "projects", project=project, app_id=app_id, **more)["id"])

    def add_segment(self, export_project_id: str, segment: str, period: int = 24, **more: object) -> str:
        path = f"projects/{export_project_id}/segments"
        return str(self._call("POST", path, segment=segment, period=period, **more)["id"])

    def change(self, export_segment_id: str, **fields: object) -> None:
        self._call("PATCH", f"segments/{export_segment_id}", **fields)

    def delete(self, export_segment_id: str) -> None:
        requests.delete(f"{self.url}/_emulator/segments/{export_segment_id}", timeout=10).raise_for_status()

    def faults(self, *specs: str, seed: int = 0) -> None:
        self._call("PUT", "faults", faults=list(specs), seed=seed)

    def _call(self, method: str, path: str, **body: object) -> Any:
        response = requests.request(method, f"{self.url}/_emulator/{path}", json=body or None, timeout=10)
        response.raise_for_status()
        return response.json()

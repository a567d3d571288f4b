"""A created segment that the list does not show yet."""

from pathlib import Path

from tests.emulator.emulator_client import Client, running


class Clock:
    """A time that passes when told to, in seconds."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def listed(client: Client, project_id: str) -> list[str]:
    return [segment["segment"] for segment in client.list_segments(project_id).json()["segments"]]


def test_a_segment_shows_after_its_lag() -> None:
    clock = Clock()
    with running(faults=["segment-create:lag:5@1"], clock=clock) as client:
        project_id = client.create_project()
        client.create_segment(project_id, "1742")
        client.create_segment(project_id, "1743")
        assert listed(client, project_id) == ["1743"]
        assert client.known_segments() == ["1742", "1743"]
        clock.now += 4.9
        assert listed(client, project_id) == ["1743"]
        clock.now += 0.1
        assert listed(client, project_id) == ["1742", "1743"]


def test_lag_is_two_seconds_unless_given() -> None:
    clock = Clock()
    with running(faults=["segment-create:lag"], clock=clock) as client:
        project_id = client.create_project()
        client.create_segment(project_id)
        clock.now += 1.9
        assert listed(client, project_id) == []
        clock.now += 0.1
        assert listed(client, project_id) == ["1742"]


def test_an_answer_does_not_wait_for_the_lag() -> None:
    waits: list[float] = []
    with running(faults=["segment-create:lag"], sleep=waits.append) as client:
        assert client.create_segment(client.create_project()).json()["id"]
    assert waits == []


def test_console_edits_show_at_once() -> None:
    with running(faults=["segment-create:lag:60"]) as client:
        project_id = client.create_project()
        client.console("POST", f"projects/{project_id}/segments", {"segment": "1743", "period": 24})
        assert listed(client, project_id) == ["1743"]
        segment_id = client.create_segment(project_id, "1742").json()["id"]
        assert listed(client, project_id) == ["1743"]
        client.console("PATCH", f"segments/{segment_id}", {"is_enabled": False})
        assert listed(client, project_id) == ["1743", "1742"]


def test_a_hidden_segment_is_exported_and_kept(tmp_path: Path) -> None:
    with running(faults=["segment-create:lag:60"], data=tmp_path / "data") as client:
        project_id = client.create_project()
        client.create_segment(project_id)
        assert client.publish({}).status == 200
    with running(data=tmp_path / "data") as client:
        assert listed(client, project_id) == ["1742"]

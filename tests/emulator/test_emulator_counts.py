"""Every request that reaches an operation is counted, whatever becomes of it."""

from tests.emulator.emulator_client import NOBODY, PROJECT_CREATE, PROJECT_GET, running


def test_all_five_counts_are_there_from_the_start() -> None:
    with running() as client:
        assert client.console("GET", "requests").json() == {
            "project-create": 0,
            "project-get": 0,
            "segment-create": 0,
            "segment-list": 0,
            "publish": 0,
        }


def test_each_operation_has_its_count() -> None:
    with running() as client:
        project_id = client.create_project()
        for _ in range(2):
            client.call(PROJECT_GET, {"id": project_id})
        for _ in range(3):
            client.create_segment(project_id)
        for _ in range(4):
            client.list_segments(project_id)
        for _ in range(5):
            client.publish({})
        assert list(client.counts().values()) == [1, 2, 3, 4, 5]


def test_refused_and_faulted_requests_count_too() -> None:
    with running(faults=["project-create:500", "segment-list:429"]) as client:
        client.call(PROJECT_CREATE, {}, "")
        client.call(PROJECT_GET, {}, "")
        client.create_segment(NOBODY)
        client.list_segments(NOBODY)
        client.publish(None)
        assert list(client.counts().values()) == [1, 1, 1, 1, 1]


def test_the_console_and_unknown_paths_do_not_count() -> None:
    with running() as client:
        client.call("/nowhere")
        client.console("GET", "data")
        assert set(client.counts().values()) == {0}

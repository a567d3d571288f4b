"""Which requests a fault meets: the Nth, each with a chance, or all; and several faults at once."""

from http import HTTPStatus

import pytest

from tests.emulator.emulator_client import PROJECT, PROJECT_CREATE, PROJECT_GET, Client, running


def statuses(client: Client, count: int, path: str = PROJECT_CREATE) -> list[int]:
    return [client.call(path, PROJECT).status for _ in range(count)]


def test_a_fault_fires_on_every_request_of_its_operation_alone() -> None:
    with running(faults=["project-create:500"]) as client:
        assert statuses(client, 3) == [500, 500, 500]
        assert client.call(PROJECT_GET, {"id": "x"}).status == HTTPStatus.NOT_FOUND


def test_a_fault_fires_on_the_nth_request_alone() -> None:
    with running(faults=["project-create:500@2", "project-create:429@4"]) as client:
        statuses(client, 3, PROJECT_GET)
        assert statuses(client, 5) == [200, 500, 200, 429, 200]


def test_counting_starts_when_the_fault_is_set() -> None:
    with running() as client:
        statuses(client, 3)
        client.console("PUT", "faults", {"faults": ["project-create:500@2"]})
        assert statuses(client, 3) == [200, 500, 200]
        client.console("PUT", "faults", {"faults": ["project-create:500@2"]})
        assert statuses(client, 3) == [200, 500, 200]


def test_one_seed_draws_the_same_lots() -> None:
    runs = []
    for _ in range(2):
        with running(faults=["project-create:500%50", "project-create:429%50"], seed=7) as client:
            runs.append(statuses(client, 40))
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 429, 500}


def test_another_seed_draws_other_lots() -> None:
    runs = []
    for seed in (7, 8):
        with running(faults=["project-create:500%50"], seed=seed) as client:
            runs.append(statuses(client, 40))
    assert runs[0] != runs[1]


def test_the_console_starts_the_lots_anew() -> None:
    spec = {"faults": ["project-create:500%50"]}
    with running(faults=spec["faults"], seed=7) as client:
        first = statuses(client, 40)
        client.console("PUT", "faults", spec)
        assert statuses(client, 40) == first
        client.console("PUT", "faults", {**spec, "seed": 8})
        other = statuses(client, 40)
        assert other != first
        client.console("PUT", "faults", {**spec, "seed": 7})
        assert statuses(client, 40) == first


@pytest.mark.parametrize(("percent", "status"), [("0", 200), ("100", 500)])
def test_no_chance_and_certainty(percent: str, status: int) -> None:
    with running(faults=[f"project-create:500%{percent}"]) as client:
        assert set(statuses(client, 20)) == {status}


def test_the_first_fault_that_fires_wins() -> None:
    with running(faults=["project-create:429@2", "project-create:500", "project-create:refuse"]) as client:
        assert statuses(client, 3) == [500, 429, 500]


def test_slow_combines_with_others_and_with_latency() -> None:
    waits: list[float] = []
    faults = ["project-create:slow", "project-create:500", "project-create:slow:0.5@2"]
    with running(faults=faults, latency_ms=1000, sleep=waits.append) as client:
        assert statuses(client, 2) == [500, 500]
    assert waits == [3.0, 3.5]


def test_lag_combines_with_others() -> None:
    with running(faults=["segment-create:lag:5", "segment-create:no-id"]) as client:
        project_id = client.create_project()
        assert client.create_segment(project_id).json() == {}
        assert client.list_segments(project_id).json() == {"segments": []}
        assert client.known_segments() == ["1742"]

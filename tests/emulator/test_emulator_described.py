"""The emulator against the API's OpenAPI description: requests made up by schemathesis, over a real socket."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
import schemathesis

from tests.emulator.emulator_client import TOKEN, Client, running
from tests.support.description import DESCRIPTION, OPERATIONS, Described

EXAMPLES = {name: one["example"] for operation in OPERATIONS for name, one in operation.parameters.items()}
LONGEST_PUBLICATION = 4096
CONFIG = schemathesis.Config.from_dict(
    {
        "generation": {"deterministic": True, "max-examples": 15, "database": "none"},
        "checks": {
            # They demand 401 without a token; the vendor documents 400.
            "missing_required_header": {"enabled": False},
            "ignored_auth": {"enabled": False},
            # Below, and more strictly: an id of the examples is known, so a 404 is no answer to a good request.
            "positive_data_acceptance": {"enabled": False},
            "negative_data_rejection": {"expected-statuses": [400, 404, 405]},
        },
    }
)
API = schemathesis.openapi.from_dict(DESCRIPTION, config=CONFIG)


@API.hook
def filter_body(_context: object, body: Any) -> bool:
    """JSON Schema holds 24.0 for a whole number; whether the API does is not documented, and the emulator does not."""
    return not isinstance(body, dict) or not any(isinstance(body.get(key), float) for key in ("app_id", "period"))


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Of an emulator that knows the project and the segment of the description's examples."""
    with running() as client:
        project = EXAMPLES["export_project_id"]
        client.console("POST", "projects", {"project": EXAMPLES["project_id"], "app_id": 52210, "id": project})
        segment = {"segment": EXAMPLES["mt_segment_id"], "period": 24}
        client.console("POST", f"projects/{project}/segments", segment)
        yield client


@API.parametrize()
def test_a_request_is_answered_as_described(case: "schemathesis.Case[Any]", client: Client) -> None:
    conforms = case.meta is not None and case.meta.generation.mode.is_positive
    if conforms:
        case.path_parameters.update({name: EXAMPLES[name] for name in case.path_parameters})
    response = case.call(base_url=client.url, headers={"Authorization": f"Bearer {TOKEN}"})
    case.validate_response(response)
    if conforms:
        assert response.status_code in expected(case, len(response.request.body or b""))


def expected(case: "schemathesis.Case[Any]", length: int) -> set[HTTPStatus]:
    """What a request that conforms may be answered with. `length` is its body's."""
    if case.path.endswith("/project/get"):
        return {HTTPStatus.OK, HTTPStatus.NOT_FOUND}
    too_long = case.path.endswith("/publish") and length > LONGEST_PUBLICATION
    return {HTTPStatus.BAD_REQUEST if too_long else HTTPStatus.OK}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_an_example_is_carried_out(operation: Described, client: Client) -> None:
    path = operation.path.format_map(EXAMPLES)
    assert client.call(path, operation.body and operation.body["example"]).status == HTTPStatus.OK


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_a_request_without_a_token_gets_the_documented_error(operation: Described, client: Client) -> None:
    path = operation.path.format_map(EXAMPLES)
    reply = client.send("POST", path, None, {})
    assert reply.status == HTTPStatus.BAD_REQUEST
    assert reply.json() == operation.answers["400"]["examples"]["token"]["value"]

"""The API's five operations, one function each, and the table of their paths.

Source: https://www.rustore.ru/help/sdk/push-notifications/user-segments/segments-api
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from segsync.emulator.bodies import Fields, integer, mapping, positive, read_object, text
from segsync.emulator.data import Data, Project, Publication, Segment
from segsync.emulator.exchange import Payload, bad_request, not_found
from segsync.emulator.lag import Lag
from segsync.emulator.messages import MESSAGE, refuse_misshapen
from segsync.emulator.routes import Route
from segsync.emulator.vocabulary import OperationName

# The vendor's send API takes no bigger body.
LARGEST_PUBLISH_BODY = 4096


@dataclass(frozen=True)
class Call:
    """One call of an operation by somebody whose token is good.

    `path` holds the decoded parts of the path by name, `now` is in seconds since 1970, and a segment that is
    created stays out of the list for `lag_seconds`.
    """

    path: Mapping[str, str]
    body: bytes
    data: Data
    lag: Lag
    lag_seconds: float
    now: float


@dataclass(frozen=True)
class Operation:
    """`run` carries a call out and returns the body of the 200 answer; it raises Refused for any other."""

    name: OperationName
    run: Callable[[Call], Payload]


def create_project(call: Call) -> Payload:
    """`{project, api_user_id, secret_key, app_id}` -> `{id}`; the same body again makes another project."""
    fields = read_object(call.body)
    # The secret key is asked for as the API does, and kept nowhere.
    text(fields, "secret_key")
    project = Project(
        id=str(uuid4()),
        project=text(fields, "project"),
        app_id=integer(fields, "app_id"),
        api_user_id=text(fields, "api_user_id"),
    )
    call.data.add_project(project)
    return {"id": project.id}


def get_project(call: Call) -> Payload:
    """`{id}` -> `{id, app_id, project}`."""
    project = _known_project(call.data, text(read_object(call.body), "id"))
    return {"id": project.id, "app_id": project.app_id, "project": project.project}


def create_segment(call: Call) -> Payload:
    """`{period, segment}` -> `{id}`; the same body again makes another export of the segment."""
    project = _known_project(call.data, call.path["export_project_id"])
    fields = read_object(call.body)
    segment = Segment(
        id=str(uuid4()), segment=text(fields, "segment"), period=positive(fields, "period"), is_enabled=True
    )
    if call.lag_seconds:
        # Before it is added: a list that is read meanwhile must not show it.
        call.lag.hide(segment.id, call.lag_seconds)
    call.data.add_segment(project.id, segment)
    return {"id": segment.id}


def list_segments(call: Call) -> Payload:
    """No body -> `{segments: [{id, segment, period, is_enabled}]}`, in the order of creation."""
    project = _known_project(call.data, call.path["export_project_id"])
    hidden = call.lag.hidden()
    # vars, as asdict copies deeply and would take most of the time of a long list.
    return {"segments": [vars(s) for s in call.data.segments(project.id) if s.id not in hidden]}


def publish(call: Call) -> Payload:
    """`{message: {...}}` -> `{message: text}`. The path names the push project and the myTracker segment."""
    project, segment = call.path["project_id"], call.path["mt_segment_id"]
    message = _message(call.body)
    # Our choice: the vendor does not document what an unknown project or segment answers.
    if not call.data.knows_push_project(project):
        raise not_found("no export project belongs to this push project")
    if not call.data.exports(project, segment):
        raise not_found("this push project exports no such segment")
    at = datetime.fromtimestamp(call.now, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    call.data.add_publication(Publication(project, segment, message, at))
    return {"message": f"payload has been successfully published to segment {segment}"}


def _known_project(data: Data, export_project_id: str) -> Project:
    project = data.project(export_project_id)
    if project is None:
        # Our choice: the vendor does not document what an unknown id answers.
        raise not_found("there is no such export project")
    return project


def _message(body: bytes) -> Fields:
    if len(body) > LARGEST_PUBLISH_BODY:
        raise bad_request(f"the body must have at most {LARGEST_PUBLISH_BODY} bytes")
    message = mapping(read_object(body), "message")
    refuse_misshapen(message, MESSAGE)
    return message


SETTINGS = "/v1/export_settings/project"

# The reads are POSTs too.
OPERATIONS = (
    Route("POST", f"{SETTINGS}/create", Operation(OperationName.PROJECT_CREATE, create_project)),
    Route("POST", f"{SETTINGS}/get", Operation(OperationName.PROJECT_GET, get_project)),
    Route(
        "POST",
        f"{SETTINGS}/{{export_project_id}}/segments/create",
        Operation(OperationName.SEGMENT_CREATE, create_segment),
    ),
    Route(
        "POST",
        f"{SETTINGS}/{{export_project_id}}/segments/get",
        Operation(OperationName.SEGMENT_LIST, list_segments),
    ),
    Route(
        "POST",
        "/v1/projects/{project_id}/segments/{mt_segment_id}/publish",
        Operation(OperationName.PUBLISH, publish),
    ),
)

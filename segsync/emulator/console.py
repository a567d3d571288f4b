"""The console under `/_emulator/`: what a person would do in RuStore's web console, and a look inside.

It asks for no token, and what it changes shows at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from http import HTTPStatus
from uuid import uuid4

from segsync.emulator.bodies import (
    boolean,
    integer,
    optional,
    positive,
    read_object,
    refuse_unknown,
    text,
    texts,
    uuid_text,
)
from segsync.emulator.data import DuplicateId, Project, Segment
from segsync.emulator.exchange import Answer, Payload, Refused, Request, bad_request, json_answer, not_found
from segsync.emulator.faults import parse_fault
from segsync.emulator.routes import Route, find
from segsync.emulator.world import World

PREFIX = "/_emulator/"


@dataclass(frozen=True)
class Visit:
    """One request to the console; `path` holds the decoded parts of the path by name."""

    path: Mapping[str, str]
    body: bytes
    world: World


Page = Callable[[Visit], Answer]


def answer(world: World, request: Request) -> Answer:
    """The answer to one request under PREFIX."""
    try:
        page, path = find(PAGES, request)
        return page(Visit(path, request.body, world))
    except Refused as refused:
        return refused.answer


def show_data(visit: Visit) -> Answer:
    """`{projects: [{id, project, app_id, api_user_id, segments: [...]}]}`, hidden segments too."""
    data = visit.world.data
    return _ok({"projects": [_shown(project, data.segments(project.id)) for project in data.projects()]})


def add_project(visit: Visit) -> Answer:
    """`{project, app_id, api_user_id?, id?}` -> 201 with the project."""
    fields = read_object(visit.body)
    refuse_unknown(fields, ("project", "app_id", "api_user_id", "id"))
    project = Project(
        id=optional(uuid_text, fields, "id") or str(uuid4()),
        project=text(fields, "project"),
        app_id=integer(fields, "app_id"),
        api_user_id=optional(text, fields, "api_user_id"),
    )
    try:
        visit.world.data.add_project(project)
    except DuplicateId as error:
        raise bad_request(str(error)) from error
    return json_answer(HTTPStatus.CREATED, _shown(project, []))


def add_segment(visit: Visit) -> Answer:
    """`{segment, period, is_enabled?, id?}` -> 201 with the segment."""
    project = visit.world.data.project(visit.path["export_project_id"])
    if project is None:
        raise not_found("there is no such export project")
    fields = read_object(visit.body)
    refuse_unknown(fields, ("segment", "period", "is_enabled", "id"))
    segment = Segment(
        id=optional(uuid_text, fields, "id") or str(uuid4()),
        segment=text(fields, "segment"),
        period=positive(fields, "period"),
        is_enabled=optional(boolean, fields, "is_enabled") is not False,
    )
    try:
        visit.world.data.add_segment(project.id, segment)
    except DuplicateId as error:
        raise bad_request(str(error)) from error
    return json_answer(HTTPStatus.CREATED, asdict(segment))


def change_segment(visit: Visit) -> Answer:
    """`{period?, is_enabled?}` -> the segment; at least one of both."""
    fields = read_object(visit.body)
    refuse_unknown(fields, ("period", "is_enabled"))
    if not fields:
        raise bad_request("give period, is_enabled or both")
    segment_id = visit.path["segment_id"]
    period, is_enabled = optional(positive, fields, "period"), optional(boolean, fields, "is_enabled")
    visit.world.data.change_segment(segment_id, period, is_enabled)
    segment = visit.world.data.segment(segment_id)
    if segment is None:
        raise not_found("there is no such segment")
    visit.world.lag.reveal(segment_id)
    return _ok(asdict(segment))


def remove_segment(visit: Visit) -> Answer:
    """204 without a body."""
    if not visit.world.data.remove_segment(visit.path["segment_id"]):
        raise not_found("there is no such segment")
    return Answer(HTTPStatus.NO_CONTENT)


def show_requests(visit: Visit) -> Answer:
    """Operation name to the count of its requests since the start."""
    return _ok(visit.world.counts.by_operation())


def show_published(visit: Visit) -> Answer:
    """`{published: [{project, segment, message, at}]}`."""
    return _ok({"published": [asdict(publication) for publication in visit.world.data.published()]})


def show_faults(visit: Visit) -> Answer:
    """`{faults: [text]}`."""
    return _ok({"faults": [str(spec) for spec in visit.world.faults.specs]})


def set_faults(visit: Visit) -> Answer:
    """`{faults: [text], seed?: int}` -> the faults that are set now, which are these alone."""
    fields = read_object(visit.body)
    refuse_unknown(fields, ("faults", "seed"))
    try:
        specs = [parse_fault(spec) for spec in texts(fields, "faults")]
    except ValueError as error:
        raise bad_request(str(error)) from error
    visit.world.faults.replace(specs, optional(integer, fields, "seed"))
    return show_faults(visit)


def _ok(payload: Payload) -> Answer:
    return json_answer(HTTPStatus.OK, payload)


def _shown(project: Project, segments: list[Segment]) -> Payload:
    return {**asdict(project), "segments": [vars(segment) for segment in segments]}


PAGES: tuple[Route[Page], ...] = (
    Route("GET", "/_emulator/data", show_data),
    Route("POST", "/_emulator/projects", add_project),
    Route("POST", "/_emulator/projects/{export_project_id}/segments", add_segment),
    Route("PATCH", "/_emulator/segments/{segment_id}", change_segment),
    Route("DELETE", "/_emulator/segments/{segment_id}", remove_segment),
    Route("GET", "/_emulator/requests", show_requests),
    Route("GET", "/_emulator/published", show_published),
    Route("GET", "/_emulator/faults", show_faults),
    Route("PUT", "/_emulator/faults", set_faults),
)

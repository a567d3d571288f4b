"""The operations of RuStore's segments API, as the vendor documents them."""

from segsync.core.message import Message
from segsync.core.model import (
    NIL_ID,
    Failure,
    FailureKind,
    Found,
    LiveProject,
    LiveSegment,
    NotFound,
    Reading,
    Secret,
    Unreadable,
)
from segsync.rustore import wire
from segsync.rustore.transport import (
    PROJECT_CREATE,
    PROJECT_GET,
    PUBLISH,
    SEGMENT_CREATE,
    SEGMENT_LIST,
    Call,
    Transport,
)


class Client:
    """Every method answers with what was asked for, or with the Failure that came instead; none raises."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def project(self, token: Secret, export_project_id: str) -> LiveProject | Failure:
        call = Call(PROJECT_GET, token, {}, wire.body(id=export_project_id))
        return self._transport.send(call, lambda answer: _same(wire.project(answer), export_project_id))

    def segments(self, token: Secret, export_project_id: str) -> tuple[LiveSegment, ...] | Failure:
        call = Call(SEGMENT_LIST, token, {"export_project_id": export_project_id})
        return self._transport.send(call, wire.segments)

    def create_project(
        self, token: Secret, *, project: str, app_id: int, api_user_id: str, secret_key: Secret
    ) -> str | Failure:
        """Answers with the new export project's id."""
        body = wire.body(project=project, api_user_id=api_user_id, secret_key=secret_key.reveal(), app_id=app_id)
        call = Call(PROJECT_CREATE, token, {}, body, (secret_key,))
        return self._transport.send(call, wire.created_project)

    def create_segment(self, token: Secret, export_project_id: str, *, segment: str, period: int) -> str | Failure:
        """Answers with the new segment export's id. `period` is in hours."""
        ids = {"export_project_id": export_project_id}
        call = Call(SEGMENT_CREATE, token, ids, wire.body(period=period, segment=segment))
        return self._transport.send(call, wire.created_segment)

    def publish(self, token: Secret, project_id: str, mt_segment_id: str, message: Message) -> str | Failure:
        """Send `message` to a myTracker segment of a push project. Answers with RuStore's own words."""
        ids = {"project_id": project_id, "mt_segment_id": mt_segment_id}
        return self._transport.send(Call(PUBLISH, token, ids, message.encoded), wire.published)

    def read(self, token: Secret, export_project_id: str) -> Reading:
        """The export project with all of its segment exports: two calls."""
        project = self.project(token, export_project_id)
        if isinstance(project, Failure):
            return NotFound(project) if _says_unknown_id(project) else Unreadable(project)
        segments = self.segments(token, export_project_id)
        return Unreadable(segments) if isinstance(segments, Failure) else Found(project, segments)

    def probe(self, token: Secret) -> Failure | None:
        """Ask for an id that cannot exist: only an answer of the API's own, and no refusal, proves the token."""
        answer = self.project(token, NIL_ID)
        if isinstance(answer, LiveProject):
            return Failure(FailureKind.UNKNOWN, "the server knows an export project with the nil id")
        return None if answer.enveloped and not answer.token_refused else answer


def _says_unknown_id(failure: Failure) -> bool:
    """What an unknown id answers is not documented; the API's own error, other than for its token or load, is.

    A server error says nothing of the id: calling it unknown would invite someone to create it again.
    """
    http = failure.http or 0
    return failure.enveloped and not failure.token_refused and http != 429 and http < 500


def _same(project: LiveProject, export_project_id: str) -> LiveProject:
    if project.id != export_project_id:
        raise wire.Misshapen("the answer is about another export project")
    return project

"""RuStore, as the operations see it: reads in parallel, tokens resolved once, the same bad news fetched once."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from segsync.core.events import Listener, Progress
from segsync.core.message import Message
from segsync.core.model import (
    Failure,
    FailureKind,
    Found,
    LiveProject,
    NotFound,
    Project,
    Reading,
    Secret,
    SecretRef,
    Segment,
    Unreadable,
)
from segsync.errors import CallFailed, Interrupted
from segsync.plumbing.clock import Clock
from segsync.render.failures import told
from segsync.rustore.client import Client
from segsync.secrets import Secrets

_STOPPED = Failure(FailureKind.NOT_SENT, "stopped")


class Remote:
    """`parallelism` is how many calls are made at a time."""

    def __init__(
        self, client: Client, secrets: Secrets, clock: Clock, listener: Listener, *, api_url: str, parallelism: int
    ) -> None:
        self._client = client
        self._secrets = secrets
        self._clock = clock
        self._listener = listener
        self._proved: set[SecretRef] = set()
        self._refused: dict[SecretRef, Failure] = {}
        self._outage: Failure | None = None
        self.api_url = api_url
        self.parallelism = parallelism

    def read(self, wanted: Mapping[str, Project], doing: str = "Reading projects") -> dict[str, Reading]:
        """A reading of each export project id, with the token of its project. Raises SecretError."""
        self._secrets.resolve_all([project.service_token for project in wanted.values()])
        readings: dict[str, Reading] = {}
        with ThreadPoolExecutor(self.parallelism) as pool:
            results = pool.map(self.read_one, wanted.values(), wanted)
            for done, (id_, reading) in enumerate(zip(wanted, results, strict=True), start=1):
                readings[id_] = reading
                self._listener(Progress(doing, done, len(wanted)))
        return readings

    def read_one(self, project: Project, export_project_id: str) -> Reading:
        token = project.service_token
        known = self._outage or self._refused.get(token) or (_STOPPED if self._clock.stop_signal else None)
        if known:
            return Unreadable(known)
        reading = self._client.read(self._token(token), export_project_id)
        self._learn(token, reading)
        return reading

    def look_up(self, project: Project, export_project_id: str) -> LiveProject | Failure:
        """One export project, with the token of `project`."""
        return self._client.project(self._token(project.service_token), export_project_id)

    def prove_tokens(self, projects: tuple[Project, ...]) -> None:
        """Raises CallFailed unless a read or a probe has proved the token of each project."""
        refs = dict.fromkeys(project.service_token for project in projects)
        self._secrets.resolve_all(list(refs))
        for ref in refs:
            if ref not in self._proved:
                failure = self._refused.get(ref) or self._outage or self._client.probe(self._token(ref))
                if self._clock.stop_signal is not None:
                    raise Interrupted(self._clock.stop_signal)
                if failure:
                    raise CallFailed(*told(failure, ref, self.api_url))
                self._proved.add(ref)

    def resolve_for_create(self, projects: tuple[Project, ...]) -> None:
        """Resolve all that creating these export projects needs; raises one SecretError for all that is missing."""
        refs = [ref for project in projects for ref in (project.service_token, project.secret_key) if ref]
        self._secrets.resolve_all(refs)

    def create_project(self, project: Project) -> str | Failure:
        assert project.api_user_id is not None
        assert project.secret_key is not None
        return self._client.create_project(
            self._token(project.service_token),
            project=project.project,
            app_id=project.app_id,
            api_user_id=project.api_user_id,
            secret_key=self._secrets.resolve(project.secret_key),
        )

    def create_segment(self, project: Project, export_project_id: str, segment: Segment) -> str | Failure:
        return self._client.create_segment(
            self._token(project.service_token), export_project_id, segment=segment.segment, period=segment.period
        )

    def publish(self, project: Project, segment: Segment, message: Message) -> str | Failure:
        token = self._token(project.service_token)
        return self._client.publish(token, project.project, segment.segment, message)

    def _token(self, ref: SecretRef) -> Secret:
        return self._secrets.resolve(ref)

    def _learn(self, token: SecretRef, reading: Reading) -> None:
        if isinstance(reading, (Found, NotFound)):
            self._proved.add(token)
        elif reading.failure.token_refused:
            self._refused[token] = reading.failure
        elif reading.failure.kind is FailureKind.NOT_SENT:
            self._outage = reading.failure

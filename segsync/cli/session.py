"""What every command that works with manifests sets up, from its options."""

import contextlib
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from segsync.cli.options import ManifestOptions, RemoteOptions
from segsync.cli.signals import Stopper
from segsync.cli.terminal import Terminal
from segsync.operations.remote import Remote
from segsync.operations.workspace import Options, Workspace, open_workspace
from segsync.plumbing.clock import SystemClock, timestamp
from segsync.plumbing.http import Http, checked_url
from segsync.plumbing.whoami import who
from segsync.rustore.client import Client
from segsync.rustore.transport import Transport
from segsync.secrets import Secrets
from segsync.state.protocol import LockInfo


@dataclass(frozen=True, slots=True)
class Session:
    """One run of a command against RuStore."""

    workspace: Workspace
    remote: Remote
    clock: SystemClock
    stopper: Stopper


def options_of(chosen: ManifestOptions) -> Options:
    return Options(chosen.manifest, chosen.state or None, chosen.project, os.environ)


@contextlib.contextmanager
def opened(
    options: Options,
    remote: RemoteOptions,
    terminal: Terminal,
    *,
    grace: float = 0.0,
    workspace: Workspace | None = None,
) -> Iterator[Session]:
    """The manifests read, RuStore at hand (no call made yet), and signals handled.

    `grace` is how many seconds calls in flight may go on after a signal; `workspace` is given where it is open already.
    """
    api_url = checked_url(remote.api_url, "--api-url")
    workspace = workspace or open_workspace(options, terminal.listen)
    clock = SystemClock()
    http = Http(api_url, timeout=remote.timeout, connections=remote.parallelism)
    client = Client(Transport(http, api_url, clock, terminal.listen))
    secrets = Secrets(options.environment, workspace.fenced)
    live = Remote(client, secrets, clock, terminal.listen, api_url=api_url, parallelism=remote.parallelism)
    stopper = Stopper(clock, http.abort, terminal.leave, grace)
    with contextlib.closing(http), stopper.listening():
        yield Session(workspace, live, clock, stopper)


def new_id() -> str:
    return str(uuid.uuid4())


def lock_info(operation: str) -> LockInfo:
    return LockInfo(new_id(), operation, who(), os.getpid(), timestamp(SystemClock().now()))

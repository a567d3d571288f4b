"""The calls to an S3 store, through obstore. Known here alone."""

from collections.abc import Callable
from concurrent.futures import Future
from datetime import timedelta
from threading import Thread
from typing import TYPE_CHECKING, TypeVar

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from segsync import __version__
from segsync.errors import UsageError
from segsync.plumbing.http import is_loopback
from segsync.state.protocol import Stored
from segsync.state.s3.access import Access, Keys
from segsync.state.s3.troubles import Trouble, trouble

if TYPE_CHECKING:
    from obstore import Attributes, PutMode
    from obstore.store import ClientConfig, RetryConfig, S3Credential

_T = TypeVar("_T")

TIMEOUT = 15.0
_CONNECT_TIMEOUT = timedelta(seconds=5)
_LIMIT = 256 * 2**20


class Bucket:
    """Objects by key. Makes no connection before it is asked for one; each call takes `timeout` seconds, and half as
    long again where obstore tries it anew.
    """

    def __init__(self, access: Access, timeout: float = TIMEOUT) -> None:
        self._endpoint = access.endpoint
        keys = access.keys
        try:
            self._store = S3Store(
                access.bucket,
                # obstore takes the AWS_* variables that are not named here (roles, encryption) from the process's.
                config={
                    "aws_endpoint_url_s3": access.endpoint,
                    "region": access.region,
                    "conditional_put": "etag",
                    "virtual_hosted_style_request": False,
                    "disable_bulk_delete": True,
                },
                client_options=_client_options(access, timeout),
                retry_config=_retries(timeout),
                credential_provider=(lambda: _credential(keys)) if keys else None,
            )
        except (BaseError, ValueError) as error:
            # Its text may hold the values.
            raise UsageError("--state: the AWS_* variables cannot be used as they are set") from error

    def get(self, key: str) -> Stored | Trouble | None:
        """None where there is no such object."""
        try:
            data, version = _interruptibly(lambda: self._get(key))
        except _TooLarge:
            return Trouble(f"it is larger than {_LIMIT // 2**20} MiB", in_doubt=False)
        except (BaseError, OSError) as error:
            told = trouble(error, self._endpoint)
            return None if told.missing else told
        if not version:
            return Trouble("the store tells no ETag", in_doubt=False)
        return Stored(data, version)

    def put(self, key: str, data: bytes, replaces: str | None) -> str | Trouble:
        """Write where the version is `replaces`; None: where there is nothing. Returns the new version.

        obstore sends a write again after some failures: one that is unmet may be one of our own that was stored.
        """
        try:
            version = _interruptibly(lambda: self._put(key, data, replaces))
        except (BaseError, OSError) as error:
            return trouble(error, self._endpoint)
        return version or Trouble("the store tells no ETag")

    def delete(self, key: str) -> Trouble | None:
        """None where it is gone now."""
        try:
            _interruptibly(lambda: obstore.delete(self._store, key))
        except (BaseError, OSError) as error:
            told = trouble(error, self._endpoint)
            return None if told.missing else told
        return None

    def _get(self, key: str) -> tuple[bytes, str | None]:
        found = obstore.get(self._store, key)
        if found.meta["size"] > _LIMIT:
            raise _TooLarge
        return bytes(found.bytes()), found.meta["e_tag"]

    def _put(self, key: str, data: bytes, replaces: str | None) -> str | None:
        mode: PutMode = "create" if replaces is None else {"e_tag": replaces}
        attributes: Attributes = {"Content-Type": "application/json"}
        put = obstore.put(self._store, key, data, mode=mode, attributes=attributes, use_multipart=False)
        return put["e_tag"]


class _TooLarge(Exception):
    pass


def _interruptibly(call: Callable[[], _T]) -> _T:
    """obstore holds signals up until its call ends, so it gets a thread of its own, and theirs only waits."""
    future: Future[_T] = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:  # noqa: BLE001  # handed over: whoever waits raises it
            future.set_exception(error)

    # A daemon: a process that was told to end does not wait for it.
    Thread(target=run, daemon=True).start()
    return future.result()


def _client_options(access: Access, timeout: float) -> "ClientConfig":
    options: ClientConfig = {
        "allow_http": access.endpoint.startswith("http:"),
        "connect_timeout": min(_CONNECT_TIMEOUT, timedelta(seconds=timeout)),
        "timeout": timedelta(seconds=timeout),
        "user_agent": f"segsync/{__version__}",
    }
    if access.ca:
        options["root_certificate"] = access.ca
    if is_loopback(access.endpoint):
        # There is no other way to keep the environment's proxy out.
        options["proxy_url"] = access.endpoint
        options["proxy_excludes"] = "localhost,127.0.0.0/8,::1"
    return options


def _retries(timeout: float) -> "RetryConfig":
    return {
        "max_retries": 3,
        "retry_timeout": timedelta(seconds=timeout / 2),
        "backoff": {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=1), "base": 2},
    }


def _credential(keys: Keys) -> "S3Credential":
    token = keys.token.reveal() if keys.token else None
    return {"access_key_id": keys.id, "secret_access_key": keys.secret.reveal(), "token": token, "expires_at": None}

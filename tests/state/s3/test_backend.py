"""What the S3 backend leaves in the store, and what it makes of a store that does not do as it should."""

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
import trustme

from segsync.errors import StateConflict, StateError, StateLocked
from segsync.state.locate import backend_at
from segsync.state.protocol import Backend, LockInfo
from segsync.state.s3.access import access
from segsync.state.s3.backend import S3Backend
from segsync.state.s3.bucket import Bucket
from segsync.state.s3.troubles import trouble
from tests.plumbing.server import Talk, always, answer, once
from tests.plumbing.server import serving as serving_raw
from tests.state.faulty import CUT, DONE_THEN_500, DONE_THEN_CUT, DONE_THEN_HANGS, HANGS, Fault
from tests.state.s3.server import KEY_ID, SECRET_KEY, S3Server, error, serving

MINE = LockInfo("l-1", "apply", "ann@laptop", 4711, "2026-11-23T10:00:00Z")
THEIRS = LockInfo("l-2", "state mv", "bob@runner", 4712, "2026-11-23T10:00:05Z")
WRITE, LOCK, UNLOCK = "PUT team/segsync.state.json", "PUT team/segsync.state.json.lock", "DELETE team/"
READ = "GET team/segsync.state.json"
PROBE = "PUT team/segsync.state.json.probe-"
LOCK_KEY = "team/segsync.state.json.lock"


@pytest.fixture
def server() -> Iterator[S3Server]:
    with serving() as server:
        yield server


@pytest.fixture
def backend(server: S3Server) -> Backend:
    return backend_at(server.address, server.environment)


@pytest.fixture
def impatient(server: S3Server) -> Backend:
    """Waits for an answer for a moment only."""
    found = access(server.address, server.environment)
    return S3Backend(server.address, Bucket(found, timeout=0.3), found.key)


def failure(call: object) -> StateError:
    """What a call without arguments raises; it never shows the secret, which the store quotes."""
    assert callable(call)
    with pytest.raises(StateError) as failed:
        call()
    told = failed.value
    assert SECRET_KEY not in told.message + told.hint
    return told


def test_a_state_is_one_json_object_that_nobody_else_may_read(server: S3Server, backend: Backend) -> None:
    version = backend.write(b"{}", None)
    backend.write(b"[]", version)
    assert server.keys() == [server.key]
    assert {request.headers["content-type"] for request in server.received} == {"application/json"}
    assert server.requests == [f"{WRITE} if-none-match", f"{WRITE} if-match"]
    sent = {name for request in server.received for name in request.headers}
    assert not any(name.startswith(("x-amz-acl", "x-amz-grant")) for name in sent)
    assert server.received[0].headers["user-agent"].startswith("segsync/")


@pytest.mark.parametrize("data", [b"", b"\n", b"\x00\xff not JSON \r\n"])
def test_any_bytes_are_kept_and_empty_is_not_missing(backend: Backend, data: bytes) -> None:
    backend.write(data, None)
    stored = backend.read()
    assert stored is not None
    assert stored.data == data


@pytest.mark.parametrize("key", ["a b", "ж", "a%20b", "a+b", "a~b", "a\\b", "a&b=c", "...", "[1]*'\""])
def test_a_key_is_taken_as_it_stands(server: S3Server, key: str) -> None:
    backend = backend_at(f"s3://{server.bucket}/{key}", server.environment)
    backend.write(b"{}", None)
    with backend.lock(MINE):
        assert server.keys() == [key, f"{key}.lock"]
    stored = backend.read()
    assert stored is not None
    assert stored.data == b"{}"


def test_a_session_token_goes_with_its_keys_and_an_empty_one_is_none(
    server: S3Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend_at(server.address, {**server.environment, "AWS_SESSION_TOKEN": "t0ken"}).read()
    assert server.received[-1].headers["x-amz-security-token"] == "t0ken"
    monkeypatch.setenv("AWS_SESSION_TOKEN", "")
    backend_at(server.address, {**server.environment, "AWS_SESSION_TOKEN": ""}).read()
    assert "x-amz-security-token" not in server.received[-1].headers


@pytest.mark.parametrize(
    "name", ["AWS_ENDPOINT", "AWS_BUCKET", "AWS_CONDITIONAL_PUT", "AWS_VIRTUAL_HOSTED_STYLE_REQUEST"]
)
def test_what_obstore_alone_would_heed_leads_nowhere_else(
    server: S3Server, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    values = {"AWS_ENDPOINT": "https://127.0.0.1:9", "AWS_BUCKET": "elsewhere", "AWS_CONDITIONAL_PUT": "disabled"}
    monkeypatch.setenv(name, values.get(name, "true"))
    backend_at(server.address, server.environment).write(b"{}", None)
    assert server.object() == b"{}"


def test_loopback_is_not_asked_for_through_a_proxy(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert backend_at(server.address, server.environment).read() is None


# Writes whose answers are lost


@pytest.mark.parametrize("fault", [DONE_THEN_500, DONE_THEN_CUT])
@pytest.mark.parametrize("times", [1, 9])
def test_a_write_that_was_stored_and_not_answered_is_recognised(
    server: S3Server, backend: Backend, fault: Fault, times: int
) -> None:
    server.fails(WRITE, *[fault] * times)
    first = backend.write(b"1", None)
    server.fails(WRITE, *[fault] * times)
    second = backend.write(b"2", first)
    server.recovers()
    stored = backend.read()
    assert stored is not None
    assert (stored.data, stored.version) == (b"2", second)


def test_a_write_that_was_stored_and_answered_too_late_is_recognised(server: S3Server, impatient: Backend) -> None:
    server.fails(WRITE, DONE_THEN_HANGS)
    version = impatient.write(b"1", None)
    assert impatient.write(b"2", version) != version


@pytest.mark.parametrize("fault", [Fault(status=500), Fault(status=503, body=error("SlowDown")), CUT])
def test_a_store_that_fails_for_a_moment_is_asked_again(server: S3Server, backend: Backend, fault: Fault) -> None:
    server.fails(WRITE, fault)
    server.fails(READ, fault)
    backend.write(b"1", None)
    stored = backend.read()
    assert stored is not None
    assert stored.data == b"1"


def test_a_write_that_was_not_stored_is_an_error(server: S3Server, backend: Backend) -> None:
    version = backend.write(b"1", None)
    server.always_fails(WRITE, Fault(status=500))
    told = failure(lambda: backend.write(b"2", version))
    assert told.message == f"{server.address}: the state cannot be written: the store failed (HTTP 500)"
    assert type(told) is StateError
    assert server.object() == b"1"


def test_a_write_that_nobody_can_see_is_an_error(server: S3Server, backend: Backend) -> None:
    server.always_fails(WRITE, DONE_THEN_500)
    server.always_fails(READ, Fault(status=403, body=error("AccessDenied")))
    told = failure(lambda: backend.write(b"1", None))
    assert told.message == (
        f"{server.address}: the state cannot be written: the store failed (HTTP 500), "
        "nor can it be read back: access is denied (HTTP 403 AccessDenied)"
    )


@pytest.mark.parametrize("fault", [Fault(status=500), CUT, Fault(status=409, body=error("OperationAborted"))])
def test_a_failed_write_over_what_someone_else_wrote_is_a_conflict(
    server: S3Server, backend: Backend, fault: Fault
) -> None:
    version = backend.write(b"1", None)
    server.put(b"theirs")
    server.always_fails(WRITE, fault)
    with pytest.raises(StateConflict, match="someone else wrote this state meanwhile"):
        backend.write(b"2", version)
    assert server.object() == b"theirs"


def test_two_first_writes_at_once_are_in_doubt_until_one_of_them_is_there(server: S3Server, backend: Backend) -> None:
    conflict = Fault(status=409, body=error("ConditionalRequestConflict"))
    server.always_fails(WRITE, conflict)
    with pytest.raises(StateError, match="the state cannot be written") as told:
        backend.write(b"1", None)
    assert not isinstance(told.value, StateConflict)
    server.put(b"theirs")
    with pytest.raises(StateConflict, match="someone else wrote this state meanwhile"):
        backend.write(b"1", None)
    assert server.object() == b"theirs"


def test_a_state_that_is_gone_is_not_made_again(server: S3Server, backend: Backend) -> None:
    version = backend.write(b"1", None)
    server.remove()
    with pytest.raises(StateConflict, match="the state is gone"):
        backend.write(b"2", version)
    assert server.keys() == []


# The lock


def test_the_lock_is_an_object_beside_the_state_meanwhile(server: S3Server, backend: Backend) -> None:
    with backend.lock(MINE):
        held = server.object(LOCK_KEY)
        assert held is not None
        assert json.loads(held) == {
            "id": "l-1",
            "operation": "apply",
            "who": "ann@laptop",
            "pid": 4711,
            "created": "2026-11-23T10:00:00Z",
        }
        assert backend.holder() == MINE
        with pytest.raises(StateLocked) as refused, backend.lock(THEIRS):
            pass
    assert refused.value.message == (
        f"{server.address}: the state is locked by ann@laptop, process 4711, `segsync apply`, "
        "since 2026-11-23T10:00:00Z (lock l-1)"
    )
    assert server.keys() == []


def test_reading_takes_no_lock(server: S3Server, backend: Backend) -> None:
    backend.read()
    assert server.requests == [READ]


@pytest.mark.parametrize("fault", [DONE_THEN_500, DONE_THEN_CUT])
@pytest.mark.parametrize("times", [1, 9])
def test_a_lock_that_was_granted_and_not_answered_is_ours(
    server: S3Server, backend: Backend, fault: Fault, times: int
) -> None:
    server.fails(LOCK, *[fault] * times)
    with backend.lock(MINE), pytest.raises(StateLocked, match="ann@laptop"), backend.lock(THEIRS):
        pass
    assert server.keys() == []


def test_a_lock_that_may_still_come_is_told_with_the_way_to_free_it(server: S3Server, impatient: Backend) -> None:
    server.fails(LOCK, HANGS)
    told = failure(lambda: impatient.lock(MINE).__enter__())
    assert told.message == f"{server.address}: the state cannot be locked: no answer in time"
    assert told.hint.endswith("If it is locked now, `segsync state unlock l-1` frees it.")
    assert type(told) is StateError


def test_a_lock_that_vanishes_while_it_is_asked_for_is_held(server: S3Server, backend: Backend) -> None:
    server.fails(LOCK, Fault(status=412, body=error("PreconditionFailed")))
    with pytest.raises(StateLocked, match="the state is locked by another process$"), backend.lock(MINE):
        pass


@pytest.mark.parametrize(
    "found",
    [
        *(b"", b"not JSON", b"[]", b"{}", b"[" * 60_000, b"\xff", b'{"id": 7, "pid": "x"}', b'{"id": "", "pid": true}'),
        *(b'{"id": "l-9", "x": "' + b"x" * 70_000 + b'"}', b'{"pid": -1, "who": null, "created": []}'),
    ],
)
def test_a_lock_that_names_nobody_is_held_and_can_be_freed(server: S3Server, backend: Backend, found: bytes) -> None:
    server.put(found, LOCK_KEY)
    with (
        pytest.raises(StateLocked, match=r"the state is locked by another process \(lock [0-9a-f]{32}\)$"),
        backend.lock(MINE),
    ):
        pass
    holder = backend.holder()
    assert holder is not None
    backend.unlock(holder)
    assert server.keys() == []


def test_a_hostile_holder_is_cut(server: S3Server, backend: Backend) -> None:
    server.put(json.dumps({"id": "i" * 999, "who": "w" * 999, "pid": 10**30, "more": 1}).encode(), LOCK_KEY)
    holder = backend.holder()
    assert holder is not None
    assert (len(holder.id), len(holder.who), holder.pid) == (255, 255, 0)


def test_a_lock_that_someone_has_freed_and_another_has_taken_stays(server: S3Server, backend: Backend) -> None:
    other = backend_at(server.address, server.environment)
    with backend.lock(MINE):
        other.unlock(MINE)
        server.put(json.dumps({"id": "l-2", "who": "bob@runner"}).encode(), LOCK_KEY)
    assert server.keys() == [LOCK_KEY]


def test_a_lock_that_someone_has_freed_is_given_back_already(backend: Backend) -> None:
    with backend.lock(MINE):
        backend.unlock(MINE)
    assert backend.holder() is None


def test_a_lock_that_cannot_be_given_back_is_told_with_the_way_to_free_it(server: S3Server, backend: Backend) -> None:
    lock = backend.lock(MINE)
    lock.__enter__()
    server.always_fails(UNLOCK, Fault(status=403, body=error("AccessDenied")))
    told = failure(lambda: lock.__exit__(None, None, None))
    assert told.message == (
        f"{server.address}: the lock could not be given back: access is denied (HTTP 403 AccessDenied)"
    )
    assert told.hint == "`segsync state unlock l-1` frees it."
    server.recovers()
    backend.unlock(MINE)
    assert server.keys() == []


def test_a_lock_that_cannot_be_given_back_hides_no_error(server: S3Server, backend: Backend) -> None:
    server.always_fails(UNLOCK, Fault(status=403))
    with pytest.raises(ZeroDivisionError), backend.lock(MINE):
        raise ZeroDivisionError


def test_another_lock_is_not_freed(server: S3Server, backend: Backend) -> None:
    with backend.lock(THEIRS):
        told = failure(lambda: backend.unlock(MINE))
        assert isinstance(told, StateLocked)
        assert "the lock is another one, held by bob@runner" in told.message
        assert backend.holder() == THEIRS


def test_freeing_a_lock_that_is_gone_is_done_already(server: S3Server, backend: Backend) -> None:
    backend.unlock(MINE)
    assert [request for request in server.requests if request.startswith("DELETE")] == []


def test_a_lock_that_cannot_be_seen_or_freed_is_an_error(server: S3Server, backend: Backend) -> None:
    with backend.lock(MINE):
        server.fails(UNLOCK, Fault(status=403))
        assert failure(lambda: backend.unlock(MINE)).message.endswith(
            "the lock cannot be freed: access is denied (HTTP 403)"
        )
        server.fails(f"GET {LOCK_KEY}", Fault(status=403))
        assert failure(backend.holder).message.endswith("the lock cannot be read: access is denied (HTTP 403)")


# The proof


def test_a_store_that_keeps_to_its_conditions_is_proved_and_left_as_it_was(server: S3Server, backend: Backend) -> None:
    backend.prove()
    assert server.keys() == []
    conditions = [request.split()[2] for request in server.requests if request.startswith(PROBE)]
    assert conditions == ["if-match", "if-none-match", "if-none-match", "if-match", "if-match"]
    assert not any(request.startswith(f"{WRITE} ") for request in server.requests)


@pytest.mark.parametrize(
    ("ignores", "named"),
    [
        (("if-match",), "If-Match"),
        (("if-none-match",), "If-None-Match"),
        (("if-match", "if-none-match"), "If-Match"),
    ],
)
def test_a_store_that_ignores_a_condition_is_refused(ignores: tuple[str, ...], named: str) -> None:
    with serving(ignores=ignores) as server:
        told = failure(backend_at(server.address, server.environment).prove)
        assert told.message == f"{server.address}: the store ignores {named} on a write"
        assert "Two applies could both win there" in told.hint
        assert server.keys() == []


def test_a_store_that_refuses_what_holds_is_refused(server: S3Server, backend: Backend) -> None:
    server.always_fails(PROBE, Fault(status=412, body=error("PreconditionFailed")))
    told = failure(backend.prove)
    assert told.message == f"{server.address}: the store refuses a write whose If-None-Match holds"
    assert server.keys() == []


def test_a_store_that_knows_no_conditions_is_refused(server: S3Server, backend: Backend) -> None:
    server.always_fails(PROBE, Fault(status=501, body=error("NotImplemented")))
    told = failure(backend.prove)
    assert "the store does not know such a request (HTTP 501" in told.message
    assert "conditional writes" in told.hint


def test_a_store_where_nothing_can_be_deleted_has_no_locks(server: S3Server, backend: Backend) -> None:
    server.always_fails(UNLOCK, Fault(status=403, body=error("AccessDenied")))
    told = failure(backend.prove)
    assert "nothing can be deleted there, which a lock needs: access is denied" in told.message
    assert "s3:DeleteObject" in told.hint


def test_a_proof_that_breaks_off_leaves_nothing(server: S3Server, backend: Backend) -> None:
    server.fails(PROBE, *[DONE_THEN_500] * 8)
    with suppress(StateError):
        backend.prove()
    assert server.keys() == []


# What is wrong, told apart


@pytest.mark.parametrize(
    ("fault", "why", "hint"),
    [
        (Fault(status=403, body=error("AccessDenied")), "access is denied (HTTP 403 AccessDenied)", "s3:ListBucket"),
        (Fault(status=403, body=b"<html>"), "access is denied (HTTP 403)", "s3:GetObject"),
        (Fault(status=403, body=error("InvalidAccessKeyId")), "the access key is not known", "AWS_ACCESS_KEY_ID"),
        (Fault(status=403, body=error("SignatureDoesNotMatch")), "the secret key is wrong", "AWS_SECRET_ACCESS_KEY"),
        (Fault(status=400, body=error("ExpiredToken")), "the session token is wrong or has", "AWS_SESSION_TOKEN"),
        (Fault(status=403, body=error("RequestTimeTooSkewed")), "the clock of this machine is wrong", "Set it"),
        (Fault(status=401), "the credentials are wrong or missing (HTTP 401)", "AWS_ACCESS_KEY_ID"),
        (Fault(status=404, body=error("NoSuchBucket")), "there is no such bucket (HTTP 404", "segsync creates none"),
        (Fault(status=404, body=b"<html>"), "this is no S3 store (HTTP 404)", "AWS_ENDPOINT_URL"),
        (
            Fault(status=400, body=error("AuthorizationHeaderMalformed", "<Region>eu-west-1</Region>")),
            "the bucket is in another region, or at another address (HTTP 400",
            "Set AWS_REGION=eu-west-1.",
        ),
        (Fault(status=301, body=error("PermanentRedirect")), "the bucket is in another region", "Set AWS_REGION"),
        (Fault(status=429), "the store is asked too often (HTTP 429)", "Wait"),
        (Fault(status=503), "the store is busy (HTTP 503)", "Wait"),
        (Fault(status=500), "the store failed (HTTP 500)", ""),
        (Fault(status=400, body=error("x" * 99)), "the store refused (HTTP 400)", ""),
        (CUT, "the connection was cut", "AWS_ENDPOINT_URL"),
    ],
)
def test_a_refusal_is_told_by_what_it_means(
    server: S3Server, backend: Backend, fault: Fault, why: str, hint: str
) -> None:
    server.always_fails("", fault)
    told = failure(backend.read)
    assert told.message.startswith(f"{server.address}: the state cannot be read: ")
    assert why in told.message
    assert hint in told.hint
    assert len(told.message) < 300
    for call in (backend.holder, backend.prove, lambda: backend.lock(MINE).__enter__()):
        assert why in failure(call).message
    if fault.status and fault.status < 500:
        assert why in failure(lambda: backend.write(b"1", None)).message
    server.recovers()
    assert server.keys() == []


def test_a_write_is_not_sent_on_to_elsewhere(server: S3Server, backend: Backend) -> None:
    with serving_raw(always(answer())) as elsewhere:
        server.always_fails(WRITE, Fault(status=307, headers={"Location": f"{elsewhere.url}/"}))
        assert "at another address (HTTP 307)" in failure(lambda: backend.write(b"1", None)).message
        assert elsewhere.requests == []


def test_wrong_credentials_are_told_apart(server: S3Server) -> None:
    told = failure(backend_at(server.address, {**server.environment, "AWS_ACCESS_KEY_ID": "AKIDOTHER"}).read)
    assert "the access key is not known there (HTTP 403 InvalidAccessKeyId)" in told.message


def test_a_bucket_that_does_not_exist_is_no_missing_state(server: S3Server) -> None:
    backend = backend_at("s3://no-such-bucket/key", server.environment)
    calls = (backend.read, backend.prove, lambda: backend.write(b"1", None), lambda: backend.write(b"1", "v"))
    for call in calls:
        assert "there is no such bucket (HTTP 404 NoSuchBucket)" in failure(call).message


def test_a_store_that_is_not_there_is_told(server: S3Server) -> None:
    environment = {**server.environment, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    told = failure(backend_at(server.address, environment).read)
    assert told.message.endswith("the state cannot be read: no connection: refused")
    assert told.hint == "It was asked for at http://127.0.0.1:9 (AWS_ENDPOINT_URL, AWS_REGION)."


def test_a_store_that_does_not_answer_is_told(server: S3Server, impatient: Backend) -> None:
    server.always_fails("", HANGS)
    assert failure(impatient.read).message.endswith("the state cannot be read: no answer in time")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (answer(b"{}"), "the store tells no ETag"),
        (b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: 999999999\r\n\r\n{}', "it is larger than 256 MiB"),
        (b'HTTP/1.1 200 OK\r\nETag: "1"\r\nContent-Length: 9\r\n\r\n{}', "the answer is not one of S3, or was cut off"),
        (b"what is this?\r\n\r\n", "the answer is not one of HTTP"),
    ],
)
def test_an_answer_that_no_store_gives_is_told(data: bytes, why: str) -> None:
    keys = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
    with serving_raw(once(data)) as raw:
        backend = backend_at("s3://bucket/key", {**keys, "AWS_ENDPOINT_URL": raw.url})
        assert failure(backend.read).message == f"s3://bucket/key: the state cannot be read: {why}"


def test_a_write_without_an_etag_is_read_back() -> None:
    keys = {"AWS_ACCESS_KEY_ID": KEY_ID, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}
    with serving_raw(always(answer())) as raw:
        backend = backend_at("s3://bucket/key", {**keys, "AWS_ENDPOINT_URL": raw.url})
        assert failure(lambda: backend.write(b"1", None)).message.endswith(
            "nor can it be read back: the store tells no ETag"
        )


def test_only_certificates_that_are_trusted_are(server: S3Server, tmp_path: Path) -> None:
    authority, other = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    for name, issuer, host in (("good", authority, "127.0.0.1"), ("bad", other, "127.0.0.1"), ("off", authority, "h")):
        issuer.issue_cert(host).private_key_and_cert_chain_pem.write_to_path(str(tmp_path / f"{name}.pem"))

    def told(name: str) -> str:
        def handler(talk: Talk) -> None:
            with suppress(OSError):
                talk.encrypt(str(tmp_path / f"{name}.pem"))
                talk.request()
                talk.send(answer(error("NoSuchBucket"), status="404 Not Found"))

        with serving_raw(handler) as raw:
            variables = {
                "AWS_ENDPOINT_URL": raw.url.replace("http", "https"),
                "AWS_CA_BUNDLE": str(tmp_path / "ca.pem"),
            }
            return failure(backend_at(server.address, {**server.environment, **variables}).read).message

    assert "there is no such bucket" in told("good")
    assert told("bad").endswith("TLS: the certificate is of an unknown issuer")
    assert told("off").endswith("TLS: the certificate is of another host")


def test_a_name_that_no_host_has_is_told() -> None:
    text = (
        "Generic S3 error: Error performing GET https://nohost.invalid/bkt/k in 303.742169ms, after 2 retries, "
        "max_retries: 2, retry_timeout: 5s  - HTTP error: error sending request\n\nDebug source:\nGeneric { inner: "
        'HttpError { kind: Connect, source: ConnectError( "dns error", Custom { kind: Uncategorized'
    )
    told = trouble(ValueError(text), "https://nohost.invalid")
    assert told.why == "no connection: the name of the host is not known"


# Credentials that are not given as they are


def test_without_any_credentials_there_is_a_way_to_get_them(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_METADATA_ENDPOINT", "http://127.0.0.1:9")
    told = failure(backend_at(server.address, {"AWS_ENDPOINT_URL": server.root}).read)
    assert told.message.endswith("the state cannot be read: no credentials were found")
    assert "aws configure export-credentials" in told.hint


def test_a_role_whose_token_is_missing_gives_no_credentials(
    server: S3Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "missing"))
    monkeypatch.setenv("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/segsync")
    told = failure(backend_at(server.address, {"AWS_ENDPOINT_URL": server.root}).read)
    assert told.message.endswith("no credentials were found")


def test_a_machine_with_a_role_needs_no_variables(server: S3Server, monkeypatch: pytest.MonkeyPatch) -> None:
    role = {
        "AccessKeyId": KEY_ID,
        "SecretAccessKey": SECRET_KEY,
        "Token": "t0ken",
        "Expiration": "2999-01-01T00:00:00Z",
    }

    def metadata(talk: Talk) -> None:
        request = talk.request()
        if b"/security-credentials/ " in request:
            talk.send(answer(b"the-role"))
        else:
            talk.send(answer(json.dumps(role).encode() if b"/the-role " in request else b"metadata-token"))

    with serving_raw(metadata) as raw:
        monkeypatch.setenv("AWS_METADATA_ENDPOINT", raw.url)
        assert backend_at(server.address, {"AWS_ENDPOINT_URL": server.root}).read() is None
    assert server.received[-1].headers["x-amz-security-token"] == "t0ken"

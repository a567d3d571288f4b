"""Which addresses are taken, how each is spoken to, and who gets which credentials."""

import base64
from collections.abc import Mapping
from pathlib import Path

import pytest
from requests import PreparedRequest

from segsync.errors import UsageError
from segsync.plumbing.http import Basic
from segsync.state.http.access import checked_address, explicit, of_job
from segsync.state.http.backend import http_backend
from segsync.state.http.dialects import GitLab, Plain, dialect_of
from tests.state.http.clients import CREDENTIALS, FIRST
from tests.state.http.rules import GitLab as GitLabRules
from tests.state.http.rules import Plain as PlainRules
from tests.state.http.server import serving

STATE = "https://gitlab.example/api/v4/projects/42/terraform/state/segsync"
JOB = {"CI_JOB_TOKEN": "j0b-token", "CI_API_V4_URL": "https://gitlab.example/api/v4"}


def sent(auth: Basic | None) -> str | None:
    """The user name and password that go out."""
    request = PreparedRequest()
    request.prepare("GET", "https://host/", auth=auth)
    if "Authorization" not in request.headers:
        return None
    kind, _, encoded = request.headers["Authorization"].partition(" ")
    assert kind == "Basic"
    return base64.b64decode(encoded).decode("utf-8")


@pytest.mark.parametrize(
    "address",
    [
        STATE,
        "https://host/gitlab/api/v4/projects/42/terraform/state/segsync",
        "https://host/api/v4/projects/group%2Fsub%2Fproject/terraform/state/a.b%2Fc",
        "https://host/api/v4/projects/42/%74erraform/state/segsync",
        "http://127.0.0.1:8080/api/v4/projects/42/terraform/state/segsync/",
    ],
)
def test_gitlab_is_known_by_its_path(address: str) -> None:
    assert isinstance(dialect_of(checked_address(address)), GitLab)


@pytest.mark.parametrize(
    "address",
    [
        "https://gitlab.example/state",
        "https://gitlab.example",
        "https://host/api/v4/projects/42/packages/state/segsync",
        "https://host/api/v3/projects/42/terraform/state/segsync",
        "https://host/api/v4/projects/group/project/terraform/state/segsync",
        "https://host/fooapi/v4/projects/42/terraform/state/segsync",
    ],
)
def test_everything_else_is_a_plain_server(address: str) -> None:
    assert isinstance(dialect_of(checked_address(address)), Plain)


@pytest.mark.parametrize("end", ["", "/", "/segsync/lock", "/segsync/versions/3", "/a/b"])
def test_a_place_at_gitlab_that_is_no_state_is_refused(end: str) -> None:
    with pytest.raises(UsageError) as refused:
        http_backend("https://gitlab.example/api/v4/projects/42/terraform/state" + end, {})
    assert refused.value.message == "--state: this is not the address of a state at GitLab"


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://gitlab.example/state", "http:// is accepted for loopback alone"),
        ("https://ann:s3cret@gitlab.example/state", "must not hold a user name or password"),
        ("https://ann@gitlab.example/state", "must not hold a user name or password"),
        ("https://gitlab.example/state?private_token=s3cret", "must not hold a query"),
        ("https://gitlab.example/state?", "must not hold a query"),
        ("https://gitlab.example/state#s3cret", "must not hold a query"),
        ("https://", "is not an http or https address"),
        ("https://host:port/state", "is not an http or https address"),
        ("https://host/a b", "is not an http or https address"),
        ("https://host/a\nb", "is not an http or https address"),
        ("https://host\\@elsewhere/state", "is not an http or https address"),
        ("https://host/a/../b", "must not hold . or .."),
        ("https://host/a/./b", "must not hold . or .."),
        ("https://host/a/..", "must not hold . or .."),
        ("https://host/a/%2e%2E/b", "must not hold . or .."),
        ("https://host/a/.%2e/b", "must not hold . or .."),
        ("https://host/a/%252e%252e/b", "must not hold . or .."),
        ("https://host/a%2f..%2fb", "must not hold . or .."),
        ("https://host/a%5c..%5cb", "must not hold . or .."),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_without_repeating_it(address: str, words: str) -> None:
    with pytest.raises(UsageError) as refused:
        http_backend(address, {})
    assert words in refused.value.message
    assert "s3cret" not in refused.value.message + refused.value.hint


def test_names_with_dots_in_them_are_names() -> None:
    assert checked_address("https://host/..a/b..c/...") == "https://host/..a/b..c/..."


# Credentials


def test_without_any_nobody_is_named() -> None:
    assert explicit({}) is None
    assert explicit({"SEGSYNC_HTTP_USERNAME": "", "SEGSYNC_HTTP_PASSWORD": ""}) is None
    assert of_job(STATE, {}) is None


def test_user_name_and_password_go_to_whatever_server_is_named() -> None:
    assert sent(explicit({"SEGSYNC_HTTP_USERNAME": "ann", "SEGSYNC_HTTP_PASSWORD": "s3cret: ж"})) == "ann:s3cret: ж"


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"SEGSYNC_HTTP_USERNAME": "ann"}, "SEGSYNC_HTTP_USERNAME is set and SEGSYNC_HTTP_PASSWORD is not"),
        ({"SEGSYNC_HTTP_PASSWORD": "s3cret"}, "SEGSYNC_HTTP_PASSWORD is set and SEGSYNC_HTTP_USERNAME is not"),
        (
            {"SEGSYNC_HTTP_USERNAME": "an:n", "SEGSYNC_HTTP_PASSWORD": "s3cret"},
            "SEGSYNC_HTTP_USERNAME holds a colon, which no user name of HTTP can",
        ),
    ],
)
def test_half_of_them_is_refused(environment: Mapping[str, str], message: str) -> None:
    with pytest.raises(UsageError) as refused:
        http_backend(STATE, {**environment, **JOB})
    assert refused.value.message == message


def test_the_password_is_in_no_repr() -> None:
    auth = explicit(CREDENTIALS)
    assert "s3cret" not in repr(auth) + repr(vars(auth))


@pytest.mark.parametrize(
    "api",
    [
        "https://gitlab.example/api/v4",
        "https://gitlab.example/api/v4/",
        "https://GitLab.Example:443/api/v4",
        "https://gitlab.example/api/%764",
    ],
)
def test_a_job_gets_to_its_own_gitlab(api: str) -> None:
    assert sent(of_job(STATE, {**JOB, "CI_API_V4_URL": api})) == "gitlab-ci-token:j0b-token"


@pytest.mark.parametrize(
    ("address", "api"),
    [
        (STATE, ""),
        (STATE, "not an address"),
        (STATE, "http://gitlab.example/api/v4"),
        (STATE, "https://gitlab.example:8443/api/v4"),
        (STATE, "https://gitlab.example.evil/api/v4"),
        (STATE, "https://gitlab.exampl/api/v4"),
        (STATE, "https://sub.gitlab.example/api/v4"),
        (STATE, "https://gitlab.example/gitlab/api/v4"),
        (STATE, "https://gitlab.example/api/v"),
        (STATE, "https://gitlab.example/api/v4/projects/42/terraform/state/segsync"),
        (STATE, "https://gitlab.example/api/v4/../v4"),
        (STATE, "https://gitlab.example/api/v4?x"),
        (STATE, "https://ann@gitlab.example/api/v4"),
        (STATE.replace("/api", "/evil/api"), "https://gitlab.example/api/v4"),
        (STATE.replace("https", "http"), "https://gitlab.example/api/v4"),
    ],
)
def test_its_token_goes_nowhere_else(address: str, api: str) -> None:
    assert of_job(address, {**JOB, "CI_API_V4_URL": api}) is None


def test_a_plain_server_never_gets_it() -> None:
    with serving(PlainRules()) as server:
        http_backend(server.address, {**JOB, "CI_API_V4_URL": server.root}).read()
        assert "authorization" not in server.received[0].headers


def test_gitlab_gets_it_and_explicit_credentials_go_first() -> None:
    with serving(GitLabRules(), {"gitlab-ci-token": "j0b-token", "ann": "s3cret"}) as server:
        job = {**JOB, "CI_API_V4_URL": f"{server.root}/api/v4"}
        http_backend(server.address, job).write(FIRST, None)
        http_backend(server.address, {**job, **CREDENTIALS}).read()
        tokens = [request.headers["authorization"].removeprefix("Basic ") for request in server.received]
    assert {base64.b64decode(token) for token in tokens[:-1]} == {b"gitlab-ci-token:j0b-token"}
    assert base64.b64decode(tokens[-1]) == b"ann:s3cret"


def test_netrc_names_nobody_to_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login eve password s3cret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with serving(PlainRules()) as server:
        http_backend(server.address, {}).read()
        http_backend(server.address, CREDENTIALS).read()
        sent_to_it = [request.headers.get("authorization") for request in server.received]
    assert sent_to_it == [None, f"Basic {base64.b64encode(b'ann:s3cret').decode()}"]

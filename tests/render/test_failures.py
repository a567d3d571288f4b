import pytest

from segsync.core.model import Failure, FailureKind, SecretRef
from segsync.render.failures import told

URL = "https://vkpns-segments.rustore.ru"
TOKEN = SecretRef("env", "TOKEN")
REFUSED, NOT_SENT, UNKNOWN = FailureKind.REFUSED, FailureKind.NOT_SENT, FailureKind.UNKNOWN

COMPARE = "Compare it with the service token of this push project in RuStore Console."
NETWORK = "Check the address, the network and the proxy settings."
MANIFEST = "Check --api-url and the manifest."
LATER = "Check --api-url, or try again later."


@pytest.mark.parametrize(
    ("failure", "what", "hint"),
    [
        (
            Failure(REFUSED, "Invalid S2S token", 400, 2000, "BAD_REQUEST"),
            "the service token was refused: {env: TOKEN} (HTTP 400, code 2000: Invalid S2S token)",
            COMPARE,
        ),
        (
            Failure(REFUSED, "HTTP 401, no error of the API's own", 401),
            "the service token was refused: {env: TOKEN} (HTTP 401: HTTP 401, no error of the API's own)",
            COMPARE,
        ),
        (
            Failure(REFUSED, "not yours", 403, 7),
            "the service token was refused: {env: TOKEN} (HTTP 403, code 7: not yours)",
            COMPARE,
        ),
        (Failure(NOT_SENT, "Connection refused"), f"no connection to {URL}: Connection refused", NETWORK),
        (
            Failure(NOT_SENT, "TLS: certificate has expired"),
            f"no connection to {URL}: TLS: certificate has expired",
            NETWORK,
        ),
        (Failure(REFUSED, "bad app_id", 422, 7, "NO"), f"{URL} refused the request: bad app_id (HTTP 422)", MANIFEST),
        (Failure(REFUSED, "HTTP 404, no error", 404), f"{URL} refused the request: HTTP 404, no error", MANIFEST),
        (
            Failure(UNKNOWN, "HTTP 502, no error", 502),
            f"{URL} did not answer as RuStore does: HTTP 502, no error",
            LATER,
        ),
        (
            Failure(UNKNOWN, "the answer is not JSON", 200),
            f"{URL} did not answer as RuStore does: the answer is not JSON (HTTP 200)",
            LATER,
        ),
        (
            Failure(UNKNOWN, "no whole answer within 30 s"),
            f"{URL} did not answer as RuStore does: no whole answer within 30 s",
            LATER,
        ),
    ],
)
def test_a_failure_says_what_happened_and_what_to_do(failure: Failure, what: str, hint: str) -> None:
    assert told(failure, TOKEN, URL) == (what, hint)


@pytest.mark.parametrize("kind", FailureKind)
@pytest.mark.parametrize("http", [None, 400, 401])
def test_the_server_cannot_write_to_the_terminal(kind: FailureKind, http: int | None) -> None:
    what, hint = told(Failure(kind, "\x1b[2J\nError: \u202e" + "x" * 10_000, http), TOKEN, URL)
    assert "\\x1b[2J\\nError: \\u202exxx" in what
    assert len(what) < 320
    assert hint
    assert (what + hint).isprintable()


def test_the_token_is_told_by_its_reference() -> None:
    what, _hint = told(Failure(REFUSED, "no", 401), SecretRef("file", "/run/secrets/token"), URL)
    assert "{file: /run/secrets/token}" in what

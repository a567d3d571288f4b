"""A failed call in words."""

from segsync.core.model import Failure, FailureKind, SecretRef
from segsync.render.escape import shown


def told(failure: Failure, token: SecretRef, api_url: str) -> tuple[str, str]:
    """What happened, and what to do."""
    message = shown(failure.message)
    if failure.token_refused:
        told_code = f", code {failure.code}" if failure.code is not None else ""
        return (
            f"the service token was refused: {token} (HTTP {failure.http}{told_code}: {message})",
            "Compare it with the service token of this push project in RuStore Console.",
        )
    if failure.kind is FailureKind.NOT_SENT:
        return f"no connection to {api_url}: {message}", "Check the address, the network and the proxy settings."
    if failure.kind is FailureKind.REFUSED:
        return f"{api_url} refused the request: {message}{_http(failure)}", "Check --api-url and the manifest."
    return (
        f"{api_url} did not answer as RuStore does: {message}{_http(failure)}",
        "Check --api-url, or try again later.",
    )


def _http(failure: Failure) -> str:
    return f" (HTTP {failure.http})" if failure.http and str(failure.http) not in failure.message else ""

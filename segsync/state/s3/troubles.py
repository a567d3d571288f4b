"""What an error of obstore means.

Its texts hold whole answers and dumps of objects. None is shown: known words are picked out of them.
"""

import re
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

_DUMP = "\n\nDebug source:"
_ASKED = re.compile(r"Error performing [A-Z]+ (\S+) ")
_STATUS = re.compile(r"Server returned non-2xx status code: ([0-9]{3})\b")
_CODE = re.compile(r"<Code>([A-Za-z0-9]{1,64})</Code>")
_REGION = re.compile(r"<Region>([a-z0-9-]{1,64})</Region>")


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a call has failed, and what to do about it.

    `missing`: there is no such object. `unmet`: the condition of the write does not hold. `in_doubt`: what was asked
    for may have been done all the same.
    """

    why: str
    hint: str = ""
    missing: bool = False
    unmet: bool = False
    in_doubt: bool = True


def trouble(error: Exception, endpoint: str) -> Trouble:
    """`endpoint` is the store's; what failed elsewhere failed while looking for credentials."""
    told, _, dump = str(error).partition(_DUMP)
    asked = _ASKED.search(told)
    if (asked and _origin(asked[1]) != _origin(endpoint)) or (asked is None and "token file" in told):
        return Trouble("no credentials were found", _NO_CREDENTIALS, in_doubt=False)
    if asked is None:
        return Trouble("the answer is not one of S3, or was cut off", _WHERE.format(endpoint))
    if status := _STATUS.search(told):
        return _answered(int(status[1]), told)
    if "redirect without LOCATION" in told:
        return _elsewhere("HTTP 301", told)
    return _unanswered(dump, endpoint)


def _answered(status: int, told: str) -> Trouble:
    found = _CODE.search(told)
    code = found[1] if found else ""
    answer = f"HTTP {status} {code}".rstrip()
    if code in _ELSEWHERE or 300 <= status < 400:
        return _elsewhere(answer, told)
    why, hint = _BY_CODE.get(code) or _BY_STATUS.get(status) or ("the store failed" if status >= 500 else _REFUSED, "")
    # A try that was refused may have followed one that was stored and not answered.
    # 409 is of two writes at once, and the other may be an earlier try of our own.
    settled = 400 <= status < 500 and status not in (408, 409) and ", after " not in told.partition(" - ")[0]
    return Trouble(
        f"{why} ({answer})",
        hint,
        missing=code == "NoSuchKey",
        unmet=status in (409, 412),
        in_doubt=not settled,
    )


def _elsewhere(answer: str, told: str) -> Trouble:
    region = _REGION.search(told)
    hint = f"Set AWS_REGION={region[1]}." if region else "Set AWS_REGION to the bucket's, or AWS_ENDPOINT_URL."
    return Trouble(f"the bucket is in another region, or at another address ({answer})", hint, in_doubt=False)


def _unanswered(dump: str, endpoint: str) -> Trouble:
    for sign, why in _SIGNS:
        if sign in dump:
            hint = _OWN_CA if sign == "UnknownIssuer" else _WHERE.format(endpoint)
            return Trouble(why, hint)
    return Trouble("the answer is not one of HTTP", _WHERE.format(endpoint))


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts: SplitResult = urlsplit(url)
    return parts.scheme, parts.hostname, parts.port or {"http": 80, "https": 443}.get(parts.scheme)


_RIGHTS = (
    "It takes s3:GetObject, and for all but reading s3:PutObject and s3:DeleteObject, on the key and what begins with "
    "it; and s3:ListBucket on the bucket, or else S3 refuses to tell that a key is not there."
)
_TEMPORARY = ("the session token is wrong or has expired", "Get new credentials: AWS_SESSION_TOKEN ends with its keys.")
_NO_CREDENTIALS = (
    "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or look at the role that other AWS_* variables name. "
    "Profiles and SSO are not read: "
    "`aws configure export-credentials --format env` prints their variables."
)
_WHERE = "It was asked for at {} (AWS_ENDPOINT_URL, AWS_REGION)."
_OWN_CA = "Name the file of your own authority in AWS_CA_BUNDLE."
_REFUSED = "the store refused"

_ELSEWHERE = {"AuthorizationHeaderMalformed", "PermanentRedirect", "TemporaryRedirect", "IncorrectEndpoint"}

_BY_CODE = {
    "NoSuchBucket": ("there is no such bucket", "Create it, or name another with --state: segsync creates none."),
    "InvalidAccessKeyId": ("the access key is not known there", "Look at AWS_ACCESS_KEY_ID."),
    "SignatureDoesNotMatch": ("the secret key is wrong", "Look at AWS_SECRET_ACCESS_KEY and AWS_REGION."),
    "ExpiredToken": _TEMPORARY,
    "InvalidToken": _TEMPORARY,
    "RequestTimeTooSkewed": ("the clock of this machine is wrong", "Set it."),
}

_BY_STATUS = {
    401: ("the credentials are wrong or missing", "Look at AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."),
    403: ("access is denied", _RIGHTS),
    404: ("this is no S3 store", "Look at AWS_ENDPOINT_URL."),
    429: ("the store is asked too often", "Wait a while."),
    501: ("the store does not know such a request", "Keep the state in a store that knows conditional writes."),
    503: ("the store is busy", "Wait a while."),
}

# In the order in which they count: a time-out of a connection is one of both.
_SIGNS = (
    ("UnknownIssuer", "TLS: the certificate is of an unknown issuer"),
    ("NotValidForName", "TLS: the certificate is of another host"),
    ("InvalidCertificate", "TLS: the certificate is not valid"),
    ("dns error", "no connection: the name of the host is not known"),
    ("ConnectionRefused", "no connection: refused"),
    ("kind: Timeout", "no answer in time"),
    ("kind: Connect", "no connection"),
    ("IncompleteMessage", "the connection was cut"),
    ("ConnectionReset", "the connection was cut"),
)

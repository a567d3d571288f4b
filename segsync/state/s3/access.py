"""From `s3://BUCKET/KEY` and the AWS_* variables to where the store is and how to get in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from segsync.core.model import Secret
from segsync.errors import UsageError
from segsync.plumbing.files import read_limited
from segsync.plumbing.http import checked_url

LOCK = ".lock"
_PARTS = re.compile(r"s3://([^/]*)/?(.*)", re.IGNORECASE | re.DOTALL)
_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,254}")
# Half of a surrogate pair is what a name that is not UTF-8 looks like.
_UNSPEAKABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
# S3 takes 1024 bytes; the names of the lock and of the probe are longer than the state's.
_KEY_LIMIT = 900
_REGION = re.compile(r"[A-Za-z0-9-]{1,64}")
_CREDENTIAL = re.compile(r"[!-~]+")
_DEFAULT_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Keys:
    """Credentials that were given as they are. `token` is of temporary ones."""

    id: str
    secret: Secret
    token: Secret | None


@dataclass(frozen=True, slots=True)
class Access:
    """`endpoint` is http or https without the bucket. Without `keys`, obstore looks for a role.

    `ca` are certificates (PEM) to trust beside those of the system.
    """

    bucket: str
    key: str
    endpoint: str
    region: str
    keys: Keys | None
    ca: bytes | None


def access(address: str, environment: Mapping[str, str]) -> Access:
    """Raises UsageError for an address or a variable that cannot be used."""
    bucket, key = bucket_and_key(address)
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or _DEFAULT_REGION
    if not _REGION.fullmatch(region):
        raise UsageError("AWS_REGION: is not the name of a region")
    return Access(bucket, key, _endpoint(region, environment), region, _keys(environment), _ca(environment))


def bucket_and_key(address: str) -> tuple[str, str]:
    parts = _PARTS.fullmatch(address)
    assert parts is not None
    bucket, key = parts.groups()
    if _UNSPEAKABLE.search(address):
        raise UsageError("--state: the address has characters that none can have", _FORM)
    if "@" in bucket:
        raise UsageError("--state: must not hold a user name or password", _VARIABLES)
    if "?" in address or "#" in address:
        raise UsageError("--state: must not hold a query or a fragment", _FORM)
    if not _BUCKET.fullmatch(bucket):
        raise UsageError("--state: has no name of a bucket after s3://", _FORM)
    if problem := _problem(key):
        raise UsageError(f"--state: {problem}", _FORM)
    return bucket, key


def _problem(key: str) -> str:
    if not key:
        return "has no key after the bucket"
    if {"", ".", ".."} & set(key.split("/")):
        return "the key has an empty part, or one that is `.` or `..`"
    if key.endswith(LOCK):
        return f"the key ends in {LOCK}, as the lock of another state does"
    if len(key.encode("utf-8")) > _KEY_LIMIT:
        return f"the key is longer than {_KEY_LIMIT} bytes"
    return ""


def _endpoint(region: str, environment: Mapping[str, str]) -> str:
    for name in ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"):
        if url := environment.get(name):
            return checked_url(url, name)
    return f"https://s3.{region}.amazonaws.com" + (".cn" if region.startswith("cn-") else "")


def _keys(environment: Mapping[str, str]) -> Keys | None:
    names = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
    if not any(name in environment for name in names):
        return None
    for name in names:
        if not environment.get(name):
            # In CI this is a secret that the job does not get.
            raise UsageError(f"{name}: is {'empty' if name in environment else 'not set'}", _VARIABLES)
    token = environment.get("AWS_SESSION_TOKEN")
    for name in (*names, *(["AWS_SESSION_TOKEN"] if token else [])):
        if not _CREDENTIAL.fullmatch(environment[name]):
            raise UsageError(f"{name}: must be printable ASCII without spaces and line ends")
    key_id, secret = (environment[name] for name in names)
    return Keys(key_id, Secret(secret), Secret(token) if token else None)


def _ca(environment: Mapping[str, str]) -> bytes | None:
    path = environment.get("AWS_CA_BUNDLE") or environment.get("REQUESTS_CA_BUNDLE")
    # requests takes a folder too; the certificates of the system are trusted anyway.
    return read_limited(Path(path), 16 * 2**20) if path and not Path(path).is_dir() else None


_FORM = "Give it as s3://BUCKET/KEY."
_VARIABLES = "Credentials are read from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."

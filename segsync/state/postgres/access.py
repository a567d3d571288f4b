"""Where a PostgreSQL state may be. Who asks for it, libpq finds in the PG* variables and in pgpass by itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from segsync.errors import UsageError
from segsync.plumbing.http import is_loopback

_STATE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
# Nothing that is secret, and nothing that says who asks: an address stands in messages, files and job logs.
_PARAMETERS = (
    "channel_binding", "connect_timeout", "host", "hostaddr", "passfile", "port", "require_auth", "service",
    "sslcert", "sslcrl", "sslkey", "sslmode", "sslrootcert", "target_session_attrs",
)  # fmt: skip
# A host that is gone without a word is known after about 30 seconds.
_OURS = {
    "client_encoding": "UTF8",
    "fallback_application_name": "segsync",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "4",
    "tcp_user_timeout": "30000",
}
_CONNECT_TIMEOUT = "10"


@dataclass(frozen=True, slots=True)
class Access:
    """`address` is as messages show it, `conninfo` as libpq takes it, `state` the name of the row."""

    address: str
    conninfo: str
    state: str


def access(address: str, environment: Mapping[str, str]) -> Access:
    """Raises UsageError."""
    # A password that holds a slash, a question mark or a number sign ends the host early.
    if "@" in address:
        raise UsageError(
            "--state: a postgresql address must not hold a user name or password",
            "Set PGUSER and PGPASSWORD, or use a pgpass file. An @ that is part of a name is written %40.",
        )
    try:
        parts = urlsplit(address)
    except ValueError as error:
        raise _no_address() from error
    query = _query(parts.query)
    state = query.pop("state", "")
    if parts.fragment or not _STATE.fullmatch(state):
        raise UsageError("--state: a postgresql address must end in state=NAME", f"{_SHAPE} {_NAME}")
    for name in query:
        if name not in _PARAMETERS:
            raise UsageError(
                f"--state: a postgresql address must not hold the parameter {name!r}",
                f"It may hold state and {', '.join(_PARAMETERS)}. Set the rest with the PG* variables.",
            )
    server = {**_server(f"postgresql://{parts.netloc}{parts.path}"), **query}
    if "connect_timeout" not in server and not environment.get("PGCONNECT_TIMEOUT"):
        server["connect_timeout"] = _CONNECT_TIMEOUT
    hosts = server.get("host") or server.get("hostaddr") or environment.get("PGHOST", "")
    if "sslmode" not in server and not environment.get("PGSSLMODE") and any(map(_is_remote, hosts.split(","))):
        # libpq would take a server's word for it that it speaks no TLS, and tell it the password.
        server["sslmode"] = "require"
    return Access(address, make_conninfo("", **{**_OURS, **server}), state)


def _is_remote(host: str) -> bool:
    """Whether what is said to it leaves this machine. A path is of a socket, and so is nothing at all."""
    return (
        bool(host)
        and not host.startswith(("/", "@"))
        and not is_loopback(f"//[{host}]" if ":" in host else f"//{host}")
    )


def _query(text: str) -> dict[str, str]:
    """Its parameters, a plus sign being one, as libpq reads it."""
    try:
        pairs = parse_qsl(text.replace("+", "%2B"), keep_blank_values=True, strict_parsing=bool(text), errors="strict")
    except ValueError as error:
        raise UsageError("--state: the query of this postgresql address cannot be read", _SHAPE) from error
    if len(dict(pairs)) < len(pairs):
        raise UsageError("--state: a postgresql address must not hold a parameter twice", _SHAPE)
    return dict(pairs)


def _server(url: str) -> dict[str, str]:
    """Host, port and database as libpq reads them."""
    try:
        found = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    except (ProgrammingError, UnicodeError) as error:
        raise _no_address() from error
    if not found.get("dbname"):
        raise UsageError("--state: a postgresql address must name the database", _SHAPE)
    return found


def _no_address() -> UsageError:
    # Whoever finds it wrong repeats it, with whatever was meant to be secret in it.
    return UsageError("--state: this is not a postgresql address", _SHAPE)


_SHAPE = "Give it as postgresql://HOST/DATABASE?state=NAME."
_NAME = "NAME is 1 to 64 letters, digits, dots, dashes and underscores, the first one a letter or digit."

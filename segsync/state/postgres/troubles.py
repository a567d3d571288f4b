"""What an error of PostgreSQL means, decided in one place."""

import re

from psycopg import Error, errors

_LENGTH = 200

_ACCESS = "Set PGUSER and PGPASSWORD, or use a pgpass file."
_WHAT_IT_MEANS = {
    "3D000": ("there is no such database", "Create it, or name another one with --state."),
    "25006": ("the server takes no writes: it is a standby, or read-only", "Name its primary with --state."),
    "28P01": ("the user name or password is wrong or missing", _ACCESS),
    "28000": ("the server does not let this user in", f"Its pg_hba.conf says who may come, and how. {_ACCESS}"),
    "42501": (
        "the role lacks the right to do it",
        "To plan, it needs SELECT on the table segsync_states; to apply, INSERT and UPDATE too.",
    ),
    "42704": ("the server is too old", "PostgreSQL 14 or newer can keep a state."),
    "42703": ("the table segsync_states is not one of segsync's", "Name another database with --state."),
    "53300": ("the server has too many connections", "Try again."),
    "55P03": ("another session keeps the row locked", "Try again."),
    "57014": ("the server took too long", "Try again."),
    "57P03": ("the server is starting or stopping", "Try again."),
    "TLS": ("no TLS connection", "sslmode and sslrootcert in the address say what is demanded of the server."),
}
_SAME = {"42P10": "42703", "42804": "42703", "42883": "42703", "42809": "42703", "57P05": "57P01"}

# A server that refuses a connection tells its SQLSTATE to libpq, which keeps it. In other languages than English, the
# server's own words have to do.
_BY_WORDS = (
    (re.compile(r'database ".*" does not exist'), "3D000"),
    (re.compile(r'authentication failed for user|no password supplied|role ".*" does not exist'), "28P01"),
    (re.compile(r"no pg_hba\.conf entry|pg_hba\.conf rejects|not permitted to log in|permission denied for"), "28000"),
    (re.compile(r"too many (clients|connections)|connection slots are reserved"), "53300"),
    (re.compile(r"the database system is (starting|shutting)"), "57P03"),
    (re.compile(r"read-only|hot standby mode"), "25006"),
    (re.compile(r"\bSSL\b|certificate", re.IGNORECASE), "TLS"),
)


def meaning(error: Error) -> tuple[str, str]:
    """What is wrong, and what to do next; never with a credential."""
    code = error.sqlstate or _by_words(str(error))
    if found := _WHAT_IT_MEANS.get(_SAME.get(code, code)):
        return found
    if error.sqlstate:
        return f"{_cut(error.diag.message_primary or 'the server refuses it')} (SQLSTATE {code})", ""
    if isinstance(error, errors.ConnectionTimeout):
        return "no connection: the server does not answer in time", ""
    return _cut(re.sub(r"^connection (failed|is bad): ", "no connection: ", str(error))), ""


def ended_by_server(error: Error) -> bool:
    """Whether someone ended the session, the server's own end included: no accident of the network."""
    return (error.sqlstate or "").startswith("57P")


def _by_words(text: str) -> str:
    return next((code for words, code in _BY_WORDS if words.search(text)), "")


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _LENGTH else line[: _LENGTH - 1] + "…"

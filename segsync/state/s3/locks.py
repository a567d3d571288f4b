"""Who holds a lock <-> the object that the lock is."""

import json
from dataclasses import asdict, replace

from segsync.state.protocol import UNKNOWN_HOLDER, LockInfo, Stored

_LIMIT = 2**16
_TEXT_LIMIT = 255
_PID_LIMIT = 2**31
_TEXTS = ("id", "operation", "who", "created")


def encode(info: LockInfo) -> bytes:
    return json.dumps(asdict(info)).encode("ascii")


def decode(stored: Stored) -> LockInfo:
    """Whoever the object names. One that names nobody still has an id, so that it can be freed."""
    anonymous = replace(UNKNOWN_HOLDER, id=stored.version.strip('"')[:_TEXT_LIMIT])
    try:
        document = json.loads(stored.data) if len(stored.data) <= _LIMIT else None
    except (ValueError, RecursionError):
        return anonymous
    if not isinstance(document, dict):
        return anonymous
    texts = {name: value[:_TEXT_LIMIT] for name in _TEXTS if isinstance(value := document.get(name), str) and value}
    pid = document.get("pid")
    return replace(anonymous, **texts, pid=pid if type(pid) is int and 0 < pid < _PID_LIMIT else 0)

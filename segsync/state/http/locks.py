"""Who holds a lock <-> the JSON that the Terraform HTTP state protocol tells it in."""

import json
import os
import re
import uuid
from typing import Any

from segsync import __version__
from segsync.plumbing.clock import SystemClock, timestamp
from segsync.plumbing.whoami import who
from segsync.state.protocol import UNKNOWN_HOLDER, LockInfo

_PROGRAM = "segsync "
_PROCESS = re.compile(r"process ([0-9]{1,10})")
_BODY_LIMIT = 2**16
# GitLab takes no longer one.
_TEXT_LIMIT = 255


def own(operation: str) -> LockInfo:
    """A lock that this process asks for on its own account."""
    return LockInfo(str(uuid.uuid4()), operation, who(), os.getpid(), timestamp(SystemClock().now()))


def encode(info: LockInfo) -> bytes:
    """All seven keys: GitLab refuses a lock that lacks one."""
    document = {
        "ID": info.id,
        "Operation": _PROGRAM + info.operation if info.operation else "",
        "Info": f"process {info.pid}" if info.pid else "",
        "Who": info.who,
        "Version": __version__,
        "Created": info.created,
        "Path": "",
    }
    return json.dumps(document).encode("ascii")


def decode(body: bytes) -> LockInfo:
    """Whoever a server names, if it names anyone. Other tools take locks too, so only what is ours has a meaning."""
    try:
        document = json.loads(body) if len(body) <= _BODY_LIMIT else None
    except (ValueError, RecursionError):
        return UNKNOWN_HOLDER
    if not isinstance(document, dict):
        return UNKNOWN_HOLDER
    operation, process = _text(document, "Operation"), _PROCESS.fullmatch(_text(document, "Info"))
    ours = operation.startswith(_PROGRAM)
    return LockInfo(
        _text(document, "ID"),
        operation.removeprefix(_PROGRAM) if ours else "",
        _text(document, "Who"),
        int(process[1]) if ours and process else 0,
        _text(document, "Created"),
    )


def _text(document: dict[str, Any], key: str) -> str:
    value = document.get(key)
    # Half of a surrogate pair, which JSON can hold, could be sent back in no address.
    return value[:_TEXT_LIMIT].encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""

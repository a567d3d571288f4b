"""Plain scalars, read by the YAML 1.2 core schema: `no`, `on`, `12:30` and dates are text."""

import re
from collections.abc import Mapping
from typing import Any

INVALID = object()
"""What stands for a number that no JSON reader takes exactly."""

_WORDS: Mapping[str, Any] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_BASED = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
NUMBER = re.compile(f"{_BASED.pattern}|{_FLOAT.pattern}")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGESTNUMBER = 18


def resolved(text: str) -> Any:
    """A plain scalar by the YAML 1.2 core schema; `INVALID` for a number that no JSON reader takes exactly."""
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in "0123456789+-.":
        return text
    if _NOT_FINITE.fullmatch(text):
        return INVALID
    if not NUMBER.fullmatch(text):
        return text
    if len(text) > _LONGESTNUMBER:
        return INVALID
    if _BASED.fullmatch(text):
        return int(text[2:], 8 if text[1] == "o" else 16)
    return int(text) if _INTEGER.fullmatch(text) else float(text)

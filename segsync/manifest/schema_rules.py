"""What the JSON Schema refuses, said in words that hold no value of the manifest."""

from collections.abc import Callable, Iterator
from difflib import get_close_matches
from typing import Any

from segsync.manifest.marked import START, Map, Mark, Path, Problem, Seq, quotable, quotable_path
from segsync.plumbing.schemas import Breach, breaches, pointer

_TYPES = {
    "object": "a mapping",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
}


def schema_problems(schema: str, data: Any) -> Iterator[Problem]:
    """Every breach of the schema."""
    for breach in breaches(schema, data):
        yield from _told(data, breach)


def _told(data: Any, breach: Breach) -> Iterator[Problem]:
    path = breach.path
    shown = pointer(quotable_path(path))
    if breach.of_key:
        yield Problem(_at(data, path).key_at(breach.value), shown, f"has a key that is not a name: {_rule(breach)}")
    elif breach.rule == "additionalProperties":
        yield from _unknown_keys(data, path, breach)
    else:
        message, hint = _MESSAGES.get(breach.rule, _other)(breach)
        yield Problem(mark_of(data, path), shown, message, hint)


def _unknown_keys(data: Any, path: Path, breach: Breach) -> Iterator[Problem]:
    found, known = _at(data, path), breach.schema["properties"]
    for key in (key for key in found if key not in known):
        close = get_close_matches(key, known, n=1)
        hint = f"did you mean `{close[0]}`?" if close else "known here: " + ", ".join(sorted(known))
        what = f"unknown key `{key}`" if quotable(key) else "unknown key"
        yield Problem(found.key_at(key), pointer(quotable_path(path)), what, hint)


def _required(breach: Breach) -> tuple[str, str]:
    return f"`{breach.missing}` is missing", ""


def _type(breach: Breach) -> tuple[str, str]:
    allowed = breach.expected if isinstance(breach.expected, list) else [breach.expected]
    if "pattern" in breach.schema and "integer" in allowed:
        return _period(breach)
    wanted = "text" if "string" in allowed else _TYPES[allowed[0]]
    if "env" in breach.schema.get("properties", {}):
        return "must be a reference", "Write {env: NAME} or {file: PATH}; a secret never stands in a manifest."
    return f"must be {wanted}", ""


def _period(_breach: Breach) -> tuple[str, str]:
    return "must be a whole number of hours, 1 or more, without quotes", "24, 48h and 7d are good."


def _pattern(breach: Breach) -> tuple[str, str]:
    return _period(breach) if "minimum" in breach.schema else (f"must match {breach.expected}", "")


def _minimum(breach: Breach) -> tuple[str, str]:
    return f"must be {breach.expected} or more", ""


def _one_of(breach: Breach) -> tuple[str, str]:
    return "must be one of " + ", ".join(f"`{choice}`" for choice in breach.expected), ""


def _const(breach: Breach) -> tuple[str, str]:
    return f"must be {breach.expected}", "This segsync reads no other version."


def _count(_breach: Breach) -> tuple[str, str]:
    return "must be one reference", "Write {env: NAME} or {file: PATH}."


def _unique(_breach: Breach) -> tuple[str, str]:
    return "names something twice", ""


def _other(breach: Breach) -> tuple[str, str]:
    return f"breaks the rule `{breach.rule}` of the manifest's schema", ""


_MESSAGES: dict[str, Callable[[Breach], tuple[str, str]]] = {
    "required": _required,
    "type": _type,
    "pattern": _pattern,
    "minimum": _minimum,
    "enum": _one_of,
    "const": _const,
    "minProperties": _count,
    "maxProperties": _count,
    "uniqueItems": _unique,
}


def _rule(breach: Breach) -> str:
    return str(breach.schema["description"]).rstrip(".").lower()


def _at(data: Any, path: Path) -> Any:
    for part in path:
        data = data[part]
    return data


def mark_of(data: Any, path: Path) -> Mark:
    """Where the value at `path` stands; a missing one is told at the key of the mapping that lacks it."""
    if not path:
        return START
    parent, last = _at(data, path[:-1]), path[-1]
    if isinstance(parent, Seq) and isinstance(last, int):
        return parent.item_at(last)
    assert isinstance(parent, Map)
    value = parent[str(last)]
    return parent.key_at(str(last)) if isinstance(value, (Map, Seq)) else parent.value_at(str(last))

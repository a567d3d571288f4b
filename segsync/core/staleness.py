"""What has changed between a saved plan and a fresh one. Both are plan documents (JSON)."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

_BASE = {
    "api_url": "the API's address",
    "projects": "the selection (--project)",
    "manifest": "the manifest",
    "state": "the state",
    "live": "what is live at RuStore",
}


def differences(saved: Mapping[str, Any], fresh: Mapping[str, Any]) -> tuple[str, ...]:
    """One sentence for each thing that differs; none when the saved plan still holds."""
    return (*_base(saved["base"], fresh["base"]), *_changes(saved, fresh))


def _base(saved: Mapping[str, Any], fresh: Mapping[str, Any]) -> Iterator[str]:
    for key, name in _BASE.items():
        if _canonical(saved[key]) != _canonical(fresh[key]):
            yield f"{name} is not the same"


def _changes(saved: Mapping[str, Any], fresh: Mapping[str, Any]) -> Iterator[str]:
    before = {change["address"]: change for change in saved["changes"]}
    after = {change["address"]: change for change in fresh["changes"]}
    for address in dict.fromkeys((*before, *after)):
        yield from _change(address, before.get(address), after.get(address))
    in_order = [change["address"] for change in saved["changes"]] == list(after)
    if before.keys() == after.keys() and not in_order:
        yield "the order of the changes is not the same"
    if _canonical(saved["summary"]) != _canonical(fresh["summary"]):
        yield "the summary is not the same"


def _change(address: str, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Iterator[str]:
    if before is None or after is None:
        yield f"{address}: " + ("is not in the saved plan" if before is None else "is only in the saved plan")
    elif before["action"] != after["action"]:
        yield f"{address}: was {before['action']}, is now {after['action']}"
    elif changed := _changed_keys(before, after):
        yield f"{address}: not the same in {', '.join(changed)}"


def _changed_keys(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    # The origin moves with every edit of another line, and with the folder of the checkout.
    keys = [key for key in after if key != "origin"]
    return [key for key in keys if _canonical(before[key]) != _canonical(after[key])]


def _canonical(value: object) -> str:
    # As text, because 24 == 24.0 and 1 == True in Python, and neither is the same plan.
    return json.dumps(value, sort_keys=True)

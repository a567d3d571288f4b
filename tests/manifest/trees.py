"""A manifest as plain data, and what can be put into it."""

from typing import Any

from hypothesis import settings

from tests.support.models import ID, LINEAGE

property_test = settings(deadline=None, max_examples=100)

TREE: dict[str, Any] = {
    "version": 1,
    "state_lineage": LINEAGE,
    "defaults": {
        "service_token": {"env": "TOKEN"},
        "api_user_id": "40412",
        "secret_key": {"file": "/run/secrets/key"},
        "period": 24,
    },
    "projects": {
        "shop": {
            "project": "Zq3vX0c8",
            "app_id": 52210,
            "export_project_id": ID,
            "ignore": ["project"],
            "segments": {"payers": {"segment": "1742", "period": "7d", "is_enabled": True, "ignore": ["period"]}},
        },
        "news": {"project": "b", "app_id": 1, "service_token": {"env": "NEWS"}, "segments": {"all": {"segment": "1"}}},
    },
}
"""Every field there is, and good."""

Place = tuple[str | int, ...]


def planted(place: Place, value: Any, tree: Any = TREE) -> Any:
    """The tree with `value` at `place`."""
    if not place:
        return value
    copy = tree.copy()
    copy[place[0]] = planted(place[1:], value, tree[place[0]])
    return copy


def _places(tree: Any, place: Place = ()) -> list[Place]:
    keys = tree if isinstance(tree, dict) else range(len(tree)) if isinstance(tree, list) else ()
    return [place, *(below for key in keys for below in _places(tree[key], (*place, key)))]


PLACES = _places(TREE)
"""Where something can be planted: the whole, and every part of it."""

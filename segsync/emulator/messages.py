"""The fields of a push message: a wrong type is refused, and a field that the vendor does not name means nothing."""

from collections.abc import Callable, Mapping

from segsync.emulator.bodies import Fields, any_text, mapping
from segsync.emulator.exchange import bad_request

Read = Callable[[Fields, str], object]
Shape = Mapping[str, "Read | Shape"]


def _texts_by_name(fields: Fields, name: str) -> None:
    if not all(isinstance(value, str) for value in mapping(fields, name).values()):
        raise bad_request(f"the values of {name} must be texts")


def _click_action_type(fields: Fields, name: str) -> None:
    value = fields[name]
    # bool is a subclass of int, but true is not a number in JSON.
    if type(value) is not int or value not in (0, 1):
        raise bad_request(f"{name} must be 0 or 1")


_SHOWN: Shape = dict.fromkeys(("title", "body", "image"), any_text)
_SHOWN_BY_ANDROID: Shape = {
    **_SHOWN,
    **dict.fromkeys(("icon", "color", "channel_id", "click_action"), any_text),
    "click_action_type": _click_action_type,
}
MESSAGE: Shape = {
    "notification": _SHOWN,
    "data": _texts_by_name,
    "android": {"ttl": any_text, "notification": _SHOWN_BY_ANDROID},
}


def refuse_misshapen(fields: Fields, shape: Shape) -> None:
    """Refuse a field that is there and has another type than `shape` says."""
    for name in shape.keys() & fields.keys():
        expected = shape[name]
        if callable(expected):
            expected(fields, name)
        else:
            refuse_misshapen(mapping(fields, name), expected)

"""Text from servers and files, made safe to show."""

import re

LIMIT = 200
# C0 and C1 controls, line and paragraph separators, and everything that changes the direction of text.
# Half of a surrogate pair has no encoding at all.
_UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ud800-\udfff\ufeff]")
# A log of GitHub Actions reads this as the beginning of a command, wherever in a line it stands.
_COMMAND = re.compile(r"##\[")


def shown(text: str) -> str:
    """`text` on one line, without anything that moves a cursor or turns text around, cut at 200 characters."""
    safe = escaped(text)
    return safe if len(safe) <= LIMIT else safe[: LIMIT - 1] + "\N{HORIZONTAL ELLIPSIS}"


def escaped(text: str) -> str:
    """The same in full length, for sentences of our own with such text in them."""
    return _COMMAND.sub(r"##\\x5b", _UNSAFE.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text))

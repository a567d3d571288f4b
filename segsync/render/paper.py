"""What a text is laid out for."""

import textwrap
from dataclasses import dataclass

_LEAST = 24


@dataclass(frozen=True, slots=True)
class Paper:
    """With colours or without, and how many columns there are (None: a log or a file, where nothing is wrapped)."""

    color: bool = False
    width: int | None = None

    def styled(self, text: str, code: str) -> str:
        """`code` is of ANSI's Select Graphic Rendition."""
        return f"\x1b[{code}m{text}\x1b[0m" if self.color else text

    def wrapped(self, text: str, indent: int) -> list[str]:
        """Lines for a column that starts at `indent`. Words are never broken: they are ids, and places in files."""
        if self.width is None:
            return [text]
        columns = max(self.width - indent, _LEAST)
        return textwrap.wrap(text, columns, break_long_words=False, break_on_hyphens=False)

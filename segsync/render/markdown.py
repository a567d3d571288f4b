"""Plans and results as a comment: for a pull request, a merge request or the summary of a job.

Nothing of a server or a file is markup here. A value is HTML code of which every sign that means something to some
Markdown is spelled as a number: neither a link nor a mention, a table's bar or a tag can come of it.
"""

import re
from collections.abc import Iterator, Sequence

from segsync.core.digest import digest
from segsync.render.escape import shown
from segsync.render.spans import spans
from segsync.render.view import Row, Section, View
from segsync.render.wording import count

LIMIT = 65_536
"""Characters that a comment may have at GitHub. Counted in UTF-16, in which every other count is smaller."""
_RESERVED = 400  # for what is said of what is left out
# Also the first sign of what would become a link of itself, and an underscore that is not within a word.
_THEIRS = re.compile(r"""(?i:w(?=ww\.))|:(?=/)|(?<![^\W_])_|_(?![^\W_])|[^\w .,:;/()=%+?!'"-]""")
_HEAD = "| | name | what | where |\n|---|---|---|---|\n"


def comment(view: View) -> str:
    """At most LIMIT characters: cut project by project, and the last of them row by row."""
    view = view.urgent_first()
    head = "\n".join([_marker(view), f"### {view.line}", "", *(f"{notice}\n" for notice in view.notices), ""])
    room = _Room(LIMIT - _length(head) - _RESERVED)
    body = "".join(_fitting(view, room))
    return head + body + _tail(view)


def _marker(view: View) -> str:
    """Hidden, and the same in every run on these manifests: a bot finds its comment by it."""
    return f"<!-- segsync:{view.kind} {digest(list(view.files))} -->"


class _Room:
    """How many characters there still are."""

    def __init__(self, left: int) -> None:
        self._left = left

    def takes(self, text: str) -> bool:
        length = _length(text)
        if length > self._left:
            return False
        self._left -= length
        return True


def _fitting(view: View, room: _Room) -> Iterator[str]:
    """The projects that fit, whole; then as many rows as fit of the next one, and a count of what does not."""
    for place, section in enumerate(view.told):
        if not room.takes(whole := _section(section, len(section.rows))):
            fitting = _rows_that_fit(section, room)
            yield _section(section, fitting) if fitting else ""
            yield _left_out(view.told[place:], fitting)
            return
        yield whole


def _rows_that_fit(section: Section, room: _Room) -> int:
    if not room.takes(_section(section, 0)):
        return 0
    fitting = 0
    while fitting < len(section.rows) and room.takes(_row(section.rows[fitting])):
        fitting += 1
    return fitting


def _left_out(sections: Sequence[Section], shown: int) -> str:
    """`shown` is how many rows of the first of them stand above."""
    rows = sum(len(section.rows) for section in sections) - shown
    of = "this project" if shown and len(sections) == 1 else count(len(sections), "project")
    return f"\n**{count(rows, 'more line')} of {of} left out: a comment can hold no more.**\n"


def _section(section: Section, rows: int) -> str:
    told = ", ".join(f"{number} {tag.label}" for tag, number in section.counts.items() if not tag.quiet)
    opened = " open" if section.urgent else ""
    head = f"<details{opened}><summary>{_code(section.project)}: {told}</summary>\n\n{_HEAD}"
    return head + "".join(map(_row, section.rows[:rows])) + "\n</details>\n"


def _row(row: Row) -> str:
    what = "<br>".join(_sentence(sentence) for sentence in (row.words, row.advice) if sentence)
    where = _code(shown(str(row.place))) if row.place else ""
    return f"| {_code(row.tag.sign)} {row.tag.name} | {_code(row.name)} | {what} | {where} |\n"


def _tail(view: View) -> str:
    return f"\n{count(view.quiet, 'project')} without changes.\n" if view.told and view.quiet else ""


def _sentence(sentence: str) -> str:
    return "".join(part.text if part.kind == "words" else _code(part.text) for part in spans(sentence))


def _code(text: str) -> str:
    # Mentions, references and bare addresses are looked for in text, and never in code.
    return f"<code>{_THEIRS.sub(_number, text)}</code>"


def _number(sign: re.Match[str]) -> str:
    # GitHub looks for addresses around an @ however that is spelled, but not across a comment.
    return f"&#{ord(sign[0])};{'<!-- -->' if sign[0] == '@' else ''}"


def _length(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2

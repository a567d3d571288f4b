"""Plans and results as one page that stands alone: no request leaves it, and nothing in it is markup but our own.

The policy in the page lets the browser run our script and use our style, known by their digests, and nothing else.
"""

import base64
import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined, Template

from segsync.render.bars import picture
from segsync.render.escape import shown
from segsync.render.spans import Span, spans
from segsync.render.view import Row, Section, View
from segsync.render.wording import count

_PACKAGE, _FOLDER = "segsync.render", "templates"
# HTML has no white space in an id, and a browser looks for `%20` in an id before it looks for what that spells.
_NOT_IN_ANCHORS = re.compile(r"[\s%]")


@dataclass(frozen=True, slots=True)
class Block:
    """One project, with the anchors of its section and of its rows."""

    section: Section
    anchor: str
    rows: tuple[tuple[Row, str], ...]


def page(view: View) -> str:
    """The whole document."""
    view = view.urgent_first()
    blocks = tuple(_blocks(view.told))
    style, script = _own("page.css"), _own("page.js")
    return _template().render(
        view=view,
        picture=picture(view),
        blocks=blocks,
        anchors={block.section.project: block.anchor for block in blocks},
        icon=f"data:image/svg+xml,{quote(_own('icon.svg').strip())}",
        style=style,
        script=script,
        policy=_policy(style, script),
    )


def _blocks(sections: Iterable[Section]) -> Iterator[Block]:
    """An address is its own anchor. A project's section has the project's, or, where its row has it, one like it."""
    taken: set[str] = set()
    for section in sections:
        rows = tuple((row, _anchor(row.address, taken)) for row in section.rows)
        yield Block(section, _anchor(section.project, taken), rows)


def _anchor(address: str, taken: set[str]) -> str:
    """Addresses of a server are cut, so two may look the same."""
    anchor = _NOT_IN_ANCHORS.sub("_", address)
    while anchor in taken:
        anchor += "/"
    taken.add(anchor)
    return anchor


def _sentence(row: Row) -> Iterator[Span]:
    """What stands beside the tag, without the tag's name before it."""
    return spans(row.words.removeprefix(f"{row.tag.name}: "))


def _policy(style: str, script: str) -> str:
    """`img-src data:` is for the icon: without one a browser asks the server for /favicon.ico."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src {_source(script)}",
            f"style-src {_source(style)}",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _source(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def _own(name: str) -> str:
    """Our own style or script: the only text that the page does not escape."""
    return files(_PACKAGE).joinpath(_FOLDER, name).read_text(encoding="utf-8")


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader(_PACKAGE, _FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(shown=shown, fragment=lambda anchor: f"#{quote(anchor, safe='/?')}")
    environment.globals.update(count=count, sentence=_sentence, spans=spans)
    return environment.get_template("page.html.j2")

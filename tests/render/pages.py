"""A page, read again by an HTML parser: its elements in order, each with the text within it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset({"meta", "link", "input", "col", "br"})


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    parent: "Element | None"
    raw: str = ""
    children: "list[Element]" = field(default_factory=list)

    def __iter__(self) -> "Iterator[Element]":
        """Itself and all within it, in the order of the document."""
        yield self
        for child in self.children:
            yield from child

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    @property
    def text(self) -> str:
        """As a reader sees it: white space is one space."""
        return " ".join(self.raw.split())

    def all(self, name: str, of_class: str = "") -> "list[Element]":
        return [found for found in self if found.name == name and (not of_class or of_class in found.classes)]

    def one(self, name: str, of_class: str = "") -> "Element":
        (found,) = self.all(name, of_class)
        return found


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.here = self.root = Element("", {}, None)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"an attribute twice: {attrs}"
        element = Element(tag, {name: value or "" for name, value in attrs}, self.here)
        self.here.children.append(element)
        if tag not in _VOID:
            self.here = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self.here.name, f"</{tag}> within <{self.here.name}>"
        assert self.here.parent is not None
        self.here = self.here.parent

    def handle_data(self, data: str) -> None:
        element: Element | None = self.here
        while element is not None:
            element.raw += data
            element = element.parent


def read(page: str) -> Element:
    """The document. Raises AssertionError where elements are not closed in order."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert reader.here is reader.root
    return reader.root

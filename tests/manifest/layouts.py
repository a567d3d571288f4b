"""Manifests as people write them: one meaning in many layouts."""

from collections.abc import Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from tests.support.models import LINEAGE

_COMMENTS = ("", "", "  # plain", " #\ttab, \u00e9\u00e8 \N{SNOWMAN} \N{GRINNING FACE}", "\t# after a tab", "   ")
_BETWEEN: tuple[list[str], ...] = ([], [], [""], ["# at the margin"], ["", "      # deep", "    # with a\ttab"])
_LAST = ["# What it belongs to:", f"state_lineage: {LINEAGE}", "# The end."]
_AFTER: tuple[list[str], ...] = ([], [], _LAST[1:2], _LAST)
_HEAD = ("version: 1", "defaults: {service_token: {env: TOKEN}, secret_key: {env: KEY}, api_user_id: 7, period: 24}")
_NAMES = ("{}", "'{}'", '"{}"')
_VALUES = ("{}", "'{}'", '"{}"', "&{} {}")


@dataclass(frozen=True)
class Layout:
    """A manifest of unpinned projects; `braces` are the names of those that no line can be added to."""

    text: str
    names: tuple[str, ...]
    braces: frozenset[str]


@st.composite
def layouts(draw: st.DrawFn) -> Layout:
    end = draw(st.sampled_from(("\n", "\r\n", "\r")))
    names = tuple(f"p{number}" for number in range(draw(st.integers(1, 4))))
    braces: set[str] = set()
    lines = [*draw(st.sampled_from(_BETWEEN)), *_HEAD, "projects:"]
    margin = " " * draw(st.integers(1, 5))
    for number, name in enumerate(names):
        write = draw(st.sampled_from((_block, _block, _block, _merged if number else _block, _braces, _asked)))
        if write in (_braces, _asked):
            braces.add(name)
        lines += [f"{margin}{line}" for line in write(draw, name, number)]
        lines += draw(st.sampled_from(_BETWEEN))
    lines += draw(st.sampled_from(_AFTER))
    text = end.join(lines) + draw(st.sampled_from((end, "", end + end)))
    return Layout(text, names, frozenset(braces))


def _block(draw: st.DrawFn, name: str, number: int) -> list[str]:
    app_ids = ([f"app_id: {number + 1}"], [f'"app_id":   {number + 1}'], ["app_id:", f"  {number + 1}"])
    segments = (["segments: {}"], ["segments:", f"  s: {{segment: {number}}}"], ["period: 48"])
    fields = [
        [f"project: {_value(draw, f'z{number}', f'a{number}')}{_comment(draw)}"],
        draw(st.sampled_from(app_ids)),
        draw(st.sampled_from(segments)),
    ]
    fields[1] = [*fields[1][:-1], fields[1][-1] + _comment(draw)]
    body = [line for field in draw(st.permutations(fields)) for line in (*field, *draw(st.sampled_from(([], [""]))))]
    return [f"{_key(draw, name)}: &{name}{_comment(draw)}", *_indented(draw, body)]


def _merged(draw: st.DrawFn, name: str, number: int) -> list[str]:
    """Takes all that it can from a mapping of its own."""
    base = f"<<: {{project: m{number}, segments: {{}}}}"
    body = draw(st.permutations([base, f"app_id: {number + 1}{_comment(draw)}"]))
    return [f"{_key(draw, name)}:", *_indented(draw, body)]


def _braces(draw: st.DrawFn, name: str, number: int) -> list[str]:
    key = _key(draw, name)
    if draw(st.booleans()):
        return [f"{key}: {{project: z, app_id: {number + 1}}}{_comment(draw)}"]
    return [f"{key}: {{", "  project: z,", f"  app_id: {number + 1},", "  segments: {}", "}"]


def _asked(draw: st.DrawFn, name: str, number: int) -> list[str]:
    """The long way to write a key, for both keys that a line could come after."""
    return [f"{_key(draw, name)}:", *_indented(draw, ["? app_id", f": {number + 1}", "? project", ": z"])]


def _indented(draw: st.DrawFn, body: Sequence[str]) -> list[str]:
    margin = " " * draw(st.integers(1, 4))
    return [f"{margin}{line}" for line in body]


def _key(draw: st.DrawFn, name: str) -> str:
    return draw(st.sampled_from(_NAMES)).format(name)


def _value(draw: st.DrawFn, value: str, anchor: str) -> str:
    found = draw(st.sampled_from(_VALUES))
    return found.format(anchor, value) if "&" in found else found.format(value)


def _comment(draw: st.DrawFn) -> str:
    return draw(st.sampled_from(_COMMENTS))

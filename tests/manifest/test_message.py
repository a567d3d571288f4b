"""The message file: every problem in it at once, each with its place."""

from pathlib import Path
from typing import Any

import pytest

from segsync.core.message import Message
from segsync.errors import UsageError
from segsync.manifest.message import read_message, typed_message
from tests.manifest.manifests import shown

KEPT = "android: {ttl: 60s}\n"
NO_TTL = "1:1: warning: /android/ttl: no time to live: RuStore keeps the message for four weeks (Such as `ttl: 3600s`.)"


def told(text: str | bytes, name: str = "m.yaml") -> list[str]:
    Path(name).write_bytes(text if isinstance(text, bytes) else text.encode())
    return [shown(diagnostic).removeprefix(f"{name}:") for diagnostic in read_message(Path(name), {}).diagnostics]


def message(text: str, name: str = "m.yaml") -> Any:
    Path(name).write_text(text, encoding="utf-8")
    found = read_message(Path(name), {}).message
    assert found is not None
    return found.document


def test_every_documented_field_is_read() -> None:
    android = {
        "ttl": "3.5s",
        "notification": {
            "title": "t",
            "body": "b",
            "icon": "i",
            "color": "#0077FF",
            "image": "https://example.com/a.png",
            "channel_id": "c",
            "click_action": "shop://sale",
            "click_action_type": 0,
        },
    }
    notification = {"title": "T", "body": "B", "image": "https://example.com/b.png"}
    wanted = {"data": {"a": "1", "б в": "yes"}, "notification": notification, "android": android}
    text = (
        'data: {a: "1", "б в": yes}\n'
        "notification: {title: T, body: B, image: https://example.com/b.png}\n"
        "android:\n"
        "  ttl: 3.5s\n"
        "  notification: {title: t, body: b, icon: i, color: '#0077FF', image: https://example.com/a.png,\n"
        "    channel_id: c, click_action: shop://sale, click_action_type: 0}\n"
    )
    assert message(text) == wanted
    assert told(text) == []


def test_json_is_read_with_its_pairs_of_escapes() -> None:
    text = '{\n\t"notification":{"title":"\\ud83d\\udE00 \\\\ud83d\\\\ude00 \\\\\\ud83d\\ude00","body":"a\\/b"}}'
    title = "\N{GRINNING FACE} \\ud83d\\ude00 \\\N{GRINNING FACE}"
    assert message(text, "m.json") == {"notification": {"title": title, "body": "a/b"}}


def test_in_yaml_a_backslash_may_stand_for_itself() -> None:
    assert message(r"notification: {title: \ud83d\ude00}") == {"notification": {"title": r"\ud83d\ude00"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("data: {n: 1}", "1:11: error: /data/n: must be text (Put it in quotes.)"),
        ("data: {n: 1.5}", "1:11: error: /data/n: must be text (Put it in quotes.)"),
        ("data: {n: true}", "1:11: error: /data/n: must be text (Put it in quotes.)"),
        ("data: {n: null}", "1:11: error: /data/n: must be text (Put it in quotes.)"),
        ("data: {n: [a]}", "1:8: error: /data/n: must be text (Put it in quotes.)"),
        ("data: [a]", "1:1: error: /data: must be a mapping"),
        ("notification: {title: 2026}", "1:23: error: /notification/title: must be text (Put it in quotes.)"),
        ("notification: {titel: a}", "1:16: error: /notification: unknown key `titel` (did you mean `title`?)"),
        ("token: abc", "1:1: error: : unknown key `token` (known here: android, data, notification)"),
        ("[a]", "1:1: error: : must be a mapping"),
        ("# nothing", "1:1: error: : is empty (A message starts with `notification:`.)"),
        ("{}", "1:1: error: : there is nothing to send (Write a `notification` with `title` and `body`, or `data`.)"),
        ("data: {a: b}\ndata: {a: b}", "2:1: error: /data: is given twice, first in line 1 column 1"),
        ("data: {a: b}\n---\ndata: {}", "2:1: error: : holds a second document (Use one file for each.)"),
        ("data: {a: b", "2:1: error: : is not valid YAML: did not find expected ',' or '}'"),
        (
            b"\xef\xbb\xbfdata: {a: b}",
            "1:1: error: : starts with a byte order mark (Save the file as UTF-8 without one.)",
        ),
        ("data: {a: é}".encode("latin-1"), "1:11: error: : is not UTF-8 here (Save the file as UTF-8.)"),
    ],
)
def test_a_wrong_message_is_told_with_its_place(text: str | bytes, expected: str) -> None:
    assert told(text)[0] == expected


def test_a_lone_half_of_a_pair_is_no_text() -> None:
    (problem,) = told('{"data": {"a": "\\ud83d"}}', "m.json")
    assert problem == "1:19: error: : is not valid YAML: found invalid Unicode character escape code"


@pytest.mark.parametrize("ttl", ["60", "5m", '"60"', "-1s", "s", ".5s", "1.s", '"60s\\n"', "1e3s"])
def test_a_duration_is_seconds_with_an_s(ttl: str) -> None:
    (problem,) = told(f"data: {{a: b}}\nandroid: {{ttl: {ttl}}}")
    assert problem.startswith("2:16: error: /android/ttl: must ")
    assert problem.endswith("(Seconds with an s, such as 3600s or 3.5s.)")


@pytest.mark.parametrize("color", ["red", "#0077ff", '"#07f"', '"0077ff"', '"#0077fg"', '"#0077ff0"', "0x0077ff"])
def test_a_colour_has_six_digits_and_quotes(color: str) -> None:
    (problem,) = told(f"data: {{a: b}}\nandroid:\n  notification:\n    color: {color}\n")
    assert problem.startswith("4:") or color == "#0077ff"
    assert ": error: /android/notification/color: must " in problem
    assert 'Such as "#0077ff", in quotes' in problem


@pytest.mark.parametrize("kind", ["2", "-1", '"1"', "true", "1.0", "null"])
def test_a_click_action_is_of_type_0_or_1(kind: str) -> None:
    (problem,) = told(f"data: {{a: b}}\nandroid: {{notification: {{click_action_type: {kind}}}}}")
    assert problem.startswith("2:45: error: /android/notification/click_action_type: must be ")
    assert problem.endswith("(0 is an intent action, 1 a deep link.)")


def test_every_problem_is_told_at_once_in_order() -> None:
    text = "android: {ttl: 1}\ndata: {a: 1}\nnotification: {title: 1, tittle: a}\n"
    assert [line.partition(" ")[0] for line in told(text)] == ["1:16:", "2:11:", "3:23:", "3:26:"]


def test_no_message_is_read_from_a_file_that_is_missing() -> None:
    found = read_message(Path("none.yaml"), {})
    assert found.message is None
    assert [shown(one) for one in found.diagnostics] == ["none.yaml:1:1: error: : there is no such file"]


def test_a_message_that_is_too_large_names_its_size_and_its_largest_field() -> None:
    lines = told(f"{KEPT}notification:\n  title: t\n  body: {'ж' * 2040}\ndata: {{a b: x}}\n")
    assert lines == [
        "4:9: error: /notification/body: the request has 4175 bytes and RuStore takes 4096: "
        "this is the largest field, with 4082 (Shorten it, or another field, by 79 bytes in all.)"
    ]
    (line,) = told(f"{KEPT}data: {{a b: {'x' * 5000}}}")
    assert line.startswith("2:13: error: /data: the request has 5055 bytes")


def test_what_is_unwise_is_a_warning() -> None:
    assert told("notification: {image: http://example.com/a.png}") == [
        NO_TTL,
        "1:23: warning: /notification/image: is not an https address: devices may not show the image",
    ]
    assert told("data: {a: b}\nandroid:\n  ttl: 0s") == [NO_TTL.replace("1:1", "3:8")]
    assert told("data: {a: b}\nandroid: {}") == [NO_TTL.replace("1:1", "2:1")]


def test_a_message_can_be_typed() -> None:
    with_image = {"title": "T", "body": "B", "image": "http://example.com/a.png"}
    assert typed_message("T", "B", None)[0] == Message({"notification": {"title": "T", "body": "B"}})
    message, warned = typed_message(*with_image.values())
    assert message == Message({"notification": with_image})
    assert [line.partition(":")[0] for line in warned] == ["android.ttl", "notification.image"]


@pytest.mark.parametrize(("title", "body"), [(None, None), ("T", None), (None, "B"), ("", "B"), ("T", "")])
def test_a_typed_message_has_a_title_and_a_body(title: str | None, body: str | None) -> None:
    with pytest.raises(UsageError, match="there is no message"):
        typed_message(title, body, None)


def test_a_typed_message_has_the_same_limits() -> None:
    with pytest.raises(UsageError, match=r"--body: the request has 40\d\d\d bytes"):
        typed_message("T", "b" * 40_000, None)
    with pytest.raises(UsageError, match="--title: is not UTF-8"):
        typed_message("caf\udce9", "b", None)

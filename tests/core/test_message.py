"""What is sent, byte for byte, and what is known of a message before it is sent."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segsync.core.codec import encode_publish
from segsync.core.message import LIMIT, Message, Publication, PublishResult, Sending, errors, warnings
from segsync.core.verdict import of_publish
from segsync.plumbing.schemas import breaches
from tests.core.plans import BROKEN
from tests.core.strategies import property_test

SPRING = {"notification": {"title": "Весна", "body": "\N{TULIP} half price"}}
texts = st.text(st.characters(exclude_categories=["Cs"]))


def publication(document: Any = SPRING, once: str | None = None) -> Publication:
    return Publication("shop/payers", "Zq3vX0c8", "1742", Message(document), once)


def advice(found: Any) -> list[tuple[str, str]]:
    return [(".".join(one.path), one.message) for one in found]


def test_the_body_is_json_without_white_space_and_letters_stay_letters() -> None:
    body = '{"message":{"notification":{"title":"Весна","body":"\N{TULIP} half price"}}}'
    assert Message(SPRING).encoded == body.encode()


def test_what_cannot_be_seen_is_sent_as_an_escape() -> None:
    message = Message({"data": {"a": "\u202e\x1b\n\x7f \U000e0067\u200d"}})
    assert message.encoded == b'{"message":{"data":{"a":"\\u202e\\u001b\\n\\u007f \\udb40\\udc67\\u200d"}}}'


@property_test
@given(st.dictionaries(texts, texts))
def test_what_is_sent_is_what_was_written(data: dict[str, str]) -> None:
    encoded = Message({"data": data}).encoded
    assert json.loads(encoded) == {"message": {"data": data}}
    assert encoded.decode().isprintable()


def test_a_digest_is_of_the_meaning() -> None:
    one = {"data": {"a": "1", "b": "2"}, "android": {"ttl": "1s"}}
    same = {"android": {"ttl": "1s"}, "data": {"b": "2", "a": "1"}}
    assert publication(one).digest == publication(same, once="spring").digest
    others = [
        publication(SPRING),
        Publication("shop/payers", "Zq3vX0c8", "1743", Message(one)),
        Publication("shop/payers", "other", "1742", Message(one)),
    ]
    assert len({one.digest for one in (publication(one), *others)}) == 4


def test_all_that_people_will_see_is_told() -> None:
    android = {"title": "t", "body": "b", "image": "i", "icon": "not seen as text"}
    message = Message({"notification": {"body": "B", "title": "T"}, "android": {"notification": android}})
    assert message.texts == (
        ("notification.title", "T"),
        ("notification.body", "B"),
        ("android.notification.title", "t"),
        ("android.notification.body", "b"),
        ("android.notification.image", "i"),
    )


@pytest.mark.parametrize(
    ("android", "ttl"),
    [({}, None), ({"ttl": "0s"}, None), ({"ttl": "0.000s"}, None), ({"ttl": "3.5s"}, "3.5s"), ({"ttl": "10s"}, "10s")],
)
def test_no_time_to_live_is_four_weeks(android: dict[str, str], ttl: str | None) -> None:
    message = Message({**SPRING, "android": android})
    assert message.ttl == ttl
    told = ("android.ttl", "no time to live: RuStore keeps the message for four weeks")
    assert advice(warnings(message)) == ([] if ttl else [told])


def test_a_picture_that_is_not_https_is_warned_of() -> None:
    document = {
        "notification": {"image": "http://example.com/a.png"},
        "android": {"ttl": "1s", "notification": {"image": "example.com/a.png"}},
    }
    what = "is not an https address: devices may not show the image"
    told = [("notification.image", what), ("android.notification.image", what)]
    assert advice(warnings(Message(document))) == told
    good = {"notification": {"image": "HTTPS://example.com/a.png"}, "android": {"ttl": "1s"}}
    assert advice(warnings(Message(good))) == []


@pytest.mark.parametrize("document", [{}, {"data": {}}, {"notification": {}}, {"android": {"ttl": "1s"}}])
def test_a_message_of_nothing_is_an_error(document: Any) -> None:
    assert advice(errors(Message(document))) == [("", "there is nothing to send")]


@pytest.mark.parametrize(
    "document", [SPRING, {"data": {"a": ""}}, {"android": {"notification": {"click_action_type": 1}}}]
)
def test_a_message_of_something_is_none(document: Any) -> None:
    assert advice(errors(Message(document))) == []


def test_the_limit_is_of_the_whole_body_in_bytes() -> None:
    frame = len(Message({"notification": {"title": "t", "body": ""}}).encoded)
    room = LIMIT - frame
    assert advice(errors(Message({"notification": {"title": "t", "body": "a" * room}}))) == []
    (error,) = errors(Message({"notification": {"title": "t", "body": "a" * (room + 1)}}))
    assert error.path == ("notification", "body")
    assert error.message == (
        f"the request has 4097 bytes and RuStore takes 4096: this is the largest field, with {room + 3}"
    )
    assert error.hint == "Shorten it, or another field, by 1 bytes in all."
    (error,) = errors(Message({"notification": {"title": "t", "body": "ж" * (room // 2 + 1)}}))
    assert error.path == ("notification", "body")


@pytest.mark.parametrize(
    ("outcome", "error_code", "stop_signal", "code"),
    [
        (Sending.SENT, 0, None, 0),
        (Sending.SENT, 1, None, 1),
        (Sending.SENT, 5, None, 5),
        (Sending.SENT, 0, 2, 130),
        (Sending.FAILED, 0, None, 1),
        (Sending.FAILED, 5, None, 5),
        (Sending.UNKNOWN, 0, None, 3),
        (Sending.UNKNOWN, 1, None, 3),
        (Sending.UNKNOWN, 5, None, 5),
        (Sending.UNKNOWN, 5, 15, 143),
    ],
)
def test_where_several_codes_hold_the_first_of_their_order_is_told(
    outcome: Sending, error_code: int, stop_signal: int | None, code: int
) -> None:
    assert of_publish(outcome, error_code=error_code, stop_signal=stop_signal) == code


@pytest.mark.parametrize(
    "result",
    [
        PublishResult(publication(), Sending.DRY_RUN, 0),
        PublishResult(publication(once="spring"), Sending.SENT, 0, answer="published"),
        PublishResult(publication(once="spring"), Sending.ALREADY_SENT, 0),
        PublishResult(publication(), Sending.UNKNOWN, 3, error=BROKEN),
        PublishResult(publication(), Sending.FAILED, 143, error=BROKEN),
    ],
)
def test_a_result_is_a_document_of_its_schema(result: PublishResult) -> None:
    assert list(breaches("publish", json.loads(json.dumps(encode_publish(result))))) == []


def test_a_result_is_one_document() -> None:
    result = PublishResult(publication(once="spring"), Sending.UNKNOWN, 3, error=BROKEN)
    assert encode_publish(result) == {
        "format": "segsync-publish",
        "version": 1,
        "address": "shop/payers",
        "project": "Zq3vX0c8",
        "segment": "1742",
        "once": "spring",
        "digest": publication().digest,
        "body": '{"message":{"notification":{"title":"Весна","body":"\N{TULIP} half price"}}}',
        "outcome": "unknown",
        "answer": None,
        "error": {"kind": "unknown", "http": None, "code": None, "status": None, "message": "timed out"},
        "exit_code": 3,
    }

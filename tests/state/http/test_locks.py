"""What a server says of a holder is hostile until it is told."""

import json

import pytest

from segsync.state.http.locks import decode, encode, own
from segsync.state.protocol import UNKNOWN_HOLDER, LockInfo
from tests.state.http.clients import MINE


def test_a_holder_comes_back_as_it_was_told() -> None:
    assert decode(encode(MINE)) == MINE
    assert decode(encode(UNKNOWN_HOLDER)) == UNKNOWN_HOLDER


@pytest.mark.parametrize(
    "body", [b"", b"locked", b"null", b"[]", b"7", b'"l-1"', b"{}", b"\xff", b"[" * 60_000, b'{"ID": 7, "Who": null}']
)
def test_a_holder_that_cannot_be_told_is_unknown(body: bytes) -> None:
    assert decode(body) == UNKNOWN_HOLDER


def test_another_tool_is_not_taken_for_segsync() -> None:
    terraform = {"ID": "t-1", "Operation": "OperationTypeApply", "Info": "process 7", "Who": "eve@pc", "Created": "now"}
    assert decode(json.dumps(terraform).encode()) == LockInfo("t-1", "", "eve@pc", 0, "now")


def test_long_texts_are_cut_and_a_large_body_is_not_read() -> None:
    long = {"ID": "i" * 9000, "Operation": "segsync " + "o" * 9000, "Who": "w" * 9000, "Created": "c" * 9000}
    holder = decode(json.dumps(long).encode())
    assert [len(holder.id), len(holder.who), len(holder.created)] == [255, 255, 255]
    assert len(holder.operation) < 255
    assert decode(json.dumps({**long, "Info": "x" * 70_000}).encode()) == UNKNOWN_HOLDER


def test_half_a_character_can_be_shown_and_sent_back() -> None:
    holder = decode(b'{"ID": "l-\\ud800", "Who": "a\\udfff"}')
    assert (holder.id, holder.who) == ("l-?", "a?")


def test_every_lock_of_its_own_has_another_id() -> None:
    assert own("init").id != own("init").id
    assert len(own("init").id) == 36

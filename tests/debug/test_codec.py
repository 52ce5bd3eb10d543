"""DAP on the wire: what was encoded comes out whole however it is cut; what is no DAP is an error, never a hang."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from devbox.debug.codec import Decoder, encode
from devbox.errors import DevboxError

quick = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
messages = st.dictionaries(st.text(max_size=8), values, max_size=4)


def in_parts(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[start:end] for start, end in pairwise(edges)]


@quick
@given(st.lists(messages, max_size=4), st.lists(st.integers(min_value=0, max_value=1000), max_size=8))
def test_messages_come_out_whole_and_in_order_however_the_stream_is_cut(sent: list[Any], cuts: list[int]) -> None:
    decoder = Decoder()
    stream = b"".join(encode(message) for message in sent)
    assert [message for part in in_parts(stream, cuts) for message in decoder.take(part)] == sent


@quick
@given(st.lists(st.binary(), max_size=5))
def test_any_bytes_give_messages_or_a_devbox_error(parts: list[bytes]) -> None:
    decoder = Decoder()
    try:
        for part in parts:
            assert all(isinstance(message, dict) for message in decoder.take(part))
    except DevboxError as error:
        assert "debug adapter protocol" in error.message


@quick
@given(st.binary(min_size=1), st.integers(min_value=0, max_value=200))
def test_a_damaged_stream_gives_messages_or_a_devbox_error(damage: bytes, at: int) -> None:
    whole = encode({"seq": 1, "type": "event", "event": "stopped", "body": {"threadId": 1}})
    spot = at % len(whole)
    try:
        for message in Decoder().take(whole[:spot] + damage + whole[spot:]):
            assert isinstance(message, dict)
    except DevboxError as error:
        assert error.hint


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"HTTP/1.1 200 OK\r\nServer: x\r\n\r\n", "no Content-Length"),
        (b"Content-Length: -5\r\n\r\n", "no Content-Length"),
        (b"Content-Length: 1e9\r\n\r\n", "no Content-Length"),
        (b"Content-Length: " + b"9" * 400 + b"\r\n\r\n", "no Content-Length"),
        (b"x" * 9000, "no header ends"),
        (b"x" * 9000 + b"\r\n\r\n", "its header is too long"),
        (b"Content-Length: 4\r\n\r\nnope", "no JSON"),
        (b"Content-Length: 2\r\n\r\n[]", "no object"),
        (b"Content-Length: 2\r\n\r\n\xff\xfe", "no JSON"),
        (b"Content-Length: 100000\r\n\r\n" + b"[" * 100_000, "no JSON"),
    ],
)
def test_what_is_no_dap_is_said_to_be_none(data: bytes, words: str) -> None:
    with pytest.raises(DevboxError, match=words):
        Decoder().take(data)


def test_a_message_beyond_the_limit_is_refused_before_it_comes() -> None:
    with pytest.raises(DevboxError, match="67,108,865 bytes"):
        Decoder().take(b"Content-Length: 67108865\r\n\r\n")


def test_headers_besides_the_length_and_in_any_case_are_accepted() -> None:
    stream = b"content-type: application/json\r\nCONTENT-LENGTH:2\r\n\r\n{}"
    assert Decoder().take(stream) == [{}]

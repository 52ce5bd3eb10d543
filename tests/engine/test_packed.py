"""Frames kept as they came are the same lines as frames read one by one."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devbox.adapters.frames import Frames, Lines
from devbox.adapters.packed import PackedFrames
from devbox.logs.buffer import LogBuffer
from devbox.logs.line import LogLine, Stream


def stamp(number: int) -> bytes:
    return b"2026-11-23T11:29:%02d.%09dZ " % (number // 1000 % 60, number % 1000)


def frame(payload: bytes, stream: int = 1) -> bytes:
    return bytes([stream, 0, 0, 0]) + struct.pack(">L", len(payload)) + payload


def received(*pieces: bytes) -> list[PackedFrames | list[LogLine]]:
    """What each piece is made into."""
    parser = Frames(Lines("api", "shop-api-1"))
    found = []
    for piece in pieces:
        room = parser.room()
        room[: len(piece)] = piece
        room.release()
        found.append(parser.took(len(piece)))
    return found


def one_by_one(data: bytes) -> list[LogLine]:
    """The careful way: an open line before it keeps a piece from being packed."""
    lines = Lines("api", "shop-api-1")
    into: list[LogLine] = []
    while data:
        after = 8 + struct.unpack(">L", data[4:8])[0]
        lines.frame(data[0], data[8:after], into)
        data = data[after:]
    lines.end(into)
    return into


FRAMES = st.lists(
    st.tuples(
        st.sampled_from([0, 1, 2, 3, 9]),
        st.one_of(st.integers(0, 70_000).map(stamp), st.sampled_from([b"", b"no time ", b"2026-11-23T11:29:32Z "])),
        st.one_of(st.binary(max_size=30), st.integers(0, 600).map(lambda count: b"x" * count)),
        st.sampled_from([b"\n", b"\n", b"\n", b"\r\n", b""]),
    ),
    min_size=1,
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(FRAMES)
def test_any_frames_are_the_same_lines_either_way(parts: list[tuple[int, bytes, bytes, bytes]]) -> None:
    data = b"".join(frame(time + text + end, stream) for stream, time, text, end in parts)
    parser = Frames(Lines("api", "shop-api-1"))
    parser.room()[: len(data)] = data
    found = [*parser.took(len(data)), *parser.end()]
    assert found == one_by_one(data)


def test_a_packed_line_can_be_asked_for_from_either_end() -> None:
    [batch] = received(b"".join(frame(stamp(number) + b"%d\n" % number, 1 + number % 2) for number in range(100)))
    assert isinstance(batch, PackedFrames)
    assert len(batch) == 100
    assert (batch[0].text, batch[41].text, batch[-1].text) == ("0", "41", "99")
    assert [line.text for line in batch[98:]] == ["98", "99"]
    assert [line.text for line in batch[::50]] == ["0", "50"]
    assert {line.stream for line in batch} == {Stream.STDOUT, Stream.STDERR}
    with pytest.raises(IndexError):
        batch[100]


def test_times_are_those_of_the_lines() -> None:
    [batch] = received(b"".join(frame(stamp(number * 7) + b"x\n") for number in range(500)) + frame(b"no time\n"))
    assert isinstance(batch, PackedFrames)
    assert list(batch.times()) == [line.time for line in batch]


def test_a_line_as_long_as_its_head_says_with_a_line_feed_in_the_head_is_packed_too() -> None:
    length = 0x0A0A
    [batch] = received(frame(stamp(1) + b"x" * (length - 32) + b"\n") * 40)
    assert isinstance(batch, PackedFrames)
    assert {len(line.text) for line in batch} == {length - 32}


def test_the_end_of_an_open_line_is_not_packed_as_a_line() -> None:
    first, second = received(frame(stamp(1) + b"half "), frame(stamp(2) + b"and half\n") * 40)
    assert list(first) == []
    assert second[0].text == "half and half"
    assert len(second) == 40


def test_a_ring_numbers_and_keeps_packed_lines_as_it_does_others() -> None:
    buffer = LogBuffer(1000, 1 << 30)
    for start in range(0, 5000, 100):
        [batch] = received(b"".join(frame(stamp(n) + b"%d\n" % n) for n in range(start, start + 100)))
        buffer.extend(batch)
        buffer.extend(batch[:0])
    assert (buffer.first, buffer.end, buffer.dropped) == (4000, 5000, 4000)
    for number in (4000, 4099, 4100, 4999):
        assert [line.text for line in buffer.slice(number, number + 1)] == [str(number)]
    moments = list(buffer.moments(4000, 5000))
    assert moments == [line.time for line in buffer.slice(4000, 5000)]
    assert buffer.before(moments[250]) == 4250

"""The raw log stream -> lines, whatever bytes come and however they are cut up."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from devbox.adapters.frames import BUFFER, LINE_LIMIT, Frames, Lines, Text
from devbox.errors import EngineError
from devbox.logs.line import LogLine, Stream

TIME = b"2026-11-23T11:29:32.321218116Z "
NANOSECONDS = 1795433372321218116


def frame(payload: bytes, stream: int = 1) -> bytes:
    return bytes([stream, 0, 0, 0]) + struct.pack(">L", len(payload)) + payload


def parse(data: bytes, *, tty: bool = False, piece: int = 100_000) -> list[LogLine]:
    """`data` received in pieces of that size."""
    lines = Lines("api", "shop-api-1")
    parser = Text(lines) if tty else Frames(lines)
    found: list[LogLine] = []
    while data:
        room = parser.room()
        count = min(len(room), piece, len(data))
        room[:count] = data[:count]
        room.release()
        found += parser.took(count)
        data = data[count:]
    return found + parser.end()


def texts(lines: list[LogLine]) -> list[str]:
    return [line.text for line in lines]


@pytest.mark.parametrize("piece", [1, 7, 8, 9, 40, 100_000])
def test_frames_cut_anywhere_give_the_same_lines(piece: int) -> None:
    data = frame(TIME + b"out\n") + frame(TIME + b"err\n", 2) + frame(TIME + b"\n")
    lines = parse(data, piece=piece)
    assert texts(lines) == ["out", "err", ""]
    assert [line.stream for line in lines] == [Stream.STDOUT, Stream.STDERR, Stream.STDOUT]
    assert {(line.service, line.container, line.time, line.partial) for line in lines} == {
        ("api", "shop-api-1", NANOSECONDS, False)
    }


@pytest.mark.parametrize(
    ("stamp", "nanoseconds"),
    [
        (b"2026-11-23T11:29:32Z ", 1795433372000000000),
        (b"2026-11-23T11:29:32.5Z ", 1795433372500000000),
        (b"2026-11-23T12:29:32.000000001+01:00 ", 1795433372000000001),
        (b"2026-11-23T06:59:32.000000001-04:30 ", 1795433372000000001),
        (b"", 0),
        (b"9999-99-99T99:99:99.000000000Z", 0),
    ],
)
def test_times_of_any_form(stamp: bytes, nanoseconds: int) -> None:
    [line] = parse(frame(stamp + b"x\n"))
    assert line.time == nanoseconds


def test_a_line_of_several_messages_is_one_line() -> None:
    data = b"".join(frame(TIME + b"a" * 10_000) for _ in range(2)) + frame(TIME + b"b\n")
    [line] = parse(data)
    assert line.text == "a" * 20_000 + "b"
    assert not line.partial


def test_a_line_of_a_megabyte_is_cut_and_says_so() -> None:
    data = b"".join(frame(TIME + b"x" * 16_384) for _ in range(64)) + frame(TIME + b"\n") + frame(TIME + b"next\n")
    line, after = parse(data, piece=5000)
    assert line.partial and line.text == "x" * LINE_LIMIT
    assert (after.text, after.partial) == ("next", False)


def test_open_lines_of_both_streams_do_not_mix() -> None:
    data = frame(TIME + b"out ") + frame(TIME + b"err ", 2) + frame(TIME + b"done\n") + frame(TIME + b"too\n", 2)
    assert texts(parse(data)) == ["out done", "err too"]


def test_a_frame_larger_than_the_buffer() -> None:
    lines = parse(frame(TIME + b"y" * (2 * BUFFER) + b"\n") + frame(TIME + b"z\n"))
    assert lines[0].partial and texts(lines)[1] == "z"


def test_an_absurd_length_is_refused() -> None:
    with pytest.raises(EngineError, match="garbled"):
        parse(b"\x01\0\0\0\xff\xff\xff\xff" + b"x")


def test_invalid_utf8_is_replaced() -> None:
    assert texts(parse(frame(TIME + b"caf\xe9 \xff\n"))) == ["caf\N{REPLACEMENT CHARACTER} \N{REPLACEMENT CHARACTER}"]


def test_escape_sequences_and_markup_pass_unchanged() -> None:
    assert texts(parse(frame(TIME + b"\x1b[31mred\x1b[0m [/b]\r\n"))) == ["\x1b[31mred\x1b[0m [/b]"]


def test_a_message_of_several_lines_is_split() -> None:
    assert texts(parse(frame(TIME + b"one\ntwo\n"))) == ["one", "two"]


def test_only_a_line_feed_ends_a_line() -> None:
    text = "10%\r20%\x0b\x0c\x85\u2028"
    assert texts(parse(frame(TIME + text.encode() + b"\n"))) == [text]


def test_an_unfinished_line_is_not_lost_at_the_end() -> None:
    assert texts(parse(frame(TIME + b"prompt> "))) == ["prompt> "]
    assert texts(parse(TIME + b"prompt> ", tty=True)) == ["prompt> "]


@pytest.mark.parametrize("piece", [1, 30, 100_000])
def test_a_terminals_lines(piece: int) -> None:
    lines = parse(TIME + b"one\r\n" + TIME + b"two\r\n", tty=True, piece=piece)
    assert texts(lines) == ["one", "two"]
    assert {line.time for line in lines} == {NANOSECONDS}


def test_a_terminals_long_line_loses_the_times_inside() -> None:
    data = TIME + b"x" * 16_384 + TIME + b"y" * 10 + b"\r\n"
    [line] = parse(data, tty=True, piece=4096)
    assert line.text == "x" * 16_384 + "y" * 10


def test_a_terminal_that_never_ends_a_line_does_not_grow_for_ever() -> None:
    [line] = parse(TIME + b"z" * (8 * BUFFER), tty=True)
    assert line.partial and len(line.text) == LINE_LIMIT


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=400), st.integers(1, 50), st.booleans())
def test_no_bytes_break_it(data: bytes, piece: int, tty: bool) -> None:
    try:
        lines = parse(data, tty=tty, piece=piece)
    except EngineError:
        return
    assert all("\n" not in line.text for line in lines)

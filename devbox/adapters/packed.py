"""Frames of a log stream as they were received: lines are made of them when somebody looks."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING

from devbox.logs.batch import Batch
from devbox.logs.line import LogLine

if TYPE_CHECKING:
    from devbox.adapters.frames import Lines

_HEAD = 8
_length = Struct(">L").unpack_from


class PackedFrames(Batch):
    """`data` is `count` whole frames of one line each, the last of them at `last`."""

    __slots__ = ("_count", "_data", "_last", "_lines")

    def __init__(self, lines: Lines, data: bytes, count: int, last: int) -> None:
        self._lines = lines
        self._data = data
        self._count = count
        self._last = last

    def __len__(self) -> int:
        return self._count

    @property
    def size(self) -> int:
        return len(self._data)

    def lines(self, start: int, stop: int) -> list[LogLine]:
        data, line = self._data, self._lines.frame
        into: list[LogLine] = []
        position = self._last if start == self._count - 1 else self._after(start)
        for _ in range(stop - start):
            begin = position + _HEAD
            after = begin + _length(data, position + 4)[0]
            line(data[position], data[begin:after], into)
            position = after
        return into

    def times(self) -> list[int]:
        data, time = self._data, self._lines.time
        found: list[int] = []
        position = 0
        for _ in range(self._count):
            begin = position + _HEAD
            found.append(time(data, begin)[0])
            position = begin + _length(data, position + 4)[0]
        return found

    def _after(self, count: int) -> int:
        """Where the frame number `count` begins."""
        data, position = self._data, 0
        for _ in range(count):
            position += _HEAD + _length(data, position + 4)[0]
        return position


def pack(lines: Lines, data: bytes) -> PackedFrames | None:
    """The whole frames at the head of `data`; None where one of them is not just one whole line."""
    position = last = count = 0
    end = len(data) - _HEAD
    while position <= end:
        after = position + _HEAD + _length(data, position + 4)[0]
        if after > len(data):
            break
        if data[after - 1] != 10 or data.find(b"\n", position + _HEAD, after) != after - 1:
            return None
        last, position = position, after
        count += 1
    return PackedFrames(lines, data[:position], count, last) if count else None

"""A part of a ring: lines that came one after the other, and their places in time."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import accumulate
from operator import attrgetter
from sys import getsizeof

from devbox.logs.batch import Batch, times
from devbox.logs.line import LogLine

_text = attrgetter("text")
_time = attrgetter("time")

LAST = (1 << 62) - 1
"""No moment is later; nanoseconds up to the year 2116."""


class Block:
    """`lines` from number `start` on.

    A line's place in time (its moment) never lies before that of a line above it, so that moments can be searched by
    halves: a line that is late stands where it came. `floor` is the latest moment above the block.
    """

    __slots__ = ("_moments", "end", "floor", "lines", "newest", "size", "start")

    def __init__(self, start: int, lines: list[LogLine] | Batch, floor: int) -> None:
        self.start = start
        self.end = start + len(lines)
        self.lines = lines
        self.floor = floor
        if isinstance(lines, Batch):
            self.size = lines.size
            # One line is read for it, not all: those after it in time count as if they were no later.
            newest = lines[-1].time
        else:
            self.size = weight(lines)
            newest = max(map(_time, lines))
        self.newest = min(max(floor, newest), LAST)
        self._moments: array[int] | None = None

    def takes(self, block: Block, most: int, heaviest: int) -> bool:
        """Append the lines of `block`, if both are of made lines and stay within these limits together."""
        if isinstance(self.lines, Batch) or isinstance(block.lines, Batch):
            return False
        if len(self.lines) + len(block.lines) > most or self.size + block.size > heaviest:
            return False
        self.lines += block.lines
        self.end, self.newest = block.end, block.newest
        self.size += block.size
        self._moments = None
        return True

    def moments(self) -> array[int]:
        """Each line's place in time."""
        if self._moments is None:
            newest = self.newest
            rising = accumulate(times(self.lines), max, initial=self.floor)
            next(rising)
            self._moments = array("q", [moment if moment < newest else newest for moment in rising])
        return self._moments

    def moment(self, number: int) -> int:
        """The place in time of the line `number`; of the first one without looking at the others."""
        if number == self.start:
            return min(max(self.floor, self.lines[0].time), self.newest)
        return self.moments()[number - self.start]

    def before(self, moment: int) -> int:
        """Number of the first line here whose moment is not before `moment`."""
        return self.start + bisect_left(self.moments(), moment)


def weight(lines: list[LogLine]) -> int:
    """What the texts take in memory."""
    return sum(map(getsizeof, map(_text, lines)))

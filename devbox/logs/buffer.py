"""The lines of one service: a ring capped by lines and bytes, with numbers that stay true while it drops."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import Protocol

from devbox.logs.batch import Batch
from devbox.logs.block import Block, weight
from devbox.logs.line import LogLine

_FEW = 32
"""Lines of a batch below which they are made at once: many small batches would make as many blocks."""
_BLOCK_LINES = 256
_BLOCK_SHARE = 16
"""A block of made lines takes no more once it has this part of the ring's bytes: it stays until its last line goes."""

_start = attrgetter("start")
_newest = attrgetter("newest")


class LogSource(Protocol):
    """What a view reads: lines numbered from `first` to `end` (exclusive), numbers that dropping does not change."""

    @property
    def version(self) -> int:
        """Another number whenever something changed."""

    @property
    def first(self) -> int: ...

    @property
    def end(self) -> int: ...

    @property
    def dropped(self) -> int:
        """How many lines fell out because of the caps."""

    def slice(self, start: int, stop: int) -> list[LogLine]:
        """The lines numbered from `start` to `stop` that are still there."""

    def altered(self, version: int) -> int:
        """The lowest number that may bear another line than at `version`; `end`: lines were only added or dropped."""


class LogBuffer:
    """A ring of lines in blocks. A Batch stays as it came, is as heavy as it says and drops out as a whole, so that the
    ring may hold less than its cap. For one thread.
    """

    def __init__(self, max_lines: int, max_bytes: int) -> None:
        self._max_lines = max(1, max_lines)
        self._max_bytes = max_bytes
        self._blocks: list[Block] = []
        self._first = 0
        self._end = 0
        self._bytes = 0
        self._version = 0

    @property
    def version(self) -> int:
        return self._version

    @property
    def first(self) -> int:
        return self._first

    @property
    def end(self) -> int:
        return self._end

    @property
    def dropped(self) -> int:
        return self._first

    @property
    def bytes(self) -> int:
        """What the kept lines take."""
        return self._bytes

    @property
    def horizon(self) -> int:
        """The moment of the last line that was dropped; 0: none was."""
        if not self._blocks:
            return 0
        block = self._blocks[0]
        return block.floor if block.start == self._first else block.moment(self._first - 1)

    def slice(self, start: int, stop: int) -> list[LogLine]:
        found: list[LogLine] = []
        for block, low, high in self._parts(start, stop):
            found += block.lines[low:high]
        return found

    def altered(self, version: int) -> int:
        return self.end

    def moments(self, start: int, stop: int) -> Sequence[int]:
        """The places in time, never falling, of the lines that `slice` gives."""
        found = array("q")
        for block, low, high in self._parts(start, stop):
            found += block.moments()[low:high]
        return found

    def moment(self, number: int) -> int:
        """The place in time of a line that is kept."""
        return self._blocks[bisect_right(self._blocks, number, key=_start) - 1].moment(number)

    def before(self, moment: int) -> int:
        """Number of the first line that is kept and whose place in time is not before `moment`."""
        index = bisect_left(self._blocks, moment, key=_newest)
        return max(self._first, self._blocks[index].before(moment)) if index < len(self._blocks) else self._end

    def extend(self, batch: Sequence[LogLine]) -> None:
        """Append `batch` and drop from the head what is above the caps; the last line always stays."""
        if not batch:
            return
        if isinstance(batch, Batch) and _FEW <= len(batch) <= self._max_lines and batch.size <= self._max_bytes:
            self._append(batch)
        else:
            for at in range(0, len(batch), _BLOCK_LINES):
                self._append(list(batch[at : at + _BLOCK_LINES]))
        self._version += 1
        while (over := self._end - self._first - self._max_lines) > 0:
            self._drop(over)
        while self._bytes > self._max_bytes and self._end - self._first > 1:
            self._drop(1)

    def _append(self, lines: list[LogLine] | Batch) -> None:
        last = self._blocks[-1] if self._blocks else None
        block = Block(self._end, lines, last.newest if last else 0)
        if last is None or not last.takes(block, _BLOCK_LINES, self._max_bytes // _BLOCK_SHARE):
            self._blocks.append(block)
        self._end = block.end
        self._bytes += block.size

    def _drop(self, count: int) -> None:
        """Drop up to `count` lines at the head; all of the block they are in if it is a Batch."""
        block = self._blocks[0]
        at = self._first - block.start
        if isinstance(block.lines, Batch):
            self._first, self._bytes = block.end, self._bytes - block.size
        else:
            gone = block.lines[at : at + count]
            self._first, self._bytes = self._first + len(gone), self._bytes - weight(gone)
        if self._first == block.end:
            del self._blocks[0]

    def _parts(self, start: int, stop: int) -> Iterator[tuple[Block, int, int]]:
        """The blocks that hold kept lines from `start` to `stop`, and from where to where in them."""
        start = max(start, self._first)
        for block in self._blocks[max(0, bisect_right(self._blocks, start, key=_start) - 1) :]:
            if block.start >= stop:
                break
            yield block, max(start - block.start, 0), min(stop, block.end) - block.start

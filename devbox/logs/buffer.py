"""The lines of one service: a ring capped by lines and bytes, with numbers that stay true while it drops."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter
from sys import getsizeof
from typing import Protocol

from devbox.logs.line import LogLine

_text = attrgetter("text")


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
    """A ring of lines; bytes are counted as the texts take them in memory.

    One thread writes, any thread may read: the list is only appended to, and replaced whole when its head is cut off.
    """

    def __init__(self, max_lines: int, max_bytes: int) -> None:
        self._max_lines = max(1, max_lines)
        self._max_bytes = max_bytes
        self._block: tuple[int, list[LogLine]] = (0, [])
        self._first = 0
        self._bytes = 0
        self._waste = 0
        self._dropped = 0
        self._version = 0

    @property
    def version(self) -> int:
        return self._version

    @property
    def first(self) -> int:
        return self._first

    @property
    def end(self) -> int:
        base, lines = self._block
        return base + len(lines)

    @property
    def dropped(self) -> int:
        return self._dropped

    @property
    def bytes(self) -> int:
        """What the kept texts take."""
        return self._bytes

    def slice(self, start: int, stop: int) -> list[LogLine]:
        base, lines = self._block
        low = max(start, self._first) - base
        return lines[low : max(low, stop - base)]

    def altered(self, version: int) -> int:
        return self.end

    def extend(self, batch: Sequence[LogLine]) -> None:
        """Append `batch` and drop from the head what is above the caps; the last line always stays."""
        if not batch:
            return
        self._block[1].extend(batch)
        self._bytes += sum(map(getsizeof, map(_text, batch)))
        self._version += 1
        over = self.end - self._first - self._max_lines
        if over > 0:
            self._drop(over)
        while self._bytes > self._max_bytes and self.end - self._first > 1:
            self._drop(self._heaviest_head())

    def clear(self) -> None:
        """Forget every line; the numbers go on."""
        self._block = (self.end, [])
        self._first = self._block[0]
        self._bytes = self._waste = 0
        self._version += 1

    def _heaviest_head(self) -> int:
        """How many lines at the head bring the bytes below the cap (all but the last at most)."""
        excess = self._bytes - self._max_bytes
        base, lines = self._block
        count = 0
        for index in range(self._first - base, len(lines) - 1):
            if excess <= 0:
                break
            excess -= getsizeof(lines[index].text)
            count += 1
        return count

    def _drop(self, count: int) -> None:
        base, lines = self._block
        head = self._first - base
        freed = sum(map(getsizeof, map(_text, lines[head : head + count])))
        self._first += count
        self._dropped += count
        self._bytes -= freed
        self._waste += freed
        # Cutting the list costs its whole length, so it waits until an eighth of it (or of the bytes) is waste.
        if (head + count) * 8 > len(lines) or self._waste * 8 > self._max_bytes:
            self._block = (self._first, lines[head + count :])
            self._waste = 0

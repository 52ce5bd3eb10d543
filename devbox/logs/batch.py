"""Lines that came together and are made only when somebody looks at them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import overload

from devbox.logs.line import LogLine


class Batch(Sequence[LogLine], ABC):
    """A sequence of lines that knows its length and its bytes without having made one."""

    __slots__ = ()

    @property
    @abstractmethod
    def size(self) -> int:
        """The bytes it takes in memory."""

    @abstractmethod
    def lines(self, start: int, stop: int) -> list[LogLine]:
        """The lines from `start` to `stop`, 0 <= start <= stop <= len."""

    @abstractmethod
    def times(self) -> Sequence[int]:
        """Each line's time."""

    @overload
    def __getitem__(self, index: int) -> LogLine: ...
    @overload
    def __getitem__(self, index: slice) -> list[LogLine]: ...
    def __getitem__(self, index: int | slice) -> LogLine | list[LogLine]:
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            return self.lines(start, stop) if step == 1 and stop >= start else self.lines(0, len(self))[index]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(index)
        return self.lines(place, place + 1)[0]


def times(lines: Sequence[LogLine]) -> Sequence[int]:
    """Each line's time, without making lines where that can be avoided."""
    return lines.times() if isinstance(lines, Batch) else [line.time for line in lines]

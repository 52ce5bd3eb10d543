"""Where the lines of a view moved, and when."""

from __future__ import annotations

from collections import deque

_REMEMBERED = 64


class Changes:
    """A short memory of (version, lowest number that moved)."""

    def __init__(self) -> None:
        self._moved: deque[tuple[int, int]] = deque(maxlen=_REMEMBERED)
        self._forgotten = -1
        """The version of the last change that fell out of memory."""

    def record(self, version: int, number: int) -> None:
        """From `number` on lines moved, which made it `version`."""
        if len(self._moved) == _REMEMBERED:
            self._forgotten = self._moved[0][0]
        self._moved.append((version, number))

    def lowest(self, since: int, first: int, end: int) -> int:
        """The lowest number that moved after the version `since`, between `first` and `end`."""
        if since < self._forgotten:
            return first
        return max(first, min((number for version, number in self._moved if version > since), default=end))

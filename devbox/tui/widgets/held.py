"""A log as it was when the reader stopped following it, so that what one reads does not run away."""

from __future__ import annotations

from devbox.logs.buffer import LogSource
from devbox.logs.line import LogLine

SECURED = 10_000
"""Lines taken over at once; those above are read from the log as long as it keeps them."""
LIMIT = 30_000
"""Lines held at most."""


class Since:
    """`source` from the line `start` on: what came before was cleared from the view."""

    def __init__(self, source: LogSource, start: int) -> None:
        self._source = source
        self._start = start

    @property
    def version(self) -> int:
        return self._source.version

    @property
    def first(self) -> int:
        return max(self._start, self._source.first)

    @property
    def end(self) -> int:
        return max(self._start, self._source.end)

    @property
    def dropped(self) -> int:
        return self._source.dropped

    def slice(self, start: int, stop: int) -> list[LogLine]:
        return self._source.slice(max(start, self._start), stop)

    def altered(self, version: int) -> int:
        return max(self._start, self._source.altered(version))


class Held:
    """Keeps the newest lines `source` has now and, up to `LIMIT`, those that come, under the numbers they have there.

    Making and keeping all of a flooded log's lines would stop the screen for a while, and double its memory.
    """

    def __init__(self, source: LogSource) -> None:
        self._source = source
        self._seen = source.version
        end = source.end
        self._lines = source.slice(max(source.first, end - SECURED), end)
        self._base = end - len(self._lines)
        self._joined = True
        """Whether the numbers above the lines kept are still those of the log."""
        self._version = 0
        self._changed_at = end

    @property
    def version(self) -> int:
        return self._version

    @property
    def first(self) -> int:
        return min(self._base, self._source.first) if self._joined else self._base

    @property
    def end(self) -> int:
        return self._base + len(self._lines)

    @property
    def dropped(self) -> int:
        return self._source.dropped

    @property
    def behind(self) -> bool:
        """Whether the log went on so far that the lines after the last one held are lost or too many."""
        return len(self._lines) >= LIMIT or self._source.first > self.end

    def slice(self, start: int, stop: int) -> list[LogLine]:
        above = self._source.slice(start, min(stop, self._base)) if start < self._base and self._joined else []
        low = max(0, start - self._base)
        return above + self._lines[low : max(low, stop - self._base)]

    def altered(self, version: int) -> int:
        return self.end if version == self._version else self._changed_at

    def pull(self) -> None:
        """Take in what came since."""
        if self._source.version == self._seen:
            return
        moved = self._source.altered(self._seen)
        if self.behind:
            self._joined = self._joined and moved >= self._base
            return
        moved = max(moved, self._base)
        self._seen = self._source.version
        old = keep = self.end
        if self._source.first <= moved < keep:
            keep = moved
            del self._lines[keep - self._base :]
        fresh = self._source.slice(keep, min(self._source.end, self._base + LIMIT))
        if fresh or keep < old:
            self._lines += fresh
            self._changed_at = keep
            self._version += 1

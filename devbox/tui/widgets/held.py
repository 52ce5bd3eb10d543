"""A log as it was when the reader stopped following it, so that what one reads does not run away."""

from __future__ import annotations

from devbox.logs.buffer import LogSource
from devbox.logs.line import LogLine

LIMIT = 60_000
"""Lines held at most. They are shared with the log they come from, until that drops them."""


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
    """Keeps every line `source` has now and, up to `LIMIT`, those that come, under the numbers they have there."""

    def __init__(self, source: LogSource) -> None:
        self._source = source
        self._seen = source.version
        end = source.end
        self._lines = source.slice(source.first, end)
        self._base = end - len(self._lines)
        self._version = 0
        self._changed_at = end

    @property
    def version(self) -> int:
        return self._version

    @property
    def first(self) -> int:
        return self._base

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
        low = max(0, start - self._base)
        return self._lines[low : max(low, stop - self._base)]

    def altered(self, version: int) -> int:
        return self.end if version == self._version else self._changed_at

    def pull(self) -> None:
        """Take in what came since."""
        if self._source.version == self._seen or self.behind:
            return
        moved = max(self._source.altered(self._seen), self._base)
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

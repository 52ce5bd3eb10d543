"""The lines of a log that a query wants, found slice by slice."""

from __future__ import annotations

from bisect import bisect_left

from devbox.logs.buffer import LogSource
from devbox.logs.changes import Changes
from devbox.logs.line import LogLine
from devbox.logs.query import Query


class Filtered:
    """A view of `source` with its own numbering; it knows only what `advance` has looked at.

    `advance` looks at a bounded number of lines (2,000 take about a millisecond), so that the screen stays alive
    between two of them.
    """

    def __init__(self, source: LogSource, query: Query) -> None:
        self._source = source
        self._query = query
        self._next = source.first
        self._source_version = source.version
        self._lines: list[LogLine] = []
        self._numbers: list[int] = []
        self._base = 0
        self._version = 0
        self._changes = Changes()

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
    def pending(self) -> int:
        """How many lines of the source were not looked at yet."""
        return max(0, self._source.end - max(self._next, self._source.first))

    def slice(self, start: int, stop: int) -> list[LogLine]:
        low = max(0, start - self._base)
        return self._lines[low : max(low, stop - self._base)]

    def altered(self, version: int) -> int:
        return self._changes.lowest(version, self._base, self.end)

    def origin(self, number: int) -> int:
        """The number that the line `number` of this view has in the source, to show it among its neighbours."""
        return self._numbers[number - self._base]

    def advance(self, limit: int = 2_000) -> bool:
        """Look at `limit` more lines at most; True: there are more."""
        version = self._source.version
        self._take_back(self._source.altered(self._source_version))
        self._source_version = version
        self._forget(self._source.first)
        start = max(self._next, self._source.first)
        stop = min(self._source.end, start + limit)
        batch = self._source.slice(start, stop)
        # The head may have been dropped between the two calls.
        start = stop - len(batch)
        matches = self._query.matches
        found = [(number, line) for number, line in enumerate(batch, start) if matches(line)]
        if found:
            self._numbers += [number for number, _ in found]
            self._lines += [line for _, line in found]
            self._version += 1
        self._next = stop
        return stop < self._source.end

    def _take_back(self, number: int) -> None:
        if number >= self._next:
            return
        keep = bisect_left(self._numbers, number)
        self._next = number
        if keep < len(self._numbers):
            del self._numbers[keep:], self._lines[keep:]
            self._version += 1
            self._changes.record(self._version, self._base + keep)

    def _forget(self, first: int) -> None:
        gone = bisect_left(self._numbers, first)
        if gone:
            del self._numbers[:gone], self._lines[:gone]
            self._base += gone
            self._version += 1

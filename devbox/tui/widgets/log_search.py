"""Where a query stands in a log: nearest match in a direction, and how many there are."""

from __future__ import annotations

from bisect import bisect_right

from devbox.logs.buffer import LogSource
from devbox.logs.filtered import Filtered
from devbox.logs.query import Query

_CHUNK = 1_000


def nearest(source: LogSource, query: Query, start: int, step: int) -> int | None:
    """Number of the first match from `start` on (`step` 1) or back (-1), going round at the end; None: no match."""
    first, end = source.first, source.end
    start = min(max(start, first), end - 1) if end > first else first
    if step > 0:
        found = _ahead(source, query, start, end)
        return found if found is not None else _ahead(source, query, first, start)
    found = _back(source, query, first, start + 1)
    return found if found is not None else _back(source, query, start + 1, end)


class MatchCount:
    """Counts the matches in `source` bit by bit, and tells which one a line is."""

    def __init__(self, source: LogSource, query: Query) -> None:
        self._index = Filtered(source, query)

    @property
    def complete(self) -> bool:
        return not self._index.pending

    @property
    def total(self) -> int:
        return self._index.end - self._index.first

    def advance(self) -> bool:
        """Count some more; whether the number changed."""
        before = self._index.version
        self._index.advance()
        return self._index.version != before

    def place(self, number: int) -> int:
        """Which match (from 1) the line `number` is."""
        index = self._index
        return bisect_right(range(index.first, index.end), number, key=index.origin)


def _ahead(source: LogSource, query: Query, start: int, stop: int) -> int | None:
    for begin in range(start, stop, _CHUNK):
        for number, line in enumerate(source.slice(begin, min(begin + _CHUNK, stop)), begin):
            if query.matches(line):
                return number
    return None


def _back(source: LogSource, query: Query, start: int, stop: int) -> int | None:
    for end in range(stop, start, -_CHUNK):
        begin = max(end - _CHUNK, start)
        lines = source.slice(begin, end)
        for number in range(len(lines) - 1, -1, -1):
            if query.matches(lines[number]):
                return begin + number
    return None

"""Several services' lines as one, in the order of time."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from operator import attrgetter
from sys import getsizeof

from devbox.logs.buffer import LogSource
from devbox.logs.changes import Changes
from devbox.logs.line import LogLine

_time = attrgetter("time")
_text = attrgetter("text")


class MergedLog:
    """The lines of `sources` by time, capped by lines and bytes; what arrived since is merged in when somebody reads.

    A line may arrive late (the history of a second service, two containers read in turns): it goes where its time
    puts it, and `altered` tells from which number on the lines moved. For one thread.
    """

    def __init__(self, sources: Iterable[LogSource] = (), max_lines: int = 50_000, max_bytes: int = 32 << 20) -> None:
        self._sources: list[LogSource] = []
        self._seen: list[int] = []
        self._max_lines = max_lines
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lines: list[LogLine] = []
        self._base = 0
        self._dropped = 0
        self._changes = Changes()
        for source in sources:
            self.add(source)

    def add(self, source: LogSource) -> None:
        """Merge one more service in, with all that it has."""
        self._sources.append(source)
        self._seen.append(source.first)

    @property
    def version(self) -> int:
        return sum(source.version for source in self._sources) + len(self._sources)

    @property
    def first(self) -> int:
        self._pull()
        return self._base

    @property
    def end(self) -> int:
        self._pull()
        return self._base + len(self._lines)

    @property
    def dropped(self) -> int:
        """What fell out here, and what the services dropped before it could be merged."""
        self._pull()
        return self._dropped

    def slice(self, start: int, stop: int) -> list[LogLine]:
        self._pull()
        low = max(0, start - self._base)
        return self._lines[low : max(low, stop - self._base)]

    def altered(self, version: int) -> int:
        self._pull()
        return self._changes.lowest(version, self._base, self._base + len(self._lines))

    def clear(self) -> None:
        """Forget what is merged; lines to come are shown."""
        self._pull()
        self._base += len(self._lines)
        self._lines = []
        self._bytes = 0

    def _pull(self) -> None:
        fresh: list[LogLine] = []
        for index, source in enumerate(self._sources):
            seen, end = self._seen[index], source.end
            if end <= seen:
                continue
            self._dropped += max(0, source.first - seen)
            fresh += source.slice(seen, end)
            self._seen[index] = end
        if fresh:
            fresh.sort(key=_time)
            self._insert(fresh)

    def _insert(self, fresh: list[LogLine]) -> None:
        lines = self._lines
        if lines and fresh[0].time < lines[-1].time:
            position = bisect_right(lines, fresh[0].time, key=_time)
            tail = lines[position:] + fresh
            # Two sorted runs: timsort merges them in one pass, and what was there stays before its equals.
            tail.sort(key=_time)
            lines[position:] = tail
            self._changes.record(self.version, self._base + position)
        else:
            lines += fresh
        self._bytes += sum(map(getsizeof, map(_text, fresh)))
        over = max(0, len(lines) - self._max_lines)
        self._bytes -= sum(map(getsizeof, map(_text, lines[:over])))
        while self._bytes > self._max_bytes and over < len(lines) - 1:
            self._bytes -= getsizeof(lines[over].text)
            over += 1
        if over:
            del lines[:over]
            self._base += over
            self._dropped += over

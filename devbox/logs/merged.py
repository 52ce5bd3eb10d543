"""Several services' lines as one, in the order of time."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from heapq import merge
from itertools import islice

from devbox.logs.block import LAST
from devbox.logs.buffer import LogBuffer
from devbox.logs.changes import Changes
from devbox.logs.line import LogLine

_NEAR = 2_000
"""Lines from the end that are counted one by one rather than searched for by time."""


class MergedLog:
    """The lines of `sources` by time. It keeps none: what is asked for is merged when it is asked for.

    It begins where the shortest memory of a source that dropped lines begins, so that nothing is missing between.
    A line may arrive late (the history of a second service): it goes where its time puts it, and `altered` tells from
    which number on the lines moved.
    """

    def __init__(self, sources: Iterable[LogBuffer] = ()) -> None:
        self._sources = list(sources)
        self._lows: list[int] = []
        self._ends: list[int] = []
        """By source: number of its first line that is shown, and one after its last, as of `_looked`."""
        self._looked = -1
        self._changes = Changes()

    def add(self, source: LogBuffer) -> None:
        """Merge one more service in, with all that it has."""
        self._sources.append(source)

    @property
    def version(self) -> int:
        return sum(source.version for source in self._sources) + len(self._sources)

    @property
    def first(self) -> int:
        self._look()
        return sum(self._lows)

    @property
    def end(self) -> int:
        self._look()
        return sum(self._ends)

    @property
    def dropped(self) -> int:
        return self.first

    def slice(self, start: int, stop: int) -> list[LogLine]:
        start, stop = max(start, self.first), min(stop, self.end)
        if start >= stop:
            return []
        count = stop - start
        cut = self._cut(start)
        order = [index for _, index in islice(merge(*map(self._ahead, range(len(cut)), cut)), count)]
        parts = {
            index: iter(self._sources[index].slice(cut[index], cut[index] + taken))
            for index, taken in Counter(order).items()
        }
        return [next(parts[index]) for index in order]

    def altered(self, version: int) -> int:
        self._look()
        return self._changes.lowest(version, self.first, self.end)

    def _look(self) -> None:
        """Take notice of what the sources got and dropped."""
        version = self.version
        if version == self._looked:
            return
        seen = self._ends + [0] * (len(self._sources) - len(self._ends))
        moved = end = sum(seen)
        for index, source in enumerate(self._sources):
            if source.end > seen[index]:
                moment = source.moment(max(seen[index], source.first))
                moved = min(moved, self._place(moment, index, seen))
        if moved < end:
            self._changes.record(version, moved)
        horizon = max((source.horizon for source in self._sources), default=0)
        self._lows = [source.before(horizon) for source in self._sources]
        self._ends = [source.end for source in self._sources]
        self._looked = version

    def _place(self, moment: int, index: int, ends: list[int]) -> int:
        """How many of the lines up to `ends` stand above a line of that moment in the source `index`."""
        return sum(
            ends[other] if other == index else min(ends[other], source.before(moment + (other < index)))
            for other, source in enumerate(self._sources)
        )

    def _cut(self, number: int) -> list[int]:
        """By source: number of its first line that does not stand above line `number`."""
        after = self.end - number
        if after <= _NEAR:
            below = islice(merge(*map(self._back, range(len(self._sources))), reverse=True), after)
            counts = Counter(index for _, index in below)
            return [end - counts[index] for index, end in enumerate(self._ends)]
        moment = bisect_right(range(LAST + 1), number, key=lambda moment: sum(self._before(moment))) - 1
        cut, equals = self._before(moment), self._before(moment + 1)
        rest = number - sum(cut)
        for index, low in enumerate(cut):
            taken = min(rest, equals[index] - low)
            cut[index] += taken
            rest -= taken
        return cut

    def _before(self, moment: int) -> list[int]:
        return [max(low, source.before(moment)) for source, low in zip(self._sources, self._lows, strict=True)]

    def _ahead(self, index: int, start: int) -> Iterator[tuple[int, int]]:
        """(moment, index) of the source's lines from `start` on."""
        end, source = self._ends[index], self._sources[index]
        for at in range(start, end, 64):
            for moment in source.moments(at, min(at + 64, end)):
                yield moment, index

    def _back(self, index: int) -> Iterator[tuple[int, int]]:
        """The same from the end to the first."""
        low, source = self._lows[index], self._sources[index]
        for at in range(self._ends[index], low, -64):
            for moment in reversed(source.moments(max(at - 64, low), at)):
                yield moment, index

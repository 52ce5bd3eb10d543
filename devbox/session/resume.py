"""Continuing a container's log where it broke off, by the times of its lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from devbox.logs.batch import times
from devbox.logs.buffer import LogBuffer
from devbox.logs.line import LogLine, Stream

WINDOW = 100_000_000
"""Nanoseconds asked for again: the times of stdout and stderr are not in strict order, and two lines may share one."""
_SLICE = 500


class Resume:
    """Where to go on after the newest line of `container` in `buffer`, or after time `newest` (0: nothing was read)."""

    def __init__(self, buffer: LogBuffer, container: str, newest: int = 0) -> None:
        recent = _recent(buffer, container)
        self._newest = max([newest, *(line.time for line in recent)])
        self._oldest = min((line.time for line in recent), default=self._newest + 1)
        self._passed = not self._newest
        self._seen = Counter((line.time, line.stream, line.text) for line in recent)

    @property
    def since(self) -> float | None:
        """Seconds since the epoch to ask the engine for; None: from the start."""
        return max(0, self._newest - WINDOW) / 1e9 if self._newest else None

    def fresh(self, batch: Sequence[LogLine]) -> Sequence[LogLine]:
        """The lines of `batch` that were not read before."""
        if self._passed or not batch:
            return batch
        if batch[0].time > self._newest + WINDOW:
            # From here on all is new, and need not be looked at line by line.
            self._passed = True
            return batch
        if min(times(batch)) > self._newest:
            return batch
        return [line for line in batch if self._is_fresh(line)]

    def _is_fresh(self, line: LogLine) -> bool:
        if line.time > self._newest:
            return True
        if line.time < self._oldest:
            return False
        key = (line.time, line.stream, line.text)
        if self._seen[key] > 0:
            self._seen[key] -= 1
            return False
        return True


def _recent(buffer: LogBuffer, container: str) -> list[LogLine]:
    """The container's own lines in the buffer that are not more than WINDOW older than its newest."""
    found: list[LogLine] = []
    newest = 0
    stop = buffer.end
    while stop > buffer.first:
        part = buffer.slice(stop - _SLICE, stop)
        for line in reversed(part):
            if line.container != container or line.stream is Stream.MARK:
                continue
            newest = max(newest, line.time)
            # Well below the window no later line can belong to it any more, whatever the order.
            if line.time < newest - 2 * WINDOW:
                return [one for one in found if one.time >= newest - WINDOW]
            found.append(line)
        stop -= _SLICE
    return [one for one in found if one.time >= newest - WINDOW]

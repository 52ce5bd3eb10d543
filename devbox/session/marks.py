"""Lines of devbox's own for logs that nobody reads now: they wait until the log is taken up again."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from heapq import merge
from operator import attrgetter

from devbox.logs.line import LogLine

_KEPT = 100
"""Lines that wait for a service; the oldest go first."""
_TIME = attrgetter("time")


class Marks:
    """Each is handed out once: among the lines that it belongs to by its time, or behind all that there are."""

    def __init__(self) -> None:
        self._waiting: dict[str, deque[LogLine]] = {}

    def keep(self, service: str, line: LogLine) -> None:
        """Until the log of the service is read."""
        self._waiting.setdefault(service, deque(maxlen=_KEPT)).append(line)

    def waits(self, service: str) -> bool:
        """Whether any waits."""
        return service in self._waiting

    def among(self, service: str, lines: Sequence[LogLine]) -> Sequence[LogLine]:
        """The lines, with those that are not younger than the last of them in their place."""
        waiting = self._waiting.get(service)
        if not waiting or not lines:
            return lines
        due = []
        while waiting and waiting[0].time <= lines[-1].time:
            due.append(waiting.popleft())
        if not waiting:
            del self._waiting[service]
        return list(merge(lines, due, key=_TIME)) if due else lines

    def rest(self, service: str) -> list[LogLine]:
        """Those that still wait."""
        return list(self._waiting.pop(service, ()))

"""What containers printed so far, merged by time without holding more than a batch of each.

A container whose output cannot be read is told of; where that goes for every one of them it is an error.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, aclosing
from typing import TYPE_CHECKING

from devbox.errors import EngineError, EngineLost
from devbox.record import dataclass

if TYPE_CHECKING:
    from devbox.cli.logline import Printer
    from devbox.logs.line import LogLine
    from devbox.plan.observed import Container
    from devbox.ports import Engine


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """Which part of the history: the last `tail` lines of each (None: all), between two moments (epoch seconds)."""

    tail: int | None = None
    since: float | None = None
    until: float | None = None


class _Head:
    """The next lines of one container."""

    def __init__(self, batches: AsyncIterator[Sequence[LogLine]]) -> None:
        self._batches = batches
        self._lines: Sequence[LogLine] = ()
        self._at = 0

    async def next(self) -> LogLine | None:
        while self._at >= len(self._lines):
            try:
                self._lines, self._at = await anext(self._batches), 0
            except StopAsyncIteration:
                return None
        self._at += 1
        return self._lines[self._at - 1]


async def history(engine: Engine, containers: Sequence[Container], window: Window, printer: Printer) -> dict[str, int]:
    """Print it; returns container id -> time of its last line (nanoseconds)."""
    last: dict[str, int] = {}
    async with AsyncExitStack() as stack:
        heads = []
        for container in containers:
            lines = engine.logs(container, follow=False, tail=window.tail, since=window.since, until=window.until)
            heads.append(_Head(await stack.enter_async_context(aclosing(lines))))
        # All are waited for, since a stream that is being read cannot be closed.
        firsts = await asyncio.gather(*(head.next() for head in heads), return_exceptions=True)
        queue = _readable(containers, firsts, printer)
        while queue:
            moment, number, line = queue[0]
            container = containers[number]
            last[container.id] = moment
            printer.line(container, line)
            following = await heads[number].next()
            if following is None:
                heapq.heappop(queue)
            else:
                heapq.heapreplace(queue, (following.time, number, following))
    printer.flush()
    return last


def _readable(
    containers: Sequence[Container], firsts: Sequence[LogLine | BaseException | None], printer: Printer
) -> list[tuple[int, int, LogLine]]:
    """A heap of (time, number, line) of each that has a line."""
    refused: list[tuple[Container, EngineError]] = []
    queue = []
    for number, first in enumerate(firsts):
        if isinstance(first, EngineError) and not isinstance(first, EngineLost):
            refused.append((containers[number], first))
        elif isinstance(first, BaseException):
            raise first
        elif first is not None:
            queue.append((first.time, number, first))
    if refused and len(refused) == len(containers):
        raise refused[0][1]
    for container, error in refused:
        printer.unreadable(container, error)
    heapq.heapify(queue)
    return queue

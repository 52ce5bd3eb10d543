"""Following services: each container's output as it comes, and new containers of them as they start."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING

from devbox.cli.history import Window, history
from devbox.errors import EngineError, EngineLost, NotFound
from devbox.plan.observed import RunState

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable

    from devbox.cli.logline import Printer
    from devbox.logs.line import LogLine
    from devbox.plan.observed import Container
    from devbox.ports import Engine, EngineEvent

_GATHER = 0.04
"""Seconds in which lines of several containers are collected and put in order of time."""
_WAITING = 64
"""Batches that may wait to be printed; the readers wait beyond that."""

_Arrived = tuple["Container", "list[LogLine]"] | BaseException


async def follow(
    engine: Engine, project: str, services: frozenset[str], index: int, window: Window, printer: Printer
) -> None:
    """Print the history, then what comes (no services: of all), until cancelled or the engine is lost."""
    await _Following(engine, project, services, index, window, printer).run()


class _Following:
    """The readers of one `logs -f`, by container."""

    def __init__(
        self, engine: Engine, project: str, services: frozenset[str], index: int, window: Window, printer: Printer
    ) -> None:
        self._engine = engine
        self._project = project
        self._services = services
        self._index = index
        self._window = window
        self._printer = printer
        self._arrived: asyncio.Queue[_Arrived] = asyncio.Queue(_WAITING)
        self._readers: dict[str, asyncio.Task[None]] = {}
        self._last: dict[str, int] = {}
        self._listener: asyncio.Task[None] | None = None

    async def run(self) -> None:
        async with aclosing(self._engine.events(self._project)) as events:
            await anext(events)  # the subscription stands before the list is asked for
            observed = await self._engine.observe(self._project, detail=True)
            there = [
                container for container in observed.containers if self._wanted(container.service, container.number)
            ]
            self._last = await history(self._engine, there, self._window, self._printer)
            try:
                for container in there:
                    if container.state in (RunState.RUNNING, RunState.PAUSED, RunState.RESTARTING):
                        self._read(container, resumed=True)
                if not there:
                    self._printer.mark("Nothing runs yet; waiting for containers.")
                self._listener = asyncio.ensure_future(self._guarded(self._listen(events)))
                while True:
                    await self._print()
            finally:  # while the stream of events is still ours: one that is being read cannot be closed
                await self._end()

    async def _end(self) -> None:
        tasks = [task for task in (self._listener, *self._readers.values()) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _wanted(self, service: str, number: int) -> bool:
        return (not self._services or service in self._services) and self._index in (0, number)

    async def _print(self) -> None:
        """Print what arrived, in order of time."""
        arrived = [await self._arrived.get()]
        await asyncio.sleep(_GATHER)
        while not self._arrived.empty():
            arrived.append(self._arrived.get_nowait())
        lines = [(line.time, item[0], line) for item in arrived if isinstance(item, tuple) for line in item[1]]
        for _, container, line in sorted(lines, key=lambda entry: entry[0]):
            self._printer.line(container, line)
        self._printer.flush()
        for item in arrived:
            if isinstance(item, BaseException):
                raise item

    async def _listen(self, events: AsyncIterator[list[EngineEvent]]) -> None:
        async for batch in events:
            for event in batch:
                await self._heard(event)

    async def _heard(self, event: EngineEvent) -> None:
        if event.kind != "container" or (self._services and event.service not in self._services):
            return
        if event.action == "start":
            try:
                container = await self._engine.inspect(event.id)
            except NotFound:
                return
            if self._wanted(container.service, container.number):
                self._read(container, resumed=container.id in self._last)
        elif event.action == "die" and event.id in self._readers:
            await asyncio.wait([self._readers[event.id]], timeout=1)
            code = event.attributes.get("exitCode", "")
            self._printer.mark(f"{self._printer.name(event.attributes.get('name', event.service))} ended ({code})")

    def _read(self, container: Container, *, resumed: bool) -> None:
        running = self._readers.get(container.id)
        if running is None or running.done():
            reader = self._guarded(self._tail(container, resumed=resumed))
            self._readers[container.id] = asyncio.ensure_future(reader)

    async def _tail(self, container: Container, *, resumed: bool) -> None:
        """Read one container to its end, from after its last line printed."""
        seen = self._last.get(container.id, 0)
        since = seen / 1e9 if seen else self._window.since
        tail = self._window.tail if resumed and not seen else None
        lines = self._engine.logs(container, follow=True, tail=tail, since=since, until=self._window.until)
        async with aclosing(lines) as batches:
            try:
                async for batch in batches:
                    fresh = [line for line in batch if line.time > seen]
                    if fresh:
                        self._last[container.id] = max(line.time for line in fresh)
                        await self._arrived.put((container, fresh))
            except (EngineLost, NotFound):
                raise
            except EngineError as error:
                self._printer.unreadable(container, error)

    async def _guarded(self, work: Awaitable[None]) -> None:
        """Hand a failure to the printing loop, which ends with it."""
        try:
            await work
        except NotFound:
            return  # removed while it was read
        except Exception as error:  # noqa: BLE001 - raised again where the lines are printed
            await self._arrived.put(error)

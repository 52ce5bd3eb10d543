"""The logs of the services that are looked at: they follow the service, whatever becomes of its containers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import aclosing
from operator import attrgetter

from devbox.errors import EngineError
from devbox.logs.buffer import LogBuffer
from devbox.logs.line import LogLine, Stream
from devbox.logs.merged import MergedLog
from devbox.plan.observed import Container
from devbox.ports import Engine
from devbox.session.link import Link
from devbox.session.marks import Marks
from devbox.session.pulse import Pulse
from devbox.session.state import ServiceRow
from devbox.session.store import Store
from devbox.session.tail import Tail
from devbox.settings import Settings

LINGER = 3.0
"""Seconds for which a service is still read after it was left: who walks through the list comes back, and taking a log
up again costs more than going on."""
_CAUGHT_UP = 0.5
"""Seconds after which a log that is taken up again has what was said meanwhile."""
HISTORY = 1_000
"""Lines of a container's past that are read at first."""


class Logs:
    """Buffers by service, and the tails that fill those that are shown."""

    def __init__(self, *, store: Store, link: Link, settings: Settings, now: Callable[[], float]) -> None:
        self._store = store
        self._link = link
        self._settings = settings
        self._now = now
        self._pulse = Pulse()
        self._buffers: dict[str, LogBuffer] = {}
        self._merged = MergedLog()
        self._shown: dict[str, float] = {}
        """service -> since when it is read"""
        self._left: dict[str, float] = {}
        """service that is not shown any more -> until when it is read (monotonic seconds)"""
        self._tails: dict[str, tuple[Container, Tail, asyncio.Task[None]]] = {}
        """container id -> as it was last seen, and its reader"""
        self._read: dict[str, str] = {}
        """container name -> id of the last one so called that was read"""
        self._marks = Marks()
        self._wake = asyncio.Event()
        self._rows: tuple[ServiceRow, ...] | None = None

    def buffer(self, service: str) -> LogBuffer:
        """The service's lines; the same object as long as the project stays."""
        if service not in self._buffers:
            self._buffers[service] = LogBuffer(self._settings.log_lines, self._settings.log_bytes)
            self._merged.add(self._buffers[service])
        return self._buffers[service]

    def merged(self) -> MergedLog:
        """Every service's lines by time; the same object as long as the project stays."""
        return self._merged

    def show(self, services: Iterable[str]) -> None:
        """Tail these services, and for a moment those left; what was read is kept, to be continued when shown again."""
        wanted = tuple(services)
        since, until = self._now(), time.monotonic() + LINGER
        self._left = {name: self._left.get(name, until) for name in self._shown if name not in wanted}
        self._shown = {name: self._shown.get(name, since) for name in (*wanted, *self._left)}
        for service in wanted:
            self.buffer(service)
            if self._marks.waits(service):
                asyncio.get_running_loop().call_later(_CAUGHT_UP, self._mark_rest, service)
        self._rows = None
        self._wake.set()

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` when lines arrived, at most 30 times a second; returns how to end it."""
        return self._pulse.subscribe(listener)

    def mark(self, service: str, text: str) -> None:
        """A line of our own in the log of a service; where that is not read now, once it is."""
        line = LogLine(service, service, Stream.MARK, int(self._now() * 1e9), text)
        if service in self._shown and not self._marks.waits(service):
            self.buffer(service).extend([line])
            self._pulse.poke()
        else:
            self._marks.keep(service, line)

    def _mark_rest(self, service: str) -> None:
        if service in self._shown:
            self.buffer(service).extend(self._marks.rest(service))
            self._pulse.poke()

    def forget(self) -> None:
        """Another project: empty buffers (new objects), nothing shown."""
        self._buffers, self._merged = {}, MergedLog()
        self._shown, self._left, self._read = {}, {}, {}
        self._marks = Marks()
        self._rows = None
        self._pulse.poke()

    async def publish(self) -> None:
        """Tell the listeners until cancelled."""
        await self._pulse.run()

    async def run(self) -> None:
        """Keep a reader on every container of the shown services until cancelled."""
        unsubscribe = self._store.subscribe(lambda state: self._wake.set())
        self._wake.set()
        self._rows = None
        try:
            async with asyncio.TaskGroup() as group:
                while True:
                    await self._woken()
                    if self._store.state.rows is not self._rows:
                        self._rows = self._store.state.rows
                        await self._settle(group)
        finally:
            self._tails.clear()
            unsubscribe()

    async def _woken(self) -> None:
        """Until the rows or what is shown changed, or a service that was left has been read for long enough."""
        next_end = min(self._left.values(), default=None)
        pause = None if next_end is None else max(0, next_end - time.monotonic())
        try:
            async with asyncio.timeout(pause):
                await self._wake.wait()
        except TimeoutError:
            for name in [name for name, until in self._left.items() if until <= time.monotonic()]:
                del self._left[name], self._shown[name]
            self._rows = None
        self._wake.clear()

    async def _settle(self, group: asyncio.TaskGroup) -> None:
        rows = [row for row in self._store.state.rows if row.name in self._shown]
        wanted = {container.id: container for row in rows for container in row.containers}
        for id, (seen, tail, task) in tuple(self._tails.items()):
            if task.done():
                del self._tails[id]
            elif seen.service not in self._shown:
                task.cancel()
                del self._tails[id]
            elif wanted.get(id) is not seen:
                tail.look()
                if id in wanted:
                    self._tails[id] = (wanted[id], tail, task)
        for row in rows:
            fresh = [container for container in row.containers if container.id not in self._tails]
            if len(fresh) > 1 and not self.buffer(row.name).end:
                await self._histories(row.name, fresh)
            for container in fresh:
                self._start(group, container)

    def _start(self, group: asyncio.TaskGroup, container: Container) -> None:
        buffer = self.buffer(container.service)
        # A container that came while we looked is read from its first line; a list gives its birth in whole seconds.
        new = container.created + 1 > self._shown[container.service]
        tail = Tail(
            container,
            buffer,
            link=self._link,
            history=self._settings.log_lines if new else HISTORY,
            keep=self._settings.log_lines,
            among=self._marks.among,
            heard=self._pulse.poke,
            now=self._now,
        )
        if self._read.get(container.name, container.id) != container.id:
            tail.mark("recreated", container.created)
        self._read[container.name] = container.id
        self._tails[container.id] = (container, tail, group.create_task(tail.run(), name=f"tail {container.name}"))

    async def _histories(self, service: str, replicas: list[Container]) -> None:
        """Replicas' pasts merged by time; what fails here is read by each one's own tail."""
        engine = self._link.engine
        if engine is None:
            return
        async with asyncio.TaskGroup() as group:
            reads = [group.create_task(_history(engine, container)) for container in replicas]
        lines = sorted((line for read in reads for line in read.result()), key=attrgetter("time"))
        self.buffer(service).extend(self._marks.among(service, lines))
        self._pulse.poke()


async def _history(engine: Engine, container: Container) -> list[LogLine]:
    found: list[LogLine] = []
    try:
        async with aclosing(engine.logs(container, follow=False, tail=HISTORY)) as stream:
            async for batch in stream:
                found += batch
    except EngineError:
        return []
    return found

"""The engine's word that something happened to a container, for those who wait."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from types import TracebackType

from devbox.errors import EngineLost
from devbox.ports import Engine

_SILENT = ("exec_", "top", "resize", "attach", "copy", "archive-path", "extract-to-dir")
"""Actions that change nothing about a container's state; our own probes are among them."""

_RESYNC = 5.0
"""Events are a hint that the engine may drop: after so many seconds a waiter looks for itself."""


class News:
    """One subscription for all waiters of a project; opened with the first of them, closed by leaving the context."""

    def __init__(self, engine: Engine, project: str) -> None:
        self._engine = engine
        self._project = project
        self._reader: asyncio.Task[None] | None = None
        self._subscribed = asyncio.Event()
        self._waiters: set[asyncio.Event] = set()

    async def __aenter__(self) -> News:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader is not None:
            self._reader.cancel()
            await asyncio.wait([self._reader])

    def waiter(self) -> AbstractAsyncContextManager[Waiter]:
        """Something to wait on; what happens from here on counts, so look at the container only inside."""
        return self._waiter()

    @asynccontextmanager
    async def _waiter(self) -> AsyncIterator[Waiter]:
        if self._reader is None:
            self._reader = asyncio.create_task(self._read(), name="news")
        bell = asyncio.Event()
        self._waiters.add(bell)
        try:
            await self._heard(self._subscribed)
            yield Waiter(self, bell)
        finally:
            self._waiters.discard(bell)

    async def _heard(self, bell: asyncio.Event) -> None:
        """Wait for the bell; what ends the reader with an error ends the wait with it."""
        reader = self._reader
        if reader is None or bell.is_set():
            return
        ring = asyncio.create_task(bell.wait())
        try:
            await asyncio.wait([ring, reader], return_when=asyncio.FIRST_COMPLETED)
        finally:
            ring.cancel()
        if reader.done() and not reader.cancelled() and (error := reader.exception()) is not None:
            raise error

    async def _read(self) -> None:
        while True:
            async with aclosing(self._engine.events(self._project)) as batches:
                async for batch in batches:
                    self._subscribed.set()
                    if any(not event.action.startswith(_SILENT) for event in batch):
                        for bell in self._waiters:
                            bell.set()
            if not self._subscribed.is_set():
                raise EngineLost("The engine's events ended before they began.")
            # It ended in order (the daemon restarts): ask again, which says so if nobody answers.
            await self._engine.info()


class Waiter:
    """Rings when something happened since the last time it was waited for."""

    def __init__(self, news: News, bell: asyncio.Event) -> None:
        self._news = news
        self._bell = bell

    async def wait(self) -> None:
        """Return once something happened, or when it is time to look anyway; EngineLost if nobody would tell."""
        try:
            async with asyncio.timeout(_RESYNC):
                await self._news._heard(self._bell)
        except TimeoutError:
            return
        self._bell.clear()

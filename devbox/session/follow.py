"""Keeping State true to the engine: events as a hint, the container list as the truth; coming back when it was lost."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from dataclasses import replace

from devbox.errors import DevboxError, EngineError, EngineLost, NotFound
from devbox.plan.observed import Container
from devbox.ports import Engine, EngineEvent
from devbox.session.causes import first
from devbox.session.concern import concerns
from devbox.session.events import (
    EngineConnected,
    EngineSpoke,
    EngineWentAway,
    Event,
    Noticed,
    ProjectsListed,
    StackObserved,
)
from devbox.session.link import Link
from devbox.session.rows import containers
from devbox.session.state import State

SHORTEST, LONGEST = 0.5, 10.0
"""Seconds between two attempts to reach the engine."""
RESYNC = 30.0
_QUIET = 0.2
"""At most five lists a second, however many events there are."""
_CONNECT, _ANSWER = 20.0, 15.0
_OFF = 5.0
"""Seconds from which a wrong clock is worth a word."""


class Follower:
    """Connects, follows the events of `project` (None: only what runs on the engine at all), resyncs, reconnects."""

    def __init__(
        self,
        *,
        connect: Callable[[], Awaitable[Engine]],
        engine: Engine | None,
        link: Link,
        project: str | None,
        state: Callable[[], State],
        emit: Callable[[Event], None],
        now: Callable[[], float],
    ) -> None:
        self._connect = connect
        self._link = link
        self._project = project
        self._state = state
        self._emit = emit
        self._now = now
        self.engine = engine
        """The last connection, whether it answers or not; whoever ends the session closes it."""
        self._retry = asyncio.Event()
        self._dirty = asyncio.Event()
        self._touched: set[str] = set()

    def retry(self) -> None:
        """Ask now instead of when the pause is over."""
        self._retry.set()

    def resync(self) -> None:
        """List now instead of when the engine says something."""
        self._dirty.set()

    async def run(self) -> None:
        """Follow until cancelled."""
        pause = SHORTEST
        while True:
            began = self._now()
            error: BaseException = EngineLost("The engine closed its event stream.")
            try:
                await self._follow(await self._reach())
            except* (DevboxError, TimeoutError) as group:
                error = first(group)
            self._link.down()
            if self._now() - began > LONGEST:
                pause = SHORTEST
            await self._wait(error, pause)
            pause = min(LONGEST, pause * 2)

    async def _wait(self, error: BaseException, pause: float) -> None:
        at = self._now()
        reason, hint = "The engine does not answer.", ""
        if isinstance(error, DevboxError):
            reason, hint = error.message, error.hint
        self._emit(EngineWentAway(reason=reason, hint=hint, at=at, retry_at=at + pause))
        self._retry.clear()
        try:
            async with asyncio.timeout(pause):
                await self._retry.wait()
        except TimeoutError:
            return

    async def _reach(self) -> Engine:
        """The engine we had if it answers again (operations may be using it), else a new connection."""
        async with asyncio.timeout(_CONNECT):
            if self.engine is not None:
                try:
                    await self.engine.info()
                except EngineError:
                    lost, self.engine = self.engine, None
                    await lost.close()
                else:
                    return self.engine
            self.engine = await self._connect()
            return self.engine

    async def _follow(self, engine: Engine) -> None:
        self._dirty.clear()
        self._touched.clear()
        async with aclosing(engine.events(self._project)) as stream:
            # The first batch comes once the subscription stands: only then does a list leave no gap.
            async with asyncio.timeout(_ANSWER):
                await anext(stream, None)
                info = await engine.info()
                await self._list(engine, full=True)
            self._link.up(engine)
            self._emit(EngineConnected(info=info))
            if abs(info.ahead) >= _OFF:
                said = f"The engine's clock is {abs(info.ahead):.0f} s {'ahead' if info.ahead > 0 else 'behind'}"
                text = f"{said}: the times of logs and events are the engine's. `devbox doctor` says what to do."
                self._emit(Noticed(text=text, severity="warning", at=self._now()))
            async with asyncio.TaskGroup() as group:
                group.create_task(self._resyncs(engine))
                async for batch in stream:
                    self._hear(batch)
                raise EngineLost("The engine closed its event stream.")

    def _hear(self, batch: list[EngineEvent]) -> None:
        project = self._state().project
        told = tuple(event for event in batch if concerns(event, project))
        if not told:
            return
        if self._project is not None:
            self._emit(EngineSpoke(batch=told))
        self._touched.update(event.id for event in told if event.kind == "container")
        self._dirty.set()

    async def _resyncs(self, engine: Engine) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time() + RESYNC
        while True:
            try:
                async with asyncio.timeout_at(due):
                    await self._dirty.wait()
            except TimeoutError:
                due = loop.time() + RESYNC
                full = True
            else:
                full = False
            self._dirty.clear()
            async with asyncio.timeout(_ANSWER):
                await self._list(engine, full=full)
            await asyncio.sleep(_QUIET)

    async def _list(self, engine: Engine, *, full: bool) -> None:
        if full:
            self._emit(ProjectsListed(running=await engine.projects()))
        if self._project is None:
            return
        touched, self._touched = self._touched, set()
        before = {one.id: one for one in containers(self._state().rows)}
        known = {} if full else {id: one for id, one in before.items() if id not in touched}
        observed = await engine.observe(self._project, detail=full)
        async with asyncio.TaskGroup() as group:
            found = [group.create_task(self._detailed(engine, one, known)) for one in observed.containers]
        listed = [one for task in found if (one := task.result()) is not None]
        # What the engine told while we asked is newer than its answer; another list follows.
        now = {one.id: one for one in containers(self._state().rows)}
        newer = {id: now[id] for id in self._touched if id in now}
        settled = tuple(newer.get(one.id, one) for one in listed if one.id in now or one.id not in before)
        self._emit(StackObserved(project=self._project, observed=replace(observed, containers=settled)))

    async def _detailed(self, engine: Engine, one: Container, known: dict[str, Container]) -> Container | None:
        """With its detail, asked for only where something happened to it; None: it is gone."""
        if one.detail is not None:
            return one
        old = known.get(one.id)
        if old is not None and old.detail is not None and (old.state, old.health) == (one.state, one.health):
            return replace(one, detail=old.detail)
        try:
            return await engine.inspect(one.id)
        except NotFound:
            return None

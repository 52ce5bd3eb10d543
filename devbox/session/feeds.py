"""What flows while a project is open: the engine's events and lists, logs, use, and the plan."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import TYPE_CHECKING

from devbox.errors import NoEngine
from devbox.ports import Engine, Outside
from devbox.session.commands import Command
from devbox.session.debugging import Debugging
from devbox.session.entered import Entered
from devbox.session.events import Event
from devbox.session.follow import Follower
from devbox.session.foresight import Foresight
from devbox.session.link import Link
from devbox.session.logs import Logs
from devbox.session.meter import Meter
from devbox.session.state import Lost, State
from devbox.session.store import Store
from devbox.session.watching import Watching

if TYPE_CHECKING:
    from devbox.hardening.finding import Where
    from devbox.session.guarding import Guarding

_FAREWELL = 0.5
_PATIENCE = 5.0


class Feeds:
    """Started for one project on one context, stopped before another; a bug in one of them ends the task group."""

    def __init__(
        self,
        outside: Outside,
        store: Store,
        group: asyncio.TaskGroup,
        emit: Callable[[Event], None],
        command: Callable[[Command], int],
        guard: Guarding | None = None,
        where: Where | None = None,
    ) -> None:
        self._outside = outside
        self._store = store
        self._group = group
        self._emit = emit
        self._link = Link()
        self._task: asyncio.Task[None] | None = None
        self._context = ""
        self._follower = self._new_follower(None)
        self.logs = Logs(store=store, link=self._link, settings=outside.settings, now=self._engines_now)
        self.meter = Meter(link=self._link, state=self._state, emit=emit)
        self.watching = Watching(
            store=store,
            link=self._link,
            logs=self.logs,
            sources=outside.sources,
            ledgers=outside.ledgers,
            command=command,
            emit=emit,
            now=outside.now,
            unasked=outside.settings.watch,
        )
        self.debugging = Debugging(
            store=store,
            link=self._link,
            emit=emit,
            now=outside.now,
            entering=lambda engine: Entered(engine, outside, self._state, where),
            kept=outside.kept(),
        )
        self.foresight = Foresight(store=store, link=self._link, emit=emit, now=outside.now, guard=guard)

    def _engines_now(self) -> float:
        """What logs are asked for and marked by."""
        return self._outside.now() + self._store.state.ahead

    @property
    def engine(self) -> Engine:
        """The engine if it answers, else NoEngine with the reason."""
        engine = self._link.engine
        if engine is not None:
            return engine
        connection = self._store.state.connection
        if isinstance(connection, Lost):
            raise NoEngine(f"The engine is away: {connection.reason}", hint=connection.hint)
        raise NoEngine("The engine was not reached yet.", hint="Try again in a moment.")

    async def reached(self) -> Engine:
        """The same, once it answers where it is only just being gone to."""
        if self._link.engine is None and not isinstance(self._store.state.connection, Lost):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_PATIENCE):
                    await self._link.connected()
        return self.engine

    def retry(self) -> None:
        """Ask for a lost engine now."""
        self._follower.retry()

    def resync(self) -> None:
        """List what runs now."""
        self._follower.resync()

    async def start(self, context: str) -> None:
        """Begin with the project that State has, on the connection that stands if `context` is its own."""
        if context != self._context:
            await self.hang_up()
        self._context = context
        self._follower = self._new_follower(self._follower.engine)
        self._task = self._group.create_task(self._run(), name="feeds")

    async def stop(self) -> None:
        """End them; the connection stays."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])
        self._link.down()

    async def hang_up(self) -> None:
        """Close the connection, not waiting long for an engine that does not answer."""
        engine, self._follower.engine = self._follower.engine, None
        if engine is not None:
            try:
                async with asyncio.timeout(_FAREWELL):
                    await engine.close()
            except TimeoutError:
                return

    async def _run(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follower.run(), name="follow")
            group.create_task(self.logs.run(), name="logs")
            group.create_task(self.meter.run(), name="meter")
            group.create_task(self.foresight.run(), name="foresight")
            group.create_task(self.watching.run(), name="watching")
            group.create_task(self.debugging.run(), name="debugging")

    def _new_follower(self, engine: Engine | None) -> Follower:
        project = self._store.state.project
        context = self._context
        return Follower(
            connect=lambda: self._outside.connect(context),
            engine=engine,
            link=self._link,
            project=project.name if project else None,
            state=self._state,
            emit=self._emit,
            now=self._outside.now,
        )

    def _state(self) -> State:
        return self._store.state

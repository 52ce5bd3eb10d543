"""What the visible containers use, polled in single readings."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from devbox.errors import EngineError, EngineLost
from devbox.plan.observed import RunState
from devbox.ports import Engine, Sample
from devbox.session.events import Event, StatsSampled
from devbox.session.link import Link
from devbox.session.state import State

PERIOD = 1.0
_FIRST = 0.5
"""The second reading comes early: use is a difference, and nobody likes an empty column."""
_EACH = 0.3
"""Seconds between readings of two containers: one costs the engine some 6 ms, so many are read less often."""


class Meter:
    """Reads the counters of the running containers of the watched services, and sleeps when there are none."""

    def __init__(self, *, link: Link, state: Callable[[], State], emit: Callable[[Event], None]) -> None:
        self._link = link
        self._state = state
        self._emit = emit
        self._services: frozenset[str] = frozenset()
        self._changed = asyncio.Event()

    def watch(self, services: frozenset[str]) -> None:
        """Read these and no others."""
        if services != self._services:
            self._services = services
            self._changed.set()

    async def run(self) -> None:
        """Read until cancelled."""
        while True:
            engine = await self._link.connected()
            self._changed.clear()
            ids = self._running()
            if not self._services:
                await self._changed.wait()
                continue
            fresh = any(id not in self._state().usage or not self._state().usage[id].cpu_history for id in ids)
            if ids:
                await self._read(engine, ids)
            try:
                async with asyncio.timeout(_FIRST if fresh else max(PERIOD, _EACH * len(ids))):
                    await self._changed.wait()
            except TimeoutError:
                continue

    def _running(self) -> list[str]:
        rows = [row for row in self._state().rows if row.name in self._services]
        return [one.id for row in rows for one in row.containers if one.state in (RunState.RUNNING, RunState.PAUSED)]

    async def _read(self, engine: Engine, ids: list[str]) -> None:
        async with asyncio.TaskGroup() as group:
            reads = {id: group.create_task(_sample(engine, id)) for id in ids}
        answers = {id: read.result() for id, read in reads.items()}
        self._emit(StatsSampled(samples={id: one for id, one in answers.items() if not isinstance(one, EngineLost)}))


async def _sample(engine: Engine, id: str) -> Sample | EngineLost | None:
    try:
        return await engine.sample(id)
    except EngineLost as error:
        # The follower tells the user; what was known stays.
        return error
    except EngineError:
        return None

"""The processes of a service on its engine, as a listener for editors reaches them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import aclosing, suppress

from devbox.compose.model import Service
from devbox.debug.dialect import DEBUGPY
from devbox.errors import DevboxError, EngineLost
from devbox.plan.observed import Container, RunState
from devbox.ports import Engine, Pipe
from devbox.session.entering import Door, Ended, Entering, Entrance
from devbox.session.reached import Reached

_PATIENCE = 20.0
"""Seconds in which a container that has just begun may not yet let anybody in."""
_YOUNG = 10.0
_LOOK = 5.0
"""Seconds after which the list is asked for even if no event came: the engine drops some for a slow reader."""
_PAUSE = 0.3
_SHOWN = 32
"""Characters of a process's command."""


class ServiceDoorway:
    """reached.Doorway of a service. `number` 0: all its containers. `tell` hears in a sentence what is being done."""

    def __init__(
        self,
        engine: Engine,
        project: str,
        service: Service,
        entering: Entering,
        tell: Callable[[str], None],
        *,
        number: int = 0,
    ) -> None:
        self._engine = engine
        self._project = project
        self._service = service
        self._entering = entering
        self._tell = tell
        self._number = number

    async def arrive(self, *, patient: bool, but: frozenset[str] = frozenset()) -> tuple[Reached, ...]:
        """As the protocol has it. A container that has just begun is given time, too."""
        deadline = time.monotonic() + _PATIENCE
        while True:
            containers = await self._running(but)
            try:
                return await self._reached(containers)
            except EngineLost:
                raise
            except DevboxError as error:
                hopeful = patient or isinstance(error, Ended) or any(map(self._is_young, containers))
                if time.monotonic() > deadline or not hopeful:
                    raise
            await asyncio.sleep(_PAUSE)

    async def _running(self, but: frozenset[str]) -> list[Container]:
        """Wait until one runs."""
        told = False
        while True:
            # Anew each time: a generator that was cancelled while it waited gives nothing any more.
            async with aclosing(self._engine.events(self._project)) as events:
                await anext(events, None)  # the subscription stands before the list is asked for
                if found := await self._containers(but):
                    return found
                if not told:
                    told = True
                    self._tell(f"waits for {self._service.name} to run")
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK):
                        await anext(events, None)

    async def _containers(self, but: frozenset[str]) -> list[Container]:
        observed = await self._engine.observe(self._project)
        mine = [
            one
            for one in observed.containers
            if one.service == self._service.name
            and not one.oneoff
            and one.state is RunState.RUNNING
            and self._number in (0, one.number)
            and one.id not in but
        ]
        return [await self._engine.inspect(one.id) for one in sorted(mine, key=lambda one: one.number)]

    async def _reached(self, containers: list[Container]) -> tuple[Reached, ...]:
        """The processes of all containers; one that lets nobody in is told of where another does."""
        found: list[Reached] = []
        failures: list[tuple[Container, DevboxError]] = []
        for container, entered in zip(
            containers, await asyncio.gather(*map(self._enter, containers), return_exceptions=True), strict=True
        ):
            if isinstance(entered, DevboxError):
                failures.append((container, entered))
            elif isinstance(entered, BaseException):
                raise entered
            else:
                found += entered
        if not found:
            raise failures[0][1] if failures else DevboxError(f"{self._service.name} has no process to be debugged.")
        for container, error in failures:
            self._tell(f"{container.name} is not debugged: {error.message}")
        return tuple(found)

    async def _enter(self, container: Container) -> list[Reached]:
        entrance = await self._entering.enter(container, self._service, self._tell)
        paths = await self._entering.paths(container, self._service)
        self._tell(f"{container.name}: {entrance.way.value}")
        return [
            Reached(
                container=container.id,
                name=container.name if len(entrance.doors) == 1 else f"{container.name} ({_short(door.name)})",
                pairs=paths.pairs,
                open=self._opener(entrance, door),
                type=(self._service.debug and self._service.debug.type) or DEBUGPY,
            )
            for door in entrance.doors
        ]

    def _opener(self, entrance: Entrance, door: Door) -> Callable[[], Awaitable[Pipe]]:
        return lambda: self._entering.open(entrance, door)

    def _is_young(self, container: Container) -> bool:
        started = container.detail.started if container.detail else None
        return started is not None and time.time() + self._engine.ahead - started < _YOUNG


def _short(name: str) -> str:
    return name if len(name) <= _SHOWN else f"{name[: _SHOWN - 1]}…"

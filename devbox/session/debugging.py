"""The debugger behind the screen: what is debugged, where it may stop, and what it is asked while it stands."""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Coroutine
from dataclasses import replace
from typing import Any

from devbox.debug import breakpoints as edits
from devbox.debug.dialect import DEBUGPY
from devbox.debug.model import Breakpoint, Debugged, Phase, Printed, Source
from devbox.debug.model import Debuggee as Told
from devbox.debug.protocol import cut
from devbox.errors import DevboxError, NoEngine
from devbox.plan.observed import Container
from devbox.ports import Engine, Kept
from devbox.session.asking import Asking
from devbox.session.debug_container import DebugContainer
from devbox.session.debug_service import DebugService
from devbox.session.debuggee import Debuggee
from devbox.session.entering import Entering
from devbox.session.events import DebugTold, Event
from devbox.session.link import Link
from devbox.session.remembered import Remembered
from devbox.session.state import State
from devbox.session.store import Store

PRINTED = 500
"""Things said that are kept."""
_FAREWELL, _HURRY = 3.0, 0.7
"""Seconds that a process has to be let go, where an evaluation must be ended first; and when devbox is left."""


class Debugging(Asking):
    """Debugs services of the project that is open. Breakpoints are the project's: they are kept between runs, and hold
    in every process that is or will be debugged."""

    def __init__(
        self,
        *,
        store: Store,
        link: Link,
        emit: Callable[[Event], None],
        now: Callable[[], float],
        entering: Callable[[Engine], Entering],
        kept: Kept,
    ) -> None:
        self._store = store
        self._link = link
        self._emit = emit
        self._now = now
        self._entering = entering
        self._remembered = Remembered(kept, self._project)
        self._ids = itertools.count(1)
        self._breakpoints: tuple[Breakpoint, ...] = ()
        self._filters: frozenset[str] | None = None
        self._services: dict[str, DebugService] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._refused: dict[str, Told] = {}
        self._ended: dict[str, Told] = {}
        """What is not debugged, or not any more, by service"""
        self._printed: deque[Printed] = deque(maxlen=PRINTED)
        self._telling = False
        self._farewell = _FAREWELL
        self._group: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Until cancelled; all that is debugged goes on then."""
        self._breakpoints, self._filters = self._remembered.breakpoints()
        self._tell()
        unsubscribe = self._store.subscribe(lambda state: self._stir())
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                for found in self._services.values():
                    self._begin(found)
                try:
                    await asyncio.Event().wait()
                finally:
                    self._farewell = _HURRY
        finally:
            self._farewell = _FAREWELL
            self._group = None
            unsubscribe()
            self._services, self._tasks = {}, {}
            self._ended, self._refused = {}, {}

    # Coming and going
    def attach(self, service: str, container: str = "", *, yes: bool = False) -> None:
        """Debug every container of the service, or the one named, in the background; State tells how it goes.

        In a protected environment only with `yes`: whoever is served by a process there waits while it stands.
        """
        state = self._store.state
        if not yes and any(one.protected for one in state.environments if one.name == state.environment):
            self._refused[service] = Told(
                service=service,
                phase=Phase.FAILED,
                error=f"The environment {state.environment} is protected: while a process stands, nobody is served.",
                hint=f"Agree to it: the screen asks, `devbox --yes-i-mean {state.environment} debug` says so.",
            )
            self._tell()
            return
        self._refused.pop(service, None)
        task = self._tasks.get(service)
        if service in self._services and (task is None or not task.done()):
            return
        self._ended.pop(service, None)
        self._services[service] = DebugService(
            service, container, state=self._state, make=self._make, moved=self._tell, now=self._now
        )
        self._begin(self._services[service], task)
        self._tell()

    def detach(self, service: str) -> None:
        """Let its processes go on without a debugger."""
        self._refused.pop(service, None)
        if (task := self._tasks.get(service)) is not None:
            task.cancel()
        if (found := self._services.pop(service, None)) is not None:
            self._ended[service] = replace(found.told, phase=Phase.ENDED, processes=(), note="", error="", hint="")
        self._tell()

    # Breakpoints
    def toggle(self, path: str, line: int, there: bool = False) -> None:
        """Stop at that line, or do not any more; `path` is this machine's, or the container's (`there`)."""
        self._set(edits.toggle(self._breakpoints, path, line, there))

    def put(self, breakpoint: Breakpoint) -> None:
        """Add it, in place of what is on that line."""
        self._set(edits.put(self._breakpoints, breakpoint))

    def drop(self, path: str = "", line: int = 0) -> None:
        """Take away that of the line; 0: all of the file; "": all."""
        self._set(edits.drop(self._breakpoints, path, line))

    def stop_at(self, filters: frozenset[str]) -> None:
        """Stop at exceptions of these kinds."""
        self._filters = filters
        self._remembered.keep_breakpoints(self._breakpoints, self._filters)
        for one in self._debuggees():
            self._quietly(one.stop_at(filters))
        self._told()

    # Files
    async def source(self, process: int, source: Source) -> str:
        """Its text: this machine's file, else the container's, else what the process has of it. No process is needed
        for a file of this machine (0)."""
        service = self._service_of(process)
        container = service.container_of(process) if service else None
        if source.reference and not source.host:
            return await self._of(process).source(source.reference, source.there)
        if (engine := self._link.engine) is None:
            raise NoEngine("The engine is away.", hint="The file can be seen once it is back.")
        return await self._entering(engine).read(container.id if container else "", source)

    # What the screen remembers
    def kept(self, name: str) -> tuple[str, ...]:
        """The lines that `keep` was given under that name in this project, maybe by an earlier run."""
        return self._remembered.lines(name)

    def keep(self, name: str, lines: tuple[str, ...]) -> None:
        """Remember the last 500 of them."""
        self._remembered.keep_lines(name, lines)

    # Inside
    def _make(self, container: Container, service: DebugService) -> DebugContainer:
        engine, project = self._link.engine, self._store.state.project
        asked = project.services.get(service.service) if project else None
        if engine is None:
            raise NoEngine("The engine is away.", hint="It is attached once it is back.")
        if asked is None:
            raise DevboxError(f"The files do not have {service.service} any more.")
        return DebugContainer(
            container,
            asked,
            entering=self._entering(engine),
            type=asked.debug.type if asked.debug and asked.debug.port else DEBUGPY,
            number=lambda: next(self._ids),
            breakpoints=lambda: (self._breakpoints, self._filters),
            moved=service.moved,
            note=service.noted,
            printed=lambda text, category: self._print(service.service, text, category),
            farewell=lambda: self._farewell,
            now=self._now,
        )

    def _of(self, process: int) -> Debuggee:
        found = next((one for one in self._debuggees() if one.process.id == process), None)
        if found is None:
            raise DevboxError("That process is gone, or not debugged any more.")
        return found

    def _service_of(self, process: int) -> DebugService | None:
        return next((one for one in self._services.values() if one.container_of(process)), None)

    def _debuggees(self) -> list[Debuggee]:
        return [found for one in self._services.values() for found in one.debuggees]

    def _set(self, breakpoints: tuple[Breakpoint, ...]) -> None:
        self._breakpoints = breakpoints
        self._remembered.keep_breakpoints(self._breakpoints, self._filters)
        for one in self._debuggees():
            self._quietly(one.set_breakpoints(breakpoints))
        self._told()

    def _begin(self, service: DebugService, before: asyncio.Task[None] | None = None) -> None:
        """`before`: what lets go of it still."""

        async def run() -> None:
            if before is not None:
                await asyncio.wait([before])
            await service.run()

        if self._group is not None:
            self._tasks[service.service] = self._group.create_task(run(), name=f"debug {service.service}")

    def _quietly(self, work: Coroutine[Any, Any, None]) -> None:
        """Tell a process something in the background; one that goes meanwhile need not know."""

        async def quietly() -> None:
            try:
                await work
            except (DevboxError, TimeoutError):
                return

        if self._group is not None:
            self._group.create_task(quietly())
        else:
            work.close()

    def _print(self, service: str, text: str, category: str) -> None:
        said = Printed(at=self._now(), service=service, text=cut(text), category=category)
        self._printed.append(said)
        self._tell()

    def _tell(self) -> None:
        """Once for all that happens in one turn of the loop."""
        if not self._telling:
            self._telling = True
            asyncio.get_running_loop().call_soon(self._told)

    def _told(self) -> None:
        self._telling = False
        services = {name: one.told for name, one in self._services.items()}
        self._emit(
            DebugTold(
                debugged=Debugged(
                    services={**self._ended, **services, **self._refused},
                    breakpoints=self._breakpoints,
                    filters=self._filters,
                    printed=tuple(self._printed),
                )
            )
        )

    def _stir(self) -> None:
        for one in self._services.values():
            one.stir()

    def _state(self) -> State:
        return self._store.state

    def _project(self) -> str:
        project = self._store.state.project
        return project.name if project else "none"

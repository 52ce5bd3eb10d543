"""The debugged processes of one container: those that were there, and those that they begin."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from devbox.compose.model import Service
from devbox.debug.dialect import DEBUGPY, dialect
from devbox.debug.model import Breakpoint, Pair, Process, Way
from devbox.debug.protocol import Body, number, text
from devbox.errors import DevboxError, EngineLost
from devbox.plan.observed import Container
from devbox.session.causes import foreseen
from devbox.session.dap import Gone
from devbox.session.debuggee import Debuggee
from devbox.session.entering import Door, Entering, Entrance

_LATE = 1.0
"""Seconds after which it is looked once more for processes."""


class DebugContainer:
    """Attaches to what runs in a container, and to each child at once: one that is not attached to does not begin.

    Closed by cancelling `run`, which lets every process go on.
    """

    def __init__(
        self,
        container: Container,
        service: Service,
        *,
        entering: Entering,
        type: str = DEBUGPY,
        number: Callable[[], int],
        breakpoints: Callable[[], tuple[Sequence[Breakpoint], frozenset[str] | None]],
        moved: Callable[[], None],
        note: Callable[[str], None],
        printed: Callable[[str, str], None],
        farewell: Callable[[], float],
        now: Callable[[], float],
    ) -> None:
        """`farewell`: seconds that a process has to be let go."""
        self.container = container
        self.debuggees: list[Debuggee] = []
        """Those that are attached, in the order in which they came."""
        self.way: Way | None = None
        self.pairs: tuple[Pair, ...] = ()
        self.attached = asyncio.Event()
        """Set once every process that was there is attached."""
        self._service = service
        self._entering = entering
        self._dialect = dialect(type)
        self._number = number
        self._breakpoints = breakpoints
        self._moved = moved
        self._note = note
        self._printed = printed
        self._farewell = farewell
        self._now = now
        self._group = asyncio.TaskGroup()
        """What runs for each process; entered by `run`."""
        self._leaving = False
        """Nothing is begun any more"""

    async def run(self) -> None:
        """Until no process of it is debugged any more. DevboxError: none could be attached to."""
        self._note(f"looking for a way into {self.container.name}")
        entrance = await self._entering.enter(self.container, self._service, self._note)
        self.way = entrance.way
        late = asyncio.ensure_future(self._look_again()) if entrance.way is Way.ON_DEMAND else None
        self._note(f"attaching to {self.container.name}")
        try:
            async with asyncio.TaskGroup() as group:
                self._group = group
                begun = (self._begin(entrance, door, {}, "") for door in entrance.doors)
                self._judge(await asyncio.gather(*begun, return_exceptions=True))
                self.attached.set()
                self._moved()
        except BaseExceptionGroup as failures:
            raise foreseen(failures) from None
        finally:
            if late is not None:
                late.cancel()

    async def _look_again(self) -> None:
        """Attach to processes that began while their parent was being attached to, too early to be told of by it."""
        await self.attached.wait()
        await asyncio.sleep(_LATE)
        try:
            entrance = await self._entering.enter(self.container, self._service, self._note)
            held = {found.process.pid for found in self.debuggees}
            for door in entrance.doors:
                if door.pid not in held:
                    await self._begin(entrance, door, {}, "")
        except DevboxError:
            return  # all that there is has its debugger

    def _judge(self, results: Sequence[BaseException | None]) -> None:
        """Processes that could not be attached to are told of; if none could, that is an error."""
        failures = [one for one in results if isinstance(one, BaseException)]
        for failure in failures:
            if not isinstance(failure, DevboxError):
                raise failure
        if failures and len(failures) == len(results):
            raise failures[0]
        for failure in failures:
            self._printed(f"A process of {self.container.name} is not debugged: {failure}", "important")

    async def _begin(self, entrance: Entrance, door: Door, more: Mapping[str, Any], name: str) -> None:
        """Attach to a process; it is held in the background from then on."""
        pipe = await self._entering.open(entrance, door)
        try:
            paths = await self._entering.paths(self.container, self._service)
        except BaseException:
            await pipe.close()
            raise
        if self._leaving:
            await pipe.close()
            raise Gone(f"{self.container.name} is debugged no longer.")
        self.pairs = paths.pairs
        pid = number(more, "subProcessId") or (0 if more else door.pid)
        found = Debuggee(
            Process(id=self._number(), container=self.container.name, pid=pid, name=name or door.name),
            pipe,
            dialect=self._dialect,
            paths=paths,
            moved=self._moved,
            printed=self._printed,
            child=lambda body: self._follow(entrance, door, body),
            now=self._now,
        )
        attached: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._group.create_task(self._hold(found, more, attached))
        await attached

    async def _hold(self, found: Debuggee, more: Mapping[str, Any], attached: asyncio.Future[None]) -> None:
        """Attach and stay until the process is gone, or let it go on when that is over."""
        reading = asyncio.ensure_future(found.run())
        try:
            await found.attach(more, *self._breakpoints())
            self.debuggees.append(found)
            await found.set_breakpoints(self._breakpoints()[0])  # what was put meanwhile
            self._moved()
            if not attached.done():  # who waited for it may have been cancelled
                attached.set_result(None)
            await asyncio.wait([reading])
            reading.result()
        except DevboxError as error:
            self._broke(attached, error)
        except asyncio.CancelledError:
            self._leaving = True
            raise
        except TimeoutError as silence:
            self._broke(attached, DevboxError(f"The debug server in {self.container.name} is silent: {silence}."))
        finally:
            if found in self.debuggees:
                self.debuggees.remove(found)
            attached.cancel()
            try:
                await found.detach(self._farewell())
            finally:
                reading.cancel()
                self._moved()
            await asyncio.gather(reading, return_exceptions=True)

    def _broke(self, attached: asyncio.Future[None], error: DevboxError) -> None:
        """Whoever waits for it hears of it; later, the user."""
        if not attached.done():
            attached.set_exception(error)
        elif not isinstance(error, EngineLost | Gone):
            self._printed(f"{self.container.name} is debugged no longer: {error.message}", "important")

    def _follow(self, entrance: Entrance, door: Door, body: Body) -> None:
        """A process has begun another, which waits for its debugger."""
        name = text(body, "name")

        async def follow() -> None:
            try:
                await self._begin(entrance, door, body, "" if name.startswith("Subprocess") else name)
            except DevboxError as error:
                self._printed(f"A new process of {self.container.name} is not debugged: {error.message}", "important")

        if not self._leaving:
            self._group.create_task(follow())

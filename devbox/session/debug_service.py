"""A service that is to be debugged: its containers, as they come and go."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from devbox.debug.model import Debuggee as Told
from devbox.debug.model import Pair, Phase, Process
from devbox.errors import DevboxError, EngineLost, NoEngine
from devbox.plan.observed import Container, RunState
from devbox.session.debug_container import DebugContainer
from devbox.session.debuggee import Debuggee
from devbox.session.entering import Ended, NotPython
from devbox.session.state import State

_PATIENCE = 20.0
"""Seconds for which a container that came back may refuse: its process is not up yet, or it still goes."""
_TAKEN = 2.0
"""Seconds for which a process may refuse that a debugger has just left."""
_PAUSE, _LONGEST_PAUSE = 0.25, 2.0
"""Between two tries."""


class DebugService:
    """Holds every container of the service, or the one that was named, and takes hold of those that come in their
    place. `moved` is called whenever `told` is another."""

    def __init__(
        self,
        service: str,
        container: str,
        *,
        state: Callable[[], State],
        make: Callable[[Container, DebugService], DebugContainer],
        moved: Callable[[], None],
        now: Callable[[], float],
    ) -> None:
        self.service = service
        self._named = container
        self._state = state
        self._make = make
        self._moved = moved
        self._now = now
        self._began = now()
        self._phase = Phase.ATTACHING
        self._note = ""
        self._error: DevboxError | None = None
        self._attached_in = 0.0
        self._held: dict[str, DebugContainer] = {}
        """container id -> what is held of it"""
        self._kept: dict[str, asyncio.Task[None]] = {}
        """container id -> what keeps hold of it"""
        self._given_up: set[str] = set()
        """Ids of containers that cannot be debugged"""
        self._pairs: tuple[Pair, ...] = ()
        self._stirred = asyncio.Event()

    @property
    def told(self) -> Told:
        """As State has it."""
        ways = [one.way for one in self._held.values() if one.way and one.debuggees]
        return Told(
            service=self.service,
            phase=self._phase,
            ways=tuple(ways),
            note=self._note,
            error=self._error.message if self._error else "",
            hint=self._error.hint if self._error else "",
            foreign=isinstance(self._error, NotPython),
            processes=self.processes,
            pairs=self._pairs,
            attached_in=self._attached_in,
        )

    @property
    def processes(self) -> tuple[Process, ...]:
        """Those that are attached."""
        return tuple(one.process for one in self.debuggees)

    @property
    def debuggees(self) -> tuple[Debuggee, ...]:
        """Likewise, to be asked and told."""
        held = sorted(self._held.values(), key=lambda one: one.container.number)
        return tuple(found for one in held for found in one.debuggees)

    def container_of(self, process: int) -> Container | None:
        """The container that holds the process."""
        for one in self._held.values():
            if any(found.process.id == process for found in one.debuggees):
                return one.container
        return None

    def stir(self) -> None:
        """State has moved."""
        self._stirred.set()

    def noted(self, text: str) -> None:
        """What is being done."""
        if self._phase in (Phase.ATTACHING, Phase.AWAY):
            self._turn(self._phase, text)

    def moved(self) -> None:
        """What is held of a container is another."""
        pairs = dict.fromkeys(pair for one in self._held.values() for pair in one.pairs)
        self._pairs = tuple(pairs) or self._pairs
        self._moved()

    async def run(self) -> None:
        """Until cancelled, or until it cannot be debugged."""
        if not self._running():
            row = self._state().row(self.service)
            what = f"{self.service} does not run." if row else f"There is no service {self.service}."
            self._error = DevboxError(what, hint=f"Start it: devbox up {self.service}" if row else "")
            self._turn(Phase.FAILED)
            return
        try:
            async with asyncio.TaskGroup() as group:
                while self._hold(group):
                    self._stirred.clear()
                    await self._stirred.wait()
        finally:
            self._moved()

    def _hold(self, group: asyncio.TaskGroup) -> bool:
        """Take hold of what runs and is not held; False once there is nothing to hope for."""
        running = self._running()
        self._given_up &= running.keys()
        self._kept = {id: task for id, task in self._kept.items() if not task.done()}
        for id, container in running.items():
            if id not in self._kept and id not in self._given_up:
                self._kept[id] = group.create_task(self._keep(container))
        if self._given_up and not self._kept:
            self._turn(Phase.FAILED)
            return False
        if not self._given_up:
            self._error = None
        self._settle(bool(running))
        return True

    async def _keep(self, container: Container) -> None:
        """Hold the container for as long as it runs; attach again when its processes went and others came."""
        since, pause = self._now(), _PAUSE
        first = self._attached_in == 0.0
        while container.id in self._running():
            attached, held = False, None
            try:
                held = self._make(container, self)
                attached = await self._attach(held, first)
            except (EngineLost, NoEngine):
                since = self._now()
                self.noted("waits for the engine")
            except DevboxError as error:
                patience = _PATIENCE if not first or isinstance(error, Ended) else _TAKEN if held and held.way else 0.0
                if self._now() - since > patience:
                    self._error = error
                    self._given_up.add(container.id)
                    break
            if attached:
                since, pause, first = self._now(), _PAUSE, False
            self._settle(True)
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)
        self._stirred.set()

    async def _attach(self, held: DebugContainer, first: bool) -> bool:
        """Hold its processes until they are gone; whether there were any."""
        self._held[held.container.id] = held
        watching = asyncio.ensure_future(self._watch(held, first))
        try:
            await held.run()
        except DevboxError:
            if not held.attached.is_set():
                raise
        finally:
            watching.cancel()
            del self._held[held.container.id]
            self.moved()
        return held.attached.is_set()

    async def _watch(self, held: DebugContainer, first: bool) -> None:
        await held.attached.wait()
        if first:
            self._attached_in = self._now() - self._began
        self._settle(True)

    def _settle(self, running: bool) -> None:
        """What phase it is in, by what is held."""
        if self.debuggees:
            self._turn(Phase.ATTACHED)
        elif not running:
            self._turn(Phase.AWAY, f"waits for {self._named or self.service} to run")
        elif self._attached_in:
            self._turn(Phase.AWAY, self._note or "waits for its process")
        else:
            self._turn(Phase.ATTACHING, self._note)

    def _turn(self, phase: Phase, note: str = "") -> None:
        self._phase, self._note = phase, note
        self._moved()

    def _running(self) -> dict[str, Container]:
        """Those that can be attached to now, by id."""
        row = self._state().row(self.service)
        return {
            one.id: one
            for one in (row.containers if row else ())
            if one.state is RunState.RUNNING and self._named in ("", one.name, one.id, str(one.number))
        }

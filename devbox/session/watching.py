"""The watch of the project that is open: begun when one of its services with rules runs, ended with the session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from devbox.compose.model import Project, Service
from devbox.errors import DevboxError, EngineLost, NoEngine
from devbox.plan.commands import Up
from devbox.plan.observed import Container, RunState
from devbox.ports import Engine, LedgerFiles, Sources
from devbox.session.causes import foreseen
from devbox.session.commands import Command
from devbox.session.events import Event, SyncCompared, SyncComparing, WatchTold, WatchTurned
from devbox.session.link import Link
from devbox.session.logs import Logs
from devbox.session.moves import Moves
from devbox.session.state import Phase, State
from devbox.session.store import Store
from devbox.session.synced import repeats, words
from devbox.session.syncing import WatchPhase
from devbox.sync.compare import Verified
from devbox.sync.told import Told

if TYPE_CHECKING:  # only projects with rules need it
    from devbox.session.watch import Watch

_PAUSE = 2.0
"""Seconds until an engine that refused to be followed is asked again."""


class Watching:
    """Follows State: another project ends the watch and begins another, other rules are taken up; while the engine is
    away, or the user has paused it, it goes on listening, so that nothing is lost."""

    def __init__(
        self,
        *,
        store: Store,
        link: Link,
        logs: Logs,
        sources: Callable[[], Sources],
        ledgers: Callable[[], LedgerFiles],
        command: Callable[[Command], int],
        emit: Callable[[Event], None],
        now: Callable[[], float],
        unasked: bool,
    ) -> None:
        """`command` begins an operation; `unasked`: watch without being told to, but in protected environments."""
        self._store = store
        self._link = link
        self._logs = logs
        self._sources = sources
        self._ledgers = ledgers
        self._command = command
        self._emit = emit
        self._now = now
        self._unasked = unasked
        self._said: dict[str, bool] = {}
        """environment -> what the user said there"""
        self._tries = 0
        self._moves = Moves()
        self._watch: Watch | None = None

    def renew(self) -> None:
        """The files were read again: their rules may be others, and each .dockerignore."""
        if self._watch is None:
            self._tries += 1
        else:
            self._watch.renew(_watched(self._store.state.project))
        self._moves.stir()

    # What the user asks for
    def turn(self, on: bool) -> None:
        """Watch in this environment, or pause it."""
        self._said[self._store.state.environment] = on
        self._tries += self._watch is None
        self._moves.stir()

    def reload(self, services: Iterable[str]) -> None:
        """Have these take up their files now, and try again what failed."""
        if self._watch is not None:
            self._watch.reload(services)

    async def verify(self, services: Iterable[str] = ()) -> tuple[Verified, ...]:
        """Compare both sides of the rules of these services (none: of all); State.sync keeps what was found."""
        from devbox.session.ledgers import Ledgers
        from devbox.session.verify import verify
        from devbox.sync.rules import rules

        project, sources, named = self._store.state.project, self._sources(), tuple(services)
        chosen = [one for one in _watched(project) if not named or one.name in named]
        if project is None or not chosen:
            return ()
        ledgers = self._watch.ledgers if self._watch else Ledgers(self._ledgers(), project.name)
        sync = self._store.state.sync
        found, at = sync.verified, sync.verified_at  # which stand where this comparison is broken off
        self._emit(SyncComparing())
        try:
            if (engine := self._link.engine) is None:
                raise NoEngine("The engine is away.", hint="Compare again once it is back.")
            every = verify(engine, sources, project, rules(chosen, sources.ignore_file), ledgers)
            async with aclosing(every) as seen:
                found = tuple([one async for one in seen])
            at = self._now()
        finally:
            self._emit(SyncCompared(found=found, at=at))
        return found

    async def filled(self, container: Container) -> DevboxError | None:
        """Wait until it has the files that are owed to it, where that is wanted; DevboxError: what is in the way."""
        if not any(service.name == container.service for service in _watched(self._store.state.project)):
            return None
        while self._wanted:
            sync = self._store.state.sync
            if sync.phase is WatchPhase.FAILED:
                return DevboxError(sync.error, hint=sync.hint)
            watch = self._watch
            if watch is None or sync.phase is not WatchPhase.WATCHING:
                await self._moves.next()
            elif found := await self._moves.until(partial(self._left, watch), _asked(watch, container)):
                return found[0]
        return None

    def _left(self, watch: Watch) -> bool:
        """Whether it is another watch now, or none."""
        return not self._wanted or self._watch is not watch or self._store.state.sync.phase is not WatchPhase.WATCHING

    async def run(self) -> None:
        """Until cancelled."""
        unsubscribe = self._store.subscribe(lambda state: self._moves.stir())
        try:
            while True:
                await self._keep_until_other(self._signature())
        finally:
            unsubscribe()

    async def _keep_until_other(self, signature: object) -> None:
        await self._moves.until(lambda: self._signature() != signature, self._keep())
        while self._signature() == signature:
            await self._moves.next()

    def _signature(self) -> object:
        """What tells one watch from the next."""
        state = self._store.state
        return self._tries, state.environment, state.project and state.project.name, bool(_watched(state.project))

    async def _keep(self) -> None:
        """Watch the rules that State has now; what stands in the way is told and waited out."""
        from devbox.session.watch import Watch

        state = self._store.state
        if state.project is None or not _watched(state.project):
            self._turned(WatchPhase.OFF)
            return
        await self._ready()
        watch = self._watch = Watch(
            state.project.name,
            _watched(self._store.state.project),
            sources=self._sources(),
            ledgers=self._ledgers(),
            rebuild=self._rebuild,
            tell=self._tell,
            now=self._now,
        )
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(watch.listen(), name="listen")
                while True:
                    engine = await self._ready()
                    self._turned(WatchPhase.WATCHING)
                    rules = watch.rules
                    await self._moves.until(
                        lambda: not self._wanted or watch.rules is not rules,  # noqa: B023 - within the turn
                        self._serve(watch, engine),
                    )
        except BaseExceptionGroup as failures:
            error = foreseen(failures)
            self._turned(WatchPhase.FAILED, error)
        finally:
            self._watch = None

    async def _serve(self, watch: Watch, engine: Engine) -> None:
        try:
            await watch.serve(engine)
        except (DevboxError, BaseExceptionGroup) as failure:
            error = foreseen(failure)
            if isinstance(error, EngineLost):
                self._turned(WatchPhase.AWAY)
                await self._link.recovered()
            else:
                self._turned(WatchPhase.FAILED, error)
                await asyncio.sleep(_PAUSE)

    async def _ready(self) -> Engine:
        """The engine, once it is there, a service with rules runs, and the user wants it watched."""
        while not (self._wanted and _runs(self._store.state) and self._link.engine):
            waiting = WatchPhase.WAITING if self._link.engine else WatchPhase.AWAY
            self._turned(waiting if self._wanted else WatchPhase.PAUSED)
            await self._moves.next()
        return self._link.engine

    @property
    def _wanted(self) -> bool:
        state = self._store.state
        protected = any(one.protected for one in state.environments if one.name == state.environment)
        return self._said.get(state.environment, self._unasked and not protected)

    async def _rebuild(self, service: str) -> None:
        """As an operation of its own, after those that run."""
        while any(one.phase is Phase.RUNNING for one in self._store.state.operations):
            await self._moves.next()
        id = self._command(Up(services=(service,), build=True, no_deps=True))
        while True:
            found = next((one for one in self._store.state.operations if one.id == id), None)
            if found is None or found.phase is not Phase.RUNNING:
                break
            await self._moves.next()
        if found is None or found.phase is not Phase.DONE:
            error = found.error if found else ""
            raise DevboxError(error or "It was cancelled.", hint=found.hint if found else "")

    def _tell(self, told: Told) -> None:
        known = repeats(self._store.state.sync, told)
        self._emit(WatchTold(told=told, at=self._now()))
        if not known and (text := words(told)):
            self._logs.mark(told.service, text)

    def _turned(self, phase: WatchPhase, error: DevboxError | None = None) -> None:
        self._emit(WatchTurned(phase=phase, error=error.message if error else "", hint=error.hint if error else ""))


async def _asked(watch: Watch, container: Container) -> tuple[DevboxError | None]:
    """What the watch says of the files that are owed to the container; in a tuple, since None is an answer."""
    return (await watch.filled(container),)


def _watched(project: Project | None) -> list[Service]:
    return [service for service in project.services.values() if service.watch] if project else []


def _runs(state: State) -> bool:
    services = {service.name for service in _watched(state.project)}
    rows = [row for row in state.rows if row.name in services]
    return any(one.state is RunState.RUNNING for row in rows for one in row.containers)

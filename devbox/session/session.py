"""The lifetime of a session on one project: what the TUI talks to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from devbox.compose.load import load
from devbox.compose.model import Project
from devbox.compose.request import LoadRequest
from devbox.environments.beside import beside
from devbox.environments.discover import Environments, find
from devbox.environments.environment import Environment
from devbox.environments.request import request_for
from devbox.errors import DevboxError, EngineError, LoadError, NoEngine
from devbox.plan.commands import Down, PlannedCommand
from devbox.plan.observed import Container
from devbox.plan.plan import Plan
from devbox.ports import Engine, Outside
from devbox.session.commands import Command, Reload, Switch
from devbox.session.events import (
    EnvironmentsFound,
    Event,
    LoadRefused,
    Noticed,
    OperationEnded,
    ProjectLoaded,
    ProjectsListed,
)
from devbox.session.follow import Follower
from devbox.session.foresight import Foresight
from devbox.session.link import Link
from devbox.session.logs import Logs
from devbox.session.meter import Meter
from devbox.session.running import Job, Running, Work
from devbox.session.shell import container_for, shell
from devbox.session.state import Lost, Phase, State
from devbox.session.store import Store
from devbox.session.titles import title, touched

if TYPE_CHECKING:
    from devbox.session.perform import Outcome

_FAREWELL = 0.5


class Session:
    """One project at a time, its feeds and its operations. Made by `open`; a bug in a feed ends the block it opens."""

    def __init__(self, outside: Outside, request: LoadRequest, group: asyncio.TaskGroup) -> None:
        self.store = Store()
        self._outside = outside
        self._request = request
        self._group = group
        self._link = Link()
        self.logs = Logs(store=self.store, link=self._link, settings=outside.settings, now=outside.now)
        self._meter = Meter(link=self._link, state=self._state, emit=self._emit)
        self._foresight = Foresight(store=self.store, link=self._link, emit=self._emit, now=outside.now)
        self._running = Running(emit=self._emit, now=outside.now)
        self._environment = Environment(name="")
        self._follower = self._new_follower(None)
        self._feeds: asyncio.Task[None] | None = None

    @classmethod
    @asynccontextmanager
    async def open(cls, outside: Outside, request: LoadRequest, environment: str = "") -> AsyncGenerator[Session]:
        """A session whose State already has what the files say; the engine is looked for meanwhile.

        UsageError if there is no such environment; files that do not load are State.problems. Leaving the block ends
        the feeds and leaves the stack as it is.
        """
        async with asyncio.TaskGroup() as group:
            session = cls(outside, request, group)
            session._read_files(environment)
            tellers = [group.create_task(session.store.publish()), group.create_task(session.logs.publish())]
            session._start_feeds()
            try:
                yield session
            finally:
                await session._running.end()
                for teller in tellers:
                    teller.cancel()
                await session._stop_feeds()
                await session._hang_up()

    # What the user asks for
    def command(self, command: Command) -> int:
        """Begin it in the background and return its operation's id; 0 if it was refused (a notice says why)."""
        project = self.store.state.project
        match command:
            case Switch():
                return self._begin(title(command), None, lambda job: self._switch(command, job))
            case Reload():
                return self._begin(title(command), frozenset(), lambda job: self._reload())
            case _ if project is None:
                return self._refuse(f"{title(command)}: the files do not load.")
            case _:
                services = touched(command, project)
                work: Work = lambda job: self._perform(command, project, job.tell, job.cancel)  # noqa: E731
                return self._begin(title(command), services, work)

    def cancel(self, operation: int) -> None:
        """Stop it between two steps; asked again, break it off."""
        self._running.cancel(operation)

    async def preview(self, command: PlannedCommand) -> Plan:
        """What it would do now."""
        from devbox.session.preview import preview

        project = self.store.state.project
        if project is None:
            raise DevboxError("The files do not load.", hint="See the problems named.")
        return await preview(command, project, self._engine())

    def watch_usage(self, services: frozenset[str]) -> None:
        """Read what the containers of these services use, and of no others."""
        self._meter.watch(services)

    def want_plan(self, wanted: bool) -> None:
        """Whether State.plan is to be kept fresh."""
        self._foresight.want(wanted)

    async def shell(self, service: str, container: str = "") -> int:
        """A shell in the container (by id or name; "": the first that runs) on this process's terminal."""
        row = self.store.state.row(service)
        return await shell(self._engine(), container_for(row, service, container), self._outside.environ)

    async def inspect(self, container: str) -> Container:
        """The container with its detail, as it is now."""
        return await self._engine().inspect(container)

    def retry(self) -> None:
        """Ask for the engine now."""
        self._follower.retry()

    async def refresh_projects(self) -> None:
        """List anew what runs on the engine; without one, what was known stays."""
        engine = self._link.engine
        if engine is not None:
            try:
                self._emit(ProjectsListed(running=await engine.projects()))
            except EngineError as error:
                self._notice(error.message)

    # Operations
    def _begin(self, title: str, services: frozenset[str] | None, work: Work) -> int:
        return self._running.begin(self._group, title, services, work)

    async def _perform(
        self, command: PlannedCommand, project: Project, emit: Callable[[Event], None], cancel: asyncio.Event
    ) -> Outcome:
        from devbox.session.perform import perform

        engine = self._engine()
        try:
            return await perform(
                command,
                project=project,
                engine=engine,
                builder=self._outside.builder(engine),
                settings=self._outside.settings,
                emit=emit,
                cancel=cancel,
                now=self._outside.now,
                confirm=None,
            )
        finally:
            self._follower.resync()

    async def _switch(self, command: Switch, job: Job) -> None:
        """The new files are read first: what does not load changes nothing."""
        environments = find(self._request, self._outside.files, command.environment)
        project = self._load(environments.current)
        old = self.store.state.project
        if command.stop_current and old is not None:
            await self._stop_stack(old, job)
        elif old is not None and any(row.containers for row in self.store.state.rows):
            for text in beside(self._environment.name, old, environments.current.name, project):
                self._notice(text)
        await self._go_to(environments, project)

    async def _stop_stack(self, project: Project, job: Job) -> None:
        def tell(event: Event) -> None:
            # The operation goes on after the stop.
            if not isinstance(event, OperationEnded):
                job.tell(event)

        outcome = await self._perform(Down(), project, tell, job.cancel)
        if outcome.phase is not Phase.DONE:
            causes = "; ".join(error.message for _, error in outcome.errors) or "it was cancelled"
            raise DevboxError(f"{project.name} was not stopped, so nothing was switched: {causes}")

    async def _reload(self) -> None:
        try:
            environments = find(self._request, self._outside.files, self._environment.name)
            project = self._load(environments.current)
        except LoadError as error:
            self._emit(LoadRefused(problems=error.problems))
            raise
        await self._go_to(environments, project)

    async def _go_to(self, environments: Environments, project: Project) -> None:
        """Follow `project`; the feeds go on if it is the one they follow."""
        old, before = self.store.state.project, self._environment
        same = old is not None and old.name == project.name and before.context == environments.current.context
        if not same:
            await self._stop_feeds()
            self.logs.forget()
        self._show(environments, project)
        if not same:
            if before.context != self._environment.context:
                await self._hang_up()
            self._start_feeds()
        self._follower.resync()

    # Files
    def _read_files(self, wanted: str) -> None:
        try:
            environments = find(self._request, self._outside.files, wanted)
            self._environment = environments.current
            self._emit(EnvironmentsFound(environments=environments.all, current=environments.current.name))
            self._show(environments, self._load(environments.current))
        except LoadError as error:
            self._emit(LoadRefused(problems=error.problems))

    def _load(self, environment: Environment) -> Project:
        return load(request_for(environment, self._request), self._outside.files)

    def _show(self, environments: Environments, project: Project) -> None:
        self._environment = environments.current
        self._emit(EnvironmentsFound(environments=environments.all, current=environments.current.name))
        self._emit(ProjectLoaded(environment=environments.current.name, project=project))
        for text in (*(str(problem) for problem in environments.problems), *project.warnings):
            self._notice(text)

    # Feeds
    def _start_feeds(self) -> None:
        self._follower = self._new_follower(self._follower.engine)
        self._feeds = self._group.create_task(self._live(), name="feeds")

    async def _live(self) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self._follower.run(), name="follow")
            group.create_task(self.logs.run(), name="logs")
            group.create_task(self._meter.run(), name="meter")
            group.create_task(self._foresight.run(), name="foresight")

    async def _stop_feeds(self) -> None:
        if self._feeds is not None:
            self._feeds.cancel()
            await asyncio.wait([self._feeds])
        self._link.down()

    async def _hang_up(self) -> None:
        engine, self._follower.engine = self._follower.engine, None
        if engine is not None:
            try:
                async with asyncio.timeout(_FAREWELL):
                    await engine.close()
            except TimeoutError:
                return

    def _new_follower(self, engine: Engine | None) -> Follower:
        project = self.store.state.project
        context = self._environment.context
        return Follower(
            connect=lambda: self._outside.connect(context),
            engine=engine,
            link=self._link,
            project=project.name if project else None,
            state=self._state,
            emit=self._emit,
            now=self._outside.now,
        )

    def _engine(self) -> Engine:
        engine = self._link.engine
        if engine is not None:
            return engine
        connection = self.store.state.connection
        if isinstance(connection, Lost):
            raise NoEngine(f"The engine is away: {connection.reason}", hint=connection.hint)
        raise NoEngine("The engine was not reached yet.", hint="Try again in a moment.")

    def _state(self) -> State:
        return self.store.state

    def _emit(self, event: Event) -> None:
        self.store.apply(event)

    def _notice(self, text: str) -> None:
        self._emit(Noticed(text=text, severity="warning", at=self._outside.now()))

    def _refuse(self, text: str) -> int:
        self._notice(text)
        return 0

"""The lifetime of a session on one project: what the TUI talks to."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from devbox.compose.model import Project
from devbox.compose.report import Path
from devbox.compose.request import LoadRequest
from devbox.environments.beside import beside
from devbox.environments.discover import Environments
from devbox.errors import DevboxError, EngineError, LoadError
from devbox.plan.commands import Down, PlannedCommand
from devbox.plan.observed import Container
from devbox.plan.plan import Plan
from devbox.ports import Outside
from devbox.session.causes import alone
from devbox.session.commands import Command, MakeSecrets, Reload, Switch
from devbox.session.debugging import Debugging
from devbox.session.events import (
    EnvironmentsFound,
    Event,
    LoadRefused,
    Noticed,
    OfferDeclined,
    OperationEnded,
    ProjectLoaded,
    ProjectsListed,
)
from devbox.session.feeds import Feeds
from devbox.session.logs import Logs
from devbox.session.opened import Looked, Opened
from devbox.session.policy import in_environment
from devbox.session.rereading import Rereading
from devbox.session.running import Job, Running, Work
from devbox.session.shell import container_for, shell
from devbox.session.state import Phase
from devbox.session.store import Store
from devbox.session.titles import title, touched
from devbox.session.watching import Watching

if TYPE_CHECKING:
    from devbox.compose.provenance import Explanation
    from devbox.session.up import Outcome


class Session:
    """One project at a time, its feeds and its operations. Made by `open`; a bug in a feed ends the block it opens."""

    def __init__(self, outside: Outside, request: LoadRequest, group: asyncio.TaskGroup, wanted: str) -> None:
        self.store = Store()
        self._outside = outside
        self._group = group
        self._opened = Opened(outside, request, wanted)
        self._feeds = Feeds(
            outside, self.store, group, self._emit, self.command, self._opened.guard, self._opened.place
        )
        self._running = Running(emit=self._emit, now=outside.now)
        self._going = asyncio.Lock()
        self._rereading = Rereading(
            outside, opened=self._opened, store=self.store, show=self._go_to, going=self._going, emit=self._emit
        )
        self._warned: tuple[str, ...] = ()
        """What was said of the files that are open."""

    @classmethod
    @asynccontextmanager
    async def open(cls, outside: Outside, request: LoadRequest, environment: str = "") -> AsyncGenerator[Session]:
        """A session whose State already has what the files say; the engine is looked for meanwhile.

        UsageError if there is no such environment; files that do not load are State.problems. Leaving the block ends
        the feeds and leaves the stack as it is.
        """
        group = asyncio.TaskGroup()
        session = cls(outside, request, group, environment)
        session._read_files()
        try:
            async with group:
                tellers = [group.create_task(session.store.publish()), group.create_task(session.logs.publish())]
                await session._feeds.start(session._opened.environment.context)
                tellers.append(group.create_task(session._rereading.run(), name="rereading"))
                try:
                    yield session
                finally:
                    await session._running.end()
                    for teller in tellers:
                        teller.cancel()
                    await session._feeds.stop()
                    await session._feeds.hang_up()
        except BaseExceptionGroup as failures:
            raise alone(failures) from None

    @property
    def logs(self) -> Logs:
        """The services' logs."""
        return self._feeds.logs

    @property
    def watching(self) -> Watching:
        """What keeps containers like the files that rules of develop.watch name."""
        return self._feeds.watching

    @property
    def debugging(self) -> Debugging:
        """The debugger."""
        return self._feeds.debugging

    # What the user asks for
    def command(self, command: Command) -> int:
        """Begin it in the background and return its operation's id; 0 if it was refused (a notice says why)."""
        project = self.store.state.project
        match command:
            case Switch():
                return self._begin(title(command), None, lambda job: self._switch(command, job))
            case Reload():
                return self._begin(title(command), frozenset(), lambda job: self._rereading.read())
            case MakeSecrets():
                return self._begin(title(command), frozenset(), lambda job: self._make_secrets())
            case _ if project is None:
                self._notice(f"{title(command)}: the files do not load.")
                return 0
            case _:
                given = in_environment(command, self._opened.environment)
                work: Work = lambda job: self._perform(given, project, job, job.tell)  # noqa: E731
                return self._begin(title(command), touched(command, project), work)

    def cancel(self, operation: int) -> None:
        """Stop it between two steps; asked again, break it off."""
        self._running.cancel(operation)

    async def preview(self, command: PlannedCommand) -> Plan:
        """What it would do now."""
        from devbox.session.look import look

        project = self.store.state.project
        if project is None:
            raise DevboxError("The files do not load.", hint="See the problems named.")
        command = in_environment(command, self._opened.environment)
        plan, _ = await look(command, project, await self._feeds.reached(), self._opened.guard)
        return plan

    def in_the_way(self, environment: str) -> tuple[str, ...]:
        """In words, what that environment and the current one both want; LoadError where its files do not load."""
        looked, old = self._opened.look(environment), self.store.state.project
        return () if old is None else self._beside(old, looked)

    def missing_secrets(self, environment: str) -> tuple[str, ...]:
        """The files that `make_secrets` on the way to that environment would make; LoadError where it does not load."""
        from devbox.session import secrets

        looked = self._opened.look(environment)
        return secrets.missing(self._outside, looked.environments, looked.loaded.project)

    def decline(self) -> None:
        """What State offers is not wanted now."""
        self._emit(OfferDeclined())

    def explain(self, path: Path) -> Iterator[Explanation]:
        """Where the values at or below `path` of State.project come from, from the files as they were loaded."""
        return self._opened.explain(path)

    def watch_usage(self, services: frozenset[str]) -> None:
        """Read what the containers of these services use, and of no others."""
        self._feeds.meter.watch(services)

    def want_plan(self, wanted: bool) -> None:
        """Whether State.plan is to be kept fresh."""
        self._feeds.foresight.want(wanted)

    async def shell(self, service: str, container: str = "") -> int:
        """A shell in the container (by id or name; "": the first that runs) on this process's terminal."""
        row = self.store.state.row(service)
        return await shell(self._feeds.engine, container_for(row, service, container), self._outside.environ)

    async def inspect(self, container: str) -> Container:
        """The container with its detail, as it is now."""
        return await self._feeds.engine.inspect(container)

    def retry(self) -> None:
        """Ask for the engine now."""
        self._feeds.retry()

    async def refresh_projects(self) -> None:
        """List anew what runs on the engine; where that fails, what was known stays."""
        try:
            self._emit(ProjectsListed(running=await self._feeds.engine.projects()))
        except EngineError as error:
            self._notice(error.message)

    # Operations
    def _begin(self, title: str, services: frozenset[str] | None, work: Work) -> int:
        return self._running.begin(self._group, title, services, work)

    async def _perform(
        self, command: PlannedCommand, project: Project, job: Job, emit: Callable[[Event], None]
    ) -> Outcome:
        from devbox.session.perform import perform

        engine = await self._feeds.reached()
        try:
            return await perform(
                command,
                project=project,
                engine=engine,
                builder=self._outside.builder(engine),
                kit=self._outside.kit,
                settings=self._outside.settings,
                emit=emit,
                cancel=job.cancel,
                now=self._outside.now,
                confirm=None,
                guard=self._opened.guard,
                operation=job.id,
                locate=self._opened.located,
                filled=self.watching.filled,
            )
        finally:
            self._feeds.resync()

    async def _switch(self, command: Switch, job: Job) -> None:
        """The new files are read first: what does not load changes nothing."""
        looked = self._opened.look(command.environment)
        if command.make_secrets:
            from devbox.session import secrets

            self._notice(secrets.make(self._outside, looked.environments, looked.loaded.project))
            looked = self._opened.look(command.environment)
        old = self.store.state.project
        if command.stop_current and old is not None:
            await self._stop_stack(old, job)
        elif old is not None and any(row.containers for row in self.store.state.rows):
            for text in self._beside(old, looked):
                self._notice(text)
        async with self._going:
            await self._go_to(looked)

    def _beside(self, old: Project, looked: Looked) -> tuple[str, ...]:
        there = looked.environments
        return beside(self._opened.environment.name, old, there.current.name, looked.loaded.project, there.allowed)

    async def _stop_stack(self, project: Project, job: Job) -> None:
        def tell(event: Event) -> None:
            # The operation goes on after the stop.
            if not isinstance(event, OperationEnded):
                job.tell(event)

        outcome = await self._perform(Down(), project, job, tell)
        if outcome.phase is not Phase.DONE:
            causes = "; ".join(error.message for _, error in outcome.errors) or "it was cancelled"
            raise DevboxError(f"{project.name} was not stopped, so nothing was switched: {causes}")

    async def _make_secrets(self) -> None:
        from devbox.session import secrets

        looked = self._opened.again()
        self._notice(secrets.make(self._outside, looked.environments, looked.loaded.project))
        await self._rereading.read()

    async def _go_to(self, looked: Looked) -> None:
        """Show the project; the feeds go on if it is the one they follow."""
        old, context = self.store.state.project, looked.environments.current.context
        if old is not None and (old.name, self._opened.environment.context) == (looked.loaded.project.name, context):
            self._show(looked)
            self._feeds.resync()
            return
        await self._feeds.stop()
        self.logs.forget()
        self._show(looked)
        await self._feeds.start(context)

    # Files
    def _read_files(self) -> None:
        try:
            self._show(self._opened.again(self._found))
        except LoadError as error:
            self._emit(LoadRefused(problems=error.problems))

    def _found(self, environments: Environments) -> None:
        self._opened.environment = environments.current
        self._emit(EnvironmentsFound(environments=environments.all, current=environments.current.name))

    def _show(self, looked: Looked) -> None:
        environments, project = looked.environments, looked.loaded.project
        self._opened.show(looked)
        self._emit(EnvironmentsFound(environments=environments.all, current=environments.current.name))
        self._emit(ProjectLoaded(environment=environments.current.name, project=project))
        self.watching.renew()
        before, self._warned = self._warned, (*map(str, environments.problems), *project.warnings)
        for text in self._warned:
            if text not in before:
                self._notice(text)

    def _emit(self, event: Event) -> None:
        self.store.apply(event)

    def _notice(self, text: str) -> None:
        self._emit(Noticed(text=text, severity="warning", at=self._outside.now()))

"""Real debugpy processes of this machine, debugged by the real client over TCP; containers are played."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import time
from typing import Any

from devbox.adapters.files import LocalFiles
from devbox.compose.load import load
from devbox.compose.model import Service
from devbox.compose.request import LoadRequest
from devbox.debug.model import Bound, Breakpoint, Debuggee, Pair, Phase, Process, Source, Thread, Way
from devbox.debug.paths import Paths
from devbox.environments.environment import Environment
from devbox.errors import DevboxError
from devbox.plan.observed import Container, Observed, RunState
from devbox.ports import Pipe
from devbox.session.debugging import Debugging
from devbox.session.events import EnvironmentsFound, ProjectLoaded, StackObserved
from devbox.session.link import Link
from devbox.session.store import Store
from tests.debug.target import PATIENCE, Target, TcpPipe
from tests.eventually import eventually
from tests.fakes import FakeEngine
from tests.memory import Memory

FILE = """
name: {project}
services:
  api: {{image: app}}
  worker: {{image: app}}
"""


@dataclass(frozen=True)
class Door:
    pid: int
    port: int
    name: str


@dataclass(frozen=True)
class Entrance:
    doors: Sequence[Door]
    way: Way = Way.LISTENING


@dataclass
class Inside:
    """Entering: containers by name, each with its programs."""

    programs: dict[str, Sequence[Target]] = field(default_factory=dict)
    refusal: DevboxError | None = None
    refused: int = 0
    pairs: tuple[tuple[str, str], ...] = (("/", "/"),)
    opened: list[TcpPipe] = field(default_factory=list)
    wrap: Callable[[TcpPipe], Pipe] = lambda pipe: pipe

    async def enter(self, container: Container, service: Service, tell: Callable[[str], None]) -> Entrance:
        if self.refusal is not None:
            self.refused += 1
            raise self.refusal
        doors = [Door(1, one.port, one.file.name) for one in self.programs[container.name] if one.runs]
        if not doors:
            raise DevboxError("No Python process is there.")
        return Entrance(doors)

    async def open(self, entrance: Any, door: Any) -> Pipe:
        try:
            pipe = await TcpPipe.open(door.port)
        except OSError as error:
            raise DevboxError("Nothing listens there.") from error
        self.opened.append(pipe)
        return self.wrap(pipe)

    async def paths(self, container: Container, service: Service) -> Paths:
        return played([Pair(host=host, there=there, why="bind mount") for host, there in self.pairs])

    async def read(self, container: str, source: Source) -> str:
        try:
            return Path(source.host or source.there).read_text()  # noqa: ASYNC240 - a small file
        except OSError as error:
            raise DevboxError(f"{source.there} is not there.") from error


def played(pairs: Sequence[Pair]) -> Paths:
    """Paths of these pairs alone."""
    from devbox.compose.model import Mount, MountKind
    from devbox.debug.paths import derive

    mounts = tuple(Mount(kind=MountKind.BIND, source=pair.host, target=pair.there) for pair in pairs)
    return derive(Service(name="api", volumes=mounts), {})


class World:
    """A debugger over played containers of the services api and worker."""

    def __init__(self, folder: Path, memory: Memory | None = None) -> None:
        self.folder = folder
        self.inside = Inside()
        self.memory = memory or Memory()
        self.store = Store()
        self.link = Link()
        self.link.up(FakeEngine())
        self.debugging = Debugging(
            store=self.store,
            link=self.link,
            emit=self.store.apply,
            now=time,
            entering=lambda engine: self.inside,
            kept=self.memory,
        )

    @classmethod
    @asynccontextmanager
    async def open(cls, folder: Path, *targets: Target, memory: Memory | None = None) -> AsyncIterator[World]:
        """The debugger, with a running container of api that has these debug servers."""
        (folder / "compose.yaml").write_text(FILE.format(project="played"))
        world = cls(folder, memory)
        project = load(LoadRequest(cwd=str(folder), environ={}), LocalFiles())
        world.store.apply(ProjectLoaded(environment="", project=project))
        world.runs(api=targets)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(world.store.publish()), group.create_task(world.debugging.run())]
            await asyncio.sleep(0)
            yield world
            for task in tasks:
                task.cancel()

    def runs(self, **programs: Sequence[Target] | None) -> None:
        """These services run, with these programs; None: a container that has ended."""
        containers = []
        for service, found in programs.items():
            name = f"{service}-1"
            self.inside.programs[name] = found or ()
            state = RunState.EXITED if found is None else RunState.RUNNING
            containers.append(Container(id=f"id-{name}", name=name, project="played", service=service, state=state))
        self.store.apply(StackObserved(project="played", observed=Observed(containers=tuple(containers))))

    def told(self, service: str = "api") -> Debuggee:
        assert service in self.store.state.debugged.services
        return self.store.state.debugged.services[service]

    async def eventually(self, check: Callable[[], Any]) -> Any:
        return await eventually(check, PATIENCE)

    async def attached(self, service: str = "api", processes: int = 1) -> tuple[Process, ...]:
        """Attach, and wait until that many processes are."""
        self.debugging.attach(service)
        await asyncio.sleep(0)  # State is told once in a turn of the loop
        await self.eventually(
            lambda: (
                service in self.store.state.debugged.services
                and self.told(service).phase is not Phase.ATTACHING
                and (self.told(service).phase is not Phase.ATTACHED or len(self.told(service).processes) >= processes)
            )
        )
        assert self.told(service).phase is Phase.ATTACHED, self.told(service)
        return self.told(service).processes

    async def stands(self, line: int | None = None, service: str = "api") -> tuple[Process, Thread]:
        """Wait until a thread stands, at that line; its process and it."""

        def found() -> tuple[Process, Thread] | None:
            for process in self.told(service).processes:
                for thread in process.threads:
                    if thread.stop and thread.stop.frames and line in (None, thread.stop.frames[0].line):
                        return process, thread
            return None

        result: tuple[Process, Thread] = await self.eventually(found)
        return result

    async def bound(self, breakpoint: Breakpoint, service: str = "api") -> Bound:
        """What its process made of a breakpoint."""
        found: Bound = await self.eventually(lambda: self.told(service).processes[0].bound.get(breakpoint))
        return found

    async def runs_on(self, service: str = "api") -> None:
        """Wait until nothing stands."""
        await self.eventually(lambda: not self.told(service).stopped)

    def protect(self) -> None:
        """Have the environment protected."""
        guarded = Environment(name="", protected=True)
        self.store.apply(EnvironmentsFound(environments=(guarded,), current=""))


def said(world: World) -> list[str]:
    """What was printed."""
    return [one.text for one in world.store.state.debugged.printed]

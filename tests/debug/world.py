"""Real debugpy processes of this machine, debugged by the real client over TCP; containers are played."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import socket
import subprocess
import sys
import textwrap
import threading
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
from devbox.debug.protocol import Body
from devbox.environments.environment import Environment
from devbox.errors import DevboxError
from devbox.plan.observed import Container, Observed, RunState
from devbox.ports import Pipe
from devbox.session.debugging import Debugging
from devbox.session.events import EnvironmentsFound, ProjectLoaded, StackObserved
from devbox.session.link import Link
from devbox.session.store import Store
from tests.eventually import eventually
from tests.fakes import FakeEngine
from tests.memory import Memory

PATIENCE = 60
FILE = """
name: {project}
services:
  api: {{image: app}}
  worker: {{image: app}}
"""


class TcpPipe:
    """ports.Pipe over a socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.said = ""
        self.received = 0
        """Bytes"""

    @classmethod
    async def open(cls, port: int) -> TcpPipe:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def read(self) -> bytes:
        try:
            data = await self._reader.read(1 << 16)
        except OSError:
            return b""
        self.received += len(data)
        return data

    async def write(self, data: bytes) -> None:
        self._writer.write(data)
        try:
            await self._writer.drain()
        except OSError as error:
            raise DevboxError(str(error)) from error

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


class Target:
    """A Python program with debugpy in it, of which a container would have one."""

    def __init__(self, folder: Path, program: str, name: str = "app.py") -> None:
        self.file = folder / name
        self.file.write_text(textwrap.dedent(program))
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        command = ["-Xfrozen_modules=off", "-m", "debugpy", "--listen", f"127.0.0.1:{self.port}", str(self.file)]
        self._process = subprocess.Popen(
            [sys.executable, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line.decode().rstrip("\n"))

    async def say(self, line: str) -> None:
        """A line on its stdin."""
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    async def answer(self) -> str:
        """The next line that it prints."""
        found: str = await eventually(lambda: None if self._lines.empty() else [self._lines.get()], PATIENCE)
        return found[0]

    async def answered(self, expected: str) -> None:
        """Wait until it prints that, whatever it prints before."""

        def found() -> bool:
            while not self._lines.empty():
                if self._lines.get() == expected:
                    return True
            return False

        await eventually(found, PATIENCE, message=f"it did not say {expected!r}")

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """It ends, and its debug server with it."""
        self.kill()
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()


@asynccontextmanager
async def target(folder: Path, program: str, name: str = "app.py") -> AsyncIterator[Target]:
    """Run the program, for as long as the block."""
    found = Target(folder, program, name)
    try:
        yield found
    finally:
        found.close()


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
    pairs: tuple[tuple[str, str], ...] = (("/", "/"),)
    opened: list[TcpPipe] = field(default_factory=list)
    wrap: Callable[[TcpPipe], Pipe] = lambda pipe: pipe

    async def enter(self, container: Container, service: Service, tell: Callable[[str], None]) -> Entrance:
        if self.refusal is not None:
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
        (folder / "compose.yaml").write_text(FILE.format(project="dbt-d1-played"))
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
            containers.append(
                Container(id=f"id-{name}", name=name, project="dbt-d1-played", service=service, state=state)
            )
        self.store.apply(StackObserved(project="dbt-d1-played", observed=Observed(containers=tuple(containers))))

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


def body(**fields: Any) -> Body:
    return fields

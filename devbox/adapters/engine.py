"""Engine: each method is one call of the SDK's client, or hands on to the module that knows how."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

from devbox.adapters import create, observe, removal, starting, streams, translate
from devbox.adapters.connect import version
from devbox.adapters.execs import Exec, ExecSpec
from devbox.adapters.threads import Source, Threads, batches
from devbox.adapters.waiting import Waiting
from devbox.compose.model import Network, Volume
from devbox.errors import NotFound
from devbox.logs.line import LogLine
from devbox.plan.observed import Binding, Container, Observed, ObservedImage, RunningProject
from devbox.plan.steps import ContainerSpec
from devbox.ports import EngineEvent, EngineInfo, ExecResult, Pipe, Progress, Sample

if TYPE_CHECKING:
    from devbox.adapters.api import Api
    from devbox.adapters.client import Client
    from devbox.adapters.wire import Query
    from devbox.sync.compare import Held

T = TypeVar("T")

WAITING = 20_000
"""Lines or messages that wait for their taker before the reader pauses; for logs the engine does not mind."""


class DockerEngine:
    """ports.Engine of one endpoint; made by `connect`."""

    def __init__(self, api: Api, threads: Threads, environ: Mapping[str, str]) -> None:
        self._api = api
        self._threads = threads
        self._environ = environ

    async def info(self) -> EngineInfo:
        told, spoken, _ = await asyncio.gather(
            self._ask("/info"), self._ask("/version"), self._threads.call(self._api.ping)
        )
        where = self._api.endpoint
        return replace(translate.info(told, spoken, where.url, where.context, self._api.version), ahead=self._api.ahead)

    @property
    def ahead(self) -> float:
        return self._api.ahead

    async def close(self) -> None:
        self._api.close()

    # What is there
    async def observe(
        self,
        project: str,
        *,
        images: Sequence[str] = (),
        networks: Sequence[str] = (),
        volumes: Sequence[str] = (),
        ports: Sequence[Binding] = (),
        detail: bool = False,
    ) -> Observed:
        spoken = version(self._api.version)
        found = await observe.observe(
            self._ask, spoken, project, images=images, networks=networks, volumes=volumes, detail=detail
        )
        found = replace(found, at=found.at + self.ahead)
        if not ports or not self._api.near:
            return found
        held = await self._threads.call(lambda: starting.held_by_processes(self._api, ports, found))
        return replace(found, held_ports=(*found.held_ports, *held))

    async def projects(self) -> tuple[RunningProject, ...]:
        query: Query = {"all": True, "filters": {"label": [translate.PROJECT]}}
        return translate.projects(await self._ask("/containers/json", query))

    async def inspect(self, container: str) -> Container:
        return await observe.inspect(self._ask, container)

    async def image(self, reference: str) -> ObservedImage | None:
        return await observe.image(self._ask, reference)

    # Making and unmaking
    async def create_network(self, network: Network, labels: Mapping[str, str]) -> str:
        return await self._threads.call(lambda: create.create_network(self._api, network, labels))

    async def remove_network(self, name: str) -> None:
        await self._remove(f"/networks/{name}")

    async def create_volume(self, volume: Volume, labels: Mapping[str, str]) -> None:
        await self._call(lambda sdk: create.create_volume(sdk, volume, labels))

    async def remove_volume(self, name: str) -> None:
        await self._remove(f"/volumes/{name}")

    async def tag_image(self, image: str, reference: str) -> None:
        repository, _, tag = reference.rpartition(":")
        await self._tell(f"/images/{image}/tag", {"repo": repository, "tag": tag})

    async def remove_image(self, reference: str) -> None:
        await self._remove(f"/images/{reference}")

    async def create_container(self, spec: ContainerSpec) -> str:
        return await self._threads.call(lambda: create.create_container(self._api, spec))

    async def start(self, container: str) -> None:
        await self._threads.call(lambda: starting.start(self._api, container))

    async def stop(self, container: str, timeout: float | None = None) -> None:
        await self._tell(f"/containers/{container}/stop", grace(timeout))

    async def restart(self, container: str, timeout: float | None = None) -> None:
        await self._threads.call(lambda: starting.restart(self._api, container, grace(timeout)))

    async def kill(self, container: str, signal: str = "SIGKILL") -> None:
        await self._tell(f"/containers/{container}/kill", {"signal": signal})

    async def pause(self, container: str) -> None:
        await self._tell(f"/containers/{container}/pause")

    async def unpause(self, container: str) -> None:
        await self._tell(f"/containers/{container}/unpause")

    async def remove(self, container: str, *, force: bool = False, volumes: bool = False) -> None:
        await self._threads.call(lambda: removal.remove(self._api, container, force=force, volumes=volumes))

    async def rename(self, container: str, name: str) -> None:
        await self._tell(f"/containers/{container}/rename", {"name": name})

    async def wait(self, container: str) -> int:
        waiting = Waiting(self._api, container)
        return await self._threads.call(waiting.end, cancel=waiting.close)

    async def put_files(
        self, container: str, directory: str, archive: bytes | Iterable[bytes], *, keep_folders: bool = False
    ) -> None:
        parameters = {"path": directory, **({"noOverwriteDirNonDir": "true"} if keep_folders else {})}
        await self._threads.call(lambda: self._api.unpack(container, parameters, archive))

    async def held(self, container: str, path: str, *, inside: bool = False) -> Mapping[str, Held]:
        from devbox.adapters.held import HeldFiles

        reading = HeldFiles(self._api, container, path, inside=inside)
        return await self._threads.call(reading.read, cancel=reading.close)

    async def read_file(self, container: str, path: str) -> bytes:
        from devbox.adapters.file import OneFile

        reading = OneFile(self._api, container, path)
        return await self._threads.call(reading.read, cancel=reading.close)

    # Inside a container
    async def exec(
        self,
        container: str,
        command: Sequence[str],
        *,
        user: str = "",
        workdir: str = "",
        environment: Mapping[str, str | None] | None = None,
        privileged: bool = False,
        stdin: bytes | Iterable[bytes] | None = None,
        timeout: float | None = None,
    ) -> ExecResult:
        spec = ExecSpec(
            command=command,
            stdin=stdin is not None,
            user=user,
            workdir=workdir,
            environment=environment or {},
            privileged=privileged,
            input=stdin or b"",
        )
        running = Exec(self._api, container, spec)
        async with asyncio.timeout(timeout):
            return await self._threads.call(running.run, cancel=running.close)

    async def pipe(
        self,
        container: str,
        command: Sequence[str],
        *,
        user: str = "",
        environment: Mapping[str, str | None] | None = None,
        privileged: bool = False,
    ) -> Pipe:
        from devbox.adapters.pipe import open_pipe

        spec = ExecSpec(command=command, stdin=True, user=user, environment=environment or {}, privileged=privileged)
        return await open_pipe(self._api, self._threads, container, spec)

    async def interact(
        self,
        container: str,
        command: Sequence[str],
        *,
        tty: bool = True,
        user: str = "",
        workdir: str = "",
        environment: Mapping[str, str | None] | None = None,
    ) -> int:
        spec = ExecSpec(command=command, tty=tty, stdin=True, user=user, workdir=workdir, environment=environment or {})
        from devbox.adapters import interact

        return await interact.interact(self._api, self._threads, container, spec)

    async def attach(self, container: str, *, tty: bool, stdin: bool) -> int:
        from devbox.adapters import interact

        return await interact.attach(self._api, self._threads, container, tty=tty, stdin=stdin)

    # Streams
    def events(self, project: str | None = None, since: float | None = None) -> AsyncGenerator[list[EngineEvent], None]:
        return batches(lambda: streams.EventSource(self._api, project, since), WAITING)

    async def logs(
        self,
        container: Container,
        *,
        follow: bool = True,
        tail: int | None = None,
        since: float | None = None,
        until: float | None = None,
    ) -> AsyncGenerator[Sequence[LogLine], None]:
        detail = container.detail or (await self.inspect(container.id)).detail
        tty = bool(detail and detail.tty)
        query = streams.log_query(follow=follow, tail=tail, since=since, until=until)

        def source() -> Source[Sequence[LogLine]]:
            return streams.LogSource(self._api, container, query, tty=tty, follow=follow)

        async with aclosing(batches(source, WAITING)) as lines:
            async for batch in lines:
                yield batch

    def pull(self, reference: str, platform: str = "") -> AsyncGenerator[list[Progress], None]:
        from devbox.adapters.pull import PullSource

        return batches(lambda: PullSource(self._api, reference, platform, self._environ), WAITING)

    async def sample(self, container: str) -> Sample | None:
        try:
            query: Query = {"stream": False, "one-shot": True}
            return translate.sample(await self._ask(f"/containers/{container}/stats", query))
        except NotFound:
            return None

    async def _ask(self, path: str, query: Query | None = None) -> Any:
        """What the engine answers, asked off the loop."""
        return await self._threads.call(lambda: self._api.ask(path, query))

    async def _tell(self, path: str, query: Query | None = None) -> None:
        await self._threads.call(lambda: self._api.tell(path, None, query))

    async def _remove(self, path: str) -> None:
        await self._threads.call(lambda: self._api.remove(path))

    async def _call(self, function: Callable[[Client], T]) -> T:
        """A call of the SDK, off the loop."""
        return await self._threads.call(lambda: function(self._api.sdk()))


def grace(timeout: float | None) -> Query:
    """The engine counts the time to a kill in whole seconds, less than one is none; None leaves it to the container."""
    return {} if timeout is None else {"t": int(timeout)}

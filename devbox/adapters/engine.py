"""Engine over the SDK: each method is one call of its client, or hands on to the module that knows how."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, TypeVar

from devbox.adapters import create, observe, removal, starting, streams, translate
from devbox.adapters.connect import version
from devbox.adapters.execs import Exec, ExecSpec
from devbox.adapters.threads import Source, Threads, batches
from devbox.adapters.waiting import Waiting
from devbox.compose.model import Network, Volume
from devbox.errors import NotFound
from devbox.logs.line import LogLine
from devbox.plan.observed import Container, Observed, ObservedImage, RunningProject
from devbox.plan.steps import ContainerSpec
from devbox.ports import EngineEvent, EngineInfo, ExecResult, Progress, Sample

if TYPE_CHECKING:
    from devbox.adapters.client import Client

T = TypeVar("T")

WAITING = 20_000
"""Lines or messages that wait for their taker before the reader pauses; for logs the engine does not mind."""


class DockerEngine:
    """ports.Engine of one endpoint; made by `connect`."""

    def __init__(self, client: Client, threads: Threads, environ: Mapping[str, str]) -> None:
        self._client = client
        self._threads = threads
        self._environ = environ

    async def info(self) -> EngineInfo:
        told, spoken = await asyncio.gather(self._call(lambda api: api.info()), self._call(lambda api: api.version()))
        where = self._client.endpoint
        return translate.info(told, spoken, where.url, where.context, self._client.api_version)

    async def close(self) -> None:
        self._client.close()

    # What is there
    async def observe(
        self,
        project: str,
        *,
        images: Sequence[str] = (),
        networks: Sequence[str] = (),
        volumes: Sequence[str] = (),
        detail: bool = False,
    ) -> Observed:
        spoken = version(self._client.api_version)
        return await observe.observe(
            self._call, spoken, project, images=images, networks=networks, volumes=volumes, detail=detail
        )

    async def projects(self) -> tuple[RunningProject, ...]:
        filters = {"label": [translate.PROJECT]}
        return translate.projects(await self._call(lambda api: api.containers(all=True, filters=filters)))

    async def inspect(self, container: str) -> Container:
        return await observe.inspect(self._call, container)

    async def image(self, reference: str) -> ObservedImage | None:
        return await observe.image(self._call, reference)

    # Making and unmaking
    async def create_network(self, network: Network, labels: Mapping[str, str]) -> str:
        return await self._call(lambda api: create.create_network(api, network, labels))

    async def remove_network(self, name: str) -> None:
        await self._call(lambda api: api.remove_network(name))

    async def create_volume(self, volume: Volume, labels: Mapping[str, str]) -> None:
        await self._call(lambda api: create.create_volume(api, volume, labels))

    async def remove_volume(self, name: str) -> None:
        await self._call(lambda api: api.remove_volume(name))

    async def remove_image(self, reference: str) -> None:
        await self._call(lambda api: api.remove_image(reference))

    async def create_container(self, spec: ContainerSpec) -> str:
        return await self._call(lambda api: create.create_container(api, spec))

    async def start(self, container: str) -> None:
        await self._call(lambda api: starting.start(api, container))

    async def stop(self, container: str, timeout: float | None = None) -> None:
        await self._call(lambda api: api.stop(container, _grace(timeout)))

    async def restart(self, container: str, timeout: float | None = None) -> None:
        await self._call(lambda api: starting.restart(api, container, _grace(timeout)))

    async def kill(self, container: str, signal: str = "SIGKILL") -> None:
        await self._call(lambda api: api.kill(container, signal))

    async def pause(self, container: str) -> None:
        await self._call(lambda api: api.pause(container))

    async def unpause(self, container: str) -> None:
        await self._call(lambda api: api.unpause(container))

    async def remove(self, container: str, *, force: bool = False, volumes: bool = False) -> None:
        await self._call(lambda api: removal.remove(api, container, force=force, volumes=volumes))

    async def rename(self, container: str, name: str) -> None:
        await self._call(lambda api: api.rename(container, name))

    async def wait(self, container: str) -> int:
        waiting = Waiting(self._client, container)
        return await self._threads.call(waiting.end, cancel=waiting.close)

    async def put_files(self, container: str, directory: str, archive: bytes) -> None:
        await self._call(lambda api: api.put_archive(container, directory, archive))

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
        timeout: float | None = None,
    ) -> ExecResult:
        spec = ExecSpec(
            command=command, user=user, workdir=workdir, environment=environment or {}, privileged=privileged
        )
        running = Exec(self._client, container, spec)
        async with asyncio.timeout(timeout):
            return await self._threads.call(running.run, cancel=running.close)

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

        return await interact.interact(self._client, self._threads, container, spec)

    async def attach(self, container: str, *, tty: bool, stdin: bool) -> int:
        from devbox.adapters import interact

        return await interact.attach(self._client, self._threads, container, tty=tty, stdin=stdin)

    # Streams
    def events(self, project: str | None = None, since: float | None = None) -> AsyncGenerator[list[EngineEvent], None]:
        return batches(lambda: streams.EventSource(self._client, project, since), WAITING)

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
            return streams.LogSource(self._client, container, query, tty=tty, follow=follow)

        async with aclosing(batches(source, WAITING)) as lines:
            async for batch in lines:
                yield batch

    def pull(self, reference: str, platform: str = "") -> AsyncGenerator[list[Progress], None]:
        from devbox.adapters.pull import PullSource

        return batches(lambda: PullSource(self._client, reference, platform, self._environ), WAITING)

    async def sample(self, container: str) -> Sample | None:
        try:
            return translate.sample(await self._call(lambda api: api.stats(container, stream=False, one_shot=True)))
        except NotFound:
            return None

    async def _call(self, function: Callable[[Client], T]) -> T:
        """A call of the SDK, off the loop."""
        return await self._threads.call(lambda: function(self._client))


def _grace(timeout: float | None) -> int | None:
    """The engine counts the time to a kill in whole seconds; less than one is none."""
    return None if timeout is None else int(timeout)

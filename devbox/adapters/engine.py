"""Engine over the wire: each method is one call of the API, or hands on to the module that knows how."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from typing import Any, TypeVar

from devbox.adapters import create, observe, removal, starting, streams, translate
from devbox.adapters.connect import version
from devbox.adapters.execs import Exec, ExecSpec
from devbox.adapters.pull import PullSource
from devbox.adapters.threads import Source, Threads, batches
from devbox.adapters.wire import Cancel, Query, Wire
from devbox.compose.model import Network, Volume
from devbox.errors import NotFound
from devbox.logs.line import LogLine
from devbox.plan.observed import Container, Observed, ObservedImage, RunningProject
from devbox.plan.steps import ContainerSpec
from devbox.ports import EngineEvent, EngineInfo, ExecResult, Progress, Sample

T = TypeVar("T")

WAITING = 20_000
"""Lines or messages that wait for their taker before the reader pauses; for logs the engine does not mind."""


class DockerEngine:
    """ports.Engine of one endpoint; made by `connect`."""

    def __init__(self, wire: Wire, threads: Threads, environ: Mapping[str, str]) -> None:
        self._wire = wire
        self._threads = threads
        self._environ = environ

    async def info(self) -> EngineInfo:
        told, spoken = await asyncio.gather(self._get("/info"), self._get("/version"))
        return translate.info(told, spoken, self._wire.endpoint.url, self._wire.endpoint.context, self._wire.version)

    async def close(self) -> None:
        self._wire.close()

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
        spoken = version(self._wire.version)
        return await observe.observe(
            self._get, spoken, project, images=images, networks=networks, volumes=volumes, detail=detail
        )

    async def projects(self) -> tuple[RunningProject, ...]:
        filters = {"label": [translate.PROJECT]}
        return translate.projects(await self._get("/containers/json", {"all": True, "filters": filters}))

    async def inspect(self, container: str) -> Container:
        return await observe.inspect(self._get, container)

    async def image(self, reference: str) -> ObservedImage | None:
        return await observe.image(self._get, reference)

    # Making and unmaking
    async def create_network(self, network: Network, labels: Mapping[str, str]) -> str:
        return await self._call(lambda: create.create_network(self._wire, network, labels))

    async def remove_network(self, name: str) -> None:
        await self._do("DELETE", f"/networks/{name}")

    async def create_volume(self, volume: Volume, labels: Mapping[str, str]) -> None:
        await self._call(lambda: create.create_volume(self._wire, volume, labels))

    async def remove_volume(self, name: str) -> None:
        await self._do("DELETE", f"/volumes/{name}")

    async def remove_image(self, reference: str) -> None:
        await self._do("DELETE", f"/images/{reference}")

    async def create_container(self, spec: ContainerSpec) -> str:
        return await self._call(lambda: create.create_container(self._wire, spec))

    async def start(self, container: str) -> None:
        await self._call(lambda: starting.start(self._wire, container))

    async def stop(self, container: str, timeout: float | None = None) -> None:
        await self._do("POST", f"/containers/{container}/stop", _grace(timeout))

    async def restart(self, container: str, timeout: float | None = None) -> None:
        await self._call(lambda: starting.restart(self._wire, container, _grace(timeout)))

    async def kill(self, container: str, signal: str = "SIGKILL") -> None:
        await self._do("POST", f"/containers/{container}/kill", {"signal": signal})

    async def pause(self, container: str) -> None:
        await self._do("POST", f"/containers/{container}/pause")

    async def unpause(self, container: str) -> None:
        await self._do("POST", f"/containers/{container}/unpause")

    async def remove(self, container: str, *, force: bool = False, volumes: bool = False) -> None:
        await self._call(lambda: removal.remove(self._wire, container, force=force, volumes=volumes))

    async def rename(self, container: str, name: str) -> None:
        await self._do("POST", f"/containers/{container}/rename", {"name": name})

    async def wait(self, container: str) -> int:
        cancel = Cancel()
        answer = await self._call(
            lambda: self._wire.request("POST", f"/containers/{container}/wait", timeout=None, cancel=cancel),
            cancel=cancel.close,
        )
        return self._wire.exit_status(self._wire.checked(answer).body)

    async def put_files(self, container: str, directory: str, archive: bytes) -> None:
        await self._call(lambda: create.put_files(self._wire, container, directory, archive))

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
        running = Exec(self._wire, container, spec)
        async with asyncio.timeout(timeout):
            return await self._call(running.run, cancel=running.close)

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

        return await interact.interact(self._wire, self._threads, container, spec)

    async def attach(self, container: str, *, tty: bool, stdin: bool) -> int:
        from devbox.adapters import interact

        return await interact.attach(self._wire, self._threads, container, tty=tty, stdin=stdin)

    # Streams
    def events(self, project: str | None = None, since: float | None = None) -> AsyncIterator[list[EngineEvent]]:
        return batches(lambda: streams.EventSource(self._wire, project, since), WAITING)

    async def logs(
        self,
        container: Container,
        *,
        follow: bool = True,
        tail: int | None = None,
        since: float | None = None,
        until: float | None = None,
    ) -> AsyncIterator[Sequence[LogLine]]:
        detail = container.detail or (await self.inspect(container.id)).detail
        tty = bool(detail and detail.tty)
        query = streams.log_query(follow=follow, tail=tail, since=since, until=until)

        def source() -> Source[Sequence[LogLine]]:
            return streams.LogSource(self._wire, container, query, tty=tty, follow=follow)

        async with aclosing(batches(source, WAITING)) as lines:
            async for batch in lines:
                yield batch

    def pull(self, reference: str, platform: str = "") -> AsyncIterator[list[Progress]]:
        return batches(lambda: PullSource(self._wire, reference, platform, self._environ), WAITING)

    async def sample(self, container: str) -> Sample | None:
        try:
            query: Query = {"stream": False, "one-shot": True}
            return translate.sample(await self._get(f"/containers/{container}/stats", query))
        except NotFound:
            return None

    # How
    async def _call(self, function: Callable[[], T], *, cancel: Callable[[], None] | None = None) -> T:
        return await self._threads.call(function, cancel=cancel)

    async def _get(self, path: str, query: Query | None = None) -> Any:
        return await self._call(lambda: self._wire.json("GET", path, query))

    async def _do(self, method: str, path: str, query: Query | None = None) -> None:
        """A call that may take as long as the engine needs; "already so" (304) is no error."""
        await self._call(lambda: self._wire.json(method, path, query, timeout=None))


def _grace(timeout: float | None) -> Query:
    """The engine counts the time to a kill in whole seconds; less than one is none."""
    return {} if timeout is None else {"t": int(timeout)}

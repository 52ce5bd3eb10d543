"""The way into the containers of an engine, for the debugger of the screen."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from devbox.compose.model import Service
from devbox.debug.model import Source
from devbox.debug.paths import Paths
from devbox.errors import DevboxError, EngineError
from devbox.plan.observed import Container
from devbox.ports import Engine, Outside, Pipe
from devbox.session.state import State

if TYPE_CHECKING:
    from devbox.hardening.finding import Where
    from devbox.session.entering import Door, Entrance

_LONGEST = 16 * 1024 * 1024
"""Bytes of a source file that are shown."""


class Entered:
    """Entering on a real engine."""

    def __init__(
        self, engine: Engine, outside: Outside, state: Callable[[], State], where: Where | None = None
    ) -> None:
        """`where` tells the places of the files' values."""
        self._engine = engine
        self._outside = outside
        self._state = state
        self._where = where

    async def enter(self, container: Container, service: Service, tell: Callable[[str], None]) -> Entrance:
        from devbox.session.attach import enter
        from devbox.session.attach_beside import allowed

        beside = allowed(self._outside)
        return await enter(self._engine, container, service, self._outside.kit(), tell, beside=beside)

    async def open(self, entrance: Entrance, door: Door) -> Pipe:
        from devbox.session import attach

        return await attach.open_door(self._engine, cast(attach.Entrance, entrance), cast(attach.Door, door))

    async def paths(self, container: Container, service: Service) -> Paths:
        from devbox.session.mapped import mapped

        project = self._state().project
        if project is None:
            return Paths()
        found = container if container.detail else await self._engine.inspect(container.id)
        body = found.detail.body if found.detail else {}
        files, sources = self._outside.files, self._outside.sources()
        return mapped(project, service.name, body, files, sources.ignore_file, self._where)

    async def read(self, container: str, source: Source) -> str:
        if source.host and (text := self._here(source.host)) is not None:
            return text
        path = source.there or source.host
        if not container or not posixpath.isabs(path):
            raise DevboxError(f"{path} is not here.", hint="It is shown while the process that has it is debugged.")
        try:
            data = await self._engine.read_file(container, path)
        except EngineError:
            data = await self._printed(container, path)  # a tmpfs is seen by the container alone
        return data[:_LONGEST].decode(errors="replace")

    def _here(self, path: str) -> str | None:
        try:
            return self._outside.files.read(path)[:_LONGEST].decode(errors="replace")
        except OSError:
            return None

    async def _printed(self, container: str, path: str) -> bytes:
        pipe = await self._engine.pipe(container, ["cat", "--", path])
        found = bytearray()
        try:
            while len(found) <= _LONGEST and (data := await pipe.read()):
                found += data
            if not found and pipe.said:
                raise DevboxError(f"{path} could not be read in the container: {pipe.said}")
        finally:
            await pipe.close()
        return bytes(found)

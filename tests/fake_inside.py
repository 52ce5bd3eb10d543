"""What is done inside the fake engine's containers: commands and files."""

from __future__ import annotations

import asyncio
import io
import posixpath
import tarfile
from collections.abc import Iterable, Mapping, Sequence

from devbox.errors import Conflict, EngineError, NotFound
from devbox.plan.observed import RunState
from devbox.ports import ExecResult, Pipe
from devbox.sync.compare import Held
from tests.fake_parts import FakeContainer
from tests.fake_pipe import FakePipe
from tests.fake_things import FakeThings


class FakeInside(FakeThings):
    """The part of FakeEngine that looks into containers."""

    async def put_files(
        self, container: str, directory: str, archive: bytes | Iterable[bytes], *, keep_folders: bool = False
    ) -> None:
        await self._enter("put_files", container)
        self._find(container).files[directory] = archive if isinstance(archive, bytes) else b"".join(archive)

    async def held(self, container: str, path: str, *, inside: bool = False) -> Mapping[str, Held]:
        await self._enter("held", container)
        raise NotFound(f"Could not find the file {path} in container {container}", status=404)

    async def read_file(self, container: str, path: str) -> bytes:
        await self._enter("read_file", container)
        found = self._find(container)
        for folder, archive in found.files.items():
            if folder == path:
                return archive
            if path.startswith(f"{folder.rstrip('/')}/") and archive[257:262] == b"ustar":
                with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
                    if member := next((one for one in tar if posixpath.join(folder, one.name) == path), None):
                        content = tar.extractfile(member)
                        if content is None:
                            raise EngineError(f"{path} is no file.")
                        return content.read()
        raise NotFound(f"Could not find the file {path} in container {container}", status=404)

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
        found = self._running(container)
        async with asyncio.timeout(timeout):
            await self._enter("exec", found.name)
            self.execs.append((found.name, tuple(command)))
        return found.behaviour.exec(tuple(command)) if found.behaviour.exec else ExecResult(exit_code=0, output="")

    async def pipe(
        self,
        container: str,
        command: Sequence[str],
        *,
        user: str = "",
        environment: Mapping[str, str | None] | None = None,
        privileged: bool = False,
    ) -> Pipe:
        found = self._running(container)
        await self._enter("pipe", found.name)
        self.execs.append((found.name, tuple(command)))
        return await found.behaviour.pipe(tuple(command)) if found.behaviour.pipe else FakePipe()

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
        return (await self.exec(container, command)).exit_code

    async def attach(self, container: str, *, tty: bool, stdin: bool) -> int:
        await self.start(container)
        return await self.wait(container)

    def _running(self, container: str) -> FakeContainer:
        found = self._find(container)
        if found.state is not RunState.RUNNING:
            raise Conflict(f"container {found.name} is not running", status=409)
        return found

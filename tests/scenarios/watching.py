"""A watch of a stack on the real engine, and both sides of it."""

from __future__ import annotations

import asyncio
import io
import os
import tarfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from devbox.adapters.host_tree import HostTree
from devbox.adapters.ledger_files import LocalLedgers
from devbox.errors import DevboxError
from devbox.plan.commands import Up
from devbox.session.rebuilds import Rebuild
from devbox.session.watch import Watch
from devbox.sync.told import Told, WatchBegan
from tests.eventually import eventually
from tests.scenarios.stack import Stack

RULE = """
services:
  app:
    <<: *apart
    {more}
    develop:
      watch:
        - {{action: {action}, path: ./src, target: /app, {rule}}}
volumes: {{v: {{}}, w: {{}}}}
"""


@dataclass
class Watching:
    """A watch that runs, and what it told."""

    stack: Stack
    watch: Watch = field(init=False)
    told: list[Told] = field(default_factory=list)

    @property
    def src(self) -> Path:
        return self.stack.folder / "src"

    def inside(self, container: str = "app-1", folder: str = "/app") -> dict[str, str]:
        """Relative path -> content, "/" for a folder, "-> there" for a link."""
        done = self.stack.containers()[container].exec_run(["tar", "-c", "-C", folder, "."], stderr=False)
        if done.exit_code:  # the folder is not there yet
            return {}
        try:
            with tarfile.open(fileobj=io.BytesIO(done.output)) as tar:
                return {name: _shown(tar, one) for one in tar if (name := one.name.removeprefix(".").strip("/"))}
        except tarfile.ReadError as error:  # it changed while it was read
            raise AssertionError(f"no archive: {done.output[:200]!r}") from error

    def outside(self) -> dict[str, str]:
        """The same of the folder on this machine."""
        found = {}
        for path in sorted(self.src.rglob("*")):
            name = str(path.relative_to(self.src))
            if path.is_symlink():
                found[name] = f"-> {os.readlink(path)}"
            else:
                found[name] = "/" if path.is_dir() else path.read_text()
        return found

    async def same(self, container: str = "app-1", folder: str = "/app") -> None:
        """Wait until both sides are the same."""

        def differences() -> bool:
            return self.inside(container, folder) == self.outside()

        await eventually(differences, timeout=60, message="the container has not what the folder has")

    async def tells(self, kind: type[Told], when: Callable[[Told], bool] = lambda told: True) -> Told:
        """Wait for something that it tells."""
        found = await eventually(
            lambda: next((one for one in self.told if isinstance(one, kind) and when(one)), None),
            timeout=60,
            message=f"it never told {kind.__name__}",
        )
        assert found is not None
        return found


def _shown(tar: tarfile.TarFile, one: tarfile.TarInfo) -> str:
    if one.issym():
        return f"-> {one.linkname}"
    if one.isdir():
        return "/"
    file = tar.extractfile(one)
    assert file is not None
    return file.read().decode()


async def no_rebuild(service: str) -> None:
    raise DevboxError(f"nobody builds {service} here")


@asynccontextmanager
async def watching(stack: Stack, rebuild: Rebuild = no_rebuild) -> AsyncIterator[Watching]:
    """The stack's rules, watched; it has begun when this is entered."""
    found = Watching(stack)
    project = stack.project()
    services = [service for service in project.services.values() if service.watch]
    watch = Watch(
        project.name,
        services,
        sources=HostTree(),
        ledgers=LocalLedgers({"XDG_STATE_HOME": str(stack.state)}),
        rebuild=rebuild,
        tell=found.told.append,
        now=time.time,
    )
    found.watch = watch
    task = asyncio.create_task(watch.run(stack.engine))
    try:
        await found.tells(WatchBegan)
        yield found
    finally:
        task.cancel()
        await asyncio.wait([task])


async def begin(
    stack: Stack, action: str = "sync", rule: str = "initial_sync: true", more: str = "", *, up: bool = True
) -> None:
    src = stack.folder / "src"
    src.mkdir()
    (src / "main.py").write_text("one")
    stack.write(RULE.format(action=action, rule=rule, more=more))
    if up:
        await stack.done(Up())

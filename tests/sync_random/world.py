"""Containers of each kind that are kept like one folder, on a thread of their own, and what can befall them."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import stat
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Any, TypeVar

from docker.errors import APIError
from docker.models.containers import Container

from devbox.adapters.connect import connect
from devbox.adapters.host_tree import HostTree
from devbox.adapters.ledger_files import LocalLedgers
from devbox.errors import EngineLost, NoEngine
from devbox.plan.commands import Up
from devbox.session.causes import foreseen
from devbox.session.verify import verify
from devbox.session.watch import Watch
from devbox.sync.told import Told
from tests.engine.proxy import Listener, proxy
from tests.real import kill_from_the_host
from tests.scenarios.stack import Stack
from tests.scenarios.watching import no_rebuild

T = TypeVar("T")
STACK = """
x-watched: &watched
  <<: *service
  develop: {watch: [{action: sync, path: ./src, target: /app, initial_sync: true}]}
services:
  layer: {<<: *watched, scale: 2}
  one: {<<: *watched, volumes: ["v:/app"]}
  two: {<<: *watched, volumes: ["v:/app"]}
  memory: {<<: *watched, tmpfs: ["/app:size=64m"]}
  mixed: {<<: *watched, volumes: ["w:/app/d"], tmpfs: [/app/cache]}
volumes: {v: {}, w: {}}
"""
MOUNTS = {"mixed-1": ("d", "cache")}
"""Folders that are there whether the host has them or not."""
_SETTLED = 150.0


class World:
    """`src` is the folder; `befall` names what can happen to a container."""

    def __init__(self, stack: Stack, folder: Path) -> None:
        self.src = stack.folder / "src"
        self.src.mkdir()
        self.told: list[Told] = []
        self._stack = stack
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._proxy: Listener
        self._folder = folder
        self._ends: list[Callable[[], Any]] = []

    @contextlib.contextmanager
    def live(self) -> Iterator[World]:
        """The stack is up and watched, through a connection that can be cut."""
        try:
            with proxy(self._folder) as self._proxy:
                self._stack.write(STACK)
                engine = self._stack.engine = self._await(connect("", os.environ))
                self._await(self._stack.done(Up()))
                self.containers = self._stack.containers()
                self._watching = asyncio.run_coroutine_threadsafe(self._watch(), self._loop)
                yield self
                self._watching.cancel()
                with contextlib.suppress(BaseException):
                    self._watching.result(30)
                self._await(engine.close())
        finally:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(10)
            self._loop.close()

    def _await(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(180)

    async def _watch(self) -> None:
        project = self._stack.project()
        self.watch = Watch(
            project.name,
            [service for service in project.services.values() if service.watch],
            sources=HostTree(),
            ledgers=LocalLedgers({"XDG_STATE_HOME": str(self._folder / "state")}),
            rebuild=no_rebuild,
            tell=self._tell,
            now=time.time,
        )
        async with asyncio.TaskGroup() as group:
            group.create_task(self.watch.listen())
            while True:
                await self._serve()

    async def _serve(self) -> None:
        try:
            engine = await connect("", {**os.environ, "DOCKER_HOST": self._proxy.url})
        except NoEngine:
            await asyncio.sleep(0.05)
            return
        try:
            await self.watch.serve(engine)
        except BaseExceptionGroup as failures:
            if not isinstance(foreseen(failures), EngineLost):
                raise
        except EngineLost:
            pass
        finally:
            await engine.close()

    def _tell(self, told: Told) -> None:
        self.told.append(told)

    def befall(self, fault: str, name: str) -> None:
        """One of those below; where the engine cannot do it just now, nothing happens."""
        with contextlib.suppress(APIError):
            getattr(self, fault)(name)

    def restart(self, name: str) -> None:
        self._container(name).restart(timeout=0)

    def stop_and_start(self, name: str) -> None:
        self._container(name).stop(timeout=0)
        self._container(name).start()

    def kill(self, name: str) -> None:
        """From the outside, as the kernel does when memory is short."""
        kill_from_the_host(self._container(name))
        self._container(name).start()

    def recreate(self, name: str) -> None:
        up = Up(services=(name.rpartition("-")[0],), force_recreate=True, no_deps=True)
        self._await(self._stack.done(up))
        self.containers = dict(self._stack.containers())

    def pause(self, name: str) -> None:
        container = self._container(name)
        container.pause()
        self.later.append(container.unpause)

    def kill_helpers(self, name: str) -> None:
        """Whatever writes or deletes in it just now is killed in the middle."""
        self._container(name).exec_run(["killall", "-9", "tar", "rm"])

    def fill(self, name: str) -> None:
        """No space is left until later; of those that have a tmpfs."""
        container = self._container("memory-1")
        container.exec_run(["dd", "if=/dev/zero", "of=/app/.fill", "bs=1M"])
        self.later.append(lambda: self._container("memory-1").exec_run(["rm", "-f", "/app/.fill"]))

    def cut(self, name: str) -> None:
        self._proxy.cut()
        self.later.append(self._proxy.mend)

    def _container(self, name: str) -> Container:
        return self.containers[name]

    @property
    def later(self) -> list[Callable[[], Any]]:
        return self._ends

    def mend(self) -> None:
        """What was only for a while ends."""
        ends, self._ends = self._ends, []
        for end in ends:
            with contextlib.suppress(APIError):  # restarted meanwhile, so neither paused nor full
                end()

    # What has come of it
    def settle(self) -> None:
        """Wait until every container has what the folder has; AssertionError names each difference."""
        self.mend()
        deadline = time.monotonic() + _SETTLED
        while differences := self.differences():
            if self._watching.done():
                self._watching.result()
            assert time.monotonic() < deadline, "\n".join((*differences[:20], *self._last()))
            time.sleep(0.05)
        found = self._await(self._verified())
        assert not found, found

    def _last(self) -> list[str]:
        """What was told last, shortened; the whole of it goes to standard output, with who waits for what."""
        print("\n".join(("", "differences:", *self.differences(), "told:", *map(str, self.told))))
        for task in asyncio.all_tasks(self._loop):
            task.print_stack(file=sys.stdout)
        sys.stdout.flush()
        return [str(told)[:300] for told in self.told[-8:]]

    async def _verified(self) -> list[Any]:
        return [one async for one in self._each_verified() if not one.ok]

    def _each_verified(self) -> Any:
        return verify(self._stack.engine, HostTree(), self._stack.project(), self.watch.rules, self.watch.ledgers)

    def differences(self) -> list[str]:
        """In words, looked at by other means than devbox's own."""
        here = _tree(self.src)
        found = []
        for name, container in self.containers.items():
            there = _archived(container)
            for path in MOUNTS.get(name, ()):
                if path not in here and there.get(path) == "folder":
                    del there[path]
            for path in sorted(here.keys() | there.keys()):
                if here.get(path) != there.get(path):
                    found.append(f"{name} {path!r}: here {here.get(path)}, there {there.get(path)}")
        return found


def _tree(root: Path) -> dict[str, str]:
    found = {}
    for path in root.rglob("*"):
        there = path.lstat()
        name = str(path.relative_to(root))
        if stat.S_ISLNK(there.st_mode):
            found[name] = f"-> {os.readlink(path)}"
        elif stat.S_ISDIR(there.st_mode):
            found[name] = "folder"
        else:
            found[name] = f"{stat.S_IMODE(there.st_mode):o} {_sum(path.read_bytes())}"
    return found


def _archived(container: Container) -> dict[str, str]:
    done = container.exec_run(["tar", "-c", "-C", "/app", "."], stderr=False)
    if done.exit_code:  # the folder is not there yet
        return {}
    found = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(done.output)) as tar:
            for one in tar:
                if name := one.name.removeprefix(".").strip("/"):
                    found[name] = _archived_as(tar, one)
    except tarfile.ReadError:
        return {"": f"no archive: {done.output[:300]!r}"}
    return found


def _archived_as(tar: tarfile.TarFile, one: tarfile.TarInfo) -> str:
    if one.issym():
        return f"-> {one.linkname}"
    if one.isdir():
        return "folder"
    file = tar.extractfile(one)
    assert file is not None
    return f"{one.mode & 0o7777:o} {_sum(file.read())}"


def _sum(content: bytes) -> str:
    return f"{len(content)}:{blake2b(content, digest_size=8).hexdigest()}"

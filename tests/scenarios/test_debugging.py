"""The debugger in the containers of a stack: every replica and child, over hot reloads, restarts and recreations."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from devbox.compose.request import LoadRequest
from devbox.debug.model import Breakpoint, Debuggee, Phase, Process, Source, Thread, Way
from devbox.errors import DevboxError
from devbox.plan.commands import Up
from devbox.plan.observed import Container, HealthState
from devbox.session.session import Session
from devbox.tui.panels.main.health_text import service_health, stack_health
from tests.eventually import eventually
from tests.scenarios.attaching import HARDENED, Attaching
from tests.session.world import outside

LONG = 90
APP = """\
import multiprocessing, os, signal, time

def work(number):
    doubled = number * 2
    return doubled

def serve():
    number = 0
    while True:
        number += 1
        work(number)
        open("/tmp/alive", "w").close()
        time.sleep(0.02)

if __name__ == "__main__":
    asked = []
    signal.signal(signal.SIGHUP, lambda *_: asked.append(1))
    while True:
        child = multiprocessing.get_context("spawn").Process(target=serve)
        child.start()
        while not asked:
            time.sleep(0.05)
        asked.clear()
        child.terminate()
        child.join()
"""
"""It serves in a child and takes up its file on SIGHUP in another, as servers that reload do."""
LINE = 5
FRESH = "import os, sys, time; sys.exit(time.time() - os.stat('/tmp/alive').st_mtime > 0.5)"
FILE = """
services:
  api:
    <<: *hardened
    image: {image}
    command: [python3, -u, /code/app.py]
    tmpfs: [/tmp]
    scale: {replicas}
    x-devbox: {{debug: true}}
    healthcheck: {{test: [CMD, python3, -c, "{fresh}"], interval: 300ms, timeout: 5s, retries: 2}}
"""


@dataclass
class Debugged:
    """A session on the stack, and what it knows."""

    session: Session
    attaching: Attaching

    @property
    def told(self) -> Debuggee:
        found = self.session.store.state.debugged.services.get("api")
        assert found
        return found

    @property
    def containers(self) -> tuple[Container, ...]:
        row = self.session.store.state.row("api")
        return row.containers if row else ()

    @property
    def breakpoint(self) -> Breakpoint:
        return Breakpoint(path=str(self.attaching.stack.folder / "code" / "app.py"), line=LINE)

    async def eventually(self, check: Callable[[], Any]) -> Any:
        return await eventually(check, LONG)

    async def attached(self, processes: int) -> None:
        self.session.debugging.attach("api")
        await self.eventually(lambda: self.told.phase in (Phase.ATTACHED, Phase.FAILED))
        assert self.told.phase is Phase.ATTACHED, self.told
        await self.eventually(lambda: len(self.told.processes) >= processes)

    def standing(self) -> dict[str, tuple[Process, Thread]]:
        """Container -> what stands in it at the breakpoint."""
        found = {}
        for process in self.told.processes:
            for thread in process.threads:
                if thread.stop and thread.stop.frames and thread.stop.frames[0].line == LINE:
                    found[process.container] = process, thread
        return found

    async def stands(self, count: int = 1, but: int = 0) -> list[tuple[Process, Thread]]:
        """What stands in that many containers, none of it the process `but`."""

        def found() -> list[tuple[Process, Thread]]:
            every = [one for one in self.standing().values() if one[0].id != but]
            return every if len(every) == count else []

        result: list[tuple[Process, Thread]] = await self.eventually(found)
        return result


@asynccontextmanager
async def debugged(attaching: Attaching, replicas: int = 1) -> AsyncIterator[Debugged]:
    attaching.code("app.py", APP)
    stack = attaching.stack
    stack.write(HARDENED + FILE.format(image=attaching.image, replicas=replicas, fresh=FRESH))
    await stack.done(Up(helpers=True))
    world = outside(stack.engine, stack.folder)
    request = LoadRequest(cwd=str(stack.folder), environ={}, project_name=stack.name)
    async with Session.open(world, request) as session:
        found = Debugged(session, attaching)
        await found.eventually(lambda: len(found.containers) == replicas)
        yield found


def alive(attaching: Attaching) -> bool:
    """Whether the process works."""
    return attaching.stack.containers()["api-1"].exec_run(["python3", "-c", FRESH]).exit_code == 0


async def test_every_replica_stops_and_is_not_called_unhealthy_for_that(attaching: Attaching) -> None:
    async with debugged(attaching, replicas=2) as found:
        await found.attached(4)
        assert set(found.told.ways) == {Way.ON_DEMAND}
        found.session.debugging.put(found.breakpoint)
        stops = await found.stands(2)
        source = stops[0][1].stop.frames[0].source if stops[0][1].stop else None
        assert source == Source(there="/code/app.py", host=found.breakpoint.path, name="app.py")
        await found.eventually(lambda: all(one.health is HealthState.UNHEALTHY for one in found.containers))
        state = found.session.store.state
        rows, services = state.rows, state.debugged.services
        text = service_health(rows[0], rows, time.time(), 100, services).plain
        assert "Stopped in the debugger at app.py:5; its healthcheck fails for that." in text
        assert "Unhealthy" not in text
        assert "nhealthy" not in stack_health(rows, time.time(), 100, services).plain
        found.session.debugging.detach("api")
        await found.eventually(lambda: all(one.health is HealthState.HEALTHY for one in found.containers))


async def test_breakpoints_hold_over_reload_restart_and_recreation(attaching: Attaching) -> None:
    async with debugged(attaching) as found:
        await found.attached(2)
        found.session.debugging.put(found.breakpoint)
        ((process, _),) = await found.stands()
        engine = attaching.stack.engine
        await engine.kill(process.container, "SIGHUP")
        ((process, _),) = await found.stands(but=process.id)
        await engine.restart(process.container, 0)
        ((process, _),) = await found.stands(but=process.id)
        await attaching.stack.done(Up(helpers=True, force_recreate=True))
        ((process, thread),) = await found.stands(but=process.id)
        assert thread.stop
        value = await found.session.debugging.evaluate(process.id, "doubled", thread.stop.frames[0].id)
        assert value.type == "int"


async def test_a_service_in_which_nothing_is_python_is_known_for_that(attaching: Attaching) -> None:
    stack = attaching.stack
    stack.write("services: {api: *service}")
    await stack.done(Up())
    request = LoadRequest(cwd=str(stack.folder), environ={}, project_name=stack.name)
    async with Session.open(outside(stack.engine, stack.folder), request) as session:
        found = Debugged(session, attaching)
        await found.eventually(lambda: found.containers)
        session.debugging.attach("api")
        await found.eventually(lambda: found.told.phase is Phase.FAILED)
        assert found.told.foreign


async def test_leaving_devbox_lets_all_go_on(attaching: Attaching) -> None:
    async with debugged(attaching) as found:
        await found.attached(2)
        found.session.debugging.put(found.breakpoint)
        ((process, thread),) = await found.stands()
        assert thread.stop
        assert "def work" in await found.session.debugging.source(process.id, Source(there="/code/app.py"))
        with pytest.raises(DevboxError, match="could not be read"):
            await found.session.debugging.source(process.id, Source(there="/nowhere.py"))
    await eventually(lambda: alive(attaching), LONG)

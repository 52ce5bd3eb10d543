"""The screen on the real session, with the engine in memory and with the real one."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from time import time

import pytest
from textual.pilot import Pilot

from devbox.adapters.connect import connect
from devbox.plan.observed import RunState
from devbox.ports import Engine
from devbox.session.session import Session
from devbox.settings import Settings
from devbox.tui.app import DevboxApp
from tests.eventually import eventually
from tests.fakes import FakeEngine
from tests.session import world
from tests.tui.driving import keys, screen_text, shows

FILE = """
name: {project}
services:
  api:
    image: devbox-test/busybox:latest
    command: [sleep, "1000"]
    stop_grace_period: 0s
    volumes: [data:/data]
  db:
    image: devbox-test/busybox:latest
    command: [sleep, "1000"]
    stop_grace_period: 0s
volumes:
  data: {{}}
"""


@asynccontextmanager
async def screen(engine: Engine, folder: Path) -> AsyncIterator[tuple[DevboxApp, Pilot[None], Session]]:
    async with world.opened(engine, folder) as session:
        app = DevboxApp(session, Settings(), time)
        async with app.run_test(size=(120, 35), notifications=True) as pilot:
            await pilot.pause()
            yield app, pilot, session


@pytest.fixture
def folder(tmp_path: Path, project_name: str) -> Path:
    return world.written(tmp_path, project_name, FILE)


def running(session: Session) -> bool:
    return all(world.states(session, name) == [RunState.RUNNING] for name in ("api", "db"))


async def brought_up(app: DevboxApp, pilot: Pilot[None], session: Session) -> None:
    await keys(pilot, "U")
    await eventually(lambda: running(session))
    assert await shows(app, "2/2 ready")
    await eventually(lambda: all(operation.ended for operation in session.store.state.operations))


async def test_up_by_key_is_seen_in_the_engine_and_on_the_screen(
    engine: Engine, folder: Path, project_name: str
) -> None:
    async with screen(engine, folder) as (app, pilot, session):
        assert "not created" in screen_text(app)
        await brought_up(app, pilot, session)
        found = (await engine.observe(project_name)).containers
        assert sorted((c.service, c.state) for c in found) == [("api", RunState.RUNNING), ("db", RunState.RUNNING)]


async def test_restart_by_key_restarts_only_that_service(engine: Engine, folder: Path, project_name: str) -> None:
    async with screen(engine, folder) as (app, pilot, session):
        await brought_up(app, pilot, session)
        before = {c.service: c.detail for c in (await engine.observe(project_name, detail=True)).containers}
        await keys(pilot, "j r")

        async def restarted() -> bool:
            after = {c.service: c.detail for c in (await engine.observe(project_name, detail=True)).containers}
            assert after["db"] and before["db"] and after["db"].started == before["db"].started
            return bool(after["api"] and before["api"] and after["api"].started != before["api"].started)

        await eventually(restarted)


async def test_stop_and_start_by_key(engine: Engine, folder: Path) -> None:
    async with screen(engine, folder) as (app, pilot, session):
        await brought_up(app, pilot, session)
        await keys(pilot, "j j s")
        await eventually(lambda: world.states(session, "db") == [RunState.EXITED])
        assert await shows(app, "1/2 ready")
        await eventually(lambda: all(operation.ended for operation in session.store.state.operations))
        await keys(pilot, "S")
        await eventually(lambda: running(session))


async def test_down_with_volumes_names_the_volume_and_removes_all(
    engine: Engine, folder: Path, project_name: str
) -> None:
    async with screen(engine, folder) as (app, pilot, session):
        await brought_up(app, pilot, session)
        await keys(pilot, "D")
        assert await shows(app, f"volume {project_name}_data")
        await keys(pilot, "v")
        await eventually(lambda: not any(row.containers for row in session.store.state.rows))
        await eventually(lambda: all(operation.ended for operation in session.store.state.operations))
        left = await engine.observe(project_name, volumes=[f"{project_name}_data"])
        assert (left.containers, left.volumes) == ((), ())


async def test_leaving_leaves_the_stack_running(engine: Engine, folder: Path, project_name: str) -> None:
    async with screen(engine, folder) as (app, pilot, session):
        await brought_up(app, pilot, session)
        await keys(pilot, "q")
    # The session has closed its engine: the real one is asked by another connection.
    other = engine if isinstance(engine, FakeEngine) else await connect("", os.environ)
    found = (await other.observe(project_name)).containers
    await other.close()
    assert [c.state for c in found] == [RunState.RUNNING, RunState.RUNNING]

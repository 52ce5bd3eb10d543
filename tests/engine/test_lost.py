"""An engine that goes away in the middle, and comes back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest

from devbox.adapters.connect import connect
from devbox.adapters.engine import DockerEngine
from devbox.errors import EngineLost, ExitCode, NoEngine
from tests.engine.proxy import Listener, proxy
from tests.engine.specs import spec
from tests.eventually import eventually

pytestmark = pytest.mark.engine


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Listener]:
    with proxy(tmp_path) as listener:
        yield listener


@pytest.fixture
async def far(line: Listener, busybox: str) -> AsyncIterator[DockerEngine]:
    """The real engine through the line that can be cut."""
    engine = await connect("", {"DOCKER_HOST": line.url})
    yield engine
    await engine.close()


async def test_a_call_without_engine_says_where_it_was(far: DockerEngine, line: Listener) -> None:
    line.cut()
    with pytest.raises(EngineLost) as lost:
        await far.observe("dbt-x")
    assert line.url in lost.value.message
    assert lost.value.exit_code is ExitCode.NO_ENGINE


async def test_calls_work_again_once_it_is_back(far: DockerEngine, line: Listener) -> None:
    await far.projects()
    line.cut()
    with pytest.raises(EngineLost):
        await far.projects()
    line.mend()
    assert (await far.observe("dbt-x")).containers == ()


async def test_a_kept_connection_that_died_meanwhile_is_no_error(far: DockerEngine, line: Listener) -> None:
    await asyncio.gather(*(far.projects() for _ in range(5)))
    line.cut()
    line.mend()
    await far.projects()
    with pytest.raises(Exception, match="No such"):
        await far.start("dbt-missing")


async def test_events_end_with_the_loss(far: DockerEngine, line: Listener) -> None:
    async with aclosing(far.events("dbt-x")) as batches:
        assert await anext(batches) == []
        line.cut()
        with pytest.raises(EngineLost):
            async with asyncio.timeout(10):
                await anext(batches)


async def test_followed_logs_end_with_the_loss(far: DockerEngine, line: Listener, project_name: str) -> None:
    id = await far.create_container(spec(project_name, command=("sh", "-c", "echo up; sleep 60")))
    await far.start(id)
    async with aclosing(far.logs(await far.inspect(id))) as batches:
        assert [one.text for one in await anext(batches)] == ["up"]
        line.cut()
        with pytest.raises(EngineLost):
            async with asyncio.timeout(10):
                await anext(batches)


async def test_waiting_ends_with_the_loss(far: DockerEngine, line: Listener, project_name: str) -> None:
    id = await far.create_container(spec(project_name))
    await far.start(id)
    waiting = asyncio.ensure_future(far.wait(id))
    running = asyncio.ensure_future(far.exec(id, ["sleep", "60"]))

    async def inside() -> bool:
        return "sleep 60" in (await far.exec(id, ["ps"])).output

    await eventually(inside)
    line.cut()
    for task in (waiting, running):
        with pytest.raises(EngineLost):
            async with asyncio.timeout(10):
                await task


async def test_closing_the_engine_ends_its_streams(far: DockerEngine) -> None:
    stream = far.events()
    await anext(stream)
    await far.close()
    async with asyncio.timeout(10):
        assert [batch async for batch in stream] == []


async def test_connecting_to_a_cut_line(line: Listener) -> None:
    line.cut()
    with pytest.raises(NoEngine):
        await connect("", {"DOCKER_HOST": line.url})

"""Events and logs of any engine: the same on the fake and on the real one."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing

from devbox.logs.line import LogLine
from devbox.plan.observed import HealthState
from devbox.ports import Engine, EngineEvent
from tests.engine.specs import spec
from tests.fakes import Behaviour, FakeEngine


def behave(engine: Engine, service: str, behaviour: Behaviour) -> None:
    if isinstance(engine, FakeEngine):
        engine.behave(service, behaviour)


async def events_until(engine: Engine, project: str, last: str, ready: asyncio.Event) -> list[EngineEvent]:
    """The project's events up to the action `last`; sets `ready` once the subscription stands."""
    seen: list[EngineEvent] = []
    async with asyncio.timeout(20), aclosing(engine.events(project)) as batches:
        async for batch in batches:
            ready.set()
            ours = [one for one in batch if one.kind == "container"]
            seen += ours
            if any(one.action == last for one in ours):
                break
    return seen


async def collect(engine: Engine, container: str, **how: object) -> list[LogLine]:
    found = await engine.inspect(container)
    lines: list[LogLine] = []
    async with asyncio.timeout(20), aclosing(engine.logs(found, **how)) as batches:  # type: ignore[arg-type]
        async for batch in batches:
            lines += batch
    return lines


async def test_nothing_is_missed_after_the_first_batch_of_events(engine: Engine, project_name: str) -> None:
    ready = asyncio.Event()
    reading = asyncio.create_task(events_until(engine, project_name, "destroy", ready))
    await ready.wait()
    id = await engine.create_container(spec(project_name, "api"))
    await engine.start(id)
    await engine.remove(id, force=True)
    seen = await reading
    assert [one.action for one in seen] == ["create", "start", "kill", "die", "destroy"]
    assert {(one.project, one.service, one.id) for one in seen} == {(project_name, "api", id)}
    assert [one.time for one in seen] == sorted(one.time for one in seen)


async def test_a_health_verdict_is_an_event(engine: Engine, project_name: str) -> None:
    behave(engine, "db", Behaviour(health=((0.1, HealthState.HEALTHY),)))
    ready = asyncio.Event()
    reading = asyncio.create_task(events_until(engine, project_name, "health_status: healthy", ready))
    await ready.wait()
    check = {"Test": ["CMD", "true"], "Interval": 100_000_000}
    await engine.start(await engine.create_container(spec(project_name, "db", Healthcheck=check)))
    assert (await reading)[-1].service == "db"


async def test_events_of_other_projects_stay_out(engine: Engine, project_name: str) -> None:
    ready = asyncio.Event()
    reading = asyncio.create_task(events_until(engine, project_name, "destroy", ready))
    await ready.wait()
    stranger = await engine.create_container(spec(project_name + "x"))
    await engine.remove(stranger)
    await engine.remove(await engine.create_container(spec(project_name)))
    assert {one.project for one in await reading} == {project_name}


async def test_logs_have_text_stream_and_time(engine: Engine, project_name: str) -> None:
    behave(engine, "job", Behaviour(lines=("one", "two"), exits=0, runs_for=0.05))
    id = await engine.create_container(spec(project_name, "job", ("sh", "-c", "echo one; echo two")))
    before = time.time_ns() - 1_000_000_000
    await engine.start(id)
    await engine.wait(id)
    lines = await collect(engine, id, follow=False)
    assert [line.text for line in lines] == ["one", "two"]
    assert {(line.service, line.container, line.stream.value) for line in lines} == {
        ("job", f"{project_name}-job-1", "stdout")
    }
    assert all(before < line.time <= time.time_ns() for line in lines)


async def test_tail_takes_the_last_lines(engine: Engine, project_name: str) -> None:
    behave(engine, "job", Behaviour(lines=("1", "2", "3"), exits=0))
    id = await engine.create_container(spec(project_name, "job", ("seq", "3")))
    await engine.start(id)
    await engine.wait(id)
    assert [line.text for line in await collect(engine, id, follow=False, tail=2)] == ["2", "3"]
    assert await collect(engine, id, follow=False, tail=0) == []


async def test_since_leaves_out_what_was_before(engine: Engine, project_name: str) -> None:
    behave(engine, "job", Behaviour(lines=("old",), exits=0))
    id = await engine.create_container(spec(project_name, "job", ("echo", "old")))
    await engine.start(id)
    await engine.wait(id)
    [line] = await collect(engine, id, follow=False)
    assert await collect(engine, id, follow=False, since=line.time / 1e9 + 0.01) == []


async def test_followed_logs_come_live_and_end_with_the_container(engine: Engine, project_name: str) -> None:
    behave(engine, "job", Behaviour(lines=("first",)))
    script = "echo first; while [ ! -e /go ]; do sleep 0.05; done; echo second"
    id = await engine.create_container(spec(project_name, "job", ("sh", "-c", script)))
    await engine.start(id)
    texts: list[str] = []
    async with asyncio.timeout(20), aclosing(engine.logs(await engine.inspect(id))) as batches:
        async for batch in batches:
            texts += [line.text for line in batch]
            if texts == ["first"]:
                if isinstance(engine, FakeEngine):
                    engine.print(id, "second")
                    engine.exit(id)
                else:
                    await engine.exec(id, ["touch", "/go"])
    assert texts == ["first", "second"]


async def test_a_closed_stream_leaves_the_engine_usable(engine: Engine, project_name: str) -> None:
    id = await engine.create_container(spec(project_name))
    await engine.start(id)
    container = await engine.inspect(id)
    for _ in range(3):
        logs = engine.logs(container)
        reading = asyncio.ensure_future(anext(logs))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        reading.cancel()
        await asyncio.wait([reading])
        await logs.aclose()  # type: ignore[attr-defined]
    assert (await engine.inspect(id)).id == id

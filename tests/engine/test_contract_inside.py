"""What a session learns of running containers, on either engine: health, use, execs; and of pulls that fail."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest

from devbox.errors import Conflict, PullFailed
from devbox.plan.observed import HealthState
from devbox.ports import Engine, ExecResult
from tests.engine.specs import spec
from tests.eventually import eventually
from tests.fakes import Behaviour, FakeEngine


def behave(engine: Engine, service: str, behaviour: Behaviour) -> None:
    """The fake has to be told what the real engine's containers do by their command."""
    if isinstance(engine, FakeEngine):
        engine.behave(service, behaviour)


async def test_health_is_observed_while_it_changes(engine: Engine, project_name: str) -> None:
    check = {"Test": ["CMD", "true"], "Interval": 100_000_000, "Retries": 1}
    behave(engine, "db", Behaviour(health=((0.2, HealthState.HEALTHY),)))
    behave(engine, "bad", Behaviour(health=((0.1, HealthState.UNHEALTHY),)))
    good = await engine.create_container(spec(project_name, "db", Healthcheck=check))
    bad = await engine.create_container(spec(project_name, "bad", Healthcheck=check | {"Test": ["CMD", "false"]}))
    plain = await engine.create_container(spec(project_name, "plain"))
    for id in (good, bad, plain):
        await engine.start(id)

    async def verdicts() -> dict[str, HealthState]:
        return {one.service: one.health for one in (await engine.observe(project_name)).containers}

    wanted = {"db": HealthState.HEALTHY, "bad": HealthState.UNHEALTHY, "plain": HealthState.NONE}
    async with asyncio.timeout(10):
        while (found := await verdicts()) != wanted:
            assert found["plain"] is HealthState.NONE
            await asyncio.sleep(0.02)
    detail = (await engine.inspect(good)).detail
    assert detail and detail.test == ("CMD", "true") and detail.probes[-1].exit_code == 0


async def test_projects_counts_what_runs_and_what_has_done_its_work(engine: Engine, project_name: str) -> None:
    await engine.start(await engine.create_container(spec(project_name, "one")))
    await engine.create_container(spec(project_name, "two"))
    for service, code in (("three", 0), ("four", 3)):
        id = await engine.create_container(spec(project_name, service, ("sh", "-c", f"exit {code}")))
        await engine.start(id)
        if isinstance(engine, FakeEngine):
            engine.exit(id, code)
        await engine.wait(id)

    async def counted() -> bool:  # the engine's list learns of an end a moment after who waits for it
        [found] = [one for one in await engine.projects() if one.name == project_name]
        assert (found.running, found.finished, found.total, found.working_dir) == (1, 1, 4, "/shop")
        return found.config_files == ("/shop/compose.yml",)

    await eventually(counted, timeout=30)


async def test_a_sample_only_of_what_runs(engine: Engine, project_name: str) -> None:
    id = await engine.create_container(spec(project_name))
    assert await engine.sample(id) is None
    await engine.start(id)
    first = await engine.sample(id)
    second = await engine.sample(id)
    assert first and second and second.time > first.time and second.cpu >= first.cpu
    assert first.memory_limit > 0
    await engine.remove(id, force=True)
    assert await engine.sample(id) is None


async def test_exec_gives_exit_code_and_output(engine: Engine, project_name: str) -> None:
    behave(engine, "app", Behaviour(exec=lambda command: ExecResult(exit_code=3, output="hello\n")))
    id = await engine.create_container(spec(project_name))
    await engine.start(id)
    assert await engine.exec(id, ["sh", "-c", "echo hello; exit 3"]) == ExecResult(exit_code=3, output="hello\n")


async def test_exec_in_what_does_not_run_is_a_conflict(engine: Engine, project_name: str) -> None:
    id = await engine.create_container(spec(project_name))
    with pytest.raises(Conflict):
        await engine.exec(id, ["true"])


async def test_exec_times_out(engine: Engine, project_name: str) -> None:
    if isinstance(engine, FakeEngine):
        engine.delays["exec"] = 5
    id = await engine.create_container(spec(project_name))
    await engine.start(id)
    with pytest.raises(TimeoutError):
        await engine.exec(id, ["sleep", "5"], timeout=0.2)


async def test_pulling_what_nobody_has_fails_with_a_hint(engine: Engine) -> None:
    with pytest.raises(PullFailed) as failed:
        async with aclosing(engine.pull("localhost:1/dbt/missing:1")) as progress:
            async for _ in progress:
                pass
    assert "localhost:1/dbt/missing:1" in failed.value.message
    assert failed.value.hint

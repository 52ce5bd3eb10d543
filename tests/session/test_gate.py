"""Gates: passed by the engine's verdict or the container's own check, closed with what the check said."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from devbox.compose.model import Condition
from devbox.plan.commands import Up
from devbox.plan.observed import Container, HealthState
from devbox.plan.steps import WaitFor
from devbox.ports import ExecResult
from devbox.session.gate import wait_for
from devbox.session.news import News
from devbox.session.state import Phase
from devbox.settings import Settings
from tests.engine.specs import spec
from tests.eventually import eventually
from tests.fakes import Behaviour, FakeEngine
from tests.plan.world import project
from tests.session.walking import Doing

SHOP = project("""
    services:
      db: {image: x, healthcheck: {test: "check it", interval: 1h, retries: 4}}
      api: {image: x, depends_on: {db: {condition: service_healthy}}}
    """)
GATE = "wait until db is healthy"
PATIENT = replace(Settings(), eager_health=False)


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(images=["x"])


def answering(*answers: ExecResult) -> Behaviour:
    """Never judged by the engine; its check answers these, the last one for ever."""
    left = list(answers)
    return Behaviour(health=(), exec=lambda command: left.pop(0) if len(left) > 1 else left[0])


async def test_the_own_check_opens_the_gate_before_the_engine_asks(engine: FakeEngine) -> None:
    engine.behave("db", answering(ExecResult(exit_code=0, output="")))
    doing = Doing(engine, SHOP)
    assert (await doing.do(Up())).phase is Phase.DONE
    assert engine.execs == [("shop-db-1", ("/bin/sh", "-c", "check it"))]


async def test_failed_tries_do_not_count_and_are_told(engine: FakeEngine) -> None:
    no = ExecResult(exit_code=2, output="trying\nno response\n")
    engine.behave("db", answering(*[no] * 6, ExecResult(exit_code=0, output="")))
    doing = Doing(engine, SHOP)
    assert (await doing.do(Up())).phase is Phase.DONE
    assert "try 3, exit 2: no response (4 of the engine's own make it unhealthy)" in doing.notes(GATE)


async def test_switched_off_only_the_engine_opens_it(engine: FakeEngine) -> None:
    engine.behave("db", answering(ExecResult(exit_code=0, output="")))
    doing = Doing(engine, SHOP, settings=PATIENT)
    task = asyncio.create_task(doing.do(Up()))
    await eventually(lambda: GATE in doing.began())
    engine.set_health("shop-db-1", HealthState.HEALTHY)
    assert (await task).phase is Phase.DONE
    assert engine.execs == []


async def test_the_engines_unhealthy_closes_it_and_its_dependents_stay_down(engine: FakeEngine) -> None:
    engine.behave("db", answering(ExecResult(exit_code=1, output="no")))
    doing = Doing(engine, SHOP)
    task = asyncio.create_task(doing.do(Up()))
    await eventually(lambda: len(engine.execs) > 1)
    engine.set_health("shop-db-1", HealthState.UNHEALTHY)
    outcome = await task
    assert [step for step, _ in outcome.errors] == [GATE]
    assert "shop-db-1 is unhealthy" in outcome.errors[0][1].message
    assert engine.named("shop-api-1").state.value == "created"


async def test_a_container_that_exits_closes_it_with_its_last_lines(engine: FakeEngine) -> None:
    behaviour = Behaviour(
        health=(),
        exits=7,
        runs_for=0.2,
        lines=("starting", "disk full"),
        exec=lambda _: ExecResult(exit_code=1, output=""),
    )
    engine.behave("db", behaviour)
    outcome = await Doing(engine, SHOP).do(Up())
    message = outcome.errors[0][1].message
    assert "shop-db-1 exited (7); its last output:" in message
    assert "disk full" in message


async def test_without_a_check_nothing_is_ever_healthy(engine: FakeEngine) -> None:
    shop = project("services: {db: {image: x}, api: {image: x, depends_on: {db: {condition: service_healthy}}}}")
    outcome = await Doing(engine, shop).do(Up())
    assert "shop-db-1 has no healthcheck" in outcome.errors[0][1].message


async def test_a_removed_container_closes_it(engine: FakeEngine) -> None:
    engine.behave("db", answering(ExecResult(exit_code=1, output="")))
    doing = Doing(engine, SHOP)
    task = asyncio.create_task(doing.do(Up()))
    await eventually(lambda: GATE in doing.began())
    await engine.remove("shop-db-1", force=True)
    outcome = await task
    assert "shop-db-1" in outcome.errors[0][1].message


async def test_a_time_limit_says_what_the_last_try_said(engine: FakeEngine) -> None:
    engine.behave("db", answering(ExecResult(exit_code=1, output="refused")))
    outcome = await Doing(engine, SHOP).do(Up(wait=True, wait_timeout=0.3))
    assert "db did not get there within 0.3 s: try" in outcome.errors[0][1].message
    assert "refused" in outcome.errors[0][1].message


async def test_wait_fails_for_what_ends_at_once(engine: FakeEngine) -> None:
    engine.behave("a", Behaviour(exits=1, lines=("bad flag",)))
    outcome = await Doing(engine, project("services: {a: {image: x}}")).do(Up(wait=True))
    assert "shop-a-1 exited (1)" in outcome.errors[0][1].message
    assert "bad flag" in outcome.errors[0][1].message


async def test_wait_notices_what_ends_right_after_its_start(engine: FakeEngine) -> None:
    engine.behave("a", Behaviour(exits=1, runs_for=0.05))
    outcome = await Doing(engine, project("services: {a: {image: x}}")).do(Up(wait=True))
    assert outcome.phase is Phase.FAILED


async def test_the_files_that_are_waited_for_are_those_of_the_container_that_has_the_name_now(
    engine: FakeEngine,
) -> None:
    asked: list[str] = []

    async def filled(container: Container) -> None:
        asked.append(container.id)
        if len(asked) == 1:
            await asyncio.Event().wait()

    async def made(number: int) -> str:
        id = await engine.create_container(spec("shop", "a", number=number, image="x"))
        await engine.start(id)
        return id

    old = await made(1)
    step = WaitFor(service="a", containers=("shop-a-1",), condition=Condition.STARTED, why="")
    async with News(engine, "shop") as news:
        waiting = asyncio.create_task(
            wait_for(step, engine=engine, news=news, eager=True, note=lambda text: None, filled=filled)
        )
        await eventually(lambda: asked, timeout=30)
        new = await made(2)
        await engine.remove(old, force=True)
        await engine.rename(new, "shop-a-1")
        await waiting
    assert asked == [old, new]

"""Commands from the look at the engine to the end, on the fake engine."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from devbox.errors import EngineError, EngineLost, UsageError
from devbox.plan.commands import Down, Up
from devbox.plan.plan import Plan
from devbox.session.events import Noticed, OperationEnded, OperationStarted, StepProgressed
from devbox.session.state import Phase
from devbox.settings import Settings
from tests.eventually import eventually
from tests.fakes import Behaviour, FakeEngine, FakeImage
from tests.plan.world import project
from tests.session.walking import Doing, FakeBuilder

SHOP = project("""
    services:
      db: {image: x, healthcheck: {test: check}}
      job: {image: x}
      api:
        image: x
        depends_on:
          db: {condition: service_healthy}
          job: {condition: service_completed_successfully}
      other: {image: x}
    """)


@pytest.fixture
def engine() -> FakeEngine:
    found = FakeEngine(images=["x"])
    found.behave("job", Behaviour(exits=0))
    return found


def states(engine: FakeEngine) -> dict[str, str]:
    return {one.name: one.state.value for one in engine.containers.values()}


async def test_up_brings_all_up(engine: FakeEngine) -> None:
    doing = Doing(engine, SHOP)
    outcome = await doing.do(Up(wait=True))
    assert (outcome.phase, outcome.left) == (Phase.DONE, ())
    assert states(engine) == {
        "shop-db-1": "running",
        "shop-job-1": "exited",
        "shop-api-1": "running",
        "shop-other-1": "running",
    }


async def test_an_up_with_nothing_to_do_is_one_look() -> None:
    engine = FakeEngine(images=["x"])
    doing = Doing(engine, project("services: {a: {image: x}, b: {image: x, healthcheck: {test: t}}}"))
    await doing.do(Up(wait=True))
    engine.calls.clear()
    asked: list[str] = []
    enter = engine._enter

    async def counted(method: str, target: str = "") -> None:
        asked.append(method)
        await enter(method, target)

    engine._enter = counted  # type: ignore[method-assign]
    outcome = await doing.do(Up(wait=True))
    assert (outcome.phase, asked) == (Phase.DONE, ["observe"])


async def test_steps_are_told_from_start_to_end(engine: FakeEngine) -> None:
    doing = Doing(engine, SHOP)
    await doing.do(Up())
    started, ended = doing.events[1], doing.events[-1]
    assert isinstance(started, OperationStarted)
    assert isinstance(ended, OperationEnded)
    assert ended.phase is Phase.DONE
    assert list(started.operation.steps) and set(doing.began()) == set(started.operation.steps)
    assert doing.began().index("start api-1") > doing.began().index("wait until db is healthy")


async def test_a_failed_step_stops_only_its_dependents(engine: FakeEngine) -> None:
    engine.behave("db", Behaviour(start_error="port is already allocated"))
    doing = Doing(engine, SHOP)
    outcome = await doing.do(Up())
    assert outcome.phase is Phase.FAILED
    assert [step for step, _ in outcome.errors] == ["start db-1"]
    assert doing.ended(Phase.SKIPPED) == ["wait until db is healthy", "start api-1"]
    assert "start other-1" in doing.ended(Phase.DONE)
    assert outcome.left == ("start shop-db-1", "wait until db is healthy", "start shop-api-1")


async def test_a_failed_one_shot_stops_its_dependents_with_its_last_words(engine: FakeEngine) -> None:
    engine.behave("job", Behaviour(exits=3, lines=("no such table",)))
    doing = Doing(engine, SHOP)
    outcome = await doing.do(Up())
    (step, error), *_ = outcome.errors
    assert step == "wait until job has completed"
    assert "shop-job-1 exited (3)" in error.message and "no such table" in error.message
    assert states(engine)["shop-api-1"] == "created"


async def test_what_is_not_required_lets_pass(engine: FakeEngine) -> None:
    shop = project("""
        services:
          job: {image: x}
          api: {image: x, depends_on: {job: {condition: service_completed_successfully, required: false}}}
        """)
    engine.behave("job", Behaviour(exits=1))
    doing = Doing(engine, shop)
    assert (await doing.do(Up())).phase is Phase.DONE
    assert "goes on without it" in doing.notes("wait until job has completed (not required)")[-1]
    (told,) = [event.text for event in doing.events if isinstance(event, Noticed)]
    assert "shop-job-1 exited (1)" in told and "\n" not in told


async def test_a_dependency_that_does_not_start_and_is_not_required_lets_pass(engine: FakeEngine) -> None:
    shop = project(
        "services: {a: {image: x}, b: {image: x, depends_on: {a: {condition: service_started, required: false}}}}"
    )
    engine.behave("a", Behaviour(start_error="no"))
    await Doing(engine, shop).do(Up())
    assert states(engine)["shop-b-1"] == "running"


async def test_cancelling_stops_between_steps_and_says_what_is_left(engine: FakeEngine) -> None:
    engine.behave("db", Behaviour(health=()))
    doing = Doing(engine, SHOP, settings=replace(Settings(), eager_health=False))
    task = asyncio.create_task(doing.do(Up()))
    await eventually(lambda: "wait until db is healthy" in doing.began())
    free = {"create api-1", "start other-1", "wait until job has completed"}
    await eventually(lambda: free <= set(doing.ended(Phase.DONE)))
    doing.cancel.set()
    outcome = await task
    assert outcome.phase is Phase.CANCELLED
    assert outcome.left == ("wait until db is healthy", "start shop-api-1")


async def test_an_interrupted_up_goes_on_where_it_was(engine: FakeEngine) -> None:
    engine.behave("db", Behaviour(health=()))
    first = Doing(engine, SHOP, settings=replace(Settings(), eager_health=False))
    task = asyncio.create_task(first.do(Up()))
    await eventually(lambda: "wait until db is healthy" in first.began())
    first.cancel.set()
    await task
    second = Doing(engine, SHOP)
    outcome = await second.do(Up(wait=True))
    assert outcome.phase is Phase.DONE
    assert not [step for step in second.began() if step.startswith("create")]


async def test_a_lost_engine_ends_the_walk(engine: FakeEngine) -> None:
    engine.behave("db", Behaviour(health=()))
    doing = Doing(engine, SHOP, settings=replace(Settings(), eager_health=False))
    task = asyncio.create_task(doing.do(Up()))
    await eventually(lambda: "wait until db is healthy" in doing.began())
    engine.lose()
    outcome = await task
    assert outcome.phase is Phase.FAILED
    assert any(isinstance(error, EngineLost) for _, error in outcome.errors)
    assert "start shop-api-1" in outcome.left


async def test_what_would_be_lost_is_confirmed(engine: FakeEngine) -> None:
    shop = project("services: {a: {image: x, volumes: [d:/d]}}\nvolumes: {d: {}}")
    await Doing(engine, shop).do(Up())
    asked: list[tuple[str, ...]] = []

    async def no(plan: Plan) -> bool:
        asked.append(plan.destroys)
        return False

    outcome = await Doing(engine, shop).do(Down(volumes=True), confirm=no)
    assert (outcome.phase, asked) == (Phase.CANCELLED, [("volume shop_d and its data",)])
    assert states(engine) == {"shop-a-1": "running"}


async def test_a_problem_stops_all_before_it_starts(engine: FakeEngine) -> None:
    shop = project("services: {a: {image: x, ports: ['8080:80']}, b: {image: x}}")
    await Doing(engine, project("services: {web: {image: x, ports: ['8080:80']}}", name="blog")).do(Up())
    outcome = await Doing(engine, shop).do(Up())
    assert outcome.phase is Phase.FAILED
    assert "port 8080/tcp is already taken by container blog-web-1" in outcome.errors[0][1].message
    assert states(engine) == {"blog-web-1": "running"}


async def test_an_unknown_service_is_told_as_a_failed_operation(engine: FakeEngine) -> None:
    doing = Doing(engine, SHOP)
    with pytest.raises(UsageError):
        await doing.do(Up(services=("nobody",)))
    assert isinstance(doing.events[-1], OperationEnded)
    assert doing.events[-1].phase is Phase.FAILED


async def test_a_network_that_is_in_use_stays_with_a_note(engine: FakeEngine) -> None:
    shop = project("services: {a: {image: x}}")
    await Doing(engine, shop).do(Up())
    engine.fail("remove_network", EngineError("network shop_default has active endpoints", status=403))
    doing = Doing(engine, shop)
    assert (await doing.do(Down())).phase is Phase.DONE
    assert "still in use" in doing.notes("remove network shop_default")[0]
    assert [event.text for event in doing.events if isinstance(event, Noticed)] == [
        "remove network shop_default: still in use, left as it is: network shop_default has active endpoints"
    ]


async def test_a_build_streams_and_its_container_follows() -> None:
    engine = FakeEngine()
    shop = project("services: {a: {build: .}}")
    doing = Doing(engine, shop, FakeBuilder(engine))
    assert (await doing.do(Up())).phase is Phase.DONE
    assert [event.step for event in doing.events if isinstance(event, StepProgressed)] == ["build a", "build a"]
    labelled = engine.named("shop-a-1").labels["com.docker.compose.image"]
    assert labelled == engine.images["shop-a"].id_of("shop-a")


async def test_a_failed_build_is_told(engine: FakeEngine) -> None:
    doing = Doing(engine, project("services: {a: {build: .}, b: {image: x}}"), FakeBuilder(failing=["a"]))
    outcome = await doing.do(Up())
    assert [step for step, _ in outcome.errors] == ["build a"]
    assert states(engine) == {"shop-b-1": "running"}


async def test_a_rebuilt_image_recreates_its_service_only() -> None:
    engine = FakeEngine(images=["x"])
    doing = Doing(engine, project("services: {a: {build: .}, b: {image: x}}"), FakeBuilder(engine))
    await doing.do(Up())
    before = {one.name: one.id for one in engine.containers.values()}
    await doing.do(Up(build=True))
    after = {one.name: one.id for one in engine.containers.values()}
    assert [name for name in before if before[name] != after[name]] == ["shop-a-1"]


async def test_a_pulled_image_that_is_the_same_changes_nothing(engine: FakeEngine) -> None:
    engine.pullable["x"] = FakeImage()
    shop = project("services: {a: {image: x, pull_policy: always}}")
    await Doing(engine, shop).do(Up())
    before = engine.named("shop-a-1").id
    doing = Doing(engine, shop)
    await doing.do(Up())
    assert doing.began() == ["pull x"]
    assert engine.named("shop-a-1").id == before

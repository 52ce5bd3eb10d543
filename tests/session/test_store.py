"""State from events, and telling of it."""

from __future__ import annotations

import asyncio

import pytest

from devbox.plan.observed import Container, RunState
from devbox.ports import Progress, Sample
from devbox.session.events import (
    EngineWentAway,
    Noticed,
    OperationEnded,
    OperationStarted,
    ProjectsListed,
    StatsSampled,
    StepProgressed,
    StepStarted,
)
from devbox.session.reduce import reduce
from devbox.session.state import Lost, Operation, Phase, ServiceRow, State
from devbox.session.store import Store
from tests.eventually import eventually


def notice(text: str) -> Noticed:
    return Noticed(text=text, severity="information", at=0.0)


async def test_changes_in_a_burst_are_told_once_and_the_last_state_arrives() -> None:
    store = Store()
    told: list[State] = []
    store.subscribe(told.append)
    publisher = asyncio.create_task(store.publish())
    for number in range(100):
        store.apply(notice(str(number)))
    await eventually(lambda: told and told[-1] is store.state)
    assert len(told) == 1
    for number in range(1000):
        store.apply(notice(str(number)))
        if number % 100 == 0:
            await asyncio.sleep(0)
    await eventually(lambda: told[-1] is store.state)
    assert len(told) <= 4
    publisher.cancel()


async def test_nothing_is_told_without_a_change() -> None:
    store = Store()
    told: list[State] = []
    unsubscribe = store.subscribe(told.append)
    publisher = asyncio.create_task(store.publish())
    store.apply(ProjectsListed(running=()))
    await asyncio.sleep(0)
    assert told == []
    store.apply(notice("a"))
    unsubscribe()
    await asyncio.sleep(0)
    assert told == []
    publisher.cancel()


async def test_a_listener_that_fails_is_not_passed_over() -> None:
    store = Store()

    def fail(state: State) -> None:
        raise RuntimeError("a bug")

    store.subscribe(fail)
    store.apply(notice("a"))
    with pytest.raises(RuntimeError, match="a bug"):
        await store.publish()


def test_a_loss_keeps_its_beginning_through_every_attempt() -> None:
    state = reduce(State(), EngineWentAway(reason="gone", hint="", at=10.0, retry_at=10.5))
    state = reduce(state, EngineWentAway(reason="gone", hint="", at=11.0, retry_at=12.0))
    assert state.connection == Lost(reason="gone", hint="", since=10.0, retry_at=12.0)


def container(id: str, state: RunState = RunState.RUNNING) -> Container:
    return Container(id=id, name=id, project="shop", service="api", state=state)


def sample(second: int, cpu: float, **more: int) -> Sample:
    return Sample(time=second * 10**9, cpu=int(cpu * 1e9), memory=100, memory_limit=1000, **more)


def test_cpu_is_in_percent_of_one_core_between_two_readings() -> None:
    state = State(rows=(ServiceRow(name="api", service=None, containers=(container("a"),)),))
    state = reduce(state, StatsSampled(samples={"a": sample(10, 5.0, net_rx=1000)}))
    assert state.usage["a"].cpu == 0.0
    state = reduce(state, StatsSampled(samples={"a": sample(12, 8.0, net_rx=5000)}))
    assert state.usage["a"].cpu == 150.0
    assert state.usage["a"].net_rx == 2000.0
    assert state.usage["a"].cpu_history == (150.0,)


def test_counters_that_began_anew_give_no_nonsense() -> None:
    state = reduce(State(), StatsSampled(samples={"a": sample(10, 5.0)}))
    state = reduce(state, StatsSampled(samples={"a": sample(12, 0.1)}))
    assert state.usage["a"].cpu == 0.0


def test_use_of_a_container_that_stopped_is_forgotten() -> None:
    state = reduce(State(), StatsSampled(samples={"a": sample(10, 5.0)}))
    state = reduce(state, StatsSampled(samples={"a": None}))
    assert state.usage == {}


def test_histories_are_bounded() -> None:
    state = State()
    for second in range(200):
        state = reduce(state, StatsSampled(samples={"a": sample(second, second / 2)}))
    assert len(state.usage["a"].cpu_history) == 120


def test_an_operation_is_told_by_its_events() -> None:
    state = reduce(State(), OperationStarted(operation=Operation(id=1, title="up", started=1.0)))
    state = reduce(state, StepStarted(operation=1, step="pull", at=2.0))
    for done in (5, 9):
        progress = Progress(item="layer", current=done, total=10)
        state = reduce(state, StepProgressed(operation=1, step="pull", batch=(progress,)))
    state = reduce(state, OperationEnded(operation=1, phase=Phase.FAILED, at=3.0, error="no", hint="do"))
    (operation,) = state.operations
    assert operation.steps["pull"].progress["layer"].current == 9
    assert (operation.phase, operation.ended, operation.error, operation.hint) == (Phase.FAILED, 3.0, "no", "do")


def test_ended_operations_are_forgotten_but_running_ones_are_not() -> None:
    state = reduce(State(), OperationStarted(operation=Operation(id=0, title="up", started=0.0)))
    for id in range(1, 50):
        state = reduce(state, OperationStarted(operation=Operation(id=id, title="up", started=0.0)))
        state = reduce(state, OperationEnded(operation=id, phase=Phase.DONE, at=1.0))
    assert len(state.operations) == 20
    assert state.operations[0].id == 0

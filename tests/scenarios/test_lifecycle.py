"""start, stop, restart, kill, pause and rm on the real engine."""

from __future__ import annotations

import pytest

from devbox.plan.commands import Kill, Pause, PlannedCommand, Remove, Restart, Start, Stop, Unpause, Up
from devbox.session.state import Phase
from tests.scenarios.stack import Stack

PAIR = "services: {db: {<<: *apart}, api: {<<: *apart, depends_on: {db: {condition: service_started, restart: true}}}}"


@pytest.fixture
async def pair(stack: Stack) -> Stack:
    stack.write(PAIR)
    await stack.done(Up())
    return stack


async def test_stop_and_start(pair: Stack) -> None:
    await pair.done(Stop())
    assert set(pair.states().values()) == {"exited"}
    await pair.done(Start())
    assert set(pair.states().values()) == {"running"}


async def test_restart_takes_the_dependent_along(pair: Stack) -> None:
    before = {name: one.attrs["State"]["StartedAt"] for name, one in pair.containers().items()}
    await pair.done(Restart(services=("db",)))
    after = {name: one.attrs["State"]["StartedAt"] for name, one in pair.containers().items()}
    assert all(after[name] > before[name] for name in before)


@pytest.mark.parametrize(
    ("command", "state"),
    [
        (Kill(services=("db",)), "exited"),
        (Pause(services=("db",)), "paused"),
        (Remove(services=("db",), stop=True), None),
    ],
)
async def test_only_the_named_service_is_meant(pair: Stack, command: PlannedCommand, state: str | None) -> None:
    await pair.done(command)
    assert (pair.states().get("db-1"), pair.states()["api-1"]) == (state, "running")


async def test_unpause_and_down_from_a_pause(pair: Stack) -> None:
    await pair.done(Pause())
    await pair.done(Unpause(services=("db",)))
    assert pair.states() == {"api-1": "paused", "db-1": "running"}
    await pair.done(Up())
    assert pair.states() == {"api-1": "running", "db-1": "running"}


async def test_start_of_nothing_says_what_to_do(stack: Stack) -> None:
    stack.write(PAIR)
    outcome = await stack.do(Start())
    assert outcome.phase is Phase.FAILED
    assert "devbox up" in str(outcome.errors[0][1])

"""Health gates and one-shots on the real engine."""

from __future__ import annotations

import asyncio

from devbox.plan.commands import Up
from devbox.session.state import Phase
from tests.eventually import eventually
from tests.scenarios.stack import Stack

GATED = """
services:
  db:
    <<: *apart
    healthcheck: {{test: "{test}", interval: {interval}, retries: 2}}
  api:
    <<: *apart
    depends_on: {{db: {{condition: service_healthy}}}}
"""


async def test_a_dependent_is_held_back_until_the_check_passes(stack: Stack) -> None:
    stack.write(GATED.format(test="test -e /open", interval="1h"))
    doing = stack.doing()
    task = asyncio.create_task(doing.do(Up()))
    await eventually(lambda: doing.notes("wait until db is healthy"), timeout=30)
    assert stack.states() == {"api-1": "created", "db-1": "running"}
    await stack.engine.exec(stack.ids()["db-1"], ["touch", "/open"])
    assert (await task).phase is Phase.DONE
    assert stack.states() == {"api-1": "running", "db-1": "running"}


async def test_an_unhealthy_dependency_stops_the_dependent_with_what_the_check_said(stack: Stack) -> None:
    stack.write(GATED.format(test="echo no response; exit 2", interval="200ms"))
    outcome = await stack.do(Up())
    assert [step for step, _ in outcome.errors] == ["wait until db is healthy"]
    assert "is unhealthy after 2 tries (exit 2: no response)" in outcome.errors[0][1].message
    assert stack.states()["api-1"] == "created"


async def test_a_dependency_that_exits_stops_the_dependent_with_its_last_lines(stack: Stack) -> None:
    stack.write("""
        services:
          db:
            <<: *apart
            command: [sh, -c, "echo cannot open data; exit 4"]
            healthcheck: {test: "true", interval: 1h}
          api:
            <<: *apart
            depends_on: {db: {condition: service_healthy}}
        """)
    outcome = await stack.do(Up())
    message = outcome.errors[0][1].message
    assert "exited (4)" in message
    assert "cannot open data" in message


async def test_a_one_shot_that_completes_lets_the_dependent_start(stack: Stack) -> None:
    stack.write("""
        services:
          job: {<<: *apart, command: "true"}
          api: {<<: *apart, depends_on: {job: {condition: service_completed_successfully}}}
        """)
    await stack.done(Up(wait=True))
    assert stack.states() == {"api-1": "running", "job-1": "exited"}


async def test_a_one_shot_that_fails_stops_the_dependent(stack: Stack) -> None:
    stack.write("""
        services:
          job: {<<: *apart, command: [sh, -c, "echo no such table; exit 3"]}
          api: {<<: *apart, depends_on: {job: {condition: service_completed_successfully}}}
          other: {<<: *apart}
        """)
    outcome = await stack.do(Up())
    assert "no such table" in outcome.errors[0][1].message
    assert stack.states() == {"api-1": "created", "job-1": "exited", "other-1": "running"}


async def test_hooks_run_after_the_start(stack: Stack) -> None:
    stack.write("services: {a: {<<: *apart, post_start: [{command: [touch, /started]}]}}")
    await stack.done(Up())
    answer = await stack.engine.exec(stack.ids()["a-1"], ["ls", "/started"])
    assert answer.exit_code == 0


async def test_wait_fails_for_what_ends_at_once(stack: Stack) -> None:
    stack.write("services: {a: {<<: *apart, command: [sh, -c, 'echo bad flag; exit 1']}}")
    outcome = await stack.do(Up(wait=True))
    assert outcome.phase is Phase.FAILED
    assert "bad flag" in outcome.errors[0][1].message


async def test_wait_is_not_fooled_by_what_restarts_for_ever(stack: Stack) -> None:
    stack.write("services: {a: {<<: *apart, restart: always, command: [sh, -c, 'echo boom; exit 3']}}")
    outcome = await stack.do(Up(wait=True, wait_timeout=5))
    assert outcome.phase is Phase.FAILED
    assert "exited (3) and is started again" in outcome.errors[0][1].message

"""Replicas recreated in turns on the real engine: who serves meanwhile, and what a bad one leaves."""

from __future__ import annotations

import re

import pytest

from devbox.plan.commands import Up
from devbox.session.state import Phase
from tests.eventually import eventually
from tests.scenarios.stack import Stack

WEB = """
services:
  web:
    <<: *service
    scale: 2
    environment: {{VERSION: "{version}"}}
    healthcheck: {{test: "{test}", interval: 200ms, retries: 2}}
    deploy: {{update_config: {{order: {order}, delay: 100ms}}}}
"""
GOOD, BAD = "true", "echo cannot serve; exit 3"


def versions(stack: Stack) -> dict[str, str]:
    """Running containers -> the version they are of."""
    found = {}
    for name, one in stack.containers().items():
        if one.status == "running":
            environment = dict(line.split("=", 1) for line in one.attrs["Config"]["Env"])
            found[name] = environment["VERSION"]
    return found


@pytest.mark.parametrize("order", ["stop-first", "start-first"])
async def test_all_are_new_in_the_end_under_their_old_names(stack: Stack, order: str) -> None:
    await stack.done(stack.write(WEB.format(version=1, test=GOOD, order=order)) and Up(wait=True))
    stack.write(WEB.format(version=2, test=GOOD, order=order))
    await stack.done(Up(rolling=True))
    assert versions(stack) == {"web-1": "2", "web-2": "2"}
    assert (await stack.done(Up(rolling=True))).plan.nodes == ()


@pytest.mark.parametrize(("order", "left"), [("stop-first", {"web-2"}), ("start-first", {"web-1", "web-2"})])
async def test_a_replica_that_does_not_get_healthy_ends_it_and_the_old_ones_stay(
    stack: Stack, order: str, left: set[str]
) -> None:
    await stack.done(stack.write(WEB.format(version=1, test=GOOD, order=order)) and Up(wait=True))
    stack.write(WEB.format(version=2, test=BAD, order=order))

    outcome = await stack.do(Up(rolling=True))

    assert outcome.phase is Phase.FAILED
    ((step, error),) = outcome.errors
    assert step == "wait until web-1 is ready"
    assert "is unhealthy after 2 tries (exit 3: cannot serve)" in error.message
    assert f"{', '.join(f'{stack.name}-{one}' for one in sorted(left))}: left as before" in error.hint
    assert {name for name, version in versions(stack).items() if version == "1"} == left


async def test_what_failed_beside_the_old_one_is_stopped_and_goes_the_next_time(stack: Stack) -> None:
    await stack.done(stack.write(WEB.format(version=1, test=GOOD, order="start-first")) and Up(wait=True))
    stack.write(WEB.format(version=2, test=BAD, order="start-first"))
    await stack.do(Up(rolling=True))
    (failed,) = (name for name in stack.states() if re.match("[0-9a-f]{12}_", name))
    assert stack.states()[failed] == "exited"

    stack.write(WEB.format(version=3, test=GOOD, order="start-first"))
    await stack.done(Up(rolling=True))

    assert versions(stack) == {"web-1": "3", "web-2": "3"}
    assert len(stack.states()) == 2


async def test_one_that_ends_right_after_it_was_healthy_does_not_pass(stack: Stack) -> None:
    dies = WEB.replace("delay: 100ms", "delay: 2s").format(version=1, test=GOOD, order="start-first")
    await stack.done(stack.write(dies) and Up(wait=True))
    stack.write(dies.replace('"1"', '"2"') + '    command: [sh, -c, "sleep 1; exit 5"]\n')
    outcome = await stack.do(Up(rolling=True))
    ((_, error),) = outcome.errors
    assert "exited (5)" in error.message
    await eventually(lambda: versions(stack) == {"web-1": "1", "web-2": "1"})

"""What `run` leaves behind."""

from __future__ import annotations

import pytest

from devbox.plan.needs import needs
from devbox.plan.oneoff import Oneoff, as_up, container
from tests.eventually import eventually
from tests.real import sdk
from tests.scenarios.stack import LABEL, Stack


async def _started(stack: Stack, wanted: Oneoff) -> str:
    """The id of a one-off container, left to itself."""
    project = stack.project()
    required = needs(project, as_up(wanted))
    observed = await stack.engine.observe(project.name, images=required.images)
    created = await stack.engine.create_container(container(project, observed, wanted, "0123456789abcdef"))
    await stack.engine.start(created)
    return created


def _there(stack: Stack) -> list[str]:
    with sdk() as client:
        found = client.containers.list(all=True, filters={"label": f"{LABEL}={stack.name}"}, ignore_removed=True)
        return [one.status for one in found]


@pytest.mark.parametrize("restart", ["no", "always"])
async def test_a_container_to_be_removed_goes_without_anybody_waiting_for_it(stack: Stack, restart: str) -> None:
    stack.write(f"services: {{a: {{<<: *service, network_mode: none, restart: '{restart}'}}}}")
    await _started(stack, Oneoff(service="a", command=("true",), remove=True))
    await eventually(lambda: not _there(stack))


async def test_another_stays_for_a_look_at_it(stack: Stack) -> None:
    stack.write("services: {a: {<<: *service, network_mode: none}}")
    await _started(stack, Oneoff(service="a", command=("true",)))
    await eventually(lambda: _there(stack) == ["exited"])

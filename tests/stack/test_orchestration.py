"""The reference stack keeps itself running: what is killed from outside comes back, and is ready again."""

from __future__ import annotations

from typing import Any

import pytest

from tests.eventually import eventually
from tests.real import kill_from_the_host
from tests.stack.stack import Stack


@pytest.mark.parametrize("service", ["worker", "redis"])
async def test_what_is_killed_in_stage_is_started_again_and_healthy_and_devbox_tells(
    stage: Stack, service: str, busybox: str
) -> None:
    container = stage.containers(service)[0]
    restarts: int = container.attrs["RestartCount"]
    kill_from_the_host(container)

    def back() -> Any:
        container.reload()
        return container.attrs["RestartCount"] > restarts and container.health == "healthy"

    await eventually(back, timeout=60)
    await stage.says("ready")
    line = next(line for line in stage.devbox("ps", service).splitlines() if line.startswith(service))
    assert "(restart " in line

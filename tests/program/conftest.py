"""A project in a folder, and what the engine has of it by other means than devbox's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from docker.models.containers import Container

from tests.real import LABEL, sdk
from tests.session import world

FILE = """
name: {project}
services:
  api:
    image: devbox-test/busybox:latest
    command: [sleep, "1000"]
    stop_grace_period: 0s
  db:
    image: devbox-test/busybox:latest
    command: [sleep, "1000"]
    stop_grace_period: 0s
"""


@pytest.fixture
def folder(tmp_path: Path, project_name: str, busybox: str) -> Path:
    """A folder with a project of two services."""
    return world.written(tmp_path, project_name, FILE)


@pytest.fixture
def containers(project_name: str) -> Callable[[], dict[str, Container]]:
    """service -> container, as the engine has it now."""

    def now() -> dict[str, Container]:
        with sdk() as client:
            found = client.containers.list(all=True, filters={"label": f"{LABEL}={project_name}"}, ignore_removed=True)
            return {one.labels["com.docker.compose.service"]: one for one in found}

    return now

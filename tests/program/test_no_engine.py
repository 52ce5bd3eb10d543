"""No engine, and an engine that goes away and comes back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from docker.models.containers import Container

from tests.engine.proxy import proxy
from tests.program.terminal import piped, terminal
from tests.session import world

Containers = Callable[[], dict[str, Container]]

COUNTING = """
name: {project}
services:
  api:
    image: devbox-test/busybox:latest
    command: [sh, -c, 'i=0; while :; do i=$$((i+1)); echo "line $$i."; sleep 0.05; done']
    stop_grace_period: 0s
"""
SLOW = """
name: {project}
services:
  db:
    image: devbox-test/busybox:latest
    command: [sleep, "1000"]
    stop_grace_period: 0s
    healthcheck:
      test: [CMD, test, -e, /ready]
      interval: 1s
      retries: 1000
  api:
    image: devbox-test/busybox:latest
    command: [sleep, "1000"]
    stop_grace_period: 0s
    depends_on:
      db: {{condition: service_healthy}}
"""


@pytest.fixture
def nowhere(tmp_path: Path) -> dict[str, str]:
    return {"DOCKER_HOST": f"unix://{tmp_path}/nothing.sock"}


def test_a_verb_without_an_engine(folder: Path, nowhere: dict[str, str]) -> None:
    done = piped("up", folder=folder, environ=nowhere)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "nothing.sock" in done.stderr.splitlines()[0]
    assert "Traceback" not in done.stderr


def test_the_screen_without_an_engine(folder: Path, nowhere: dict[str, str]) -> None:
    with terminal(folder=folder, environ=nowhere) as devbox:
        devbox.shows("No Docker Engine answers", "asking again in", "Ctrl-R now", "api", "db", "unknown")
        assert "not created" not in devbox.text
        devbox.type("q")
        assert devbox.ends() == 0
        assert devbox.is_restored()


def test_the_engine_lost_while_logs_stream(tmp_path: Path, project_name: str, busybox: str) -> None:
    folder = world.written(tmp_path, project_name, COUNTING)
    assert piped("up", folder=folder).returncode == 0
    with proxy(tmp_path) as engine, terminal(folder=folder, environ={"DOCKER_HOST": engine.url}) as devbox:
        devbox.shows("1/1 ready", "line ")
        devbox.type("jm")
        devbox.until(lambda: len(numbers(devbox.text)) > 20)
        engine.cut()
        devbox.shows("No Docker Engine answers", "asking again in")
        last = max(numbers(devbox.text))
        engine.mend()
        devbox.type("\x12")
        devbox.until(lambda: "asking again" not in devbox.text and max(numbers(devbox.text)) > last + 15)
        devbox.type("f")  # it stands still, so that no half-painted screen is read
        devbox.until(lambda: (shown := numbers(devbox.text)) == list(range(shown[0], shown[0] + len(shown))))
        devbox.type("q")
        assert devbox.ends() == 0


def test_the_engine_lost_while_a_command_runs(tmp_path: Path, project_name: str, containers: Containers) -> None:
    folder = world.written(tmp_path, project_name, SLOW)
    with proxy(tmp_path) as engine, terminal("up", folder=folder, environ={"DOCKER_HOST": engine.url}) as devbox:
        devbox.shows("wait until db is healthy")
        engine.cut()
        assert devbox.ends() == 3
        assert "Traceback" not in devbox.text
        assert "Create container" in devbox.text or "start" in devbox.text
    containers()["db"].exec_run(["touch", "/ready"])
    assert piped("up", folder=folder).returncode == 0
    assert containers()["api"].status == "running"


def numbers(text: str) -> list[int]:
    """The numbers of the lines shown."""
    return [int(part.split(".")[0]) for part in text.split("line ")[1:] if part.split(".")[0].isdigit()]

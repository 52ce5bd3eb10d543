"""Ctrl-C on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docker.models.containers import Container

from tests.program.terminal import piped, terminal
from tests.program.test_no_engine import SLOW
from tests.session import world

Containers = Callable[[], dict[str, Container]]


def test_up_interrupted_says_what_is_left_and_goes_on_later(
    tmp_path: Path, project_name: str, busybox: str, containers: Containers
) -> None:
    folder = world.written(tmp_path, project_name, SLOW)
    with terminal("up", folder=folder) as devbox:
        devbox.until(lambda: "db" in containers() and containers()["db"].status == "running")
        devbox.type("\x03")
        assert devbox.ends() == 130
        assert devbox.is_restored()
        assert "Stopped cleanly. Left to do" in devbox.text
        assert "`devbox up` goes on from here." in devbox.text
    db = containers()["db"]
    assert db.status == "running"
    db.exec_run(["touch", "/ready"])
    assert piped("up", folder=folder).returncode == 0
    assert containers()["api"].status == "running"
    assert containers()["db"].id == db.id

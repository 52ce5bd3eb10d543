"""Driven by keys, and seen in the engine."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from docker.models.containers import Container

from tests.program.terminal import terminal

Containers = Callable[[], dict[str, Container]]


def started(containers: Containers) -> dict[str, str]:
    return {service: one.attrs["State"]["StartedAt"] for service, one in containers().items()}


def test_up_restart_and_leave(folder: Path, project_name: str, containers: Containers) -> None:
    with terminal(folder=folder) as devbox:
        devbox.shows("not created", "engine ")
        devbox.type("U")
        devbox.shows("2/2 ready", "up done")
        before = started(containers)
        devbox.type("jr")
        devbox.until(lambda: started(containers)["api"] != before["api"])
        devbox.shows("restart api done", "2/2 ready")
        devbox.type("q")
        assert devbox.ends() == 0
        assert f"{project_name} goes on running (2 services)" in devbox.text
        assert devbox.is_restored()
    assert started(containers)["db"] == before["db"]
    assert {one.status for one in containers().values()} == {"running"}


def test_switching_the_environment_shows_the_other_stack(folder: Path, project_name: str) -> None:
    (folder / "devbox.yaml").write_text(
        "environments:\n"
        f"  dev: {{files: [compose.yaml], project: {project_name}}}\n"
        f"  stage: {{files: [compose.yaml], project: {project_name}-stage}}\n"
    )
    with terminal("--up", folder=folder) as devbox:
        devbox.shows("▸dev", "2/2 ready", "up done")
        devbox.type("e")
        devbox.shows("you are here")
        devbox.type("j\r")
        devbox.shows("Leave dev running")
        devbox.type("l")
        devbox.shows("▸stage", f"{project_name}-stage", "not created", "dev ● 2")
        devbox.type("q")
        assert devbox.ends() == 0


def test_a_saved_file_is_offered_and_applied_by_a_key(folder: Path, project_name: str, containers: Containers) -> None:
    with terminal("--up", folder=folder) as devbox:
        devbox.shows("up done")
        before = {service: one.id for service, one in containers().items()}
        file = folder / "compose.yaml"
        file.write_text(file.read_text().replace("  db:\n", "  db:\n    working_dir: /b\n"))
        devbox.shows("compose.yaml changed: 1 container would be", "recreated (db)", "U apply, 3 plan, x later")
        devbox.type("U")
        devbox.until(lambda: containers().get("db") and containers()["db"].id != before["db"])
        devbox.until(lambda: "compose.yaml changed" not in devbox.text)
        assert containers()["api"].id == before["api"]


def test_the_shell_borrows_the_terminal(folder: Path) -> None:
    with terminal("--up", folder=folder) as devbox:
        devbox.shows("up done")
        devbox.type("j")
        devbox.shows("E shell")
        devbox.type("E")
        devbox.shows("brings devbox back")
        devbox.type("echo $((41 + 1))th line\r")
        devbox.shows("42th line")
        devbox.screen.reset()
        devbox.type("exit\r")
        devbox.shows("SERVICES", "2/2 ready")
        devbox.type("q")
        assert devbox.ends() == 0
        assert devbox.is_restored()


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_it_with_the_terminal_restored(folder: Path, ending: signal.Signals) -> None:
    with terminal(folder=folder) as devbox:
        devbox.shows("SERVICES")
        devbox.process.send_signal(ending)
        devbox.ends()
        assert devbox.is_restored()

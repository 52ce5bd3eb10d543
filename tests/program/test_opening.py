"""Opening, sizes and leaving."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from docker.models.containers import Container

from tests.program.terminal import piped, terminal

Containers = Callable[[], dict[str, Container]]


def states(containers: Containers) -> dict[str, str]:
    return {service: one.status for service, one in sorted(containers().items())}


def test_up_opens_the_screen_and_brings_the_stack_up(folder: Path, containers: Containers) -> None:
    with terminal("--up", folder=folder) as devbox:
        devbox.shows("2/2 ready", "up done")
        assert states(containers) == {"api": "running", "db": "running"}
        devbox.type("\x03")
        assert devbox.ends() == 0
        assert devbox.is_restored()
        assert "goes on running (2 services)" in devbox.text
    assert states(containers) == {"api": "running", "db": "running"}


@pytest.mark.parametrize("size", [(20, 5), (1, 1), (80, 24), (300, 90)])
def test_a_terminal_of_any_size(folder: Path, size: tuple[int, int]) -> None:
    with terminal(folder=folder, size=size) as devbox:
        devbox.until(lambda: b"\x1b[?1049h" in devbox.output)
        devbox.until(lambda: devbox.text.strip())
        devbox.type("j2?")
        devbox.type("\x1b")
        devbox.process.send_signal(signal.SIGTERM)
        assert devbox.ends() == 0
        assert devbox.is_restored()
        assert b"Traceback" not in devbox.output


def test_without_a_terminal_the_status_table_is_printed(folder: Path, project_name: str) -> None:
    done = piped(folder=folder)
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()[-2:]] == ["api", "db"]
    assert "\x1b" not in done.stdout
    assert done.stderr == ""


def test_a_services_debugger_is_opened_at_once_and_says_why_it_gets_in_nowhere(folder: Path) -> None:
    assert piped("up", folder=folder).returncode == 0
    with terminal("debug", "api", folder=folder) as devbox:
        devbox.shows("debugger", "No debugger could get into api")
        devbox.type("\x1b")
        devbox.shows("SERVICES", "api")
        devbox.type("q")
        assert devbox.ends() == 0
        assert devbox.is_restored()


def test_a_service_that_is_not_there_opens_no_screen(folder: Path) -> None:
    with terminal("debug", "apo", folder=folder) as devbox:
        assert devbox.ends() == 2
        assert "Did you mean api?" in devbox.text
        assert b"\x1b[?1049h" not in devbox.output

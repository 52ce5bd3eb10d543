"""The progress of a plan, with and without a terminal, and Ctrl-C."""

from __future__ import annotations

import asyncio
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pyte
import pytest

from devbox.cli.interrupt import stopping
from devbox.cli.live import LiveLines
from devbox.cli.progress import Progress
from devbox.cli.running import Running, brief, size
from devbox.compose.model import Build
from devbox.plan.plan import Node, Plan
from devbox.plan.steps import BuildImage
from devbox.ports import Progress as Message
from devbox.session.events import StepEnded, StepNoted, StepProgressed, StepStarted
from devbox.session.state import Phase
from tests.real import IMAGE


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    encoding = "utf-8"  # type: ignore[assignment]

    def isatty(self) -> bool:
        return True

    def screen(self) -> list[str]:
        screen = pyte.Screen(80, 24)
        pyte.Stream(screen).feed(self.getvalue().replace("\n", "\r\n"))
        return [line.rstrip() for line in screen.display if line.strip()]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    made = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    monkeypatch.setattr("devbox.cli.live._PAUSE", 0.0)
    return made


def test_running_steps_are_drawn_and_finished_ones_stay_above(terminal: Terminal) -> None:
    progress = Progress(lambda: 3.0, terminal)
    progress.take(StepStarted(operation=1, step="start db-1", at=1.0))
    progress.take(StepStarted(operation=1, step="pull api", at=2.0))
    progress.take(StepEnded(operation=1, step="start db-1", phase=Phase.DONE, at=3.0))
    assert terminal.screen()[0].startswith("✔ start db-1  2.0s")
    assert "pull api  1.0s" in terminal.screen()[1]


def test_a_finished_plan_leaves_no_live_line(terminal: Terminal) -> None:
    progress = Progress(lambda: 3.0, terminal)
    progress.take(StepStarted(operation=1, step="start db-1", at=1.0))
    progress.take(StepEnded(operation=1, step="start db-1", phase=Phase.DONE, at=3.0))
    progress.close()
    assert terminal.screen() == ["✔ start db-1  2.0s"]


def test_a_running_step_says_what_it_waits_for(terminal: Terminal) -> None:
    progress = Progress(lambda: 3.0, terminal)
    progress.take(StepStarted(operation=1, step="wait", at=1.0))
    progress.take(StepNoted(operation=1, step="wait", note="try 3 of 10"))
    assert "try 3 of 10" in terminal.screen()[0]


def test_a_pull_shows_how_much_is_there(terminal: Terminal) -> None:
    progress = Progress(lambda: 3.0, terminal)
    layers = (
        Message(item="aa", status="downloading", current=500_000, total=1_000_000),
        Message(item="bb", status="downloading", current=0, total=1_000_000),
    )
    progress.take(StepProgressed(operation=1, step="pull api", batch=layers))
    assert "500.0 kB of 2.0 MB" in terminal.screen()[0]
    assert "aa downloading" in terminal.screen()[1]


def test_hostile_text_cannot_drive_the_terminal(terminal: Terminal) -> None:
    progress = Progress(lambda: 3.0, terminal)
    progress.take(StepNoted(operation=1, step="wait", note="\x1b[2J\x07[/b]"))
    assert "\x1b[2J" not in terminal.getvalue()
    assert "\x07" not in terminal.getvalue()


def test_more_running_steps_than_lines_keep_the_terminal_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("LINES", "6")
    monkeypatch.setenv("COLUMNS", "20")
    stream = Terminal()
    LiveLines(stream).draw([f"line {number} which is far too long" for number in range(50)])
    drawn = stream.getvalue().splitlines()
    assert len([line for line in drawn if "line" in line]) == 4
    assert "line 49 which is fa" in stream.getvalue()
    assert "line 49 which is far" not in stream.getvalue()


def test_without_a_terminal_there_is_a_line_for_each_finished_step(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress(lambda: 3.0)
    progress.take(StepStarted(operation=1, step="start db-1", at=1.0))
    progress.take(StepNoted(operation=1, step="start db-1", note="try 1"))
    progress.take(StepEnded(operation=1, step="start db-1", phase=Phase.FAILED, at=3.0, error="no"))
    err = capsys.readouterr().err
    assert len(err.splitlines()) == 1
    assert "start db-1  2.0s" in err
    assert "\x1b" not in err


def test_a_build_step_is_told_once_when_it_ends() -> None:
    running = Running(started=0)
    batch = [
        Message(item="[1/2] FROM x", done=True),
        Message(item="[1/2] FROM x", done=True),
        Message(item="[internal] load metadata", done=True),
        Message(item="[2/2] RUN y", done=True, cached=True),
    ]
    assert running.take(batch) == ["[1/2] FROM x", "[2/2] RUN y (cached)"]


def test_what_a_step_waits_for_wins_over_its_bytes() -> None:
    running = Running(started=0, note="retrying")
    running.take([Message(item="aa", current=1, total=2)])
    assert brief(running) == "retrying"


@pytest.mark.parametrize(("count", "text"), [(0, "0 B"), (1500, "1.5 kB"), (12_100_000, "12.1 MB"), (3e9, "3.0 GB")])
def test_sizes_are_in_powers_of_ten(count: float, text: str) -> None:
    assert size(count) == text


async def test_the_first_interrupt_asks_for_a_clean_stop() -> None:
    cancel, told = asyncio.Event(), []
    with stopping(cancel, lambda: told.append("stopping")):
        os.kill(os.getpid(), signal.SIGINT)
        await asyncio.wait_for(cancel.wait(), 5)
    assert told == ["stopping"]


async def test_the_second_interrupt_leaves() -> None:
    cancel = asyncio.Event()

    async def work() -> None:
        with stopping(cancel, lambda: None):
            os.kill(os.getpid(), signal.SIGINT)
            await cancel.wait()
            os.kill(os.getpid(), signal.SIGINT)
            await asyncio.sleep(60)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(asyncio.ensure_future(work()), 5)


GATED = f"""
services:
  api:
    image: {IMAGE}
    command: [sleep, "1000"]
    stop_signal: SIGKILL
    depends_on: {{db: {{condition: service_healthy}}}}
  db:
    image: {IMAGE}
    command: [sleep, "1000"]
    stop_signal: SIGKILL
    healthcheck: {{test: [CMD, "false"], interval: 1s, retries: 1000}}
"""


@pytest.mark.engine
def test_an_interrupted_up_says_what_is_left_and_can_go_on(tmp_path: Path, project_name: str, busybox: str) -> None:
    (tmp_path / "compose.yaml").write_text(GATED)
    command = [sys.executable, "-m", "devbox", "-p", project_name]
    process = subprocess.Popen([*command, "up"], cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    lines: list[str] = []
    for line in process.stderr:
        lines.append(line)
        if f"start {project_name}-db-1" in line:
            process.send_signal(signal.SIGINT)
            break
    lines += process.stderr.readlines()
    process.stderr.close()
    assert process.wait(timeout=30) == 130
    text = "".join(lines)
    assert "Left to do" in text
    assert f"start {project_name}-api-1" in text
    (tmp_path / "compose.yaml").write_text(GATED.replace('"false"', '"true"'))
    again = subprocess.run([*command, "up", "--wait"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert again.returncode == 0, again.stderr
    down = subprocess.run([*command, "down"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert down.returncode == 0, down.stderr


@pytest.mark.engine
def test_following_logs_ends_at_once_on_an_interrupt(tmp_path: Path, project_name: str, busybox: str) -> None:
    loop = "while :; do echo tick; sleep 0.1; done"
    api = f"{{image: '{IMAGE}', command: [sh, -c, '{loop}'], stop_signal: SIGKILL}}"
    (tmp_path / "compose.yaml").write_text(f"services: {{api: {api}}}")
    command = [sys.executable, "-m", "devbox", "-p", project_name]
    assert subprocess.run([*command, "up"], cwd=tmp_path, capture_output=True).returncode == 0
    process = subprocess.Popen([*command, "logs", "-f"], cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert "tick" in process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.stdout.read()
    assert process.wait(timeout=30) == 130
    process.stdout.close()


def test_lines_of_several_builds_say_which_image_they_are_about() -> None:
    pipe = io.StringIO()
    progress = Progress(lambda: 3.0, pipe)
    build = BuildImage(service="api", image="shop-api", build=Build(context="."), why="asked for")
    progress.know(Plan(project="shop", nodes=(Node(id="build api", step=build),)))
    progress.take(StepStarted(operation=1, step="build api", at=1.0))
    told = Message(item="[1/2] COPY src .", done=True)
    progress.take(StepProgressed(operation=1, step="build api", batch=(told,)))
    assert "shop-api: [1/2] COPY src ." in pipe.getvalue()

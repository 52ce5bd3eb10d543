"""exec and attach with a terminal of their own: a real pty around a real program."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from devbox.ports import Engine
from tests.engine.specs import FOREVER, spec

pytestmark = pytest.mark.engine
PROGRAM = [sys.executable, "-m", "tests.engine.interacting"]


class Pty:
    """The program in a pty of 100 x 30."""

    def __init__(self, *words: str) -> None:
        self.master, slave = os.openpty()
        self.resize(30, 100)
        self.process = subprocess.Popen(
            [*PROGRAM, *words], stdin=slave, stdout=slave, stderr=slave, start_new_session=True
        )
        os.close(slave)
        self.screen = ""

    def resize(self, rows: int, columns: int) -> None:
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, text: str) -> None:
        os.write(self.master, text.encode())

    def shows(self, text: str, timeout: float = 15) -> None:
        """Wait until `text` was printed, and forget what came before it."""
        deadline = time.monotonic() + timeout
        while text not in self.screen:
            ready, _, _ = select.select([self.master], [], [], max(0, deadline - time.monotonic()))
            assert ready, f"no {text!r} in {self.screen!r}"
            with contextlib.suppress(OSError):
                self.screen += os.read(self.master, 65536).decode("utf-8", "replace")
                continue
            raise AssertionError(f"ended without {text!r}: {self.screen!r}")
        self.screen = self.screen.partition(text)[2]

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self.master)


@pytest.fixture
def ptys() -> Iterator[list[Pty]]:
    made: list[Pty] = []
    yield made
    for one in made:
        one.close()


@pytest.fixture
async def container(real_engine: Engine, project_name: str) -> AsyncIterator[str]:
    id = await real_engine.create_container(spec(project_name))
    await real_engine.start(id)
    yield id


async def test_a_shell_in_a_terminal(container: str, ptys: list[Pty]) -> None:
    pty = Pty("exec", container, "tty", "sh", "-c", "stty size; cat; exit 5")
    ptys.append(pty)
    pty.shows("30 100")
    pty.type("caf\N{LATIN SMALL LETTER E WITH ACUTE}\r")
    pty.shows("caf\N{LATIN SMALL LETTER E WITH ACUTE}\r\n")
    pty.type("\x04")
    pty.shows("exit 5\r\nrestored")


async def test_ctrl_c_goes_into_the_container(container: str, ptys: list[Pty]) -> None:
    pty = Pty(
        "exec", container, "tty", "sh", "-c", "trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.1; done"
    )
    ptys.append(pty)
    pty.shows("ready")
    pty.type("\x03")
    pty.shows("caught")
    pty.shows("exit 9\r\nrestored")


async def test_a_resized_window_is_told(container: str, ptys: list[Pty]) -> None:
    pty = Pty("exec", container, "tty", "sh", "-c", "echo ready; while :; do stty size; sleep 0.1; done")
    ptys.append(pty)
    pty.shows("30 100")
    pty.resize(40, 120)
    pty.shows("40 120")


async def test_an_interrupt_from_outside_restores_the_terminal(container: str, ptys: list[Pty]) -> None:
    pty = Pty("exec", container, "tty", "sh", "-c", "echo ready; sleep 60")
    ptys.append(pty)
    pty.shows("ready")
    pty.process.send_signal(signal.SIGINT)
    pty.shows("restored")


async def test_attach_runs_a_container_from_its_first_line(
    real_engine: Engine, project_name: str, ptys: list[Pty]
) -> None:
    made = spec(
        project_name,
        "job",
        ("sh", "-c", "read line; echo got $line; exit 4"),
        Tty=True,
        OpenStdin=True,
        StdinOnce=True,
        AttachStdin=True,
    )
    pty = Pty("attach", await real_engine.create_container(made), "tty")
    ptys.append(pty)
    pty.type("hello\r")
    pty.shows("got hello")
    pty.shows("exit 4\r\nrestored")


def piped(container: str, *command: str, text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, "exec", container, "plain", *command], input=text, capture_output=True, text=True, timeout=30
    )


async def test_piped_input_reaches_the_command_and_ends_it(container: str) -> None:
    text = "".join(f"line {n}\n" for n in range(300_000))
    ended = piped(container, "cat", text=text)
    assert ended.stdout == text + "exit 0\nrestored\n"


async def test_without_a_terminal_output_and_errors_stay_apart(container: str) -> None:
    ended = piped(container, "sh", "-c", "echo out; echo err >&2; exit 3")
    assert (ended.stdout, ended.stderr) == ("out\nexit 3\nrestored\n", "err\n")


async def test_a_command_that_does_not_read_its_input_ends_all_the_same(container: str) -> None:
    ended = piped(container, "true", text="x" * 2_000_000)
    assert ended.stdout == "exit 0\nrestored\n"


async def test_the_containers_own_process_is_left_alone(container: str, real_engine: Engine) -> None:
    piped(container, "true")
    assert FOREVER[0] in (await real_engine.exec(container, ["ps"])).output

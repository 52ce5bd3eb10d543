"""The real program in a real terminal on the real engine: drawn, driven by keys, left, the terminal as it was."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import re
import signal
import struct
import sys
import termios
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pyte
import pytest

from devbox.plan.observed import RunState
from devbox.ports import Engine
from tests.eventually import eventually
from tests.session import world
from tests.tui.test_on_engines import FILE

COLUMNS, LINES = 110, 32


class Terminal:
    """A pseudo terminal with a program in it, and what its screen shows."""

    def __init__(self, folder: Path) -> None:
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self.screen)
        self.output = b""
        self._folder = folder
        self.process: asyncio.subprocess.Process

    async def start(self) -> None:
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "devbox"),
            cwd=self._folder,
            stdin=self.slave,
            stdout=self.slave,
            stderr=self.slave,
            start_new_session=True,
            env={**os.environ, "TERM": "xterm-256color", "PYTHONPATH": str(Path(__file__).parents[2])},
        )
        asyncio.get_running_loop().add_reader(self.master, self._read)

    def _read(self) -> None:
        data = os.read(self.master, 65536)
        self.output += data
        # pyte knows neither keyboard protocols nor mode queries; they draw nothing.
        self._stream.feed(
            re.sub(rb"\x1b\[[<>=?][0-9;]*[a-zA-Z$]+", lambda m: m[0] if m[0][-1:] in b"hl" else b"", data)
        )

    def type(self, keys: str) -> None:
        os.write(self.master, keys.encode())

    @property
    def text(self) -> str:
        return "\n".join(self.screen.display)

    async def shows(self, text: str) -> None:
        def there() -> bool:
            assert text in self.text, self.text
            return True

        await eventually(there, timeout=20)

    async def ends(self) -> int:
        return await asyncio.wait_for(self.process.wait(), 20)

    async def close(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()
        asyncio.get_running_loop().remove_reader(self.master)
        os.close(self.master)
        os.close(self.slave)


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Terminal]:
    terminal = Terminal(folder)
    await terminal.start()
    try:
        yield terminal
    finally:
        await terminal.close()


@pytest.fixture
def folder(tmp_path: Path, project_name: str) -> Path:
    return world.written(tmp_path, project_name, FILE)


def restored(terminal: Terminal) -> bool:
    return termios.tcgetattr(terminal.slave) == terminal.before and terminal.output.rindex(
        b"\x1b[?1049l"
    ) > terminal.output.rindex(b"\x1b[?1049h")


async def test_up_restart_and_leave(real_engine: Engine, folder: Path, project_name: str) -> None:
    async with running(folder) as terminal:
        await terminal.shows("engine ")
        terminal.type("U")
        await terminal.shows("2/2 ready")
        await terminal.shows("up done")
        before = {c.service: c.detail for c in (await real_engine.observe(project_name, detail=True)).containers}
        terminal.type("jr")

        async def restarted() -> bool:
            after = {c.service: c.detail for c in (await real_engine.observe(project_name, detail=True)).containers}
            old, new = before["api"], after["api"]
            return bool(old and new and new.started and old.started != new.started)

        await eventually(restarted, timeout=20)
        await terminal.shows("restart api done")
        terminal.type("q")
        assert await terminal.ends() == 0
        await eventually(lambda: f"{project_name} goes on running (2 services)" in terminal.text)
        assert restored(terminal)
        assert {c.state for c in (await real_engine.observe(project_name)).containers} == {RunState.RUNNING}


async def test_the_shell_borrows_the_terminal(real_engine: Engine, folder: Path) -> None:
    async with running(folder) as terminal:
        await terminal.shows("engine ")
        terminal.type("U")
        await terminal.shows("up done")
        terminal.type("j")
        await terminal.shows("E shell")
        terminal.type("E")
        await terminal.shows("brings devbox back")
        terminal.type("echo $((41 + 1))th line\r")
        await terminal.shows("42th line")
        terminal.screen.reset()
        terminal.type("exit\r")
        await terminal.shows("SERVICES")
        await terminal.shows("2/2 ready")
        terminal.type("q")
        assert await terminal.ends() == 0


async def test_switching_the_environment(real_engine: Engine, folder: Path, project_name: str) -> None:
    (folder / "compose.yaml").rename(folder / "docker-compose.yml")
    for name in ("dev", "stage"):
        (folder / f"docker-compose.{name}.yml").write_text(
            f"name: {project_name}-{name}\nservices: {{api: {{labels: {{at: {name}}}}}}}\n"
        )
    async with running(folder) as terminal:
        await terminal.shows("▸dev")
        await terminal.shows("engine ")
        terminal.type("e")
        await terminal.shows("you are here")
        terminal.type("j\r")
        await terminal.shows("▸stage")
        terminal.type("q")
        assert await terminal.ends() == 0


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGHUP])
async def test_a_signal_ends_it_with_the_terminal_restored(folder: Path, busybox: str, ending: signal.Signals) -> None:
    async with running(folder) as terminal:
        await terminal.shows("SERVICES")
        terminal.process.send_signal(ending)
        await terminal.ends()
        await eventually(lambda: restored(terminal))


async def test_ctrl_c_leaves(folder: Path, busybox: str) -> None:
    async with running(folder) as terminal:
        await terminal.shows("SERVICES")
        terminal.type("\x03")
        assert await terminal.ends() == 0
        assert restored(terminal)

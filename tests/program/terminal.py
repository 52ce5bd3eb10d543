"""A program in a pseudo terminal: what its screen shows, what keys do to it, and how it leaves the terminal."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pyte

DEVBOX = (sys.executable, "-m", "devbox")
ROOT = Path(__file__).parents[2]
_MODE = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=?][0-9;]*[^0-9;hl]|\x1b\[[<>=?][0-9;]*\$p")
_UNFINISHED = re.compile(rb"\x1b(\[[<>=?]?[0-9;]*\$?)?$")
_MOUSE = {1000, 1002, 1003, 1006, 1015}
_ALTERNATE, _CURSOR, _PASTE = 1049, 25, 2004


class Terminal:
    """Made by `terminal`; its output is read whenever something is waited for."""

    def __init__(self, process: subprocess.Popen[bytes], master: int, slave: int, size: tuple[int, int]) -> None:
        self.process = process
        self.screen = pyte.Screen(*size)
        self.output = b""
        self._stream = pyte.ByteStream(self.screen)
        self._unfinished = b""
        self._master, self._slave = master, slave
        self._before = termios.tcgetattr(slave)
        self._modes: dict[int, bool] = {}

    @property
    def text(self) -> str:
        """What the screen shows."""
        return "\n".join(self.screen.display)

    def type(self, keys: str) -> None:
        """Press keys; "\\x03" is Ctrl-C."""
        os.write(self._master, keys.encode())

    def shows(self, *texts: str, timeout: float = 20) -> None:
        """Wait until all of `texts` are on the screen."""
        self.until(lambda: all(text in self.text for text in texts), timeout, f"not on the screen: {texts}")

    def until(self, check: Callable[[], object], timeout: float = 20, message: str = "") -> None:
        """Wait until `check` answers something true."""
        deadline = time.monotonic() + timeout
        while not check():
            left = deadline - time.monotonic()
            if left <= 0:
                raise AssertionError(f"{message or 'not so'} within {timeout} s; the screen:\n{self.text}")
            self._read(min(left, 0.05))

    def ends(self, timeout: float = 20) -> int:
        """Wait until the program has ended and all it wrote is on the screen; its exit code."""
        self.until(lambda: self.process.poll() is not None, timeout, "did not end")
        while self._read(0):
            pass
        return int(self.process.returncode)

    def is_restored(self) -> bool:
        """Whether the terminal is as the program found it: line settings, screen, cursor, mouse, paste."""
        held = {mode for mode in (_ALTERNATE, _PASTE, *_MOUSE) if self._modes.get(mode)}
        return not held and self._modes.get(_CURSOR, True) and termios.tcgetattr(self._slave) == self._before

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self._master)
        os.close(self._slave)

    def _read(self, patience: float) -> bool:
        if not select.select([self._master], [], [], patience)[0]:
            return False
        data = os.read(self._master, 65536)
        self.output += data
        for numbers, way in _MODE.findall(self.output[-len(data) - 16 :]):
            for number in numbers.split(b";"):
                self._modes[int(number)] = way == b"h"
        data = self._unfinished + data
        rest = _UNFINISHED.search(data)
        self._unfinished = rest[0] if rest else b""
        self._stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data[: len(data) - len(self._unfinished)]))
        return True


@contextmanager
def terminal(
    *arguments: str,
    folder: Path,
    size: tuple[int, int] = (110, 32),
    environ: Mapping[str, str] | None = None,
) -> Iterator[Terminal]:
    """devbox with `arguments` in a terminal of `size` (columns, lines) of its own; killed if it has not ended."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
    process = subprocess.Popen(
        ["setsid", "--ctty", *DEVBOX, *arguments],  # so that Ctrl-C is a signal, as in a user's terminal
        cwd=folder,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env=outer({"TERM": "xterm-256color", **(environ or {})}),
    )
    opened = Terminal(process, master, slave, size)
    try:
        yield opened
    finally:
        opened.close()


def piped(*arguments: str, folder: Path, environ: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """devbox with `arguments` and no terminal, to its end."""
    command = [*DEVBOX, *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        env=outer(environ or {}),
    )


def outer(changes: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with `changes`, and without what would lead devbox elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("COMPOSE_", "DEVBOX_"))}
    return {**kept, "PYTHONPATH": str(ROOT), **changes}

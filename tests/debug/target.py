"""A real debugpy process of this machine, and a pipe to it over TCP."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import subprocess
import sys
import textwrap
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from devbox.errors import DevboxError
from tests.eventually import eventually
from tests.real import free_port

PATIENCE = 60


class TcpPipe:
    """ports.Pipe over a socket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.said = ""
        self.received = 0
        """Bytes"""
        self.sent = bytearray()

    @classmethod
    async def open(cls, port: int) -> TcpPipe:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def read(self) -> bytes:
        try:
            data = await self._reader.read(1 << 16)
        except OSError:
            return b""
        self.received += len(data)
        return data

    async def write(self, data: bytes) -> None:
        self.sent += data
        self._writer.write(data)
        try:
            await self._writer.drain()
        except OSError as error:
            raise DevboxError(str(error)) from error

    async def close(self) -> None:
        self._writer.close()
        with contextlib.suppress(OSError):
            await self._writer.wait_closed()


class Target:
    """A Python program with debugpy in it, of which a container would have one."""

    def __init__(self, folder: Path, program: str, name: str = "app.py") -> None:
        self.file = folder / name
        self.file.write_text(textwrap.dedent(program))
        self.port = free_port()
        command = ["-Xfrozen_modules=off", "-m", "debugpy", "--listen", f"127.0.0.1:{self.port}", str(self.file)]
        self._process = subprocess.Popen(
            [sys.executable, *command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self._process.stdout
        with self._process.stdout as lines:
            for line in lines:
                self._lines.put(line.decode().rstrip("\n"))

    async def say(self, line: str) -> None:
        """A line on its stdin."""
        assert self._process.stdin
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()

    async def answer(self) -> str:
        """The next line that it prints."""
        found: str = await eventually(lambda: None if self._lines.empty() else [self._lines.get()], PATIENCE)
        return found[0]

    async def answered(self, expected: str) -> None:
        """Wait until it prints that, whatever it prints before."""

        def found() -> bool:
            while not self._lines.empty():
                if self._lines.get() == expected:
                    return True
            return False

        await eventually(found, PATIENCE, message=f"it did not say {expected!r}")

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """It ends, and its debug server with it."""
        self.kill()
        if self._process.stdin:
            with contextlib.suppress(OSError):
                self._process.stdin.close()


@asynccontextmanager
async def target(folder: Path, program: str, name: str = "app.py") -> AsyncIterator[Target]:
    """Run the program, for as long as the block."""
    found = Target(folder, program, name)
    try:
        yield found
    finally:
        found.close()

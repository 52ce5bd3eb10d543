"""A pipe that ends in the test itself."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from devbox.errors import EngineError


class FakePipe:
    """ports.Pipe of a command that says what `answer` makes of what it is told; without one all of it, as `cat`."""

    def __init__(self, answer: Callable[[bytes], bytes] = bytes, *, said: str = "") -> None:
        self.said = said
        self._answer = answer
        self._out = bytearray()
        self._wake = asyncio.Event()
        self._ended = False

    async def read(self) -> bytes:
        while not self._out and not self._ended:
            self._wake.clear()
            await self._wake.wait()
        data = bytes(self._out)
        self._out.clear()
        return data

    async def write(self, data: bytes) -> None:
        if self._ended:
            raise EngineError("The command in the container does not listen any more.", hint=self.said)
        self.say(self._answer(data))

    async def close(self) -> None:
        self.end()

    def say(self, data: bytes) -> None:
        """The command writes to stdout."""
        self._out += data
        self._wake.set()

    def end(self) -> None:
        """The command ends."""
        self._ended = True
        self._wake.set()

"""A way to the real engine that can be cut."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

SOCKET = "/var/run/docker.sock"


class Proxy:
    """Hands bytes on between its own socket and the engine's; `cut` breaks every connection and lets nobody in."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        return f"unix://{self.path}"

    async def mend(self) -> None:
        self._server = await asyncio.start_unix_server(self._serve, self.path)

    async def cut(self) -> None:
        if self._server is not None:
            self._server.close()
        self.path.unlink(missing_ok=True)
        for writer in tuple(self._open):
            writer.transport.abort()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        engine_reader, engine_writer = await asyncio.open_unix_connection(SOCKET)
        self._open |= {writer, engine_writer}
        pumps = [
            asyncio.create_task(self._pump(reader, engine_writer)),
            asyncio.create_task(self._pump(engine_reader, writer)),
        ]
        self._pumps.update(pumps)
        await asyncio.gather(*pumps, return_exceptions=True)
        self._pumps.difference_update(pumps)
        self._open -= {writer, engine_writer}

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(1 << 16):
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(ConnectionError, OSError):
            writer.close()
            await writer.wait_closed()


@contextlib.asynccontextmanager
async def cuttable(folder: Path) -> AsyncIterator[Proxy]:
    proxy = Proxy(folder / "engine.sock")
    await proxy.mend()
    try:
        yield proxy
    finally:
        await proxy.cut()

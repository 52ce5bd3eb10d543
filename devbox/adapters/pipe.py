"""A command in a container as a two-way stream of bytes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import TYPE_CHECKING

from devbox.adapters.execs import ExecSpec, Payloads, begin, make
from devbox.adapters.failures import Garbled, root
from devbox.adapters.threads import Threads, batches
from devbox.errors import EngineError

if TYPE_CHECKING:
    from devbox.adapters.api import Api
    from devbox.adapters.exchange import Exchange

WAITING = 4 << 20
"""Bytes that wait for their taker before the command has to wait."""
_PART = 1 << 16
_STDOUT = 1
_WORDS = 4096
"""Bytes of stderr that are kept."""


async def open_pipe(api: Api, threads: Threads, container: str, spec: ExecSpec) -> ExecPipe:
    """Run `spec` with its stdin and stdout joined to the pipe."""

    def opened() -> Exchange:
        return begin(api, make(api, container, spec), spec)

    opening = asyncio.ensure_future(threads.call(opened))
    try:
        exchange = await asyncio.shield(opening)
    except asyncio.CancelledError:
        opening.add_done_callback(_abandon)
        raise
    return ExecPipe(api, threads, exchange)


def _unheard(sending: asyncio.Future[None]) -> None:
    """Nobody waits for it any more: asyncio would say so on the terminal, over the screen."""
    if not sending.cancelled():
        sending.exception()


def _abandon(opening: asyncio.Future[Exchange]) -> None:
    if not opening.cancelled() and opening.exception() is None:
        opening.result().close()


class ExecPipe:
    """ports.Pipe of an exec that has begun. Reads and writes may be cancelled: nothing that came is lost by that."""

    def __init__(self, api: Api, threads: Threads, exchange: Exchange) -> None:
        self._api = api
        self._threads = threads
        self._exchange = exchange
        self._output = _Output(api, exchange)
        self._parts: AsyncGenerator[bytes, None] = batches(lambda: self._output, WAITING)
        self._coming: asyncio.Future[bytes] | None = None
        self._writing = asyncio.Lock()

    @property
    def said(self) -> str:
        return self._output.words()

    async def read(self) -> bytes:
        if self._coming is None:
            self._coming = asyncio.ensure_future(self._part())
        data = await asyncio.shield(self._coming)
        self._coming = None
        return data

    async def write(self, data: bytes) -> None:
        sending = asyncio.ensure_future(self._send(data))
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            sending.add_done_callback(_unheard)
            raise

    async def close(self) -> None:
        self._exchange.close()
        if (coming := self._coming) is not None:
            await asyncio.wait([coming])
            coming.exception()  # who reads it has it too
        await self._parts.aclose()

    async def _send(self, data: bytes) -> None:
        async with self._writing:
            try:
                await self._threads.call(lambda: self._exchange.connection.sock.sendall(data))
            except (OSError, ValueError) as error:
                raise EngineError("The command in the container does not listen any more.", hint=self.said) from error

    async def _part(self) -> bytes:
        async for part in self._parts:
            return part
        return b""


class _Output:
    """What the command writes to stdout, as a source; the last of stderr is remembered."""

    def __init__(self, api: Api, exchange: Exchange) -> None:
        self._api = api
        self._exchange = exchange
        self._payloads = Payloads()
        self._said = bytearray()

    def read(self) -> bytes | None:
        out = bytearray()
        while not out:
            try:
                data = self._exchange.recv(_PART)
            except (OSError, Garbled) as error:
                raise self._api.wire.lost(error) from root(error)
            if not data:
                return None
            for stream, payload in self._payloads.take(data):
                if stream == _STDOUT:
                    out += payload
                else:
                    self._said = (self._said + payload)[-_WORDS:]
        return bytes(out)

    def close(self) -> None:
        self._exchange.close()

    def words(self) -> str:
        return self._said.decode("utf-8", "replace").strip()

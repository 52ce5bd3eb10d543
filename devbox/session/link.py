"""The engine of the moment, for everyone who has to do without it for a while."""

from __future__ import annotations

import asyncio

from devbox.ports import Engine

_PATIENCE = 1.0


class Link:
    """Holds the engine while it answers; `up` and `down` are called by whoever watches over it."""

    def __init__(self) -> None:
        self._engine: Engine | None = None
        self._there = asyncio.Event()
        self._moved = asyncio.Event()

    @property
    def engine(self) -> Engine | None:
        """None: away, or not yet connected."""
        return self._engine

    def up(self, engine: Engine) -> None:
        """It answers."""
        self._engine = engine
        self._there.set()
        self._stir()

    def down(self) -> None:
        """It went away."""
        self._engine = None
        self._there.clear()
        self._stir()

    async def connected(self) -> Engine:
        """Wait until an engine answers."""
        while self._engine is None:
            await self._there.wait()
        return self._engine

    async def recovered(self) -> Engine:
        """Wait for an engine after a call was lost: until it was found to be away and came back.

        One broken call does not mean that the engine is gone: after a second of its still answering, that is believed.
        """
        if self._engine is not None:
            try:
                async with asyncio.timeout(_PATIENCE):
                    await self._moved.wait()
            except TimeoutError:
                pass
        return await self.connected()

    def _stir(self) -> None:
        self._moved.set()
        self._moved = asyncio.Event()

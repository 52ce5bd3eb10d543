"""Waiting for what is decided elsewhere: woken whenever something moved, to look whether it is so now."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from devbox.session.causes import foreseen

T = TypeVar("T")


class Moves:
    """`stir` wakes all who wait."""

    def __init__(self) -> None:
        self._moved = asyncio.Event()

    def stir(self) -> None:
        """Something moved."""
        self._moved.set()
        self._moved = asyncio.Event()

    async def next(self) -> None:
        """Until something moves."""
        await self._moved.wait()

    async def until(self, over: Callable[[], object], work: Coroutine[Any, Any, T]) -> T | None:
        """Do `work` to its end, or break it off once `over` is so: then None."""
        task = asyncio.ensure_future(work)
        try:
            while not over() and not task.done():
                moved = asyncio.ensure_future(self._moved.wait())
                try:
                    await asyncio.wait({moved, task}, return_when=asyncio.FIRST_COMPLETED)
                finally:
                    moved.cancel()
            return task.result() if task.done() else None
        finally:
            broken_off = not task.done()
            task.cancel()
            await asyncio.wait([task])
            if broken_off and not task.cancelled() and (error := task.exception()) is not None:
                foreseen(error)  # what it was refused while it ended is of no interest any more; a bug is

"""Work that is broken off once something else is decided."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from devbox.errors import DevboxError
from devbox.session.moves import Moves


async def broken_off(error: Exception) -> None:
    """Work that ends with `error` when it is told to end."""
    moves, over = Moves(), asyncio.Event()
    begun = asyncio.Event()

    async def work() -> None:
        try:
            begun.set()
            await asyncio.Event().wait()
        finally:
            raise error

    waiting = asyncio.create_task(moves.until(over.is_set, work()))
    await begun.wait()
    over.set()
    moves.stir()
    assert await waiting is None


async def test_what_is_refused_to_work_that_is_broken_off_is_of_no_interest() -> None:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: complaints.append(context))
    await broken_off(DevboxError("The engine went away."))
    gc.collect()
    assert complaints == []


async def test_a_bug_in_work_that_is_broken_off_is_raised() -> None:
    with pytest.raises(KeyError):
        await broken_off(KeyError("rule"))

"""Waiting for something to become true, without sleeping longer than needed."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import Any


async def eventually(check: Callable[[], Any], timeout: float = 30.0, *, message: str = "") -> Any:
    """Call `check` (plain or async) until it answers something true, and return that.

    An AssertionError of `check` counts as "not yet"; after `timeout` seconds the last one is raised. What takes longer
    is asked less often: a twentieth of the time that has passed lies between two askings.
    """
    began = time.monotonic()
    deadline = began + timeout
    while True:
        failure: AssertionError | None = None
        try:
            answer = check()
            if inspect.isawaitable(answer):
                answer = await answer
            if answer:
                return answer
        except AssertionError as error:
            failure = error
        if time.monotonic() >= deadline:
            raise failure or AssertionError(message or f"not so within {timeout} s: {inspect.getsource(check).strip()}")
        await asyncio.sleep(min(0.5, max(0.02, (time.monotonic() - began) / 20)))

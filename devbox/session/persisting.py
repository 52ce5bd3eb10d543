"""Following the engine on though it gives an odd answer: only its loss is the end."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine

from devbox.errors import DevboxError, EngineError, EngineLost, NoEngine
from devbox.session.causes import foreseen
from devbox.sync.told import Told, WatchRefused

_PAUSE = 2.0
"""Seconds until an engine that refused is asked again."""
_LONG = 60.0
"""Seconds of following after which the same refusal is news."""


async def persist(follow: Callable[[], Coroutine[None, None, None]], tell: Callable[[Told], None]) -> None:
    """`follow` again and again until it ends by itself; what is refused each time is told once. EngineLost and NoEngine
    are raised, and what the engine has no part in."""
    said = ""
    while True:
        begun = time.monotonic()
        try:
            return await follow()
        except (DevboxError, BaseExceptionGroup) as failure:
            error = foreseen(failure)
            if isinstance(error, EngineLost | NoEngine) or not isinstance(error, EngineError):
                raise
            if error.message != said or time.monotonic() - begun > _LONG:
                tell(WatchRefused(error=error.message, hint=error.hint, again=_PAUSE))
            said = error.message
        await asyncio.sleep(_PAUSE)

"""Running a container's own healthcheck at short intervals, so that nobody waits for the engine's next turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from devbox.errors import Conflict, EngineLost, NotFound
from devbox.plan.observed import Container, Detail
from devbox.ports import Engine, ExecResult
from devbox.session.verdict import has_check, probe_words

_SECOND = 1_000_000_000
_FIRST, _GROWTH = 0.1, 1.25
_INTERVAL, _TIMEOUT, _RETRIES = 30.0, 30.0, 3
"""What the engine takes where a healthcheck says nothing."""


def command(detail: Detail) -> tuple[str, ...]:
    """The healthcheck in force as an exec; () if there is none."""
    if not has_check(detail):
        return ()
    kind, *words = detail.test
    if kind != "CMD-SHELL":
        return tuple(words)
    config = detail.body.get("Config")
    shell = config.get("Shell") if isinstance(config, Mapping) else None
    return (*(shell or ("/bin/sh", "-c")), *words)


async def until_healthy(container: Container, engine: Engine, note: Callable[[str], None]) -> None:
    """Return once the container's own check passes. Failures never count: only the engine's verdict can be negative.

    Each try is noted as the engine counts it: "try 3 of 10, exit 2: no response". Waits for ever where the container
    cannot be asked (it does not run any more), since the engine's events tell that.
    """
    detail = container.detail or Detail()
    test = command(detail)
    pause, slowest = _FIRST, detail.interval / _SECOND or _INTERVAL
    tries = 0
    while test:
        tries += 1
        try:
            answer = await engine.exec(container.id, test, timeout=detail.timeout / _SECOND or _TIMEOUT)
        except TimeoutError:
            answer = ExecResult(exit_code=1, output="no answer in time")
        except EngineLost:
            raise
        except (Conflict, NotFound):
            break
        if answer.exit_code == 0:
            return
        note(f"try {tries}, {probe_words(answer.exit_code, answer.output)}")
        await asyncio.sleep(pause)
        pause = min(pause * _GROWTH, max(slowest, _FIRST))
    await asyncio.Event().wait()

"""Is everything there that this process needs?"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any


class Readiness(Enum):
    """`DEGRADED`: something optional is away, the rest works."""

    READY = "ready"
    DEGRADED = "degraded"
    DOWN = "down"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """How one dependency answered."""

    ok: bool
    seconds: float
    error: str = ""

    def as_json(self) -> dict[str, Any]:
        """ok, milliseconds, and the error if there is one."""
        plain: dict[str, Any] = {"ok": self.ok, "ms": round(self.seconds * 1000, 1)}
        return plain | {"error": self.error} if self.error else plain


class Check:
    """Asks one dependency whether it is there, never twice at once: questions do not pile up on a frozen server."""

    def __init__(self, ask: Callable[[], Awaitable[None]]) -> None:
        self._ask = ask
        self._asking: asyncio.Task[None] | None = None

    async def __call__(self, timeout: float) -> Finding:
        """The finding, after `timeout` seconds at the latest."""
        started = time.perf_counter()
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._question())
        asking = self._asking
        await asyncio.wait({asking}, timeout=timeout)
        seconds = time.perf_counter() - started
        if not asking.done():
            return Finding(ok=False, seconds=seconds, error=f"no answer within {timeout:g} s")
        error = asking.exception()
        if error is None:
            return Finding(ok=True, seconds=seconds)
        return Finding(ok=False, seconds=seconds, error=f"{type(error).__name__}: {error}".strip(": "))

    async def _question(self) -> None:
        await self._ask()


def judge(*, needed: dict[str, Finding], wanted: dict[str, Finding]) -> tuple[Readiness, dict[str, Finding]]:
    """Down without any of the needed, degraded without any of the wanted; and all findings by name."""
    checks = needed | wanted
    if not all(finding.ok for finding in needed.values()):
        return Readiness.DOWN, checks
    if not all(finding.ok for finding in wanted.values()):
        return Readiness.DEGRADED, checks
    return Readiness.READY, checks

"""The worker's sign of life: a file that it touches, and that its health check looks at."""

from __future__ import annotations

import time
from pathlib import Path

FRESH_SECONDS = 10.0


def beat(path: str) -> None:
    """Say: a moment ago this worker ran and reached Redis and PostgreSQL."""
    Path(path).touch()


def age(path: str) -> float | None:
    """Seconds since the last beat, None if there never was one."""
    try:
        return time.time() - Path(path).stat().st_mtime
    except FileNotFoundError:
        return None


def verdict(path: str) -> tuple[bool, str]:
    """Healthy or not, and the reason in words."""
    seconds = age(path)
    if seconds is None:
        return False, "no pulse yet: the worker has not reached Redis and PostgreSQL"
    if seconds > FRESH_SECONDS:
        return False, f"no pulse for {seconds:.0f} s: the worker hangs, or Redis or PostgreSQL is away"
    return True, f"pulse {seconds:.1f} s ago"

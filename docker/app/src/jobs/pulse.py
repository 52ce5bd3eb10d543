"""The sign of life of a process without a port: a file that it touches, and that its health check looks at."""

from __future__ import annotations

import time
from pathlib import Path

FRESH_SECONDS = 10.0


def beat(path: str) -> None:
    """Say: a moment ago this process ran and reached what it needs."""
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
        return False, "no pulse yet: it has not reached what it needs"
    if seconds > FRESH_SECONDS:
        return False, f"no pulse for {seconds:.0f} s: it hangs, or what it needs is away"
    return True, f"pulse {seconds:.1f} s ago"

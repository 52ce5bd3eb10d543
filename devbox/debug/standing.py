"""Where a debugger holds a container's processes, in words: what its probes say means nothing meanwhile."""

from __future__ import annotations

from collections.abc import Iterable

from devbox.debug.model import Debuggee, Thread
from devbox.debug.threads import HELD


def standing(debuggee: Debuggee | None) -> dict[str, str]:
    """Container name -> "stopped in the debugger at app.py:42", of those that stand."""
    found: dict[str, str] = {}
    for process in debuggee.processes if debuggee else ():
        if place := _place(process.threads):
            found.setdefault(process.container, place)
    return found


def _place(threads: Iterable[Thread]) -> str:
    stops = [thread.stop for thread in threads if thread.stop]
    if not stops:
        return ""
    first = min(stops, key=lambda stop: (stop.reason == HELD, not stop.frames, stop.at))
    mine = next((one for one in first.frames if one.source and one.source.name and not one.subtle), None)
    where = f" at {mine.source.name}:{mine.line}" if mine and mine.source else ""
    return f"stopped in the debugger{where}"

"""Telling of a stop where the debugger's screen is not open."""

from __future__ import annotations

from devbox.debug.model import Debugged
from devbox.tui.debugger.scene import fresh, told


def news(before: Debugged, after: Debugged, key: str) -> list[tuple[str, str]]:
    """(service, sentence) of each new stop; `key` opens the debugger."""
    opens = f": {key} opens the debugger" if key else ""
    return [(service, f"{told(service, stop)}{opens}") for service, _, _, stop in fresh(before, after)]

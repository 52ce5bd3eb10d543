"""Removing a container, where "already gone" and "being removed" are as good as done."""

from __future__ import annotations

import time

from devbox.adapters.wire import Wire
from devbox.errors import Conflict, NotFound

GOING = 30.0
"""Seconds that somebody else's removal may take."""


def remove(wire: Wire, container: str, *, force: bool, volumes: bool) -> None:
    path = f"/containers/{container}"
    try:
        wire.json("DELETE", path, {"force": force, "v": volumes}, timeout=None)
    except NotFound:
        return
    except Conflict:
        if not _gone(wire, path, force=force):
            raise


def _gone(wire: Wire, path: str, *, force: bool) -> bool:
    """Whether somebody else's removal takes it away. While that stops it first, the engine still calls it running."""
    deadline = time.monotonic() + GOING
    try:
        while time.monotonic() < deadline:
            if not force and wire.json("GET", f"{path}/json")["State"]["Status"] != "removing":
                return False
            time.sleep(0.02)
            wire.json("GET", f"{path}/json")
    except NotFound:
        return True
    return False

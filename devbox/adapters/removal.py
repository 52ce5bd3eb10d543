"""Removing a container, where "already gone" and "being removed" are as good as done."""

from __future__ import annotations

from devbox.adapters.wire import Wire
from devbox.errors import Conflict, NotFound


def remove(wire: Wire, container: str, *, force: bool, volumes: bool) -> None:
    path = f"/containers/{container}"
    try:
        wire.json("DELETE", path, {"force": force, "v": volumes}, timeout=None)
    except NotFound:
        return
    except Conflict:
        if not _going(wire, path):
            raise


def _going(wire: Wire, path: str) -> bool:
    """Whether somebody else removes it already; waits for the end of that."""
    try:
        if wire.json("GET", f"{path}/json")["State"]["Status"] != "removing":
            return False
        wire.json("POST", f"{path}/wait", {"condition": "removed"}, timeout=None)
    except NotFound:
        pass
    return True

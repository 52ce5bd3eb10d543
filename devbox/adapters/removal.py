"""Removing a container, where "already gone" and "being removed" are as good as done."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from devbox.errors import Conflict, NotFound

if TYPE_CHECKING:
    from devbox.adapters.api import Api

GOING = 30.0
"""Seconds that somebody else's removal may take."""


def remove(api: Api, container: str, *, force: bool, volumes: bool) -> None:
    try:
        api.remove(f"/containers/{container}", {"force": force, "v": volumes})
    except NotFound:
        return
    except Conflict:
        if not _gone(api, container, force=force):
            raise


def _gone(api: Api, container: str, *, force: bool) -> bool:
    """Whether somebody else's removal takes it away. While that stops it first, the engine still calls it running."""
    deadline = time.monotonic() + GOING
    try:
        while time.monotonic() < deadline:
            if not force and api.ask(f"/containers/{container}/json")["State"]["Status"] != "removing":
                return False
            time.sleep(0.02)
            api.ask(f"/containers/{container}/json")
    except NotFound:
        return True
    return False

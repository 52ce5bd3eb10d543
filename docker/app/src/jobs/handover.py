"""What a process of the application takes over from the one before it, where it is replaced while it runs."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import dataclass


def _nobody_waits() -> None:
    """Nobody asked to be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """`listener`: the socket that both serve, None: one of its own. `ready` is called once it does its work."""

    listener: socket.socket | None = None
    ready: Callable[[], None] = _nobody_waits


ALONE = Handover()
"""For who is the first, and the last."""

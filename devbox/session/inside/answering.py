"""Hearing from a process that was made to load debugpy where it listens."""

from __future__ import annotations

import json
import os
import socket
import time
from typing import Any

LISTENING = 60
"""Seconds that debugpy may take from when it was begun."""


def bound(pid: int) -> socket.socket:
    """What that process will answer to; waits a moment for another who asks it."""
    space = os.readlink("/proc/self/ns/pid")  # noqa: PTH115
    door = socket.socket(socket.AF_UNIX)
    until = time.time() + 2
    while True:
        try:
            door.bind(f"\0devbox-debug-{space}-{pid}")
        except OSError:
            if time.time() > until:
                raise
            time.sleep(0.05)
        else:
            door.listen(1)
            return door


def answer(door: socket.socket, patience: float) -> dict[str, Any]:
    """What it says: the port, an error, that it is `busy` with another who asks, or nothing where it has a door."""
    door.settimeout(max(0.1, patience))
    try:
        answering, _ = door.accept()
    except socket.timeout:  # noqa: UP041
        return {"error": "it comes to no Python code: it is in a call into C that takes long"}
    finally:
        door.close()
    answering.settimeout(LISTENING)
    data = b""
    try:
        while True:
            part = answering.recv(1 << 16)
            if not part:
                break
            data += part
    except OSError as error:
        return {"error": f"debugpy does not begin to listen: {error}"}
    found: dict[str, Any] = json.loads(data.decode()) if data else {"error": "it ended while it was being asked"}
    return found

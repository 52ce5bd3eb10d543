"""Why a way into a container does not apply, each in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from devbox.compose.model import Service
from devbox.debug.model import Way
from devbox.plan import labels
from devbox.session.attach_inject import FIRST_REMOTE
from devbox.session.attach_look import Look

if TYPE_CHECKING:
    from devbox.session.attach_beside import Beside

DEBUGPY = ("", "python", "debugpy")
"""Types of `x-devbox: {debug: {port, type}}` that mean debugpy."""


def reasons(found: Look, service: Service, beside: Beside | None) -> dict[Way, str]:
    """The best way first; "" where it applies."""
    alien = foreign(found)
    return {
        Way.LISTENING: _listening(found, service),
        Way.ON_DEMAND: alien or _on_demand(found, service),
        Way.REMOTE_EXEC: alien or _taken(found) or _remote_exec(found),
        Way.GDB_INSIDE: alien or _taken(found) or ("" if found.gdb else "gdb is not in the image"),
        Way.GDB_BESIDE: alien
        or _taken(found)
        or ("" if beside else "no side container is allowed; name the image to make it of (setting debug_image)"),
        Way.SERVER: _server(service),
    }


def foreign(found: Look) -> str:
    """Why it is nothing for debugpy at all."""
    if not found.python:
        return "no Python was found in it"
    if any(one.python for one in found.processes):
        return ""
    return f"none of its processes is Python (PID {found.processes[0].pid} is {found.processes[0].name[:60]})"


def _taken(found: Look) -> str:
    return "" if found.targets else "debugpy is in its processes already"


def _listening(found: Look, service: Service) -> str:
    if service.debug and service.debug.port and service.debug.type in DEBUGPY:
        return ""
    if held := [one for one in found.doors if one.held]:
        return f"{held[0].held} has it, and debugpy serves one client at a time"
    return "" if any(not one.by for one in found.doors) else "no debugpy listens in it"


def _on_demand(found: Look, service: Service) -> str:
    if any(one.helper for one in found.processes):
        return ""
    if labels.DEBUG in found.container.labels and found.targets:
        return f"PID {found.targets[0].pid} runs without the helper: with -I, -E or an environment of its own"
    return (
        f"its container has no debug helper; write x-devbox: {{debug: true}} under {service.name} and bring it up,"
        f" or `devbox debug {service.name} --prepare`"
    )


def _remote_exec(found: Look) -> str:
    version = found.targets[0].version if found.targets else ""
    first = ".".join(map(str, FIRST_REMOTE))
    if not version:
        return f"its Python does not tell its version; it must be {first} or newer"
    if tuple(map(int, version.split("."))) < FIRST_REMOTE:
        return f"Python {version} has no remote attach, {first} has"
    return ""


def _server(service: Service) -> str:
    if service.debug and service.debug.port and service.debug.type not in DEBUGPY:
        return ""
    return "none is named; write x-devbox: {debug: {port: PORT, type: TYPE}} for one"

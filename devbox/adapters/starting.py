"""Starting a container, and who holds the port where that is why it fails."""

from __future__ import annotations

from devbox.adapters.listeners import holder
from devbox.adapters.wire import Query, Wire
from devbox.errors import Conflict, EngineError, EngineLost, NotFound


def start(wire: Wire, container: str) -> None:
    _explained(wire, container, "start")


def restart(wire: Wire, container: str, query: Query) -> None:
    _explained(wire, container, "restart", query)


def _explained(wire: Wire, container: str, verb: str, query: Query | None = None) -> None:
    try:
        wire.json("POST", f"/containers/{container}/{verb}", query, timeout=None)
    except (EngineLost, NotFound):
        raise
    except EngineError as error:
        if taken := _taken(wire, container):
            hint = "stop what holds it, or publish another host port"
            raise Conflict(taken, hint=hint, status=error.status) from error
        raise


def _taken(wire: Wire, container: str) -> str:
    """Which port the container wants that a process of this machine holds; "" if the engine is another machine's."""
    if not wire.endpoint.url.startswith("unix:"):
        return ""
    bindings = wire.json("GET", f"/containers/{container}/json")["HostConfig"]["PortBindings"] or {}
    for private, hosts in bindings.items():
        protocol = private.partition("/")[2] or "tcp"
        for host in hosts or ():
            number = host.get("HostPort", "")
            if number.isdigit() and int(number) and (found := holder(int(number), protocol, host.get("HostIp", ""))):
                return f"port {number}/{protocol} is already taken by {found}"
    return ""

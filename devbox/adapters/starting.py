"""Starting a container, and who holds the port where that is why it fails."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from devbox.adapters.listeners import holder
from devbox.errors import Conflict, EngineError, EngineLost, NotFound

if TYPE_CHECKING:
    from devbox.adapters.client import Client


def start(client: Client, container: str) -> None:
    _explained(client, container, lambda: client.start(container))


def restart(client: Client, container: str, timeout: int | None) -> None:
    # The SDK's own method cannot leave the grace to the container.
    path = f"/containers/{container}/restart" + ("" if timeout is None else f"?t={timeout}")
    _explained(client, container, lambda: client.tell(path, {}))


def _explained(client: Client, container: str, act: Callable[[], None]) -> None:
    try:
        act()
    except (EngineLost, NotFound):
        raise
    except EngineError as error:
        if taken := _taken(client, container):
            hint = "stop what holds it, or publish another host port"
            raise Conflict(taken, hint=hint, status=error.status) from error
        raise


def _taken(client: Client, container: str) -> str:
    """Which port the container wants that a process of this machine holds; "" if the engine is another machine's."""
    if not client.endpoint.url.startswith("unix:"):
        return ""
    bindings = client.inspect_container(container)["HostConfig"]["PortBindings"] or {}
    for private, hosts in bindings.items():
        protocol = private.partition("/")[2] or "tcp"
        for host in hosts or ():
            number = host.get("HostPort", "")
            if number.isdigit() and int(number) and (found := holder(int(number), protocol, host.get("HostIp", ""))):
                return f"port {number}/{protocol} is already taken by {found}"
    return ""
